"""Import roots mapped back to the SDK's, in the author's own text: edits where a name stands, and nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby
from typing import NoReturn

from nbconvo.errors import CannotExport
from nbconvo.portability.calls import cannot_import_again, modules_of
from nbconvo.portability.program import Program
from nbconvo.portability.upstream import THEIRS, canonical, home_of, is_known, is_module

Import = ast.Import | ast.ImportFrom


@dataclass(frozen=True, slots=True)
class Edit:
    """Text to stand at the place of a node."""

    node: ast.expr | ast.stmt
    text: str


@dataclass(slots=True)
class Rewriter:
    """Maps statements. `program` is what names mean in the whole notebook; `imports` gathers lines that the module needs, too.

    Every method raises `CannotExport` for what the SDK does not have.
    """

    program: Program
    imports: set[str] = field(default_factory=set[str])

    def edits(self, node: ast.AST) -> Iterator[Edit]:
        """What has to be changed inside a node."""
        edit = None
        if isinstance(node, Import):
            edit = Edit(node, "; ".join(self.import_lines(node)) or "pass") if any(map(_is_ours, modules_of(node))) else None
        elif isinstance(node, ast.Attribute | ast.Name):
            edit = self._name(node)
        if edit is not None:
            yield edit
        else:
            for child in ast.iter_child_nodes(node):
                yield from self.edits(child)

    def _name(self, node: ast.Attribute | ast.Name) -> Edit | None:
        path = self.program.path(node)
        if path is None or not _is_ours(path) or path == "nbconvo":
            return None
        home = _home(path)
        if isinstance(node, ast.Attribute) and is_module(path):
            self.imports.add(f"import {path}")
        if path == THEIRS and isinstance(node, ast.Attribute):
            return None if ast.unparse(node) == THEIRS else Edit(node, THEIRS)
        if is_known(path) or isinstance(node, ast.Name):
            return None
        module, _, name = home.rpartition(".")
        if name in self.program.bound:
            text = f"{ast.unparse(node)} is {home} in the SDK, but {name!r} is something else in the notebook."
            raise CannotExport(f"{text} Import it under another name.")
        self.imports.add(f"from {module} import {name}")
        return Edit(node, name)

    def import_lines(self, node: Import, only: frozenset[str] | None = None) -> list[str]:
        """An import statement as the SDK needs it, one line per module; `only` leaves out what binds other names."""
        aliases = [one for one in node.names if only is None or _binds(one) in only]
        if only is not None and node.names[0].name == "*":
            aliases = [ast.alias(name) for name in sorted(only)]
        if isinstance(node, ast.Import):
            mapped = [ast.alias(canonical(one.name), one.asname) for one in aliases if one.name != "nbconvo"]
            return [f"import {ast.unparse(one)}" for one in mapped]
        if node.level:
            raise CannotExport(f"`{ast.unparse(node)}` is relative to a package, and a notebook is in none.")
        placed = [(_home(f"{node.module}.{one.name}"), one.asname) for one in aliases]
        return [
            line
            for module, names in groupby(placed, lambda each: each[0].rpartition(".")[0])
            for line in _from(module, list(names))
        ]

    def guarded(self, line: str) -> str:
        """The import, under what lets it through the sandbox when that cannot import it again."""
        if not any(map(cannot_import_again, modules_of(ast.parse(line).body[0]))):
            return line
        self.imports.add(f"from {THEIRS} import workflow as _workflow")
        return f"with _workflow.unsafe.imports_passed_through():\n    {line}"


def applied(source: str, edits: Sequence[Edit], begin: tuple[int, int], end: tuple[int, int]) -> str:
    """A part of the source with its edits; places are lines from 1 and columns in bytes, as Python counts them.

    Raises `CannotExport` when the place of an edit is not known.
    """
    data = source.encode()
    starts = [0, *accumulate(len(line) for line in data.splitlines(keepends=True))]

    def offset(line: int, column: int) -> int:
        return starts[line - 1] + column

    low, high = offset(*begin), offset(*end)
    text = data[low:high]
    for edit in sorted(edits, key=lambda one: (one.node.lineno, one.node.col_offset), reverse=True):
        first = offset(edit.node.lineno, edit.node.col_offset) - low
        last = offset(edit.node.end_lineno or 0, edit.node.end_col_offset or 0) - low
        if isinstance(edit.node, ast.expr) and text[first:last].decode() != ast.unparse(edit.node):
            # an odd spelling; or an f-string before Python 3.12, which is vague about places
            what = f"{ast.unparse(edit.node)} becomes {edit.text}, and its place in the text is not clear"
            raise CannotExport(f"{what}: write it in one piece, outside of other text.")
        text = text[:first] + edit.text.encode() + text[last:]
    return text.decode()


def _from(module: str, names: Sequence[tuple[str, str | None]]) -> list[str]:
    """`from module import names`; a sub-module of the SDK as the SDK's own documents import it."""
    modules = [(path, asname or path.rpartition(".")[2]) for path, asname in names if is_module(path)]
    plain = [ast.unparse(ast.alias(path.rpartition(".")[2], asname)) for path, asname in names if not is_module(path)]
    lines = [f"import {path} as {name}" for path, name in modules]
    return [*lines, *([f"from {module} import {', '.join(plain)}"] if plain else [])]


def _home(path: str) -> str:
    """Where the SDK has it; what is not of the SDK stays where it is."""
    mapped = canonical(path)
    if not _is_ours(mapped) or mapped.endswith(".*"):
        return mapped
    return (home_of(mapped) if mapped.startswith(THEIRS) else None) or _refuse(path)


def _refuse(path: str) -> NoReturn:
    raise CannotExport(f"The workflow uses {path}: mistralai-workflows 3.16 has none. Do without it in what the workflow needs.")


def _is_ours(path: str) -> bool:
    return f"{path}.".startswith(("nbconvo.", f"{THEIRS}."))


def _binds(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]
