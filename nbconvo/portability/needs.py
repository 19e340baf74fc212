"""Which names a statement binds, and which it needs from outside itself."""

from __future__ import annotations

import ast
import copy
import symtable
from collections.abc import Iterator, Sequence

from nbconvo.portability.upstream import canonical, names_in


def bound_names(statement: ast.AST) -> set[str]:
    """The names that a statement binds where it stands."""
    table = symtable.symtable(ast.unparse(statement), "<cell>", "exec")
    return {one.get_name() for one in table.get_symbols() if one.is_assigned() or one.is_imported()} | {
        one.get_name() for one in table.get_symbols() if one.is_namespace()
    }


def starred_names(statement: ast.AST) -> frozenset[str]:
    """The names that `from a.module.of.the.SDK import *` binds; nothing for other modules, which are not known here."""
    if isinstance(statement, ast.ImportFrom) and statement.module and statement.names[0].name == "*":
        return names_in(canonical(statement.module)) or frozenset()
    return frozenset()


def needed_names(statement: ast.AST) -> set[str]:
    """The names that a statement, and all that is inside it, looks up in the module."""
    table = symtable.symtable(ast.unparse(statement), "<cell>", "exec")
    own = {one.get_name() for one in table.get_symbols() if one.is_referenced()}
    inner = {one.get_name() for each in _inner(table) for one in each.get_symbols() if one.is_global() and one.is_referenced()}
    return own | inner | set(_annotated(statement))


def closure(body: Sequence[ast.stmt], name: str) -> list[ast.stmt]:
    """The statements that a name stands on, transitively; imports without what is not used. In their order."""
    used: dict[ast.stmt, set[str]] = {}
    pending, seen = [name], {name}
    bindings = {statement: bound_names(statement) for statement in body}
    while pending:
        wanted = pending.pop()
        for statement in (one for one, names in bindings.items() if wanted in names):
            new = needed_names(statement) - seen if statement not in used else set[str]()
            used.setdefault(statement, set()).add(wanted)
            seen |= new
            pending += new
    return [_reduced(one, used.get(one, set())) for one in body if one in used or _is_star(one)]


def _is_star(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*"


def _reduced(statement: ast.stmt, names: set[str]) -> ast.stmt:
    if not isinstance(statement, ast.Import | ast.ImportFrom) or _is_star(statement):
        return statement
    reduced = copy.copy(statement)
    reduced.names = [one for one in statement.names if (one.asname or one.name.partition(".")[0]) in names]
    return reduced


def _inner(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _inner(child)


def _annotated(statement: ast.AST) -> Iterator[str]:
    """Names in annotations, which may be strings, or not evaluated at all."""
    for node in ast.walk(statement):
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(annotation, ast.expr):
                yield from _names(annotation)


def _names(expression: ast.expr) -> Iterator[str]:
    for node in ast.walk(expression):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                yield from _names(ast.parse(node.value, mode="eval").body)
            except SyntaxError:
                continue  # a literal, as in Literal["two words"]
