"""What is in the saved notebook, and what it shows when it is opened again: the static twin of each conversation."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import BrowserContext, Page, expect

from nbconvo.widgets.assets import STATIC
from tests.browser.cells import GREETING, ONE_QUESTION, pasted
from tests.browser.conftest import OpenWith
from tests.support.lab import Lab, OpenNotebook

WIDGETS = 30
LIMIT = 300_000
SAVE_WIDGET_STATE = "@jupyter-widgets/jupyterlab-manager:saveWidgetState"


@pytest.fixture
def counted(tmp_path: Path) -> str:
    """A cell that makes the kernel use a front end which counts how often it is evaluated."""
    copy = tmp_path / "static"
    shutil.copytree(STATIC, copy)
    core = copy / "core.js"
    core.write_text(core.read_text() + "\nglobalThis.evaluations = (globalThis.evaluations ?? 0) + 1;\n")
    return f"import pathlib, nbconvo.widgets.assets as assets\nassets.STATIC = pathlib.Path({str(copy)!r})"


def saved_size(lab: Lab, notebook: OpenNotebook) -> int:
    notebook.save()
    return (lab.root / notebook.name).stat().st_size


def test_thirty_widgets_load_one_bundle_and_save_small(open_with: OpenWith, lab: Lab, page: Page, counted: str) -> None:
    notebook = open_with(lab, counted, *[ONE_QUESTION] * WIDGETS)
    notebook.run_and_wait(1)
    for cell in range(2, 2 + WIDGETS):
        notebook.run_and_wait(cell)
    expect(page.locator(".nbc-live")).to_have_count(WIDGETS)
    assert page.evaluate("globalThis.evaluations") == 1
    assert saved_size(lab, notebook) < LIMIT

    notebook.command(SAVE_WIDGET_STATE)  # the menu's "Save Widget State Automatically", off by default
    try:
        assert LIMIT > saved_size(lab, notebook) > len((STATIC / "core.js").read_text()), "the state, with the bundle once"
    finally:
        notebook.command(SAVE_WIDGET_STATE)


def test_thirty_runs_executed_by_nbclient_save_small(tmp_path: Path) -> None:
    cells = ["%load_ext nbconvo", *[ONE_QUESTION.replace("%%workflow", "%%workflow --reply Ada")] * WIDGETS]
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=60, store_widget_state=True, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert all("Hello Ada" in cell.outputs[-1]["data"]["text/plain"] for cell in notebook.cells[1:])
    assert len(nbformat.writes(notebook)) < LIMIT


@pytest.fixture(scope="module")
def finished(context: BrowserContext, lab: Lab) -> Path:
    """A saved notebook whose conversation has ended; its kernel is gone and its page is closed."""
    path = lab.write("finished.ipynb", "%load_ext nbconvo", pasted(GREETING))
    page = context.new_page()
    notebook = lab.open(page, path.name)
    for cell in (0, 1):
        notebook.run_and_wait(cell)
    twin = notebook.output(1).locator(".nbc-static")
    expect(twin).to_contain_text("What's your name?")
    expect(twin).to_be_hidden()
    composer = notebook.conversation(1).get_by_role("textbox")
    composer.fill("Ada")
    composer.press("Enter")
    expect(notebook.conversation(1).get_by_role("log")).to_contain_text("Nice to meet you, Ada!")
    expect(twin).to_contain_text("Nice to meet you, Ada!")  # half a second later
    expect(twin).to_be_hidden()
    notebook.save()
    page.close()
    lab.stop_kernels()
    return path


def expect_whole_conversation(page: Page) -> None:
    twin = page.locator(".nbc-static")
    for words in ("What's your name?", "Ada", "Nice to meet you, Ada!"):
        expect(twin.get_by_text(words).first).to_be_visible()


def expect_only_the_conversation(notebook: OpenNotebook, instead: str) -> None:
    """`instead` is what stands where the widget was; it is there, and nobody sees it."""
    expect_whole_conversation(notebook.page)
    place = notebook.output(1).locator(".jp-OutputArea-child").first
    expect(place).to_contain_text(instead)
    expect(place).to_be_hidden()


def test_a_saved_notebook_shows_the_conversation_again(finished: Path, lab: Lab, new_page: Callable[[], Page]) -> None:
    twin = json.loads(finished.read_text())["cells"][1]["outputs"][-1]["data"]
    assert all("Nice to meet you, Ada!" in "".join(twin[kind]) for kind in ("text/plain", "text/markdown", "text/html"))

    page = new_page()
    expect_only_the_conversation(lab.open(page, finished.name), "Error displaying widget: model not found")
    page.close()
    lab.stop_kernels()


def test_a_saved_notebook_shows_the_conversation_without_a_kernel(finished: Path, lab: Lab, new_page: Callable[[], Page]) -> None:
    saved = nbformat.read(finished, as_version=4)
    saved.metadata = {"kernelspec": {"name": "not-here", "display_name": "Not here", "language": "none"}}
    orphan = lab.root / "orphan.ipynb"
    orphan.write_text(nbformat.writes(saved))
    lab.trust(orphan)
    page = new_page()
    expect_only_the_conversation(lab.open_without_kernel(page, orphan.name), "Loading widget...")


def test_nbconvert_shows_the_conversation(finished: Path, tmp_path: Path, new_page: Callable[[], Page]) -> None:
    html, _ = HTMLExporter().from_filename(str(finished))
    exported = tmp_path / "exported.html"
    exported.write_text(html)
    page = new_page()
    page.goto(exported.as_uri(), wait_until="domcontentloaded")  # nbconvert's page wants MathJax from the network
    expect_whole_conversation(page)
    expect(page.get_by_text("run the cell to open it")).to_be_hidden()
