"""An execution seen from the inside: what workflow code asks of its engine, on the deterministic loop."""

from __future__ import annotations

import asyncio
import logging
import random
import uuid
import zlib
from asyncio import Future, TimerHandle
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from nbconvo.engine.activities import ActivityCall
from nbconvo.engine.chance import Chance
from nbconvo.engine.children import ChildCall
from nbconvo.engine.history import History
from nbconvo.engine.loop import WorkflowLoop
from nbconvo.engine.pending import OpenAsk, PendingInputs
from nbconvo.errors import NotAllowedInWorkflow
from nbconvo.protocol.definition import ActivityDefinition, ParentClosePolicy, WorkflowDefinition
from nbconvo.protocol.events import (
    ActivityCanceled,
    CustomTaskCompleted,
    CustomTaskFailed,
    CustomTaskStarted,
    EventAttributes,
    InputClosed,
    InputDeadlineSet,
    TimerStarted,
)
from nbconvo.protocol.inputs import input_schema
from nbconvo.protocol.secret_values import masked
from nbconvo.protocol.text import readable

logger = logging.getLogger(__name__)
ModelT = TypeVar("ModelT", bound=BaseModel)

WAIT_FOR_INPUT = "wait_for_input"


class Inside:
    """Implements `context.Runtime`; owns the loop, the open asks and the running activities of one execution."""

    __slots__ = (
        "_activity_count", "_chance", "_has_children", "_wake",
        "attempts", "calls", "children", "endings", "forked_children", "given_up", "history", "loop", "pending",
    )  # fmt: skip

    def __init__(self, history: History, wake: Callable[[], None]) -> None:
        self.history = history
        self._wake = wake
        self._chance = Chance(history.lineage.workflow_run_id)
        self.pending = PendingInputs()
        self.calls: dict[str, ActivityCall] = {}
        self.attempts: dict[str, int] = {}
        self.children: dict[str, ChildCall] = {}
        self.given_up: list[ChildCall] = []
        self.endings: list[Callable[[], Awaitable[None]]] = []
        self.forked_children: dict[str, str] = {}
        self.loop = WorkflowLoop(self, history.now, zlib.crc32(history.lineage.workflow_run_id.encode()))
        self._activity_count = 0
        self._has_children = False

    @property
    def execution_id(self) -> str:
        """The id people use for this execution."""
        return self.history.lineage.workflow_exec_id

    @property
    def history_length(self) -> int:
        """How many events the execution has."""
        return self.history.sequence

    def now(self) -> datetime:
        """The time of the current turn."""
        return datetime.fromtimestamp(self.loop.now, UTC)

    def uuid4(self) -> uuid.UUID:
        """The next id of this execution."""
        return self._chance.uuid4()

    def new_id(self) -> str:
        """The next id as text."""
        return self._chance.id()

    @property
    def random(self) -> random.Random:
        """The random numbers of this execution."""
        return self._chance.random

    @property
    def speaks_alone(self) -> bool:
        """True while nobody but the code of this run can have sent anything."""
        lineage = self.history.lineage
        return not (self._has_children or lineage.parent_workflow_exec_id or lineage.continued_run_id)

    def divert(self, execution_id: str) -> None:
        """What comes now was not in the execution that this one is a fork of."""
        self._chance.divert(execution_id)

    def keep_secrets(self, texts: set[str]) -> None:
        """These texts are secrets: a mask is recorded instead."""
        self.history.secrets.keep_texts(texts)

    def emit(self, attributes: EventAttributes) -> None:
        """Record an event of the current turn."""
        self.history.record(attributes)

    def at_end(self, ending: Callable[[], Awaitable[None]]) -> None:
        """What was made elsewhere is given back when the entrypoint has ended."""
        self.endings.append(ending)

    async def wait_for_input(
        self, schema: type[ModelT], label: str | None, timeout: float | None, on_timeout: ModelT | None = None
    ) -> ModelT:
        """Ask and wait. An accepted answer always beats the timeout, even when both fall into one turn.

        Source: workflows specification, "wait_for_input, exactly".
        """
        ask = OpenAsk(self.new_id(), schema, readable(label), self.loop.create_future())
        request = {"input_schema": input_schema(schema), "label": ask.label}
        self.pending.open(ask)
        self.emit(CustomTaskStarted(ask.task_id, WAIT_FOR_INPUT, request))
        timer = None if timeout is None else self._deadline(ask, timeout, on_timeout)
        try:
            answer: ModelT = await ask.answer
        except BaseException as error:
            self.emit(InputClosed(ask.task_id, _why_closed(error)))
            self.emit(CustomTaskFailed(ask.task_id, WAIT_FOR_INPUT, str(error)))
            raise
        finally:
            self.pending.close(ask.task_id)
            if timer is not None:
                timer.cancel()
        self.emit(CustomTaskCompleted(ask.task_id, WAIT_FOR_INPUT, {**request, "input": masked(answer)}))
        return answer

    def _deadline(self, ask: OpenAsk, timeout: float, on_timeout: BaseModel | None) -> TimerHandle:
        default = None if on_timeout is None else masked(on_timeout)
        self.emit(InputDeadlineSet(ask.task_id, self.loop.now + timeout, default))
        return self.loop.call_later(timeout, self._expire, ask, on_timeout)

    def _expire(self, ask: OpenAsk, on_timeout: BaseModel | None) -> None:
        if ask.answer.done():
            return
        if on_timeout is None:
            ask.answer.set_exception(TimeoutError())
        else:
            self.emit(InputClosed(ask.task_id, "timed_out"))
            ask.answer.set_result(on_timeout)

    async def run_activity(self, activity: ActivityDefinition, arguments: list[Any]) -> Any:
        """Record the call, then wait for its outcome."""
        self._activity_count += 1
        call = ActivityCall(str(self._activity_count), activity, arguments, self.history, self.loop.create_future())
        call.attempt = self.attempts.pop(call.task_id, 1)
        self.calls[call.task_id] = call
        self.emit(call.started())
        try:
            return await call.outcome
        except asyncio.CancelledError:
            self.emit(ActivityCanceled(call.task_id))
            raise
        finally:
            call.abandon()
            del self.calls[call.task_id]

    async def wait_condition(self, predicate: Callable[[], bool], timeout: float | None) -> None:
        """Wait until `predicate` is true."""
        async with asyncio.timeout(timeout):
            await self.loop.wait_condition(predicate)

    async def within(self, outcome: Future[Any], timeout: float | None) -> Any:
        """The result of a future, in time."""
        async with asyncio.timeout(timeout):
            return await outcome

    def start_child(self, workflow: WorkflowDefinition, value: Any, child_id: str, policy: ParentClosePolicy) -> Future[Any]:
        """Record the call; the child starts when the turn is committed."""
        child_id = self.forked_children.get(child_id, child_id)
        child = ChildCall(child_id, workflow, value, policy, self.history, self.loop.create_future())
        self.children[child_id] = child
        self._has_children = True
        child.outcome.add_done_callback(lambda outcome: self._child_done(child, outcome))
        self.emit(child.started())
        return child.outcome

    def _child_done(self, child: ChildCall, outcome: Future[Any]) -> None:
        self.children.pop(child.child_id, None)
        if outcome.cancelled():
            self.given_up.append(child)

    @contextmanager
    def looking(self, who: str) -> Generator[None]:
        """While this is entered, workflow code may only look: what it does is taken back, and is an error."""
        loop, chance = self.loop.mark(), self._chance.mark()
        try:
            with self.history.read_only(who):
                yield
        finally:
            self._chance.go_back(chance)
            has_changed = self.loop.go_back(loop)
        if has_changed:
            raise NotAllowedInWorkflow(f"Changing the workflow in {who}", "use a signal or an update")

    def wake(self) -> None:
        """The loop's news: something became ready outside a turn."""
        self._wake()

    def timer_started(self, timer_id: int, deadline: float) -> None:
        """The loop's news: workflow code waits for a time."""
        self.emit(TimerStarted(timer_id, deadline))

    def loop_failed(self, context: dict[str, Any]) -> None:
        """The loop's news: a callback raised, or a task was lost with an exception that nobody read."""
        name, message = self.history.lineage.workflow_name, context.get("message")
        logger.error("In workflow %s: %s", name, message, exc_info=context.get("exception"))

    @property
    def can_wake(self) -> bool:
        """True while something is under way that can bring the workflow on."""
        return bool(self.pending or self.calls or self.children or self.loop.has_work or self.loop.next_deadline() is not None)


def _why_closed(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "timed_out"
    return "canceled" if isinstance(error, asyncio.CancelledError) else "failed"
