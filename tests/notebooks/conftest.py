"""Notebooks executed as others execute them: by nbclient, nbconvert, papermill and nbval, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from tests.support.refresh_notebooks import ROOT

HERE = Path(__file__).parent

Module = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[..., Path]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.notebooks)


@pytest.fixture
def module(tmp_path: Path) -> Module:
    """Run `python -m ...` in the repository, with nobody's settings; what it printed is in the failure when it fails."""
    own = {"HOME": str(tmp_path), "IPYTHONDIR": str(tmp_path / "ipython"), "JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "CI", "HEADLESS"))}

    def run(*arguments: str, fails: bool = False, **environment: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=ROOT, env={**plain, **own, **environment}, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert (done.returncode != 0) is fails, f"{done.stdout}\n{done.stderr}"
        return done

    return run


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a notebook with these code cells, the extension loaded in the first."""

    def to_file(*sources: str) -> Path:
        cells = [new_code_cell(source, id=f"cell-{index}") for index, source in enumerate(["%load_ext nbconvo", *sources])]
        notebook = new_notebook(cells=cells)
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook.metadata.language_info = {"name": "python", "file_extension": ".py", "nbconvert_exporter": "python"}
        path = tmp_path / "written.ipynb"
        nbformat.write(notebook, path)
        return path

    return to_file


@pytest.fixture
def ran(write: Write) -> Callable[..., NotebookNode]:
    """Execute these cells with nbclient; errors are in the outputs."""

    def execute(*sources: str, allow_errors: bool = True, timeout: float = 30, **options: object) -> NotebookNode:
        path = write(*sources)
        notebook = nbformat.read(path, as_version=4)
        NotebookClient(
            notebook,
            timeout=timeout,
            allow_errors=allow_errors,
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": str(path.parent)}},
            **options,
        ).execute()
        return notebook

    return execute
