"""`%%workflow` as a transformation of the cell's source, so that the body stays ordinary Python.

The first line becomes a string, which may stand even before `from __future__` imports, and an `await` comes last, by which
IPython sees that the cell needs a loop. What is to be done is put into the syntax tree. So line numbers, tracebacks, syntax
errors, `!shell`, `%time`, top-level await and `inspect.getsource` stay right, which they do not when a magic compiles its body.
"""

from __future__ import annotations

import ast
import json
import linecache
from collections.abc import Iterator, Sequence
from typing import Any, cast

MAGIC = "%%workflow"
CELL = "__nbconvo_cell__"
"""The name that the generated statements call; a builtin while a cell runs, so it is not one of the notebook's variables."""

IMPORTS = {
    "mistralai.workflows": "nbconvo.workflows",
    "crewai.flow": "nbconvo.flow",
    "crewai.experimental": "nbconvo.flow.experimental",
    "crewai.LLM": "nbconvo.flow.LLM",
}
"""Packages whose imports are mapped to ours inside a workflow cell."""


_FIRST = f'"{MAGIC}'
_LAST = f"await {CELL}\n"


def transform_cell(lines: list[str]) -> list[str]:
    """IPython's cleanup transform: the line `%%workflow args` becomes a string; any other cell is left as it is."""
    if not lines or lines[0].split(maxsplit=1)[:1] != [MAGIC] or lines[0].startswith(" "):
        return lines
    return [json.dumps(lines[0].strip(), ensure_ascii=False) + "\n", *lines[1:]]


def add_await(lines: list[str]) -> list[str]:
    """IPython's last transform: the await at the end, unless there is a syntax error, which is then told as that of any cell."""
    if not lines or not lines[0].startswith(_FIRST):
        return lines
    body = "".join(lines).rstrip() + "\n"
    try:
        ast.parse(body)
    except SyntaxError:
        return lines
    return [*body.splitlines(keepends=True), _LAST]


def restore_source(filename: str) -> None:
    """Make tracebacks show the cell as it was written."""
    cache = cast("dict[str, Any]", linecache.cache)
    size, mtime, lines, name = cache.get(filename, (0, None, [], ""))
    if lines and lines[-1].strip() == _LAST.strip():
        cache[filename] = (size, mtime, [ast.literal_eval(lines[0]) + "\n", *lines[1:-1]], name)


class WorkflowCell(ast.NodeTransformer):
    """Rewrites the syntax tree of workflow cells, and of nothing else."""

    def visit_Module(self, node: ast.Module) -> ast.Module:
        match node.body:
            case [ast.Expr(ast.Constant(str(line))) as first, *body, ast.Expr(ast.Await(ast.Name(last)))] if last == CELL:
                begin = _statement(f"{CELL}.begin({line.removeprefix(MAGIC)!r})", first)
                end = _statement(f"await {CELL}.end({bound_names(body)!r})", first)
                return ast.Module([begin, *rewrite(body), end], node.type_ignores)
            case _:
                return node


def rewrite(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements with their imports mapped; a `__main__` block becomes a note."""
    module: ast.Module = _Body().visit(ast.Module([*body], []))
    return ast.fix_missing_locations(module).body


def bound_names(body: Sequence[ast.AST]) -> list[str]:
    """The names that statements bind where they stand, in order; not those of the functions and classes inside."""
    return [name for node in body for name in _bound(node)]


def _bound(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.ClassDef(name) | ast.FunctionDef(name) | ast.AsyncFunctionDef(name):
            yield name
        case ast.alias(name, asname):
            yield asname or name.partition(".")[0]
        case ast.Name(name, ast.Store()):
            yield name
        case ast.Lambda():
            pass
        case _:
            yield from bound_names(list(ast.iter_child_nodes(node)))


class _Body(ast.NodeTransformer):
    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        if not _is_main_test(node.test):
            return self.generic_visit(node)
        return [_statement(f"{CELL}.skipped_main()", node), *rewrite(node.orelse)]

    def visit_Import(self, node: ast.Import) -> ast.stmt:
        node.names = [_mapped_alias(alias) for alias in node.names]
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt | list[ast.stmt]:
        if node.level:
            return node
        parts: dict[str, list[ast.alias]] = {}
        for alias in node.names:
            module, _, name = _mapped(f"{node.module}.{alias.name}").rpartition(".")
            parts.setdefault(module, []).append(ast.alias(name, alias.asname))
        return [ast.copy_location(ast.ImportFrom(module, names, 0), node) for module, names in parts.items()]


def _mapped(module: str) -> str:
    for theirs, ours in IMPORTS.items():
        if module == theirs or module.startswith(f"{theirs}."):
            return ours + module[len(theirs) :]
    return module


def _mapped_alias(alias: ast.alias) -> ast.alias:
    """`import mistralai.workflows` binds the name `mistralai`: it becomes `import nbconvo as mistralai`; parts load when used."""
    module = _mapped(alias.name)
    if module == alias.name or alias.asname:
        return ast.alias(module, alias.asname)
    return ast.alias(module.partition(".")[0], alias.name.partition(".")[0])


def _statement(source: str, place: ast.stmt) -> ast.stmt:
    """A statement that tracebacks find at `place`."""
    statement = ast.parse(source).body[0]
    for node in ast.walk(statement):
        ast.copy_location(node, place)
    return statement


def _is_main_test(test: ast.expr) -> bool:
    match test:
        case ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")]):
            return True
        case ast.Compare(ast.Constant("__main__"), [ast.Eq()], [ast.Name("__name__")]):
            return True
        case _:
            return False
