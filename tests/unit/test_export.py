"""`nbconvo export`: a cell becomes a module that the real SDK imports, in the author's own words."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from nbconvo.cli import main
from nbconvo.errors import CannotExport
from nbconvo.ipython.transform import rewrite
from nbconvo.portability import check
from nbconvo.portability.export import Exported, export
from nbconvo.portability.notebook import read_cells
from nbconvo.portability.upstream import is_known
from nbconvo.testing import NO_ANSWER, play

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"

IMPORTS = "from nbconvo import workflows\nfrom nbconvo.workflows import workflow\n"
TALK = """
@workflow.define(name="talk")
class Talk:
    @workflow.entrypoint
    async def run(self) -> str:
        return {value}
"""


def notebook(folder: Path, *cells: str) -> Path:
    """A notebook file with these code cells."""
    code = [{"cell_type": "code", "source": dedent(cell).strip().splitlines(keepends=True)} for cell in cells]
    path = folder / "made.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": "# Title"}, *code], "nbformat": 4}), "utf-8")
    return path


def exported(folder: Path, *cells: str, name: str = "Talk") -> str:
    return made(folder, *cells, name=name).source


def made(folder: Path, *cells: str, name: str = "Talk") -> Exported:
    return export(read_cells(notebook(folder, *cells)), name, notebook="made.ipynb")


def refusal(folder: Path, *cells: str, name: str = "Talk") -> str:
    with pytest.raises(CannotExport) as caught:
        made(folder, *cells, name=name)
    return str(caught.value)


def run_here(source: str, cls: str, replies: list[Any], value: Any = None) -> Any:
    """The module's workflow, with its imports mapped to ours as in a workflow cell."""
    namespace: dict[str, Any] = {"__name__": "exported"}
    body = [node for node in ast.parse(source).body if not (isinstance(node, ast.If) and "__main__" in ast.unparse(node.test))]
    exec(compile(ast.Module(rewrite(body), []), "<exported>", "exec"), namespace)
    return play(namespace[cls], value, replies).result


