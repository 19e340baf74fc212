"""Where replies files are: the one that a workflow cell plays, and a new one that the widget's button writes.

`NBCONVO_REPLIES` in the environment of the kernel names files for the workflow cells of a notebook, whoever runs it (`nbconvo
run --replies` sets it): files separated by `os.pathsep`, each `NAME=FILE` for the cell `%%workflow NAME`, or `FILE` for every
cell that none is named for. They come before what a cell says itself. A relative path starts at the notebook's folder.
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path

from nbconvo.errors import UsageError
from nbconvo.ipython import host

VARIABLE = "NBCONVO_REPLIES"


def replies_file(run_name: str | None) -> Path | None:
    """The file that the environment names for the cell whose run is bound to this variable."""
    files: dict[str | None, str] = {}
    for part in filter(None, os.environ.get(VARIABLE, "").split(os.pathsep)):
        name, equals, file = part.partition("=")
        if equals and name.isidentifier():
            files[name] = file
        else:
            files[None] = part
    found = files.get(run_name, files.get(None))
    return None if found is None else host.notebook_folder() / found


def save_new(text: str, run_name: str) -> Path:
    """Write a file of its own beside the notebook, `NOTEBOOK.RUN.replies.json`, with a number when that is there already.

    Raises `UsageError` when the folder cannot be written to.
    """
    folder, stem = host.notebook_folder(), f"{host.notebook_stem()}.{run_name}"
    for number in itertools.count(1):
        path = folder / f"{stem}{f'.{number}' if number > 1 else ''}.replies.json"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError(f"{path.name} cannot be written beside the notebook: {reason}. Try run.record(PATH).") from error
        return path
    raise AssertionError("there is always another number")
