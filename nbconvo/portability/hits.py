"""What a rule yields, and the few questions about a syntax tree that several rules ask."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from nbconvo.portability.program import Program


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where a rule applies, what is the matter there, and what to write instead."""

    node: ast.AST
    message: str
    fix: str


Find = Callable[[Program], Iterator[Hit]]


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The value of a keyword argument; None when it is not given."""
    return next((one.value for one in call.keywords if one.arg == name), None)


def literal(node: ast.expr | None) -> Any:
    """The value of a literal; None for anything else."""
    try:
        return None if node is None else ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions and classes inside it."""
    for child in ast.iter_child_nodes(function):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield from own_nodes(child)
