"""The kernel restarts, is busy, waits in a cell, is interrupted, or comes back with another version of the front end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from nbconvo.widgets.assets import STATIC
from tests.browser.cells import GREETING, busy_until, pasted
from tests.browser.conftest import OpenWith
from tests.support.lab import Lab, OpenNotebook


def answer(notebook: OpenNotebook, cell: int, text: str) -> None:
    composer = notebook.conversation(cell).get_by_role("textbox")
    composer.fill(text)
    composer.press("Enter")


def expect_greeted(notebook: OpenNotebook, cell: int, name: str) -> None:
    expect(notebook.conversation(cell).get_by_role("log")).to_contain_text(f"Nice to meet you, {name}!")


def test_a_restart_is_shown_keeps_the_draft_and_the_cell_runs_again(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, pasted(GREETING))
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    out.get_by_role("textbox").fill("Ada, half typed")

    notebook.restart()

    expect(out.get_by_role("alert")).to_contain_text("The kernel restarted. Run the cell again")
    expect(out.get_by_text("Disconnected")).to_be_visible()
    expect(out.get_by_role("log")).to_contain_text("What's your name?")
    expect(out.get_by_role("textbox")).to_have_value("Ada, half typed")
    expect(out.get_by_role("textbox")).to_be_disabled()

    for cell in (0, 1):
        notebook.run_and_wait(cell)
    expect(out.get_by_role("alert")).to_have_count(0)
    answer(notebook, 1, "Grace")
    expect_greeted(notebook, 1, "Grace")


@pytest.fixture
def other_version(tmp_path: Path) -> Path:
    """The front end with one line more: it tells that it was evaluated."""
    copy = tmp_path / "static"
    shutil.copytree(STATIC, copy)
    core = copy / "core.js"
    core.write_text(core.read_text() + "\nglobalThis.otherVersion = true;\n")
    return copy


def test_another_version_after_a_restart_is_loaded(open_with: OpenWith, lab: Lab, page: Page, other_version: Path) -> None:
    use_other = f"import pathlib, nbconvo.widgets.assets as assets\nassets.STATIC = pathlib.Path({str(other_version)!r})"
    notebook = open_with(lab, use_other, pasted(GREETING))
    notebook.run_and_wait(2)
    expect(notebook.conversation(2).get_by_role("log")).to_be_visible()
    assert page.evaluate("globalThis.otherVersion") is None

    notebook.restart()
    for cell in (0, 1, 2):
        notebook.run_and_wait(cell)

    page.wait_for_function("globalThis.otherVersion === true")
    answer(notebook, 2, "Ada")
    expect_greeted(notebook, 2, "Ada")


def test_after_close_all_a_cell_opens_a_new_conversation(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, pasted(GREETING), "import ipywidgets\nipywidgets.Widget.close_all()")
    for cell in (1, 2, 1):
        notebook.run_and_wait(cell)
    answer(notebook, 1, "Ada")
    expect_greeted(notebook, 1, "Ada")


def test_a_reply_to_a_busy_kernel_is_queued_said_so_and_applied(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, pasted(GREETING), busy_until(lab.root / "go"))
    notebook.run_and_wait(1)
    notebook.run(2)
    expect(notebook.cell(2).get_by_text("[*]:")).to_be_visible()
    answer(notebook, 1, "Ada")
    expect(notebook.conversation(1)).to_contain_text("Kernel is busy. Your answer is queued.")

    (lab.root / "go").touch()

    expect_greeted(notebook, 1, "Ada")
    expect(notebook.conversation(1)).not_to_contain_text("Kernel is busy")


def test_a_waiting_cell_hears_replies_and_the_interrupt(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, pasted(GREETING, "--wait"), pasted(GREETING, "second --wait"), "second.status")
    prompts = [notebook.cell(index).locator(".jp-InputPrompt") for index in range(3)]
    notebook.run(1)
    answer(notebook, 1, "Ada")
    expect_greeted(notebook, 1, "Ada")
    expect(prompts[1]).to_have_text("[2]:")

    notebook.run(2)
    expect(notebook.conversation(2).get_by_role("textbox")).to_be_visible()
    expect(prompts[2]).to_have_text("[*]:")
    notebook.interrupt()
    expect(prompts[2]).to_have_text("[3]:", timeout=2_000)
    notebook.run_and_wait(3)
    expect(notebook.output(3)).to_contain_text("'waiting'")
    answer(notebook, 2, "Grace")
    expect_greeted(notebook, 2, "Grace")