def sdk_names(source: str) -> set[str]:
    """The dotted names that a module imports from the SDK."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom) and node.module]
    found = {f"{node.module}.{one.name}" for node in nodes for one in node.names}
    found |= {one.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import) for one in node.names}
    return {name for name in found if name.startswith("mistralai.")}


TUTORIALS = [
    ("01_greeting", "greeting", "GreetingWorkflow", ["Ada"], None),
    ("01_greeting", "coffee", "Coffee", ["Espresso"], "Espresso"),
    ("02_approval", "expense", "ExpenseApproval", ["accept"], "approved"),
    ("02_approval", "payment", "Payment", ["now"], "receipt for 128.50 EUR"),
    ("02_approval", "signatures", "TwoSignatures", ["accept", "accept"], "signed"),
    ("02_approval", "Patience", "Patience", [NO_ANSWER], "declined"),
    ("03_durable", "membership", "Membership", ["Ada", "accept"], "Ada, with letter"),
    ("03_durable", "Reminder", "Reminder", [NO_ANSWER], "no answer in a week"),
]


@pytest.mark.parametrize(("file", "name", "cls", "replies", "result"), TUTORIALS)
def test_every_workflow_of_the_tutorials(file: str, name: str, cls: str, replies: list[Any], result: Any) -> None:
    source = export(read_cells(NOTEBOOKS / f"{file}.ipynb"), name, notebook=f"{file}.ipynb").source
    assert "nbconvo" not in source.partition("\n")[2]
    assert [one for one in sdk_names(source) if not is_known(one)] == []
    assert {one.code for one in check(source)} <= {"long-wait"}
    value = {"description": "Train", "amount": 1} if cls == "ExpenseApproval" else None
    played = run_here(source, cls, replies, value)
    assert result is None or played == result


def test_greeting_stays_as_it_was_written() -> None:
    (cell,) = [cell for cell in read_cells(NOTEBOOKS / "01_greeting.ipynb") if cell.run_name == "greeting"]
    source = export([cell], "greeting", notebook="01_greeting.ipynb").source
    assert cell.source[cell.source.index("@workflows") :].strip() in source
    assert source.endswith("    import asyncio\n    asyncio.run(workflows.run_worker([GreetingWorkflow]))\n")


def test_what_it_needs_comes_along_and_nothing_else(tmp_path: Path) -> None:
    source = exported(
        tmp_path,
        """
        %load_ext nbconvo
        import math, json
        import random as chance; from math import tau
        """,
        """
        # How much is much,
        # in euros.
        LIMIT: int = 100  # a guess
        LIMIT += 5; UNUSED = 3

        print(LIMIT)

        class Money(float):
            '''A sum.'''

        def unused() -> None: ...
        def helper(x: "Money") -> str:
            text = '''
        %not a magic
        '''
            return f"{x:.2f} {LIMIT} {math.pi:.2f}" + text.strip()
        """,
        "helper(3); await something()",
        IMPORTS + TALK.format(value="helper(2)"),
        "import nbconvo\nmine = nbconvo.run(Talk)",
        name="mine",
    )
    assert source == dedent("""\
        # Written by `nbconvo export` from made.ipynb.

        import math

        from mistralai.workflows import workflow

        # How much is much,
        # in euros.
        LIMIT: int = 100  # a guess
        LIMIT += 5


        class Money(float):
            \'\'\'A sum.\'\'\'


        def helper(x: "Money") -> str:
            text = \'\'\'
        %not a magic
        \'\'\'
            return f"{x:.2f} {LIMIT} {math.pi:.2f}" + text.strip()


        @workflow.define(name="talk")
        class Talk:
            @workflow.entrypoint
            async def run(self) -> str:
                return helper(2)


        if __name__ == "__main__":
            import asyncio
            from mistralai.workflows import run_worker
            asyncio.run(run_worker([Talk]))
    """)
    assert run_here(source, "Talk", []) == "2.00 105 3.14%not a magic"


def test_names_move_to_where_the_sdk_has_them(tmp_path: Path) -> None:
    cell = """
        from nbconvo.workflows.conversational import ChatInput as Ask, send_assistant_message as say
        import nbconvo.workflows.conversational as conv
        from nbconvo.workflows import workflow
        import nbconvo, nbconvo.workflows

        @workflow.define(name="talk")
        class Talk(nbconvo.workflows.InteractiveWorkflow):
            @workflow.entrypoint
            async def run(self) -> str:
                from nbconvo.workflows import ErrorCode, get_execution_id
                await conv.send_assistant_message("é")  # a word
                await say("è"); answer = await self.wait_for_input(Ask("?"))
                if not get_execution_id():
                    raise nbconvo.workflows.WorkflowsException("x", code=ErrorCode.EXECUTION_ERROR)
                return answer.message[0].text
    """
    source = exported(tmp_path, cell)
    assert "nbconvo." not in source
    assert [one for one in sdk_names(source) if not is_known(one)] == []
    assert 'await send_assistant_message("é")  # a word\n        await say("è"); answer' in source
    assert "class Talk(mistralai.workflows.InteractiveWorkflow):" in source
    assert 'raise WorkflowsException("x"' in source
    assert [one.code for one in made(tmp_path, cell).findings] == ["exception"]


def test_names_in_an_f_string_are_mapped(tmp_path: Path) -> None:
    value = """(f'''é
        {1:>{2}} {workflows.WorkflowsException.__name__}''')"""
    assert "{1:>{2}} {WorkflowsException.__name__}" in exported(tmp_path, IMPORTS, TALK.format(value=value))


def test_a_name_with_spaces_is_not_guessed_at(tmp_path: Path) -> None:
    assert "its place in the text is not clear" in refusal(tmp_path, IMPORTS, TALK.format(value="workflows . WorkflowsException"))


def test_children_are_registered_too(tmp_path: Path) -> None:
    child = TALK.format(value="'child'").replace("Talk", "Child").replace("talk", "child")
    source = exported(tmp_path, IMPORTS + child, TALK.format(value="await workflows.execute_workflow(Child, None)"))
    assert "asyncio.run(workflows.run_worker([Talk, Child]))" in source


def test_what_the_sandbox_cannot_import_twice_is_let_through(tmp_path: Path) -> None:
    source = exported(
        tmp_path,
        "from __future__ import annotations\nimport numpy as np, json\n" + IMPORTS,
        "@workflows.activity()\nasync def mean() -> float:\n    return np.mean([1, 2])\n" + TALK.format(value="await mean()"),
    )
    assert "with _workflow.unsafe.imports_passed_through():\n    import numpy as np\n" in source
    assert "json" not in source


def test_what_ipython_keeps_from_cell_to_cell_comes_first(tmp_path: Path) -> None:
    source = exported(tmp_path, "from __future__ import annotations", IMPORTS + TALK.format(value="''"))
    assert source.splitlines()[2] == "from __future__ import annotations"


def test_star_imports_of_the_sdk_become_names(tmp_path: Path) -> None:
    stars = "from nbconvo.workflows.conversational import *\n"
    source = exported(tmp_path, IMPORTS + stars + TALK.format(value="str(ChatInput('?'))"))
    assert "from mistralai.workflows.conversational import ChatInput\n" in source


def test_the_block_of_a_pasted_script_is_written_once(tmp_path: Path) -> None:
    block = 'if __name__ == "__main__":\n    import asyncio\n    asyncio.run(workflows.run_worker([Talk]))\n'
    cell = "%%workflow mine --input '{}'\nimport asyncio\n" + IMPORTS + TALK.format(value="asyncio.iscoroutine(1)") + block
    result = made(tmp_path, cell, name="mine")
    assert result.source.count("__main__") == 1
    assert result.notes == ("The cell's --input is not in the module: give it when you start the workflow.",)


REFUSED = {
    "value": ("files = !ls", "files", "needs line 1 of code cell 2, which is not Python: files = !ls"),
    "body": ("def files():\n    !ls\n", "files()", "which is not Python: !ls"),
    "await": ("files = await fetch()\ndef fetch(): ...", "files", "No cell defines, above its use"),
    "top": ("import asyncio\nfiles = await asyncio.sleep(1)", "files", "is not a module: 'await' outside function"),
    "loop": ("for files in range(3): pass", "files", "a for statement that runs"),
    "nowhere": ("x = 1", "files", "files (used in code cell 3)"),
    "below": ("files = later\nlater = 1", "files", "later (used in code cell 2)"),
    "ours": ("import nbconvo\nfiles = nbconvo.runs", "files", "uses nbconvo.runs: mistralai-workflows 3.16 has none"),
    "imported": ("from nbconvo.testing import play", "play", "uses nbconvo.testing.play"),
    "gone": ("from nbconvo.workflows.workflow import seconds", "seconds", "uses nbconvo.workflows.workflow.seconds"),
    "relative": ("from .there import files", "files", "is relative to a package"),
    "clash": ("WorkflowsException = 1\nprint()", "workflows.WorkflowsException", "is something else in the notebook"),
    "broken": ("def (", "files", "No cell defines"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_stand_in_a_module_is_refused(tmp_path: Path, case: str) -> None:
    cell, value, text = REFUSED[case]
    assert text in refusal(tmp_path, IMPORTS, cell, TALK.format(value=value))


def test_a_cell_that_is_no_python_does_not_matter_when_it_is_not_needed(tmp_path: Path) -> None:
    result = made(tmp_path, "%%bash\nls", "def (", IMPORTS + TALK.format(value="''"))
    assert "Talk" in result.source
    assert "Code cell 2 was left out, it is not Python: SyntaxError" in result.notes[0]


def test_names_that_are_not_there_or_there_twice_are_listed(tmp_path: Path) -> None:
    cells = (IMPORTS, "%%workflow first\n" + TALK.format(value="'1'"), "%%workflow second\n" + TALK.format(value="'2'"))
    there = "  Talk (workflow 'talk', run first, code cell 2)\n  Talk (workflow 'talk', run second, code cell 3)"
    assert refusal(tmp_path, *cells, name="nobody") == f"No workflow is called 'nobody'. There are:\n{there}"
    assert refusal(tmp_path, *cells, name="talk") == f"'talk' is the name of 2 workflows. There are:\n{there}"
    assert "return '2'" in exported(tmp_path, *cells, name="second")
    assert refusal(tmp_path, "x = 1") == "The notebook defines no workflow."


# The command


def test_command_prints_or_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(notebook(tmp_path, IMPORTS + TALK.format(value="open('x').read()")))
    assert main(["export", path, "--cell", "Talk"]) == 0
    printed, said = capsys.readouterr()
    assert "refused-call: The sandbox refuses open" in said
    output = tmp_path / "module.py"
    assert main(["export", path, "--cell", "Talk", "-o", str(output)]) == 0
    assert main(["export", path, "--cell", "Talk", "-o", str(output)]) == 0, "what it wrote itself it may write again"
    assert output.read_text() == printed
    assert capsys.readouterr().out == ""
    line = int(said.split("line ")[1].partition(",")[0])
    assert "open('x')" in printed.splitlines()[line - 1]


def test_command_leaves_other_files_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(notebook(tmp_path, IMPORTS + TALK.format(value="''")))
    output = tmp_path / "mine.py"
    output.write_bytes(b"# mine \xff\n")
    assert main(["export", path, "--cell", "Talk", "-o", str(output)]) == 2
    assert output.read_bytes() == b"# mine \xff\n"
    assert "was not written by `nbconvo export`: name another file, or say --force" in capsys.readouterr().err
    assert main(["export", path, "--cell", "Talk", "-o", str(output), "--force"]) == 0
    assert output.read_text().startswith("# Written by `nbconvo export` from made.ipynb.")


def test_command_that_fails_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(notebook(tmp_path, IMPORTS + TALK.format(value="nowhere")))
    output = tmp_path / "module.py"
    assert main(["export", path, "--cell", "Talk", "-o", str(output)]) == 2
    assert main(["export", str(tmp_path / "none.ipynb"), "--cell", "Talk"]) == 2
    output.write_text("{}")
    assert main(["export", str(output), "--cell", "Talk"]) == 2
    assert main(["export", path.replace("made", "gone"), "--cell", "Talk", "-o", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "none.ipynb cannot be read: No such file or directory" in said.err
    assert "is not a notebook of format 4" in said.err
