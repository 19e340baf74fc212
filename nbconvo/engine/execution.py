"""One execution and its life: it advances in turns until its entrypoint returns, raises or is cancelled.

A turn applies what is due, runs the loop until nothing is ready, and commits the events that came out of it in one append. Only
then are they shown and their commands (activities, timers) carried out. A reply is committed before the workflow sees it.
"""

from __future__ import annotations

import traceback
from asyncio import Task
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import Enum
from typing import Any

from nbconvo.engine import guard
from nbconvo.engine.history import History
from nbconvo.engine.inside import Inside
from nbconvo.engine.replay import replay
from nbconvo.errors import WorkflowCanceled, WorkflowDeadlocked, WorkflowFailed
from nbconvo.protocol.clock import Clock, Timer
from nbconvo.protocol.definition import WorkflowDefinition
from nbconvo.protocol.envelope import Event
from nbconvo.protocol.events import (
    CancelRequested,
    EventAttributes,
    FailureTraced,
    InputReceived,
    TimerFired,
    TurnCommitted,
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionFailed,
    WorkflowExecutionStarted,
)


class Status(Enum):
    """Where an execution is in its life."""

    RUNNING = "running"
    """Workflow code is at work or waits."""
    COMPLETED = "completed"
    """The entrypoint returned."""
    FAILED = "failed"
    """The entrypoint raised."""
    CANCELED = "canceled"
    """A cancel ended it."""
    EVICTED = "evicted"
    """The engine closed over it: the history is whole, nothing runs."""


