"""Signals, queries and updates of a workflow class: what may be one, and where they are.

Source: workflows specification, "Definition" (rules and texts).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import NoneType
from typing import Any, Literal

from nbconvo.errors import ErrorCode, WorkflowsException
from nbconvo.protocol.definition import HandlerDefinition
from nbconvo.workflows.shapes import shape_of

HandlerKind = Literal["signal", "query", "update"]
HANDLER_ATTRIBUTE = "__nbconvo_handler__"

_RESERVED = {"query": ("__get_pending_inputs",), "update": ("__submit_input",), "signal": ()}
_CODES = {
    "query": ErrorCode.REJECTED_QUERY_ERROR,
    "update": ErrorCode.WORKFLOW_UPDATE_DEFINITION_ERROR,
    "signal": ErrorCode.WORKFLOW_SIGNAL_DEFINITION_ERROR,
}


def checked_handler(kind: HandlerKind, name: str, description: str | None, function: Callable[..., Any]) -> HandlerDefinition:
    """The definition of a handler. Raises `WorkflowsException`, ValueError for a name of the framework."""
    title, own = kind.capitalize(), function.__name__

    def refused(_: str, reason: str) -> WorkflowsException:
        text = f"{title} '{own}' has invalid parameters for schema generation: {reason}"
        return WorkflowsException(text, code=_CODES[kind])

    if kind == "query" and inspect.iscoroutinefunction(function):
        raise WorkflowsException(f"Query '{own}' must be a synchronous function (def), not async def.", code=_CODES[kind])
    shape = shape_of(function, wrap=False, skip_self=True, takes_extra=True, refused=refused)
    if kind != "signal" and shape.returns in (None, NoneType):
        raise WorkflowsException(f"{title} '{own}' must have a return type annotation other than None.", code=_CODES[kind])
    if name in _RESERVED[kind]:
        reserved = ", ".join(_RESERVED[kind])
        raise ValueError(f"{title} name '{name}' is reserved by the framework. Reserved {kind} names: {reserved}")
    return HandlerDefinition(kind, name, description, _with_extra(function) if shape.extra else function, shape)


def _with_extra(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` called with its keyword arguments as the last of the positional ones."""

    @functools.wraps(function)
    def call(instance: Any, *arguments: Any) -> Any:
        *positional, extra = arguments
        return function(instance, *positional, **extra)

    return call


def handlers_of(cls: type[Any]) -> dict[tuple[str, str], HandlerDefinition]:
    """The handlers of a class, its bases included, by kind and name."""
    members = (member for _, member in inspect.getmembers(cls, inspect.isfunction))
    found: list[HandlerDefinition | None] = [getattr(member, HANDLER_ATTRIBUTE, None) for member in members]
    return {(handler.kind, handler.name): handler for handler in found if handler is not None}
