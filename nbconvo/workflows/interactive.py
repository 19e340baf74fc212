"""The base class of workflows that ask people."""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import BaseModel

from nbconvo.engine.context import current
from nbconvo.errors import InputRejected
from nbconvo.protocol.canvas import canvas_uri
from nbconvo.protocol.inputs import input_schema
from nbconvo.views.asks import ask_view
from nbconvo.views.replies import reply_input
from nbconvo.workflows.messages import has_sent_canvas
from nbconvo.workflows.workflow import seconds

ModelT = TypeVar("ModelT", bound=BaseModel)


class InteractiveWorkflow:
    """Gives a workflow `wait_for_input`. Source: workflows specification, "wait_for_input, exactly"."""

    async def wait_for_input(
        self,
        schema: type[ModelT],
        label: str | None = None,
        timeout: timedelta | float | None = None,
        *,
        on_timeout: Any = None,
    ) -> ModelT:
        """Ask a person and wait for the answer, an instance of `schema`.

        `schema` is what `ChatInput(...)`, `AcceptDeclineConfirmation(...)` and the like return, a `FormInput`, or any pydantic
        model class. `label` tells the ask apart from others that are open. Without `timeout` (seconds or a timedelta) it waits
        for ever. `on_timeout` (ours) is what counts as the answer when the time is up: a model, a dict, or what a person would
        type.
        Raises asyncio.TimeoutError when the time is up and there is no `on_timeout`, TypeError when `schema` is not a model
        class, ValueError for an `on_timeout` that does not fit, and for a canvas that this run has not sent.
        """
        _check_schema(schema)
        runtime = current("wait_for_input")
        uri = canvas_uri(input_schema(schema))
        if uri is not None and runtime.speaks_alone and not has_sent_canvas(uri):
            raise ValueError(f"This run has sent no canvas {uri!r}: send it first, with send_assistant_message(..., canvas=...).")
        limit = None if timeout is None else seconds(timeout)
        return await runtime.wait_for_input(schema, label, limit, _default(schema, on_timeout, limit))


def _default(schema: type[ModelT], value: Any, limit: float | None) -> ModelT | None:
    if value is None:
        return None
    if limit is None:
        raise ValueError("on_timeout needs a timeout: without one, the ask waits for ever.")
    if isinstance(value, schema):
        return value
    try:
        return schema.model_validate(reply_input(ask_view("", input_schema(schema), None, 0.0), value))
    except InputRejected as error:
        raise ValueError(f"on_timeout does not fit the ask: {error.errors[0].message}") from None


def _check_schema(schema: object) -> None:
    if inspect.isclass(schema) and issubclass(schema, BaseModel):
        return
    name: str = getattr(schema, "__name__", type(schema).__name__)
    hint = f"Call it: {name}(...)." if callable(schema) else "Pass the class, not an instance of it."
    raise TypeError(f"wait_for_input needs a pydantic model class, for example ChatInput(); got {name}. {hint}")
