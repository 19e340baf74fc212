"""A workflow cell that asks for the workflow's input: in a page, after a reload, from Python, and where nobody can type."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cells import cell, workflow
from tests.support.kernels import Kernel, Page

DOUBLE = workflow("return 2 * number", name="double", parameters="number: int", returns="int")


@pytest.fixture
def kernel(fresh_kernel: Kernel, tmp_path: Path) -> Kernel:
    """A kernel of a notebook."""
    fresh_kernel.page.run(f"import os\nos.environ['JPY_SESSION_NAME'] = {str(tmp_path / 'sums.ipynb')!r}")
    return fresh_kernel


def test_the_cell_asks_and_starts_with_the_answer(kernel: Kernel, tmp_path: Path) -> None:
    page = kernel.page
    conversation = page.run(cell(DOUBLE, "sum_")).conversation()
    ask = conversation.ask()
    assert (conversation.status, ask["kind"], ask["label"]) == ("waiting", "form", "double")
    assert not (tmp_path / ".nbconvo").exists(), "nothing is recorded before the start"

    refused = conversation.reply({"number": "x"})
    assert (refused["code"], refused["errors"][0]["path"]) == ("rejected", ["number"])
    assert not (tmp_path / ".nbconvo").exists()

    conversation.answered.clear()
    assert conversation.reply({"number": 21})["code"] == "accepted"
    conversation.until("completed")
    assert page.value("await sum_") == "42"
    assert (tmp_path / ".nbconvo" / "sums.sqlite3").exists()


def test_a_second_tab_sees_the_form_and_python_answers_it(kernel: Kernel) -> None:
    first = kernel.page.run(cell(DOUBLE, "sum_")).conversation()
    first.request_state()
    kernel.page.until(lambda: first.view["asks"], "the page that opens later has the form")
    assert kernel.page.value("await sum_.reply({'number': 4})\nawait sum_") == "8"
    first.until("completed")
    assert first.view["asks"] == []


def test_waiting_cells_wait_for_the_form_and_the_run(each_kernel: Kernel) -> None:
    page = each_kernel.page
    waiting = page.send(cell(DOUBLE, "sum_ --wait"))
    assert waiting.conversation().reply({"number": 3})["code"] == "accepted"
    assert page.value("await sum_") == "6"


def test_scripted_replies_start_it_where_nobody_can_type(page: Page) -> None:
    assert page.run(cell(DOUBLE, """sum_ --reply '{"number": 5}'"""), allow_stdin=False).error == ""
    assert page.value("await sum_") == "10"


def test_without_one_the_cell_says_which_ask_has_none(page: Page) -> None:
    failed = page.run(cell(DOUBLE), allow_stdin=False)
    assert "NoReplyError" in failed.error
    assert "no scripted reply is left for the ask 'double'" in failed.error


def test_one_that_does_not_fit_is_told(page: Page) -> None:
    failed = page.run(cell(DOUBLE, """--reply '{"number": "many"}'"""), allow_stdin=False)
    assert "InputRejected" in failed.error
    assert "unable to parse string as an integer" in failed.error


def test_a_recorded_session_brings_the_input(kernel: Kernel, tmp_path: Path) -> None:
    page = kernel.page
    page.run(cell(DOUBLE, "sum_")).conversation().reply({"number": 21})
    page.run("sum_.record('sum.json')")
    assert '"number": 21' in (tmp_path / "sum.json").read_text()
    page.run(cell(DOUBLE, "again --replies sum.json"))
    assert page.value("await again") == "42"
