"""One execution and its life: it advances in turns until its entrypoint returns, raises or is cancelled.

A turn applies what is due, runs the loop until nothing is ready, and commits the events that came out of it in one append. Only
then are they shown and what they ask for (activities, children, timers) is carried out. A reply is committed before the workflow
sees it.
"""

from __future__ import annotations

import logging
from asyncio import Task
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from nbconvo.engine import guard
from nbconvo.engine.children import Spawn
from nbconvo.engine.context import ContinueAsNew
from nbconvo.engine.failures import author_traceback, explained
from nbconvo.engine.fork import names_of_children
from nbconvo.engine.handlers import Handlers
from nbconvo.engine.history import History
from nbconvo.engine.inside import Inside
from nbconvo.engine.limits import RateLimiter
from nbconvo.engine.loop import drop
from nbconvo.engine.rehearsal import Rehearsal
from nbconvo.engine.replay import replay
from nbconvo.engine.secret_answers import Secrets
from nbconvo.errors import (
    EngineClosed,
    InputRejected,
    NoPendingInput,
    WorkflowCanceled,
    WorkflowDeadlocked,
    WorkflowFailed,
    WorkflowTimedOut,
)
from nbconvo.protocol.clock import Clock, Timer
from nbconvo.protocol.definition import WorkflowDefinition
from nbconvo.protocol.envelope import Event
from nbconvo.protocol.events import (
    CancelRequested,
    FailureTraced,
    InputReceived,
    TimerFired,
    TurnCommitted,
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionFailed,
    WorkflowExecutionStarted,
)
from nbconvo.protocol.secret_values import masked

logger = logging.getLogger(__name__)


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
    """The engine closed over it, or could not go on (the journal failed): the history is whole, nothing runs."""


@dataclass(frozen=True, slots=True)
class Host:
    """What an execution needs of its engine. `ended` is called once, after the last commit."""

    clock: Clock
    limiter: RateLimiter
    schedule: Callable[[Execution], None]
    spawn: Spawn
    ended: Callable[[Execution], None]
    secrets: Secrets = field(default_factory=Secrets)


