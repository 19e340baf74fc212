"""`%%workflow` in a real kernel: its words, its body, its value, and what its errors look like."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from tests.support.cells import ECHO, GREETING, GREETING_SCRIPT, cell, workflow
from tests.support.kernels import Kernel, Page

DOUBLE = workflow("return 2 * number", parameters="number: int", returns="int")


# What a cell gives


def test_pasted_greeting_runs_unchanged(page: Page) -> None:
    started = page.run(cell(GREETING))
    assert started.conversation().reply("Ada")["code"] == "accepted"
    page.until(lambda: started.conversation().texts[-1:] == ["Nice to meet you, Ada!"], "the answer is shown")


def test_cell_shows_widget_and_static_twin(page: Page) -> None:
    widget, twin = page.run(cell(GREETING)).displays
    assert widget["application/vnd.jupyter.widget-view+json"]["model_id"] in page.widgets
    assert widget["text/plain"] == "Greeting (a conversation; run the cell to open it)"
    assert set(twin) == {"text/plain", "text/markdown", "text/html"}
    assert "What's your name?" in twin["text/markdown"]


def test_run_as_last_expression_shows_both_again(page: Page) -> None:
    started = page.run(cell(GREETING, "shown"))
    again = page.run("shown")
    assert [set(data) for data in again.displays] == [set(data) for data in started.displays]
    assert again.displays[0] == started.displays[0], "the same model, not another"


def test_waited_run_is_shown_once(page: Page) -> None:
    waited = page.send(cell(ECHO, "waited --wait"))
    waited.conversation().reply("x")
    assert len(waited.wait().displays) == 2


def test_plain_python_gives_the_same(page: Page) -> None:
    page.run(ECHO)
    started = page.run("import nbconvo\nplain = nbconvo.run(Talk)\nplain")
    assert started.conversation().reply("as Python")["code"] == "accepted"
    assert page.value("await plain") == "'as Python'"


def test_run_cell_again_starts_another_run(page: Page) -> None:
    source = cell(ECHO, "twice")
    first = page.run(source).conversation()
    kept = page.value("first_id = twice.id; twice.status")
    second = page.run(source).conversation()
    assert kept == "'waiting'"
    assert page.value("twice.id != first_id") == "True"
    assert (first.reply("old")["code"], second.reply("new")["code"]) == ("accepted", "accepted")
    assert page.value("await twice") == "'new'"


def test_last_workflow_of_the_cell_runs(page: Page) -> None:
    other = workflow("return 'other'", name="other").replace("class Talk", "class Other")
    page.run(cell(other, "which"))
    both = page.run(cell(workflow("return 'talk'") + other, "which"))
    assert both.error == ""
    assert page.value("await which") == "'other'"
    reversed_order = page.run(cell(other + workflow("return 'talk'"), "which"))
    assert reversed_order.error == ""
    assert page.value("await which") == "'talk'"


def test_imported_workflow_runs_each_time(page: Page) -> None:
    page.run("import sys, types\nmodule = sys.modules['a_module'] = types.ModuleType('a_module')")
    page.run(workflow("return 'imported'") + "module.Imported = Talk\n")
    for _ in range(2):
        assert page.run(cell("from a_module import Imported", "imported")).error == ""
        assert page.value("await imported") == "'imported'"


def test_later_cell_answers_from_python(page: Page) -> None:
    page.run(cell(ECHO, "later"))
    assert page.value("await later.reply('from Python')\nawait later") == "'from Python'"


def test_cancel_button_and_cancel_call(page: Page) -> None:
    conversation = page.run(cell(ECHO, "stopped")).conversation()
    conversation.send({"kind": "cancel", "reply_id": "stop"})
    assert conversation.ack("stop")["code"] == "accepted"
    conversation.until("canceled")
    assert "WorkflowCanceled: Workflow talk was cancelled" in page.run("await stopped").error


def test_prints_of_the_workflow_land_in_its_cell(page: Page) -> None:
    talk = workflow("""
        print('before')
        answer = await self.wait_for_input(ChatInput('?'))
        print('after', answer.message[0].text)
        return ''
    """)
    started = page.run(cell(talk))
    page.run("print('another cell')")
    started.conversation().reply("x")
    page.until(lambda: started.stdout == "before\nafter x\n", "both prints are in the workflow's cell")


# Arguments


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("--bogus", "unrecognized arguments: --bogus"),
        ("'unclosed", "No closing quotation"),
        ("not-a-name", "'not-a-name' cannot be a variable name"),
        ("--timeout soon", "argument --timeout: invalid float value: 'soon'"),
        ("--engine abacus", "argument --engine: invalid choice: 'abacus'"),
        ("--new --id a", "--new starts a run under an id of its own; leave out --id"),
        ("--reply {broken", "looks like JSON and is not"),
        ("--input '1 +'", "is neither JSON nor a Python expression"),
    ],
)
def test_wrong_words_say_how_to_write_it(page: Page, line: str, text: str) -> None:
    wrong = page.run(cell(ECHO, line))
    assert "UsageError: %%workflow: " in wrong.error
    assert text in wrong.error
    assert f"----> 1 %%workflow {line}" in wrong.error
    assert "argparse.py" not in wrong.error
    assert not wrong.displays


def test_help_shows_the_options(page: Page) -> None:
    asked = page.run("%%workflow?")
    (payload,) = page.replies[asked.id]["content"]["payload"]
    for word in ("--input", "--reply", "--wait", "--new", "--id", "--timeout", "--engine", "__main__", "run.reply"):
        assert word in payload["data"]["text/plain"]


def test_name_is_bound_to_the_run(page: Page) -> None:
    page.run(cell(ECHO, "bound"))
    assert page.value("type(bound).__name__, bound.pending[0]['prompt']") == "('Run', 'What?')"


@pytest.mark.parametrize("given", ["21", "'{\"number\": 21}'", "number", "'base + 1'"])
def test_input_is_json_or_an_expression(page: Page, given: str) -> None:
    page.run("base = 20; number = 21")
    assert page.run(cell(DOUBLE, f"doubled --input {given}")).error == ""
    assert page.value("await doubled") == "42"


def test_wrong_input_starts_nothing(page: Page) -> None:
    page.run("untouched = None")
    before = page.value("from nbconvo.ipython.notebook import notebook; len(notebook().runs)")
    wrong = page.run(cell(DOUBLE, "untouched --input '\"a lot\"'"))
    assert "StartInputInvalid: Invalid input for workflow talk" in wrong.error
    assert "pydantic/" not in wrong.error
    assert not wrong.displays
    assert page.value("untouched, len(notebook().runs)") == f"(None, {before})"


def test_error_in_the_input_expression_is_the_authors(page: Page) -> None:
    assert "NameError: name 'nowhere' is not defined" in page.run(cell(DOUBLE, "--input nowhere")).error


def test_scripted_replies_answer_in_order(page: Page) -> None:
    talk = workflow("""
        said = await self.wait_for_input(ChatInput('?'))
        choice = await self.wait_for_input(AcceptDeclineConfirmation('Sure?'))
        form = await self.wait_for_input(ChatInput('JSON?'))
        return f'{said.message[0].text} {choice.choice} {form.message[0].text}'
    """)
    message = '\'{"message": [{"type": "text", "text": "json"}]}\''
    page.run(cell(talk, f"scripted --reply 'two words' --reply Decline --reply {message}"))
    assert page.value("await scripted") == "'two words decline json'"


def test_wrong_scripted_reply_leaves_the_ask_to_people(page: Page) -> None:
    talk = workflow("return (await self.wait_for_input(ConfirmationInput(['a', 'b'], 'Which?'))).choice")
    started = page.run(cell(talk, "wrong --reply c"))
    assert started.status == "ok"
    assert started.conversation().reply({"choice": "b"})["code"] == "accepted"
    assert page.value("await wrong") == "'b'"


def test_id_takes_up_the_run_that_is_there(page: Page) -> None:
    started = page.run(cell(ECHO, "one --id same"))
    page.run(cell(ECHO, "two --id same"))
    assert page.value("one is two, one.id") == "(True, 'same')"
    started.conversation().reply("x")
    assert page.value("await two") == "'x'"


def test_timeout_ends_the_waiting_only(page: Page) -> None:
    waited = page.run(cell(ECHO, "patient --wait --timeout 0.1"))
    assert "TimeoutError: Still waiting after 0.1 seconds" in waited.error
    assert waited.conversation().reply("late")["code"] == "accepted"
    assert page.value("await patient") == "'late'"


# The body


@pytest.mark.parametrize("body", ["", "\n", "x = 1\n", "# a comment"])
def test_cell_without_a_workflow_says_so(page: Page, body: str) -> None:
    assert "UsageError: This %%workflow cell defines no workflow" in page.run(cell(body)).error


def test_body_is_ordinary_notebook_code(page: Page) -> None:
    body = "listing = !echo from the shell\n%env NBCONVO_TEST=1\nimport asyncio\nslept = await asyncio.sleep(0, 'slept')\n"
    started = page.run(cell(body + ECHO, "ordinary"))
    assert started.error == ""
    assert page.value("listing[0], slept, Talk.__name__") == "('from the shell', 'slept', 'Talk')"
    assert "env: NBCONVO_TEST=1" in started.stdout


def test_any_characters_may_stand_in_the_first_line(page: Page) -> None:
    talk = cell(ECHO, """odd --reply 'quote " and \N{SNOWMAN} and \N{GRINNING FACE} and \\\\ "'""")
    assert page.run(talk).error == ""
    assert page.run("print(await odd)").stdout == 'quote " and \N{SNOWMAN} and \N{GRINNING FACE} and \\\\ "\n'


def test_future_import_may_come_first(page: Page) -> None:
    assert page.run(cell("from __future__ import annotations\n" + ECHO)).error == ""


def test_source_of_the_class_can_be_read(page: Page) -> None:
    page.run(cell(ECHO))
    assert page.value("import inspect; inspect.getsource(Talk.run).splitlines()[1].strip()") == "'async def run(self) -> str:'"


def test_error_in_the_body_points_at_its_line(page: Page) -> None:
    wrong = page.run(cell("a = 1\nb = 2\nc = 3\na / 0\n" + ECHO, "never"))
    assert "ZeroDivisionError: division by zero" in wrong.error
    assert "Cell In[" in wrong.error
    assert "----> 5 a / 0" in wrong.error
    assert "      1 %%workflow never" in wrong.error
    assert "nbconvo" not in wrong.error.replace("from nbconvo", "")


@pytest.mark.parametrize(
    ("body", "line", "shown"),
    [
        ("a = 1\nb = 2\n\nc = = 3\n", 5, "c = = 3"),
        ("a = (1,\n", 2, "a = (1,"),
        ("class Unfinished:\n", 2, "class Unfinished:"),
        ("\n'''never closed", 3, "'''never closed"),
    ],
)
def test_syntax_error_points_at_its_line(page: Page, body: str, line: int, shown: str) -> None:
    wrong = page.run(cell(body))
    assert re.search(r"(Syntax|_IncompleteInput)Error: ", wrong.error)  # from Python 3.13 on, IPython shows the second
    assert f", line {line}\n    {shown}" in wrong.error
    assert "__nbconvo" not in wrong.error


def test_main_block_is_skipped_with_one_line(page: Page) -> None:
    started = page.run(cell(GREETING_SCRIPT))
    assert started.error == ""
    assert started.stdout.count("\n") == 1
    assert started.stdout.startswith('The `if __name__ == "__main__":` block does not run here')
    assert started.conversation().ask()["kind"] == "chat"


def test_else_of_a_main_block_runs(page: Page) -> None:
    page.run(cell(ECHO + "if __name__ == '__main__':\n    side = 'main'\nelse:\n    side = 'else'\n"))
    assert page.value("side") == "'else'"


def test_main_block_of_another_cell_runs(page: Page) -> None:
    assert page.run("if __name__ == '__main__':\n    print('it runs')").stdout == "it runs\n"


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("import mistralai.workflows", "mistralai.workflows"),
        ("import mistralai.workflows as w", "w"),
        ("import mistralai.workflows.plugins.mistralai", "mistralai.workflows.plugins.mistralai"),
        ("import mistralai.workflows.conversational as c", "c"),
        ("from mistralai import workflows", "workflows"),
        ("from mistralai import workflows as w", "w"),
        ("from mistralai.workflows import workflow as f", "f"),
        ("from mistralai.workflows.plugins import mistralai as p", "p"),
        ("from mistralai.workflows.plugins.mistralai import ChatInput as I", "I"),
        ("def later():\n    from mistralai.workflows import activity\n    return activity\nl = later()", "l"),
    ],
)
def test_imports_are_mapped_in_every_form(page: Page, statement: str, name: str) -> None:
    assert page.run(cell(f"{ECHO}{statement}\n")).error == ""
    module = page.value(f"getattr({name}, '__module__', None) or {name}.__name__").strip("'")
    assert module == "nbconvo" or module.startswith("nbconvo.")


def test_client_imports_are_left_alone(page: Page) -> None:
    body = "from mistralai import client, workflows as w\nfrom mistralai.client import Mistral\nimport mistralai.client as same\n"
    assert page.run(cell(body + ECHO)).error == ""
    assert page.value("Mistral.__module__.split('.')[0], client is same") == "('mistralai', True)"
    assert page.value("w.__name__") == "'nbconvo.workflows'"


def test_imports_of_other_cells_are_left_alone(page: Page) -> None:
    page.run("from mistralai import client as theirs")
    assert page.value("theirs.__name__") == "'mistralai.client'"


# Failures


def test_failure_of_a_background_run_is_shown_in_its_conversation(page: Page) -> None:
    started = page.run(cell(workflow("await self.wait_for_input(ChatInput('?'))\nraise ValueError('no luck')"), "unlucky"))
    conversation = started.conversation()
    conversation.reply("go")
    conversation.until("failed")
    error = conversation.view["items"][-1]
    assert (error["kind"], error["type"], error["message"]) == ("error", "ValueError", "no luck")
    assert "raise ValueError('no luck')" in error["traceback"]
    page.settle()
    assert started.stderr == "", "told once, where it happened"


def test_await_of_a_failed_run_raises_with_the_cause(page: Page) -> None:
    page.run(cell(workflow("raise ValueError('no luck')"), "unlucky"))
    for _ in range(2):
        failed = page.run("await unlucky")
        assert "WorkflowFailed: Workflow talk failed: ValueError: no luck" in failed.error
        assert "raise ValueError('no luck')" in failed.error
        assert failed.error.count("in Run.result") == 1, "the frames do not pile up from one await to the next"


def test_failure_in_a_waiting_cell_is_raised_there(page: Page) -> None:
    waited = page.run(cell(workflow("raise ValueError('no luck')"), "--wait"))
    assert "WorkflowFailed: Workflow talk failed: ValueError: no luck" in waited.error
    assert "----> 1 %%workflow --wait" in waited.error
    assert len(waited.displays) == 2


def test_forbidden_call_says_the_fix(page: Page) -> None:
    page.run(cell(workflow("return open('x').read()"), "forbidden"))
    failed = page.run("await forbidden")
    assert "NotAllowedInWorkflow: Opening a file is not allowed in workflow code: put it in an @activity" in failed.error


# The extension


def test_load_twice_is_harmless(fresh_kernel: Kernel) -> None:
    page = fresh_kernel.page
    page.run("%load_ext nbconvo")
    page.run("%reload_ext nbconvo")
    started = page.run(cell(GREETING, "once"))
    assert len(started.displays) == 2
    assert started.conversation().reply("Ada")["code"] == "accepted"


def test_unload_restores_everything(fresh_kernel: Kernel) -> None:
    page = fresh_kernel.page
    state = """
        def state():
            shell = get_ipython()
            magics = sorted(shell.magics_manager.magics['cell'])
            transforms = list(shell.input_transformers_cleanup), list(shell.input_transformers_post), list(shell.ast_transformers)
            return *transforms, sorted(shell.builtin_trap.auto_builtins), magics
        before = state()
    """
    page.run("%unload_ext nbconvo")
    page.run(dedent(state))
    page.run("%load_ext nbconvo")
    assert page.value("[now == then for now, then in zip(state(), before)]") == "[False, False, False, False, False]"
    page.run("%unload_ext nbconvo")
    assert page.value("state() == before") == "True"
    assert "Cell magic `%%workflow` not found" in page.run(cell(ECHO)).stderr


def test_reset_of_the_namespace_leaves_the_extension_working(fresh_kernel: Kernel) -> None:
    page = fresh_kernel.page
    page.run("%reset -f")
    assert page.run(cell(GREETING)).conversation().ask()["kind"] == "chat"
    assert "nbconvo" not in page.run("%who").stdout


def test_fallback_magic_starts_the_run(page: Page) -> None:
    body = f"{GREETING_SCRIPT}\nfallback_ran = True\n"
    called = page.run(f"value = get_ipython().run_cell_magic('workflow', 'called', {body!r})\nvalue is called, fallback_ran")
    assert called.value == "(True, True)"
    assert called.stdout.startswith('The `if __name__ == "__main__":` block does not run here')
    shown = page.run("called")
    assert shown.conversation().reply("Ada")["code"] == "accepted"
    assert page.value("(await called).content[0].text") == "'Nice to meet you, Ada!'"


def test_fallback_magic_can_be_awaited(page: Page) -> None:
    assert page.value(f"await get_ipython().run_cell_magic('workflow', '--reply x', {ECHO!r})") == "'x'"
