"""`nbconvo export`: reads the notebook, writes the module, says what to know about it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from nbconvo.errors import CannotExport
from nbconvo.portability.export import MARK, export
from nbconvo.portability.notebook import read_cells


def add_command(commands: Any) -> None:
    """Tell the parser of the `nbconvo` command about `export`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "export", help="make a module for the real SDK of a workflow in a notebook"
    )
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--cell", metavar="NAME", required=True, help="the run's variable, the workflow's name, or its class")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="the module to write; without it, print it")
    parser.add_argument("--force", action="store_true", help="write over a file that this command did not write")


def command(given: argparse.Namespace) -> int:
    """Carry out `nbconvo export`; returns 0, or 2 when there is nothing to write, with the reason on stderr."""
    output: Path | None = given.output
    try:
        made = export(read_cells(given.notebook), given.cell, notebook=given.notebook.name)
        if output is None:
            sys.stdout.write(made.source)
        else:
            _write(output, made.source, force=given.force)
    except CannotExport as error:
        print(error, file=sys.stderr)
        return 2
    for note in made.notes:
        print(note, file=sys.stderr)
    for finding in made.findings:
        print(f"{output or 'module'}: {finding}", file=sys.stderr)
    return 0


def _write(path: Path, source: str, *, force: bool) -> None:
    """Raises `CannotExport` when the file is somebody else's, or cannot be written."""
    try:
        if not force and path.exists() and not path.read_text("utf-8", errors="replace").startswith(MARK):
            raise CannotExport(f"{path} is there and was not written by `nbconvo export`: name another file, or say --force.")
        path.write_text(source, "utf-8")
    except OSError as error:
        raise CannotExport(f"{path} cannot be written: {error.strerror}.") from error
