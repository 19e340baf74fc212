"""The tutorials run everywhere, always give the same, and are saved as they run."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from tests.support.outputs import mime_types, outputs, texts
from tests.support.refresh_notebooks import ROOT, TUTORIALS, executed, without_noise

each_tutorial = pytest.mark.parametrize("path", TUTORIALS, ids=[path.stem for path in TUTORIALS])
SAID = {
    "01_greeting": ["What's your name?", "Nice to meet you, Ada!", "Oat milk cappuccino"],
    "02_approval": ["Train to Lyon", "Approve", "receipt for 128.50 EUR", "No answer in time"],
    "03_durable": ["Ada, with letter", "Bob, without letter", "no answer in a week", "Welcome, Cleo"],
    "04_gallery": ["Lunch", "Dear Ada, see you in May!", "four times", "Lyon: 21 degrees", "Books", "Two rooms"],
    "05_forms": ["Amount in EUR", "Ada expects Grace and Mary", "ticket.txt", "size - Input", "an invoice over 1080.00 EUR"],
    "06_canvas": ["You are invited", "Come on", "is_prime", "Ask --"],
    "07_progress": ["A wheel and an archive", "pytest -q", "1 passed", "tried 2 times", "Booking"],
    "10_streaming_workflow": ["offline model", "Expense approved.", "Thinking", "92 euros", "You can keep your dollars."],
    "08_conversations": ["6*7 = 42", "Lyon", "7*7 = 49", "Knock, knock."],
    "09_agents_and_tools": ["3 EUR", "1 EUR are missing", "nobody can be asked", "Tool: web", "Handed over to Clerk"],
}


@each_tutorial
def test_saved_outputs_are_those_of_every_run(path: Path) -> None:
    saved = nbformat.read(path, as_version=4)
    for _ in range(2):
        now = executed(saved, path.parent)
        assert texts(now) == texts(saved)
        assert outputs(now) == outputs(saved)


@each_tutorial
def test_saved_notebook_is_without_noise(path: Path) -> None:
    saved = nbformat.read(path, as_version=4)
    assert nbformat.writes(without_noise(nbformat.read(path, as_version=4))) == nbformat.writes(saved), (
        "run tests.support.refresh_notebooks"
    )
    source = path.read_text()
    assert "widget" not in {part for name in saved.metadata for part in name.split("-")}
    assert mime_types(saved) <= {"text/plain", "text/markdown", "text/html"}
    assert not re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d", source), "a timestamp"
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}", source), "an id that is another in every run"
    assert str(Path.home()) not in source
    assert [cell.execution_count for cell in saved.cells if cell.cell_type == "code"] == list(range(1, len(outputs(saved)) + 1))


@each_tutorial
def test_saved_notebook_says_everything_that_was_said(path: Path) -> None:
    shown = "\n".join(texts(nbformat.read(path, as_version=4)))
    for words in SAID[path.stem]:
        assert words in shown


def test_pytest_nbval_passes_twice(module) -> None:
    for _ in range(2):
        done = module("pytest", "--nbval", "-p", "no:cacheprovider", *map(str, TUTORIALS))
        cells = sum(len(outputs(nbformat.read(path, as_version=4))) for path in TUTORIALS)
        assert f"{cells} passed" in done.stdout


@each_tutorial
def test_nbconvert_executes_it(module, path: Path, tmp_path: Path) -> None:
    module("jupyter", "nbconvert", "--execute", "--to", "notebook", "--output-dir", str(tmp_path), str(path))
    result = nbformat.read(tmp_path / path.name, as_version=4)
    assert outputs(result) == outputs(nbformat.read(path, as_version=4))
    assert "widgets" not in result.metadata


@each_tutorial
def test_papermill_executes_it(module, path: Path, tmp_path: Path) -> None:
    module("papermill", "--no-progress-bar", "--cwd", str(ROOT / "notebooks"), str(path), str(tmp_path / path.name))
    assert texts(nbformat.read(tmp_path / path.name, as_version=4)) == texts(nbformat.read(path, as_version=4))


@pytest.mark.parametrize("form", ["html", "markdown"])
@each_tutorial
def test_converted_notebook_shows_the_whole_transcript(module, path: Path, form: str, tmp_path: Path) -> None:
    module("jupyter", "nbconvert", "--to", form, "--output-dir", str(tmp_path), "--output", "converted", str(path))
    (converted,) = tmp_path.glob("converted.*")
    shown = converted.read_text().replace("&#39;", "'").replace("&#x27;", "'")
    for words in SAID[path.stem]:
        assert words in shown
