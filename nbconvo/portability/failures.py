"""Rules about what ends an execution and what hangs it. The table that says why is in `rules`."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from nbconvo.portability.hits import Hit, literal, own_nodes
from nbconvo.portability.program import Handlers, Program

_FAILING = frozenset({"ActivityError", "ApplicationError", "AssertionError", "CancelledError", "TimeoutError", "WorkflowError"})
"""What fails an execution, with everything derived from it."""
_PLAIN = {"bool": bool, "float": float, "int": int, "str": str}


def hanging_exception(program: Program) -> Iterator[Hit]:
    """A `raise` of what only retries the workflow task, and nothing catches it."""
    for place in program.reached(("entrypoint", "signal", "update")):
        if isinstance(place.node, ast.Raise) and place.node.exc is not None:
            raised = place.node.exc.func if isinstance(place.node.exc, ast.Call) else place.node.exc
            kinds = _kinds(program, raised)
            if "Exception" in kinds and not kinds & _FAILING and not _is_caught(place.handlers, kinds):
                text = f"{ast.unparse(raised)} in workflow code does not fail the execution: its task is retried for ever."
                yield Hit(place.node, text, "Raise workflows.WorkflowError(...).")


def _kinds(program: Program, node: ast.expr) -> frozenset[str]:
    """The names of the exception class and of its bases; empty when it is not known."""
    if program.sdk(node) == "WorkflowsException":
        return frozenset({"WorkflowsException", "Exception", "BaseException"})
    if program.path(node) is not None:
        return frozenset({ast.unparse(node).rpartition(".")[2]})
    if not isinstance(node, ast.Name):
        return frozenset()
    for cls in program.tree.body:
        if isinstance(cls, ast.ClassDef) and cls.name == node.id:
            return frozenset({cls.name}).union(*(_kinds(program, base) for base in cls.bases))
    found = None if node.id in program.bound else getattr(builtins, node.id, None)
    if not isinstance(found, type) or not issubclass(found, BaseException):
        return frozenset()
    return frozenset(each.__name__ for each in found.__mro__)


def _is_caught(handlers: Handlers, kinds: frozenset[str]) -> bool:
    for handler in handlers:
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        names = {"Exception" if one is None else ast.unparse(one).rpartition(".")[2] for one in types}
        raises_again = any(isinstance(node, ast.Raise) and node.exc is None for node in own_nodes(handler))
        if names & kinds and not raises_again:
            return True
    return False


def wrong_result(program: Program) -> Iterator[Hit]:
    """An activity that returns a literal of another type than it promises."""
    for function in program.activities:
        promised = _PLAIN.get(function.returns.id) if isinstance(function.returns, ast.Name) else None
        for node in own_nodes(function):
            match node:
                case ast.Return(None | ast.Constant() as value) if promised and not _fits(promised, literal(value)):
                    text = f"Activity {function.name!r} promises {promised.__name__}: its caller cannot decode this, and hangs."
                    yield Hit(node, text, f"Return {promised.__name__}, or change the annotation.")
                case _:
                    continue


def _fits(promised: Any, value: object) -> bool:
    try:
        _adapter(promised).validate_python(value)
    except ValidationError:
        return False
    return True


@cache
def _adapter(promised: Any) -> TypeAdapter[Any]:
    return TypeAdapter(promised)
