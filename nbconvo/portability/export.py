"""A workflow of a notebook as a module that runs under `mistralai.workflows.run_worker`.

The module has the workflow, and from all cells what it needs, transitively: functions, classes, constants and imports, in the
order of the notebook and in the author's own words. What merely runs stays behind.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nbconvo.errors import CannotExport
from nbconvo.portability.checking import findings_of
from nbconvo.portability.findings import Findings
from nbconvo.portability.needs import bound_names, needed_names, starred_names
from nbconvo.portability.notebook import Candidate, Cell, find
from nbconvo.portability.program import Program
from nbconvo.portability.rewrite import Import, Rewriter, applied
from nbconvo.portability.text import NOTE
from nbconvo.portability.upstream import THEIRS

MARK = "# Written by `nbconvo export`"
"""How a module begins that may be written over."""

_DEFINITIONS = (
    *(ast.AnnAssign, ast.Assign, ast.AugAssign, ast.AsyncFunctionDef, ast.ClassDef, ast.FunctionDef),
    *(ast.If, ast.Import, ast.ImportFrom, ast.Try, ast.With),
)
_ALWAYS_THERE = frozenset({*vars(builtins), "__file__", "__name__"})


@dataclass(frozen=True, slots=True)
class Exported:
    """The module's text, what is not the same under the real SDK (lines are the module's), and what stayed behind."""

    source: str
    findings: Findings
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Statement:
    """A statement of the notebook; `position` is its place among all of them."""

    position: int
    cell: Cell
    node: ast.stmt

    @property
    def lines(self) -> tuple[int, int]:
        """First and last line in the cell, decorators included."""
        decorators: list[ast.expr] = getattr(self.node, "decorator_list", [])
        return min([self.node.lineno, *(one.lineno for one in decorators)]), self.node.end_lineno or self.node.lineno


def export(cells: Sequence[Cell], name: str, *, notebook: str) -> Exported:
    """The module of the workflow called `name` (its run's variable, its own name, or its class).

    `notebook` is the file's name, for the first line. Raises `CannotExport` when there is no such workflow, or when what it needs
    cannot stand in a module: magics, shell lines, top-level awaits, names that no cell defines, parts of nbconvo alone.
    """
    target = find(cells, name)
    pairs = ((cell, node) for cell in cells for node in cell.body if not _is_main(node))
    statements = [_Statement(position, cell, node) for position, (cell, node) in enumerate(pairs)]
    needed = _needed(statements, target)
    program = Program(ast.Module([one.node for one in statements], []))
    source = "\n\n".join([f"{MARK} from {notebook}.", *_future(cells, target), *_written(needed, program)])
    source += _main_block(target, program, needed)
    try:
        compile(source, "<exported>", "exec", dont_inherit=True)
    except SyntaxError as error:  # such as an await in a constant
        raise CannotExport(f"What {target.cls.name} needs is not a module: {error.msg}, in {error.text or ''!r}.") from error
    return Exported(source, findings_of(source), tuple(_notes(target, cells)))


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("__name__ == '__main__'", "'__main__' == __name__")


def _notes(target: Candidate, cells: Sequence[Cell]) -> Iterator[str]:
    line = target.cell.source.partition("\n")[0]
    if line.startswith("%%workflow") and "--input" in line:
        yield "The cell's --input is not in the module: give it when you start the workflow."
    yield from (f"Code cell {cell.number} was left out, it is not Python: {cell.problem}" for cell in cells if cell.problem)


# What is needed


def _needed(statements: Sequence[_Statement], target: Candidate) -> dict[_Statement, frozenset[str]]:
    """The statements of the module, and which of their names are used; in the order of the notebook."""
    bindings: dict[str, list[_Statement]] = {}
    for one in statements:
        for name in bound_names(one.node) | starred_names(one.node):
            bindings.setdefault(name, []).append(one)
    last = max(one.position for one in statements if one.cell is target.cell)
    start = next(one for one in statements if one.node is target.cls)
    used: dict[_Statement, set[str]] = {start: {target.cls.name}}
    missing: list[str] = []
    pending = [start]
    while pending:
        one = pending.pop()
        _check(one, target)
        for name in sorted(needed_names(one.node) - (_ALWAYS_THERE - bindings.keys())):
            found = _binding(bindings.get(name, []), one, last)
            missing += [] if found else [f"  {name} (used in code cell {one.cell.number})"]
            pending += [each for each in found if each not in used]
            for each in found:
                used.setdefault(each, set()).add(name)
    if missing:
        raise CannotExport(f"No cell defines, above its use, what {target.cls.name} needs:\n" + "\n".join(missing))
    return {one: frozenset(used[one]) for one in sorted(used, key=lambda one: one.position)}


def _binding(found: Sequence[_Statement], user: _Statement, last: int) -> Sequence[_Statement]:
    """Where a name gets the value that its user sees: code that runs at once sees what is above, a function what was last.

    Several statements when one changes what another has made (`x += 1`).
    """
    deferred = isinstance(user.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    above = [one for one in found if one.position < user.position or (deferred and one.position <= last)]
    if not above:
        return found[:1] if deferred else []
    first = next(index for index in reversed(range(len(above))) if index == 0 or not isinstance(above[index].node, ast.AugAssign))
    return above[first:]


def _check(one: _Statement, target: Candidate) -> None:
    """Raises `CannotExport` for a statement that cannot stand in a module."""
    where = f"{target.cls.name} needs line {one.node.lineno} of code cell {one.cell.number}"
    first, last = one.lines
    if magic := next((line for line in one.cell.python.split("\n")[first - 1 : last] if f"  {NOTE} " in line), None):
        raise CannotExport(f"{where}, which is not Python: {magic.partition(NOTE)[2].strip()}\nWrite it in Python.")
    if not isinstance(one.node, _DEFINITIONS):
        raise CannotExport(
            f"{where}, a {type(one.node).__name__.lower()} statement that runs. Define it with an assignment or a function."
        )


# The text


def _future(cells: Sequence[Cell], target: Candidate) -> list[str]:
    """The line that says what IPython keeps from one cell to the next ones."""
    nodes = [
        node for cell in cells if cell.number <= target.cell.number for node in cell.body if isinstance(node, ast.ImportFrom)
    ]
    names = sorted({one.name for node in nodes if node.module == "__future__" for one in node.names})
    return [f"from __future__ import {', '.join(names)}"] if names else []


def _written(needed: dict[_Statement, frozenset[str]], program: Program) -> list[str]:
    """Groups of imports, then the definitions; a blank line belongs between them."""
    rewriter = Rewriter(program)
    imports, blocks = dict[str, None](), list[tuple[_Statement, str]]()
    for one, names in needed.items():
        if isinstance(one.node, Import):
            imports |= dict.fromkeys(rewriter.guarded(line) for line in rewriter.import_lines(one.node, names))
        else:
            blocks.append((one, _text(one, rewriter)))
    body = "".join(_gap(before, after) + after[1] for before, after in pairwise([None, *blocks]) if after is not None)
    return [*_grouped([*sorted(rewriter.imports - imports.keys()), *imports]), body.removeprefix("\n\n")]


def _grouped(lines: Sequence[str]) -> list[str]:
    """Import lines in groups: Python's own, others, and those let through the sandbox, which need another."""
    groups: list[list[str]] = [[], [], []]
    for line in lines:
        module = line.replace(".", " ").split()[1]
        groups[2 if line.startswith("with") else 0 if module in sys.stdlib_module_names else 1].append(line)
    return ["\n".join(group) for group in (sorted(groups[0], key=_plain_first), *groups[1:]) if group]


def _plain_first(line: str) -> tuple[bool, str]:
    return line.startswith("from"), line


def _text(one: _Statement, rewriter: Rewriter) -> str:
    """The statement as it was written, with the comments above it and on its last line; mapped."""
    lines = one.cell.python.split("\n")
    first, last = one.lines
    others = [other for other in one.cell.body if other is not one.node]
    taken = {number for other in others for number in range(other.lineno, (other.end_lineno or other.lineno) + 1)}
    begin = (first, one.node.col_offset if first in taken else 0)
    end = (last, one.node.end_col_offset or 0) if last in taken else (last, len(lines[last - 1].encode()))
    while begin[1] == 0 and begin[0] > 1 and begin[0] - 1 not in taken and lines[begin[0] - 2].startswith("#"):
        begin = (begin[0] - 1, 0)
    return applied(one.cell.python, list(rewriter.edits(one.node)), begin, end)


def _gap(before: tuple[_Statement, str] | None, after: tuple[_Statement, str]) -> str:
    """Two blank lines around functions and classes; lines that stood together stay together."""
    blocks = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    if isinstance(after[0].node, blocks) or (before is not None and isinstance(before[0].node, blocks)):
        return "\n\n\n"
    together = before is not None and before[0].cell is after[0].cell and before[0].lines[1] + 1 >= after[0].lines[0]
    return "\n" if together else "\n\n"


def _main_block(target: Candidate, program: Program, needed: dict[_Statement, frozenset[str]]) -> str:
    """The block that starts a worker: the workflow, and those that it calls."""
    workflows = [one.node.name for one in needed if isinstance(one.node, ast.ClassDef) and one.node in program.workflows]
    names = dict.fromkeys([target.cls.name, *workflows])
    imported = {name for one, used in needed.items() if isinstance(one.node, Import) for name in used}
    alias = next((name for name in sorted(imported) if program.names.get(name) == THEIRS), None)
    lines = ["import asyncio"] if program.names.get("asyncio") != "asyncio" or "asyncio" not in imported else []
    lines += [] if alias else [f"from {THEIRS} import run_worker"]
    call = f"asyncio.run({f'{alias}.' if alias else ''}run_worker([{', '.join(names)}]))"
    return '\n\n\nif __name__ == "__main__":\n' + "".join(f"    {line}\n" for line in [*lines, call])