class Execution:
    """One started workflow. `schedule` asks the engine for a turn; `ended` is called once, after the last commit."""

    __slots__ = (
        "_cancel_reason", "_clock", "_ended", "_main", "_schedule", "_started", "_timer",
        "definition", "failure", "history", "inside", "result", "scheduled", "status",
    )  # fmt: skip

    def __init__(
        self,
        definition: WorkflowDefinition,
        history: History,
        clock: Clock,
        schedule: Callable[[Execution], None],
        ended: Callable[[Execution], None],
    ) -> None:
        self.definition = definition
        self.history = history
        self.inside = Inside(history, self.wake)
        self.status = Status.RUNNING
        self.scheduled = False
        self.result: Any = None
        self.failure: Exception | None = None
        self._clock = clock
        self._schedule = schedule
        self._ended = ended
        self._main: Task[Any] | None = None
        self._started = str(self.inside.uuid4())
        self._timer: Timer | None = None
        self._cancel_reason: str | None = None

    def begin(self, arguments: list[Any], wire: list[Any]) -> None:
        """Record the start and queue the entrypoint; `wire` is the input as JSON, as an argument list."""
        definition = self.definition
        self.history.happened(WorkflowExecutionStarted(self._started, definition.name, definition.display_name, wire))
        self._main = self.inside.loop.create_task(self._run(arguments), name=definition.name)
        self.history.commit()

    def recall(self, last: EventAttributes) -> bool:
        """Take up a recorded run that has ended with the event `last`; False when it has not ended."""
        name = self.definition.name
        match last:
            case WorkflowExecutionCompleted(_, result):
                self.result = self.definition.shape.decode_result(result)
                self._close(Status.COMPLETED)
            case WorkflowExecutionFailed(_, message):
                self.failure = WorkflowFailed(name, "", message)
                self._close(Status.FAILED)
            case WorkflowExecutionCanceled(_, reason):
                self.failure = WorkflowCanceled(name, reason)
                self._close(Status.CANCELED)
            case _:
                return False
        return True

    def resume(self, arguments: list[Any], recorded: Sequence[Event]) -> None:
        """Take up a recorded run where it stands. Raises `NondeterminismError`; then nothing was recorded and nothing runs."""
        self._main = self.inside.loop.create_task(self._run(arguments), name=self.definition.name)
        self.scheduled = True  # what wakes up during the replay belongs to it
        try:
            replay(self.inside, recorded, self._apply_cancel)
        except BaseException:
            self.status = Status.EVICTED
            self.history.closed = True
            _unwind(self.inside)
            raise
        self.scheduled = False
        self.wake()

    def wake(self) -> None:
        """Ask for a turn, once."""
        if not self.scheduled and self.status is Status.RUNNING:
            self.scheduled = True
            self._schedule(self)

    def turn(self) -> None:
        """Advance. Called by the scheduler from a plain callback of the host loop, never inside a task."""
        self.scheduled = False
        if self.status is not Status.RUNNING:
            return
        loop, history = self.inside.loop, self.history
        for timer_id in loop.due(self._clock.time_ns() / 1e9):
            history.happened(TimerFired(timer_id))
        if loop.has_work:
            loop.now, before = history.now, history.sequence
            with guard.guarded():
                loop.run_turn()
            if history.sequence == before:
                history.record(TurnCommitted())
        self._settle()

    def submit(self, task_id: str, value: Any) -> None:
        """Accept a reply: checked, committed, then handed over. Raises `NoPendingInput` or `InputRejected`."""
        ask, answer = self.inside.pending.check(task_id, value)
        self.history.happened(InputReceived(task_id, answer.model_dump(mode="json")))
        self.history.commit()
        self.inside.pending.take(ask, answer)

    def cancel(self, reason: str | None) -> None:
        """Record the wish; the workflow sees a CancelledError in its next turn."""
        if self.status is Status.RUNNING and self._main is not None:
            self.history.happened(CancelRequested(reason))
            self.history.commit()
            self._apply_cancel(reason)

    def _apply_cancel(self, reason: str | None) -> None:
        self._cancel_reason = reason
        if self._main is not None:
            self._main.cancel()

    def evict(self) -> None:
        """Stop quietly because the engine closes: no event is recorded and nothing warns of pending tasks."""
        if self.status is Status.RUNNING:
            self._close(Status.EVICTED)

    def crash(self, error: Exception) -> None:
        """The engine itself cannot go on with this execution, for example because the journal cannot be written."""
        self.failure = error
        self._close(Status.FAILED)

    async def _run(self, arguments: list[Any]) -> Any:
        instance = self.definition.cls()
        return await self.definition.entrypoint(instance, *arguments)

    def _settle(self) -> None:
        """The turn is over: end the run, or commit and carry out what it asked for."""
        main = self._main
        if main is not None and main.done():
            self._finish(main)
            return
        self.history.commit()
        if not self.inside.can_wake:
            self._fail(WorkflowDeadlocked())
            return
        for call in list(self.inside.calls.values()):
            call.start(self._clock)
        if self.inside.loop.has_work:
            self.wake()
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self.inside.loop.next_deadline()
        if deadline is not None:
            self._timer = self._clock.call_at(deadline, self.wake)

    def _finish(self, main: Task[Any]) -> None:
        if main.cancelled():
            self._cancelled()
        elif error := main.exception():
            self._fail(error)
        else:
            self._complete(main.result())

    def _complete(self, value: Any) -> None:
        try:
            wire = self.definition.shape.encode(value)
        except Exception as error:
            error.add_note("The value that the workflow returned cannot be written as JSON.")
            self._fail(error)
            return
        self.result = value
        self.history.record(WorkflowExecutionCompleted(self._started, wire))
        self._close(Status.COMPLETED)

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, RuntimeError) and "attached to a different loop" in str(error):
            error.add_note("Workflow code awaited something of the notebook's own event loop. Await it in an @activity.")
        name = self.definition.name
        self.failure = WorkflowFailed(name, type(error).__name__, str(error))
        self.failure.__cause__ = error
        self.history.record(FailureTraced(type(error).__name__, _author_traceback(error)))
        self.history.record(WorkflowExecutionFailed(self._started, str(error)))
        self._close(Status.FAILED)

    def _cancelled(self) -> None:
        self.failure = WorkflowCanceled(self.definition.name, self._cancel_reason)
        self.history.record(WorkflowExecutionCanceled(self._started, self._cancel_reason))
        self._close(Status.CANCELED)

    def _close(self, status: Status) -> None:
        self.status = status
        self.history.commit()
        self.history.closed = True
        if self._timer is not None:
            self._timer.cancel()
        _unwind(self.inside)
        self._ended(self)


def _unwind(inside: Inside) -> None:
    """End what is left of the workflow's tasks: their `finally` blocks run, their awaits and warnings do not."""
    for call in list(inside.calls.values()):
        call.abandon()
    tasks = inside.loop.open_tasks()
    inside.loop.close()
    for task in tasks:
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # noqa: SLF001 - asyncio's own switch for this warning
        with suppress(BaseException):
            task.get_coro().close()  # type: ignore[union-attr]


def _author_traceback(error: BaseException) -> str:
    """The traceback without the frames of this package that lie above the author's code."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_globals.get("__name__", "").startswith("nbconvo.") and frames.tb_next:
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames))
