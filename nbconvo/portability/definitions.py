"""Rules about how workflows and activities are defined. The table that says why is in `rules`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from nbconvo.portability.hits import Hit, keyword, literal
from nbconvo.portability.program import Function, Program

_CALLED = ("activity", "define", "query", "signal", "update")
_API_NAMES = frozenset({"archive", "definitions", "executions", "internal", "schedules", "unarchive", "webhooks"})
_WAITS = {"sleep": 0, "wait_condition": 1, "wait_for_input": 2}
"""Calls that wait, and the position of the duration."""


def missing_parentheses(program: Program) -> Iterator[Hit]:
    """`@workflow.define` without a call."""
    for node in ast.walk(program.tree):
        if isinstance(node, ast.ClassDef | Function):
            for name in _CALLED:
                one = program.decorator(node, name)
                if one is not None and not isinstance(one, ast.Call):
                    yield Hit(
                        one, f"@{name} without parentheses makes {node.name!r} a decorator.", f"Write @{ast.unparse(one)}(...)."
                    )


def two_entrypoints(program: Program) -> Iterator[Hit]:
    """A class in which the alphabet decides."""
    for cls in program.workflows:
        found = [each for each in cls.body if isinstance(each, Function) and program.decorator(each, "entrypoint")]
        for _, extra in pairwise(found):
            yield Hit(
                extra,
                f"{cls.name!r} has more than one entrypoint; the first in the alphabet runs.",
                "Keep one @workflow.entrypoint.",
            )


def no_super_init(program: Program) -> Iterator[Hit]:
    """An `__init__` of an interactive workflow that leaves out its base's."""
    for cls in program.workflows:
        if not any(program.sdk(base) == "InteractiveWorkflow" for each in program.bases(cls) for base in each.bases):
            continue
        for method in cls.body:
            if isinstance(method, Function) and method.name == "__init__" and not _calls_init(method):
                text = f"{cls.name}.__init__ does not call super().__init__(): the first wait_for_input hangs."
                yield Hit(method, text, "Call super().__init__() first.")


def _calls_init(method: Function) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "__init__"
        for node in ast.walk(method)
    )


def async_query(program: Program) -> Iterator[Hit]:
    """A query that awaits."""
    for cls in program.workflows:
        for method in cls.body:
            if isinstance(method, ast.AsyncFunctionDef) and program.decorator(method, "query"):
                yield Hit(method, f"Query {method.name!r} is async; the definition is refused.", "Write def.")


def activity_in_class(program: Program) -> Iterator[Hit]:
    """An activity that is a method."""
    for cls in (node for node in ast.walk(program.tree) if isinstance(node, ast.ClassDef)):
        for method in cls.body:
            if isinstance(method, Function) and program.decorator(method, "activity"):
                text = f"Activity {method.name!r} is a method of {cls.name!r}; the definition is refused."
                yield Hit(method, text, "Make it a function at module level.")


def reserved_name(program: Program) -> Iterator[Hit]:
    """A name that is a path of the hosted API."""
    for cls in program.workflows:
        decorator = program.decorator(cls, "define")
        if isinstance(decorator, ast.Call):
            node = keyword(decorator, "name") or next(iter(decorator.args), None)
            if node is not None and literal(node) in _API_NAMES:
                yield Hit(
                    node, f"{literal(node)!r} is a path of the hosted API, which refuses it as a name.", "Choose another name."
                )


def schedules(program: Program) -> Iterator[Hit]:
    """Schedules in the decorator."""
    for cls in program.workflows:
        decorator = program.decorator(cls, "define")
        given = keyword(decorator, "schedules") if isinstance(decorator, ast.Call) else None
        if given is not None and literal(given) is None and not isinstance(given, ast.Constant):
            yield Hit(given, "schedules= is deprecated; it warns and will go.", "Make schedules with the API or in AI Studio.")


def long_wait(program: Program) -> Iterator[Hit]:
    """A wait that is longer than the execution may last."""
    for cls in program.workflows:
        decorator = program.decorator(cls, "define")
        given = keyword(decorator, "execution_timeout") if isinstance(decorator, ast.Call) else None
        limit = timedelta(hours=1) if given is None else _duration(program, given)
        for place in Program(program.tree, program.given, cls.name).places:
            wait = _wait(program, place.node)
            if wait is not None and limit is not None and wait >= limit:
                text = f"This waits {wait}, and the execution ends after {limit}{' (the default)' if given is None else ''}."
                yield Hit(place.node, text, "Give @workflow.define(execution_timeout=...) more.")


def _wait(program: Program, node: ast.AST) -> timedelta | None:
    if not isinstance(node, ast.Call):
        return None
    name = program.sdk(node.func) or (program.path(node.func) == "asyncio.sleep" and "sleep") or _method(node)
    if name not in _WAITS:
        return None
    position = _WAITS[name]
    value = node.args[position] if position < len(node.args) else keyword(node, "duration" if name == "sleep" else "timeout")
    return None if value is None else _duration(program, value)


def _method(call: ast.Call) -> str | None:
    match call.func:
        case ast.Attribute(ast.Name("self"), "wait_for_input"):
            return "wait_for_input"
        case _:
            return None


def _duration(program: Program, node: ast.expr) -> timedelta | None:
    """A duration that stands there in numbers."""
    seconds = literal(node)
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        return _timedelta(seconds=seconds)
    if isinstance(node, ast.Call) and program.path(node.func) == "datetime.timedelta":
        given = {one.arg: literal(one.value) for one in node.keywords}
        values = [literal(one) for one in node.args]
        numbers = all(isinstance(one, int | float) for one in [*values, *given.values()])
        return _timedelta(*values, **{str(name): value for name, value in given.items()}) if numbers else None
    return None


def _timedelta(*args: float, **kwargs: float) -> timedelta | None:
    try:
        return timedelta(*args, **kwargs)
    except (TypeError, OverflowError, ValueError):
        return None


def unguarded_run(program: Program) -> Iterator[Hit]:
    """`asyncio.run` where the module is imported."""
    for statement in program.tree.body:
        if isinstance(statement, ast.Expr | ast.Assign):
            for node in ast.walk(statement):
                if isinstance(node, ast.Call) and program.path(node.func) == "asyncio.run":
                    text = "The sandbox imports the module again, and this runs again."
                    yield Hit(node, text, 'Put it under `if __name__ == "__main__":`.')
