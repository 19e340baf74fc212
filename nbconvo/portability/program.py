"""A source text as the checks see it: what its names mean, and which functions are workflow code.

Workflow code is what runs on the workflow's own loop: the entrypoint, the handlers and `__init__` of a workflow class, and the
functions and methods of the same source that these call. Activities are not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from nbconvo.portability.upstream import THEIRS, canonical, names_in

Function = ast.FunctionDef | ast.AsyncFunctionDef
Handlers = tuple[ast.ExceptHandler, ...]

_HANDLERS = ("entrypoint", "query", "signal", "update")
_ESCAPES = ("imports_passed_through", "skip_determinism_enforcement")


@dataclass(frozen=True, slots=True)
class Place:
    """A node of workflow code, the function it is in, and the `except` clauses that would see an exception raised there."""

    node: ast.AST
    function: Function
    handlers: Handlers


@dataclass(frozen=True, eq=False)
class Program:
    """One source text. `given` is what other cells bind: modules, classes and functions by dotted name, other values as None."""

    tree: ast.Module
    given: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    only: str | None = None
    """Look at the workflow class of this name; None looks at all."""

    @cached_property
    def names(self) -> dict[str, str]:
        """What each imported name stands for, with the SDK's import root."""
        found = {name: canonical(path) for name, path in self.given.items() if path is not None}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {one.asname or one.name.partition(".")[0]: _bound_path(one) for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found |= dict(_imported_names(canonical(node.module), node.names))
        return {name: path for name, path in found.items() if path.startswith(THEIRS) or name not in self.bound}

    @cached_property
    def ours(self) -> frozenset[str]:
        """The names that are imported from nbconvo, and not from the SDK."""
        found = {name for name, path in self.given.items() if path is not None and _is_ours(path)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                module = getattr(node, "module", None)
                found |= {one.asname or one.name.partition(".")[0] for one in node.names if _is_ours(module or one.name)}
        return frozenset(found)

    @cached_property
    def bound(self) -> frozenset[str]:
        """Every name that is bound by something else than an import, anywhere: what it stands for is then not known."""
        return frozenset(name for node in ast.walk(self.tree) for name in _bound_names(node))

    @cached_property
    def workflows(self) -> list[ast.ClassDef]:
        """The classes decorated with `define`."""
        classes = [node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef)]
        return [cls for cls in classes if self.decorator(cls, "define") and self.only in (None, cls.name)]

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The functions at module level, by name."""
        return {node.name: node for node in self.tree.body if isinstance(node, Function)}

    @cached_property
    def activities(self) -> list[Function]:
        """Every function decorated with `activity`."""
        return [node for node in ast.walk(self.tree) if isinstance(node, Function) and self.decorator(node, "activity")]

    @cached_property
    def places(self) -> list[Place]:
        """All of the workflow code."""
        return self.reached(_HANDLERS)

    def reached(self, handlers: Sequence[str]) -> list[Place]:
        """What runs when these are called, each function once: by the way on which nothing catches, if there is one."""
        reached: dict[Function, list[Place]] = {}
        pending = [(method, cls, cast("Handlers", ())) for cls in self.workflows for method in self._roots(cls, handlers)]
        while pending:
            function, cls, catching = pending.pop(0)
            if function in reached and (catching or not reached[function][0].handlers):
                continue
            reached[function] = [Place(function, function, catching), *self._inside(function, function, catching)]
            for place in reached[function]:
                called = self._called(place.node, cls)
                if called is not None:
                    pending.append((called, cls, place.handlers))
        return [place for places in reached.values() for place in places]

    def path(self, node: ast.AST) -> str | None:
        """The dotted name of an expression; None when it is not known. `Path(...).exists` is a name of `pathlib.Path`."""
        match node:
            case ast.Name(name):
                return self.names.get(name)
            case ast.Attribute(value, attr):
                base = self.path(value)
                return None if base is None else canonical(f"{base}.{attr}")
            case ast.Call(func) if self.path(func) == "pathlib.Path":
                return "pathlib.Path"
            case _:
                return None

    def sdk(self, node: ast.AST) -> str | None:
        """The last part of the name of something of the SDK, wherever it was imported from."""
        path = self.path(node)
        return path.rpartition(".")[2] if path is not None and path.startswith(f"{THEIRS}.") else None

    def is_call_of(self, node: ast.AST, *names: str) -> bool:
        """True for a call of something of the SDK."""
        return isinstance(node, ast.Call) and self.sdk(node.func) in names

    def decorator(self, node: ast.ClassDef | Function, name: str) -> ast.expr | None:
        """The decorator of this name of the SDK, called or not."""
        for one in node.decorator_list:
            if self.sdk(one.func if isinstance(one, ast.Call) else one) == name:
                return one
        return None

    def bases(self, cls: ast.ClassDef) -> list[ast.ClassDef]:
        """The class and its bases as far as they stand at module level here, in the order in which methods are looked up."""
        own = {node.name: node for node in self.tree.body if isinstance(node, ast.ClassDef)}
        found, pending = [cls], [*cls.bases]
        while pending:
            base = pending.pop(0)
            if isinstance(base, ast.Name) and base.id in own and own[base.id] not in found:
                found.append(own[base.id])
                pending += own[base.id].bases
        return found

    def _roots(self, cls: ast.ClassDef, handlers: Sequence[str]) -> Iterator[Function]:
        for node in (each for base in self.bases(cls) for each in base.body):
            if isinstance(node, Function) and (node.name == "__init__" or any(self.decorator(node, one) for one in handlers)):
                yield node

    def _called(self, node: ast.AST, cls: ast.ClassDef) -> Function | None:
        """The function or method of this source that the node calls, unless it is an activity."""
        match node:
            case ast.Call(ast.Name(name)):
                found = self.functions.get(name)
            case ast.Call(ast.Attribute(ast.Name("self"), name)):
                methods = (each for base in self.bases(cls) for each in base.body if isinstance(each, Function))
                found = next((each for each in methods if each.name == name), None)
            case _:
                return None
        return None if found is None or found in self.activities else found

    def _inside(self, node: ast.AST, function: Function, handlers: Handlers) -> Iterator[Place]:
        """What stands in a node, without its decorators and annotations, and without what is let out of the sandbox."""
        for name, value in ast.iter_fields(node):
            if name in ("decorator_list", "returns", "annotation", "type_params"):
                continue
            seen = (*self._catching(node), *handlers) if name == "body" else handlers
            for child in _nodes(value):
                if not self._is_let_out(child):
                    yield Place(child, function, seen)
                    yield from self._inside(child, function, seen)

    def _catching(self, node: ast.AST) -> Iterator[ast.ExceptHandler]:
        """The `except` clauses of a try, and `suppress(...)` as if it were one."""
        if isinstance(node, ast.Try | ast.TryStar):
            yield from node.handlers
        for item in node.items if isinstance(node, ast.With | ast.AsyncWith) else ():
            if isinstance(item.context_expr, ast.Call) and self.path(item.context_expr.func) == "contextlib.suppress":
                yield ast.ExceptHandler(ast.Tuple(item.context_expr.args, ast.Load()), None, [])

    def _is_let_out(self, node: ast.AST) -> bool:
        return isinstance(node, ast.With | ast.AsyncWith) and any(
            self.is_call_of(item.context_expr, *_ESCAPES) for item in node.items
        )


def _nodes(value: object) -> Sequence[ast.AST]:
    if isinstance(value, ast.AST):
        return [value]
    return [one for one in value if isinstance(one, ast.AST)] if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType]


def _bound_names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(name, ast.Store() | ast.Del()) | ast.arg(name):
            yield name
        case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
            yield name
        case ast.ExceptHandler(_, str(name)) | ast.MatchAs(_, str(name)) | ast.MatchStar(str(name)):
            yield name
        case _:
            return


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] == "nbconvo"


def _bound_path(alias: ast.alias) -> str:
    return canonical(alias.name if alias.asname else alias.name.partition(".")[0])


def _imported_names(module: str, aliases: Sequence[ast.alias]) -> Iterator[tuple[str, str]]:
    for alias in aliases:
        if alias.name == "*":
            yield from ((name, f"{module}.{name}") for name in names_in(module) or ())
        else:
            yield alias.asname or alias.name, canonical(f"{module}.{alias.name}")
