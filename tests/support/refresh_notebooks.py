"""Execute the tutorials and write them back without anything that differs from one machine or day to the next.

python -m tests.support.refresh_notebooks [notebook ...]
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
TUTORIALS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def executed(notebook: NotebookNode, directory: Path, *, timeout: float = 60) -> NotebookNode:
    """The notebook with the outputs of this moment, run as in `directory`; the one given is left as it is."""
    copy = nbformat.from_dict(notebook)
    NotebookClient(
        copy,
        timeout=timeout,
        record_timing=False,
        store_widget_state=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(directory)}},
    ).execute()
    return without_noise(copy)


def without_noise(notebook: NotebookNode) -> NotebookNode:
    """Take out what says when and where it was executed."""
    notebook.metadata = nbformat.from_dict({name: notebook.metadata[name] for name in ("kernelspec", "language_info")})
    notebook.metadata.language_info.pop("version", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    return notebook


def main(paths: list[Path]) -> None:
    """Refresh these notebooks, or all tutorials."""
    for path in paths or TUTORIALS:
        notebook = executed(nbformat.read(path, as_version=4), path.parent)
        path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
        print(f"{path}: {len(notebook.cells)} cells")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
