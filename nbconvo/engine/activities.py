"""Activities: the steps of a workflow that touch the world. They run on the host's loop; their results are events.

A call is recorded before it starts and its outcome before the workflow sees it, so an activity that finished never runs again.
"""

from __future__ import annotations

import asyncio
from asyncio import Future, Task
from typing import Any

from pydantic import ValidationError

from nbconvo.engine.history import History
from nbconvo.errors import ActivityError, ApplicationError
from nbconvo.protocol.clock import Clock
from nbconvo.protocol.definition import ActivityDefinition
from nbconvo.protocol.events import ActivityTaskCompleted, ActivityTaskFailed, ActivityTaskRetrying, ActivityTaskStarted


class ActivityCall:
    """One call of an activity by a workflow: its arguments as JSON, and the future the workflow waits for."""

    __slots__ = ("_arguments", "_definition", "_history", "_host_task", "outcome", "task_id")

    def __init__(
        self, task_id: str, definition: ActivityDefinition, arguments: list[Any], history: History, outcome: Future[Any]
    ) -> None:
        self.task_id = task_id
        self.outcome = outcome
        self._definition = definition
        self._arguments = arguments
        self._history = history
        self._host_task: Task[None] | None = None

    def started(self) -> ActivityTaskStarted:
        """The event that records the call."""
        return ActivityTaskStarted(self.task_id, self._definition.name, self._arguments)

    def start(self, clock: Clock) -> None:
        """Begin the first attempt on the running host loop, once."""
        if self._host_task is None and not self.outcome.done():
            name = f"activity {self._definition.name}"
            self._host_task = asyncio.get_running_loop().create_task(self._attempts(clock), name=name)

    def abandon(self) -> None:
        """Nobody waits any more: stop the attempt that runs."""
        if self._host_task is not None and not self.outcome.done():
            self._host_task.cancel()

    async def _attempts(self, clock: Clock) -> None:
        attempt = 1
        try:
            arguments = self._definition.shape.decode_positional(self._arguments)
        except ValidationError as error:
            self._fail(attempt, error)
            return
        while (error := await self._attempt(arguments)) is not None:
            if attempt >= self._definition.retry.max_attempts or getattr(error, "non_retryable", False):
                self._fail(attempt, error)
                return
            self._tell(ActivityTaskRetrying(self.task_id, self._definition.name, attempt, str(error)))
            await _sleep(clock, self._definition.retry.delay(attempt))
            attempt += 1

    async def _attempt(self, arguments: list[Any]) -> Exception | None:
        """Run the function once; returns what went wrong, None when nothing did."""
        seconds = self._definition.start_to_close.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                value = await self._definition.function(*arguments)
            self._complete(self._definition.shape.encode(value))
        except TimeoutError as error:
            return error if str(error) else TimeoutError(f"no result within {seconds:g} seconds")
        except Exception as error:
            return error
        return None

    def _complete(self, result: Any) -> None:
        value = self._definition.shape.decode_result(result)
        self._tell(ActivityTaskCompleted(self.task_id, self._definition.name, result))
        if not self.outcome.done():
            self.outcome.set_result(value)

    def _fail(self, attempt: int, error: Exception) -> None:
        self._tell(ActivityTaskFailed(self.task_id, self._definition.name, attempt, str(error)))
        if not self.outcome.done():
            failure = ActivityError(self._definition.name)
            failure.__cause__ = ApplicationError(str(error), type=type(error).__name__)
            failure.__cause__.__cause__ = error
            self.outcome.set_exception(failure)

    def _tell(self, event: ActivityTaskRetrying | ActivityTaskCompleted | ActivityTaskFailed) -> None:
        self._history.record(event)
        self._history.commit()


async def _sleep(clock: Clock, seconds: float) -> None:
    woken: Future[None] = asyncio.get_running_loop().create_future()
    timer = clock.call_at(clock.time_ns() / 1e9 + seconds, lambda: woken.done() or woken.set_result(None))
    try:
        await woken
    finally:
        timer.cancel()
