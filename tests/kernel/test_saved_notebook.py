"""What a notebook file holds of live conversations, and what is left of it without a kernel."""

from __future__ import annotations

import html

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter, MarkdownExporter
from nbformat.v4 import new_code_cell, new_notebook

from tests.support.cells import GREETING, cell
from tests.support.kernels import Cell, Kernel, Page

SAID = ["Greeting", "What's your name?", "Ada", "Nice to meet you, Ada!"]


def saved(*cells: Cell) -> nbformat.NotebookNode:
    """The notebook that a front end would write of these cells."""
    notebook = new_notebook(cells=[new_code_cell(cell(GREETING), outputs=one.saved_outputs()) for one in cells])
    nbformat.validate(notebook)
    return notebook


def finished(page: Page, count: int = 1) -> list[Cell]:
    """Greetings that were answered in their widgets, their static twins up to date."""
    cells = [page.run(cell(GREETING)) for _ in range(count)]
    for one in cells:
        one.conversation().reply("Ada")
    for one in cells:
        page.until(lambda: "Nice to meet you" in one.saved_outputs()[1]["data"]["text/plain"], "the twin is updated")  # noqa: B023
    return cells


@pytest.mark.parametrize("exporter", [HTMLExporter, MarkdownExporter])
def test_saved_conversation_can_be_read_without_a_kernel(page: Page, exporter: type[HTMLExporter | MarkdownExporter]) -> None:
    text, _ = exporter().from_notebook_node(saved(*finished(page)))
    shown = html.unescape(text)
    for words in SAID:
        assert words in shown


def test_waiting_conversation_is_saved_as_waiting(page: Page) -> None:
    notebook = saved(page.run(cell(GREETING)))
    text = notebook.cells[0].outputs[1]["data"]["text/plain"]
    assert "What's your name?" in text
    assert "Waiting for an answer. Run the cell to go on." in text


def test_saved_html_holds_nothing_active(page: Page) -> None:
    twin = saved(*finished(page)).cells[0].outputs[1]["data"]["text/html"]
    for active in ("<script", "javascript:", " onclick", "<iframe", " src=", "http"):
        assert active not in twin


def test_thirty_conversations_make_a_small_file(fresh_kernel: Kernel) -> None:
    size = len(nbformat.writes(saved(*finished(fresh_kernel.page, 30))).encode())
    sources = 30 * len(GREETING)
    assert size < 300_000
    assert size - sources < 30 * 3_000, "a conversation of four lines costs at most 3 kB"
