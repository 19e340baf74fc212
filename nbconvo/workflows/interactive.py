"""The base class of workflows that ask people."""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import TypeVar

from pydantic import BaseModel

from nbconvo.engine.context import current
from nbconvo.workflows.workflow import seconds

ModelT = TypeVar("ModelT", bound=BaseModel)


class InteractiveWorkflow:
    """Gives a workflow `wait_for_input`. Source: workflows specification, "wait_for_input, exactly"."""

    async def wait_for_input(
        self, schema: type[ModelT], label: str | None = None, timeout: timedelta | float | None = None
    ) -> ModelT:
        """Ask a person and wait for the answer, an instance of `schema`.

        `schema` is what `ChatInput(...)`, `AcceptDeclineConfirmation(...)` and the like return, or any pydantic model class.
        `label` tells the ask apart from others that are open. Without `timeout` (seconds or a timedelta) it waits for ever.
        Raises asyncio.TimeoutError when the time is up, TypeError when `schema` is not a model class.
        """
        _check_schema(schema)
        limit = None if timeout is None else seconds(timeout)
        return await current("wait_for_input").wait_for_input(schema, label, limit)


def _check_schema(schema: object) -> None:
    if inspect.isclass(schema) and issubclass(schema, BaseModel):
        return
    name: str = getattr(schema, "__name__", type(schema).__name__)
    hint = f"Call it: {name}(...)." if callable(schema) else "Pass the class, not an instance of it."
    raise TypeError(f"wait_for_input needs a pydantic model class, for example ChatInput(); got {name}. {hint}")
