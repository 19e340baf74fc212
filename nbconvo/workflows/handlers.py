"""Signals, queries and updates of a workflow class: what may be one, and where they are.

Source: workflows specification, "Definition" (rules and texts).
"""

from __future__ import annotations

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
    if name in _RESERVED[kind]:
        reserved = ", ".join(_RESERVED[kind])
        raise ValueError(f"{kind.capitalize()} name '{name}' is reserved by the framework. Reserved {kind} names: {reserved}")
    if kind == "query" and inspect.iscoroutinefunction(function):
        raise WorkflowsException(f"Query '{name}' must be a synchronous function (def), not async def.", code=_CODES[kind])
    shape = shape_of(function, wrap=False, skip_self=True)
    if kind != "signal" and shape.returns in (None, NoneType):
        text = f"{kind.capitalize()} '{name}' must have a return type annotation other than None."
        raise WorkflowsException(text, code=_CODES[kind])
    return HandlerDefinition(kind, name, description, function, shape)


def handlers_of(cls: type[Any]) -> dict[tuple[str, str], HandlerDefinition]:
    """The handlers of a class, its bases included, by kind and name."""
    members = (member for _, member in inspect.getmembers(cls, inspect.isfunction))
    found: list[HandlerDefinition | None] = [getattr(member, HANDLER_ATTRIBUTE, None) for member in members]
    return {(handler.kind, handler.name): handler for handler in found if handler is not None}
