"""The outputs of executed notebooks."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode


def outputs(notebook: NotebookNode) -> list[list[dict[str, Any]]]:
    """The outputs of each code cell."""
    return [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]


def texts(notebook: NotebookNode) -> list[str]:
    """What each code cell shows as plain text, errors included."""
    return ["\n".join(_text(output) for output in cell) for cell in outputs(notebook)]


def mime_types(notebook: NotebookNode) -> set[str]:
    """Every mime type in the outputs."""
    return {mime for cell in outputs(notebook) for output in cell for mime in output.get("data", {})}


def _text(output: dict[str, Any]) -> str:
    if output["output_type"] == "error":
        return f"{output['ename']}: {output['evalue']}"
    return output.get("text") or output["data"]["text/plain"]
