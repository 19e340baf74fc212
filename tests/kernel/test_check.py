"""`%%workflow --check` in a real kernel: the findings are shown, and nothing starts."""

from __future__ import annotations

from tests.support.cells import ECHO, cell, workflow
from tests.support.kernels import Cell, Page

CARELESS = workflow("""
    import time
    print("<b>", time.time())
    raise ValueError("<script>")
""")
RUNS = "from nbconvo.ipython.notebook import notebook; len(notebook().runs)"


def result(checked: Cell) -> dict[str, str]:
    """The mime bundle of the cell's value; there is no other output."""
    (shown,) = checked.outputs
    assert shown["msg_type"] == "execute_result"
    return shown["content"]["data"]


def test_check_shows_a_table_and_starts_nothing(page: Page) -> None:
    before = page.value(RUNS)
    page.run("careless = 0")
    checked = page.run(cell(CARELESS, "careless --check --wait"))
    assert checked.error == ""
    shown = result(checked)
    assert set(shown) == {"text/plain", "text/html"}
    line = CARELESS.splitlines().index('        print("<b>", time.time())') + 2  # below the line of the magic
    assert f"line {line}, column 22: refused-call: The sandbox refuses time.time" in shown["text/plain"]
    assert f"line {line + 1}, column 9: exception: ValueError in workflow code" in shown["text/plain"]
    assert shown["text/html"].count("<tr>") == 3
    assert "<script>" not in shown["text/html"]
    assert page.value("careless") == "0"
    assert page.value(RUNS) == before


def test_check_defines_the_workflow(page: Page) -> None:
    page.run("Talk = None")
    checked = page.run(cell(ECHO, "--check"))
    assert checked.value.startswith("Nothing here is known to be different")
    assert page.value("Talk.__name__") == "'Talk'"
    assert page.value("import nbconvo; list(nbconvo.portability.check(Talk))") == "[]"


def test_check_knows_what_other_cells_import(page: Page) -> None:
    page.run("import time as clock\nfrom nbconvo.workflows import workflow as wf\nfrom typing import Optional\nlive = [1]")
    source = (
        "@wf.define(name='elsewhere')\nclass Elsewhere:\n    @wf.entrypoint\n"
        "    async def run(self) -> Optional[float]:\n        live.append(2)\n        return clock.time()\n"
    )
    text = page.run(cell(source, "--check")).value
    assert "refused-call: The sandbox refuses time.time" in text
    assert "undefined-name: 'live' is not defined in this source" in text
    assert text.count("line ") == 2


def test_check_of_an_imported_workflow(page: Page) -> None:
    page.run("%%writefile checked_elsewhere.py\n" + CARELESS)
    text = page.run(cell("from checked_elsewhere import Talk", "--check")).value
    assert "refused-call" in text