class Execution:
    """One started workflow."""

    __slots__ = (
        "_cancel_reason", "_host", "_is_canceling", "_main", "_rehearsal", "_started", "_stopped_by", "_timer",
        "definition", "failure", "handlers", "history", "inside", "result", "scheduled", "status",
    )  # fmt: skip

    def __init__(self, definition: WorkflowDefinition, history: History, host: Host) -> None:
        self.definition = definition
        self.history = history
        history.crash = self.crash
        history.secrets = host.secrets
        self.status = Status.RUNNING
        self.scheduled = False
        self.result: Any = None
        self.failure: Exception | None = None
        self._host = host
        self._timer: Timer | None = None
        self._rehearsal: Rehearsal | None = None
        self._prepare()

    def _prepare(self) -> None:
        """A fresh run: nothing is open, nothing has begun."""
        self.inside = Inside(self.history, self.wake)
        self.handlers = Handlers(self.definition, self.inside, self._stop)
        self._main: Task[Any] | None = None
        self._started = self.inside.new_id()
        self._is_canceling = False
        self._cancel_reason: str | None = None
        self._stopped_by: BaseException | None = None

    def begin(self, arguments: list[Any], wire: list[Any]) -> None:
        """Record the start and queue the entrypoint; `wire` is the input as JSON, as an argument list."""
        definition = self.definition
        self.history.happened(WorkflowExecutionStarted(self._started, definition.name, definition.display_name, wire))
        self._queue_entrypoint(arguments)
        self.history.commit()

    def resume(self, arguments: list[Any], recorded: Sequence[Event]) -> None:
        """Take up a recorded run where it stands. Raises `NondeterminismError`; then nothing was recorded and nothing runs."""
        self.scheduled = True  # what wakes up during the replay belongs to it
        try:
            self.history.rehearse(recorded)
            self.inside.forked_children = names_of_children(recorded)
            self._queue_entrypoint(arguments)
            steps = replay(self.inside, self.handlers, recorded, self._apply_cancel, self._has_ended)
            self._rehearsal = Rehearsal(steps, self.inside, recorded, self._host.secrets)
            self._rehearsed(self._rehearsal.begin())
        except BaseException:
            self.evict()
            raise

    def _rehearsed(self, is_through: bool) -> None:
        """The replay has come to its end, or to where a secret has to be given again."""
        if is_through:
            self._rehearsal = None
            self._look_after_children()  # the next turn may already cancel one
            self.scheduled = False
            self.wake()

    @property
    def wants_secrets(self) -> bool:
        """True while the run stands still until secrets are given again that were given before a restart."""
        return self._rehearsal is not None and self.status is Status.RUNNING

    def recall(self, recorded: Sequence[Event]) -> bool:
        """Take up a recorded run that has ended; False when it has not."""
        name = self.definition.name
        match recorded[-1].attributes:
            case WorkflowExecutionCompleted(_, result):
                self.result = self.definition.shape.decode_result(result)
                self._close(Status.COMPLETED)
            case WorkflowExecutionFailed(_, message):
                self.failure = WorkflowFailed(name, _failure_type(recorded), message)
                self._close(Status.FAILED)
            case WorkflowExecutionCanceled(_, reason):
                self.failure = WorkflowCanceled(name, reason)
                self._close(Status.CANCELED)
            case _:
                return False
        return True

    def wake(self) -> None:
        """Ask for a turn, once."""
        if not self.scheduled and self.status is Status.RUNNING:
            self.scheduled = True
            self._host.schedule(self)

    def turn(self) -> None:
        """Advance. Called by the scheduler from a plain callback of the host loop, never inside a task."""
        self.scheduled = False
        if self.status is not Status.RUNNING:
            return
        loop, history = self.inside.loop, self.history
        for timer_id in loop.due(history.time_ns() / 1e9):
            history.happened(TimerFired(timer_id))
        if loop.has_work:
            loop.now, before = history.now, history.sequence
            with guard.Guarded():
                loop.run_turn()
            if history.sequence == before:
                history.record(TurnCommitted())
        self._settle()

    def submit(self, task_id: str, value: Any) -> None:
        """Accept a reply: checked, committed, then handed over.

        Raises `NoPendingInput`, `InputRejected`, or what the journal fails with; then the ask is as it was.
        """
        if self.status is Status.EVICTED and self.failure is not None:
            raise self.failure
        if self._rehearsal is not None:
            self._give_again(self._rehearsal, task_id, value)
            return
        ask, answer = self.inside.pending.check(task_id, value)
        self.history.happened(InputReceived(task_id, masked(answer)))
        self.history.commit()
        self._host.secrets.keep(self.history.lineage.workflow_run_id, task_id, answer)
        self.inside.pending.take(ask, answer)

    def _give_again(self, rehearsal: Rehearsal, task_id: str, value: Any) -> None:
        try:
            self._rehearsed(rehearsal.submit(task_id, value))
        except (NoPendingInput, InputRejected):
            raise
        except Exception as error:
            self.crash(error)
            raise

    def cancel(self, reason: str | None) -> None:
        """Record the wish; the workflow sees a CancelledError in its next turn."""
        if self.wants_secrets:
            self.terminate(reason)  # its code cannot be asked: it has not come to where it was
        elif self.status is Status.RUNNING:
            self.history.happened(CancelRequested(reason))
            self.history.commit()
            self._apply_cancel(reason)

    @property
    def is_canceling(self) -> bool:
        """True when a cancel was recorded."""
        return self._is_canceling

    def terminate(self, reason: str | None) -> None:
        """End the run at once; its code is not asked."""
        if self.status is Status.RUNNING:
            self._cancel_reason = reason
            self.history.go_live()
            self._cancelled()

    def evict(self) -> None:
        """Stop quietly because the engine closes: no event is recorded and nothing warns of pending tasks."""
        if self.status is Status.RUNNING:
            self.failure = EngineClosed()
            self._close(Status.EVICTED)

    def crash(self, error: Exception) -> None:
        """The engine itself cannot go on with this execution, for example because the journal cannot be written.

        It stops where its record ends, and can be taken up from there; what was not recorded did not happen.
        """
        if self.status is not Status.EVICTED:
            logger.error("Workflow %s cannot go on: %s", self.definition.name, error, exc_info=error)
            self.failure = error
            self.history.abandon()
            self._close(Status.EVICTED)

    def _queue_entrypoint(self, arguments: list[Any]) -> None:
        self._main = self.inside.loop.create_task(self._run(arguments), name=self.definition.name)

    async def _run(self, arguments: list[Any]) -> Any:
        if (limit := self.definition.execution_timeout) is not None:
            self.inside.loop.call_later(limit, self._stop, WorkflowTimedOut(limit))
        self.handlers.instance = self.definition.cls()
        try:
            return await self.definition.entrypoint(self.handlers.instance, *arguments)
        finally:
            for ending in self.inside.endings:
                await ending()

    def _apply_cancel(self, reason: str | None) -> None:
        self._is_canceling = True
        self._cancel_reason = reason
        if self._main is not None:
            self._main.cancel()

    def _has_ended(self) -> bool:
        return self._main is not None and self._main.done()

    def _stop(self, error: BaseException) -> None:
        """Something other than the entrypoint ends the run as failed."""
        self._stopped_by = self._stopped_by or error
        if self._main is not None:
            self._main.cancel()

    def _settle(self) -> None:
        """The turn is over: end the run, or commit and carry out what it asked for."""
        main = self._main
        if main is not None and main.done():
            self._finish(main)
            return
        self.history.commit()
        self.handlers.tell_callers()
        if not self.inside.can_wake and not any(kind != "query" for kind, _ in self.definition.handlers):
            self._fail(WorkflowDeadlocked())
            return
        for call in list(self.inside.calls.values()):
            call.start(self._host.clock, self._host.limiter)
        if self.inside.children or self.inside.given_up:
            self._look_after_children()
        if self.inside.loop.has_work:
            self.wake()
        self._arm()

    def _look_after_children(self) -> None:
        """Start and cancel children as the committed turns say."""
        for child in list(self.inside.children.values()):
            child.start(self._host.spawn)
        given_up, self.inside.given_up = self.inside.given_up, []
        for child in given_up:
            child.give_up(self._host.spawn)

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self.inside.loop.next_deadline()
        if deadline is not None:
            self._timer = self._host.clock.call_at(self.history.on_the_clock(deadline), self.wake)

    def _finish(self, main: Task[Any]) -> None:
        if self._stopped_by is not None:
            self._fail(self._stopped_by)
            return
        if main.cancelled():
            self._cancelled()
            return
        match main.exception():
            case None:
                self._complete(main.result())
            case ContinueAsNew(value):
                self._continue(value)
            case error:
                self._fail(error)

    def _complete(self, value: Any) -> None:
        try:
            wire = self.definition.shape.encode(value)
            self.result = self.definition.shape.decode_result(wire)  # what a restart would give
        except Exception as error:
            error.add_note("The value that the workflow returned cannot be written as JSON, or does not fit its annotation.")
            self._fail(error)
            return
        self.history.record(WorkflowExecutionCompleted(self._started, wire))
        self._close(Status.COMPLETED)

    def _continue(self, value: Any) -> None:
        """The same execution begins a new run with a new input and no past."""
        old = self.history.lineage
        first = old.first_execution_run_id or old.workflow_run_id
        new_run = replace(
            old, workflow_run_id=self.inside.new_id(), continued_run_id=old.workflow_run_id, first_execution_run_id=first
        )
        self.history.commit()
        self._unwind()
        self.history.lineage = new_run
        self._prepare()
        self.begin(self.definition.shape.decode(value), [] if value is None else [value])

    def _fail(self, error: BaseException) -> None:
        error = explained(error)
        self.failure = WorkflowFailed(self.definition.name, type(error).__name__, str(error))
        self.failure.__cause__ = error
        self.history.record(FailureTraced(type(error).__name__, author_traceback(error)))
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
        self.handlers.tell_callers()
        self.handlers.abandon(self.failure or EngineClosed())
        if status is not Status.EVICTED:
            for child in list(self.inside.children.values()):
                child.parent_closed()
            for child in self.inside.given_up:
                child.give_up(self._host.spawn)
        self._unwind()
        self._host.ended(self)

    def _unwind(self) -> None:
        """End what is left of the workflow's tasks: their `finally` blocks run, their awaits and warnings do not."""
        for call in list(self.inside.calls.values()):
            call.abandon()
        tasks = self.inside.loop.open_tasks()
        self.inside.loop.close()
        for task in tasks:
            drop(task)


def _failure_type(recorded: Sequence[Event]) -> str:
    """The class of the exception that ended a recorded run."""
    traced = (event.attributes for event in reversed(recorded))
    return next((one.type for one in traced if isinstance(one, FailureTraced) and one.task_id is None), "Exception")
