"""Activities: the steps of a workflow that touch the world. They run on the host's loop; their results are events.

A call is recorded before it starts and its outcome before the workflow sees it, so an activity that finished never runs again.
"""

from __future__ import annotations

import asyncio
import traceback
from asyncio import Future, Task
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from nbconvo.engine.chance import Chance
from nbconvo.engine.context import current_activity
from nbconvo.engine.history import History
from nbconvo.engine.limits import AttemptLimit, RateLimiter, sleep
from nbconvo.errors import ActivityError, ApplicationError
from nbconvo.protocol.clock import Clock
from nbconvo.protocol.definition import ActivityDefinition
from nbconvo.protocol.events import (
    ActivityTaskCompleted,
    ActivityTaskFailed,
    ActivityTaskRetrying,
    ActivityTaskStarted,
    EventAttributes,
    FailureTraced,
)


class ActivityCall:
    """One call of an activity by a workflow: its arguments as JSON, and the future the workflow waits for."""

    __slots__ = (
        "_abandoned",
        "_arguments",
        "_chance",
        "_definition",
        "_history",
        "_host_task",
        "_in_function",
        "_pulse",
        "attempt",
        "outcome",
        "task_id",
    )  # fmt: skip

    def __init__(
        self, task_id: str, definition: ActivityDefinition, arguments: list[Any], history: History, outcome: Future[Any]
    ) -> None:
        self.task_id = task_id
        self.attempt = 1
        self.outcome = outcome
        self._definition = definition
        self._arguments = arguments
        self._history = history
        self._chance: Chance | None = None
        self._host_task: Task[None] | None = None
        self._in_function = False
        self._abandoned = False
        self._pulse: Callable[[], None] = lambda: None

    @property
    def is_running(self) -> bool:
        """True while the function runs, False before, after, and between attempts."""
        return self._in_function

    def started(self) -> ActivityTaskStarted:
        """The event that records the call."""
        return ActivityTaskStarted(self.task_id, self._definition.name, self._arguments)

    def start(self, clock: Clock, limiter: RateLimiter) -> None:
        """Begin the first attempt on the running host loop, once."""
        if self._host_task is None and not self.outcome.done():
            name = f"activity {self._definition.name}"
            self._host_task = asyncio.get_running_loop().create_task(self._attempts(clock, limiter), name=name)

    def abandon(self) -> None:
        """Nobody waits any more: stop the attempt that runs."""
        if self._host_task is not None:
            self._abandoned = True
            self._host_task.cancel()

    def emit(self, attributes: EventAttributes) -> None:
        """What the activity's code shows: recorded and shown at once."""
        self._history.activity_made(attributes, self.task_id)

    def heartbeat(self) -> None:
        """The attempt is alive: its heartbeat timeout starts again."""
        self._pulse()

    def new_id(self) -> str:
        """An id that the same step of every attempt has: a message that an attempt left half-said is said anew."""
        if self._chance is None:
            self._chance = Chance(f"{self._history.lineage.workflow_run_id}/activity/{self.task_id}")
        return self._chance.id()

    def completed(self, result: Any) -> None:
        """The recorded result goes to the workflow. Raises pydantic's ValidationError when it does not fit the annotation."""
        if not self.outcome.done():
            self.outcome.set_result(self._definition.shape.decode_result(result))

    def failed(self, kind: str, message: str, cause: BaseException | None = None) -> None:
        """The recorded failure goes to the workflow; `cause` is the exception itself where this process has seen it."""
        if not self.outcome.done():
            failure = ActivityError(self._definition.name)
            failure.__cause__ = ApplicationError(message, type=kind)
            failure.__cause__.__cause__ = cause
            self.outcome.set_exception(failure)

    async def _attempts(self, clock: Clock, limiter: RateLimiter) -> None:
        if (limit := self._definition.rate_limit) is not None:
            await limiter.take_a_place(limit, self._definition.name)
        try:
            arguments = self._definition.shape.decode_positional(self._arguments)
        except ValidationError as error:
            self._give_up(error)
            return
        while (error := await self._attempt(arguments, clock)) is not None:
            if self.attempt >= self._definition.retry.max_attempts or _is_final(error):
                self._give_up(error)
                return
            self._history.record(ActivityTaskRetrying(self.task_id, self._definition.name, self.attempt, str(error)))
            self._history.commit_or_crash()
            asked_for: timedelta | None = getattr(error, "next_retry_delay", None)
            await sleep(clock, asked_for.total_seconds() if asked_for else self._definition.retry.delay(self.attempt))
            self.attempt += 1

    async def _attempt(self, arguments: list[Any], clock: Clock) -> BaseException | None:
        """Run the function once; returns what went wrong, None when nothing did."""
        silence = self._definition.heartbeat
        limit = AttemptLimit(
            clock, self._definition.start_to_close.total_seconds(), None if silence is None else silence.total_seconds()
        )
        self._pulse = limit.pulse
        current_activity.set(self)  # this host task's own
        self._chance = None
        try:
            self._in_function = True
            async with limit:
                value = await self._definition.function(*arguments)
            result = self._definition.shape.encode(value)
            self._definition.shape.decode_result(result)
        except TimeoutError as error:
            return TimeoutError(limit.exceeded) if limit.exceeded and not str(error) else error
        except BaseException as error:  # sys.exit() in a library would end the host's loop
            if self._abandoned:
                raise
            return error
        finally:
            self._in_function = False
        if self._abandoned:  # it went on to its end all the same; the workflow has gone on without it
            return None
        self._history.happened(ActivityTaskCompleted(self.task_id, self._definition.name, result))
        self._history.commit_or_crash()  # not with the turn that it causes: what dies in between must not run again
        self.completed(result)
        return None

    def _give_up(self, error: BaseException) -> None:
        kind, message = type(error).__name__, str(error)
        text = "".join(traceback.format_exception(error))
        self._history.record(FailureTraced(kind, text, self.task_id))
        self._history.happened(ActivityTaskFailed(self.task_id, self._definition.name, self.attempt, message))
        self._history.commit_or_crash()
        self.failed(kind, message, error)


def _is_final(error: BaseException) -> bool:
    """True for what another attempt would not mend, or must not try."""
    return not isinstance(error, Exception) or getattr(error, "non_retryable", False)
