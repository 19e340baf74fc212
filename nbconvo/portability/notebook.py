"""A notebook file as a list of statements, and the workflows that it defines."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from nbconvo.errors import CannotExport
from nbconvo.portability.hits import literal
from nbconvo.portability.program import Program
from nbconvo.portability.text import as_python

_RUN_NAME = re.compile(r"%%workflow\s+([A-Za-z_]\w*)")


@dataclass(frozen=True, eq=False)
class Cell:
    """A code cell. `number` counts code cells from 1, as they stand; `problem` says why its text is not Python."""

    number: int
    source: str
    python: str
    problem: str | None = None

    @cached_property
    def body(self) -> list[ast.stmt]:
        """Its statements."""
        return ast.parse(self.python).body

    @property
    def run_name(self) -> str | None:
        """The variable of a `%%workflow` cell."""
        found = _RUN_NAME.match(self.source)
        return found[1] if found else None


@dataclass(frozen=True, eq=False)
class Candidate:
    """A workflow that can be exported, and what it may be called by."""

    cell: Cell
    cls: ast.ClassDef
    workflow_name: str
    run_names: tuple[str, ...]

    def __str__(self) -> str:
        runs = f", run {' or '.join(self.run_names)}" if self.run_names else ""
        return f"{self.cls.name} (workflow {self.workflow_name!r}{runs}, code cell {self.cell.number})"


def read_cells(path: Path) -> list[Cell]:
    """The code cells of a notebook. Raises `CannotExport` for a file that is not there or is no notebook."""
    try:
        notebook = json.loads(path.read_text("utf-8"))
        cells = cast("list[dict[str, Any]]", [cell for cell in notebook["cells"] if cell["cell_type"] == "code"])
        return [_cell(number, "".join(cell["source"]).replace("\r\n", "\n")) for number, cell in enumerate(cells, 1)]
    except OSError as error:
        raise CannotExport(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise CannotExport(f"{path} is not a notebook of format 4: {type(error).__name__}: {error}.") from error


def _cell(number: int, source: str) -> Cell:
    try:
        return Cell(number, source, as_python(source))
    except (SyntaxError, ValueError) as error:  # ValueError: null bytes
        return Cell(number, source, "", f"{type(error).__name__}: {error}")


def find(cells: Sequence[Cell], name: str) -> Candidate:
    """The workflow that is called `name`. Raises `CannotExport` with a list when there is none, or more than one."""
    there = list(candidates(cells))
    found = [one for one in there if name in (one.cls.name, one.workflow_name, *one.run_names)]
    if len(found) == 1:
        return found[0]
    if not there:
        broken = [f"\n  code cell {cell.number} is not Python: {cell.problem}" for cell in cells if cell.problem]
        raise CannotExport(f"The notebook defines no workflow.{''.join(broken)}")
    what = f"{name!r} is the name of {len(found)} workflows" if found else f"No workflow is called {name!r}"
    raise CannotExport(f"{what}. There are:\n" + "\n".join(f"  {one}" for one in found or there))


def candidates(cells: Sequence[Cell]) -> Iterator[Candidate]:
    """Every workflow class at the top of a cell."""
    program = Program(ast.Module([statement for cell in cells for statement in cell.body], []))
    runs = _run_calls(program)
    for cell in cells:
        own = [node for node in cell.body if isinstance(node, ast.ClassDef) and node in program.workflows]
        for cls in own:
            named = [cell.run_name] if cell.run_name and cls is own[-1] else []
            yield Candidate(cell, cls, _workflow_name(program, cls), (*named, *runs.get(cls.name, ())))


def _workflow_name(program: Program, cls: ast.ClassDef) -> str:
    decorator = program.decorator(cls, "define")
    arguments = (
        []
        if not isinstance(decorator, ast.Call)
        else [*decorator.args[:1], *(one.value for one in decorator.keywords if one.arg == "name")]
    )
    return next((str(literal(one)) for one in arguments if literal(one) is not None), cls.name)


def _run_calls(program: Program) -> dict[str, list[str]]:
    """The variables of `x = nbconvo.run(Class)`, by class name."""
    found: dict[str, list[str]] = {}
    for statement in program.tree.body:
        match statement:
            case ast.Assign([ast.Name(name)], ast.Call(func, [ast.Name(cls), *_])) if program.path(func) == "nbconvo.run":
                found.setdefault(cls, []).append(name)
            case _:
                continue
    return found
