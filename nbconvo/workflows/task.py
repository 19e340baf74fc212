"""Tasks: progress that people see. A task has a type, a state, and events for each change of it.

>>> from nbconvo.workflows.task import task
>>> async def count() -> None:
...     async with task("counting", state={"n": 0}) as counting:
...         await counting.update_state({"n": 1})

Works in workflows and in activities; anywhere else it runs without events, with a line in the log. Mirror of
`mistralai.workflows.core.task` (workflows specification, "Tasks"). A change travels as JSON patches and never needs a "move",
which upstream's own reader refuses.
"""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from nbconvo.engine.context import current_activity, current_or_none
from nbconvo.protocol.clock import random_id
from nbconvo.protocol.events import (
    CustomTaskCompleted,
    CustomTaskFailed,
    CustomTaskInProgress,
    CustomTaskStarted,
    EventAttributes,
)
from nbconvo.protocol.patch import diff

logger = logging.getLogger(__name__)
StateT = TypeVar("StateT")


class Task(Generic[StateT]):
    """One task, as an async context manager: entering starts it, leaving completes it, an exception fails it."""

    def __init__(self, type: str, state: StateT | None = None, id: str | None = None) -> None:  # noqa: A002 - upstream's names
        self.type = type
        self.id = id or new_id()
        self._state = state
        self._stateless = state is None
        self._shown: Any = None

    @property
    def state(self) -> StateT | None:
        """The state now; None for a task without one."""
        return self._state

    def prepare(self, state: StateT) -> None:
        """The state to start with, for one that is known late."""
        self._state = state

    async def set_state(self, state: StateT) -> None:
        """Replace the state. Raises RuntimeError for a task that was created without one."""
        if self._stateless:
            raise RuntimeError("Cannot set_state() on task created without state")
        self._state = state
        before, self._shown = self._shown, to_jsonable_python(state)
        emit(CustomTaskInProgress(self.id, self.type, diff(before, self._shown)))

    async def update_state(self, updates: dict[str, Any] | BaseModel) -> None:
        """Change some fields of a state that is a model (not validated again) or a dict. Raises TypeError for any other."""
        changes = updates.model_dump(exclude_unset=True) if isinstance(updates, BaseModel) else updates
        state: Any = self._state
        if isinstance(state, BaseModel):
            await self.set_state(cast("StateT", state.model_copy(update=changes)))
        elif isinstance(state, dict):
            await self.set_state(cast("StateT", {**state, **changes}))
        elif self._stateless:
            raise RuntimeError("Cannot set_state() on task created without state")
        else:
            raise TypeError(f"update_state() needs a BaseModel or dict state, not {type(state).__name__}")

    async def __aenter__(self) -> Self:
        self._shown = to_jsonable_python(self._state)
        emit(CustomTaskStarted(self.id, self.type, self._shown))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is None:
            emit(CustomTaskCompleted(self.id, self.type, to_jsonable_python(self._state)))
        else:
            emit(CustomTaskFailed(self.id, self.type, str(error)))


def task(type: str, state: Any = None, *, id: str | None = None) -> Task[Any]:  # noqa: A002 - upstream's names
    """A task of a type; without `state` it only starts and ends."""
    return Task(type, state, id)


def task_from(state: StateT, type: str | None = None, *, id: str | None = None) -> Task[StateT]:  # noqa: A002 - upstream's names
    """A task whose type is the title of its state's model, else the name of its class.

    Raises ValueError for a dict or a primitive without `type`.
    """
    if type is None and not isinstance(state, BaseModel):
        raise ValueError("task_from() needs a type for a state that is not a pydantic model")
    title = state.model_config.get("title") if isinstance(state, BaseModel) else None
    return Task(type or title or state.__class__.__name__, state, id)


def emit(attributes: EventAttributes) -> None:
    """Record an event of the workflow or the activity that is running."""
    runtime = current_or_none() or current_activity.get()
    if runtime is None:
        logger.error("A task runs outside of workflows and activities: nobody will see it.")
    else:
        runtime.emit(attributes)


def new_id() -> str:
    """An id that comes out the same on replay, and in each attempt of an activity; outside of workflows any."""
    runtime = current_or_none() or current_activity.get()
    return random_id() if runtime is None else runtime.new_id()
