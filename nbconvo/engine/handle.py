"""One execution of a kernel engine, from the outside."""

from __future__ import annotations

import asyncio
from asyncio import Future, get_running_loop
from collections.abc import AsyncGenerator, Callable
from typing import Any

from pydantic import BaseModel

from nbconvo.engine.contract import PendingInput
from nbconvo.engine.execution import Execution, Status
from nbconvo.engine.handlers import SUBMIT_INPUT
from nbconvo.engine.stream import EventStream
from nbconvo.errors import ExecutionEnded
from nbconvo.protocol.definition import WorkflowDefinition
from nbconvo.protocol.envelope import Event


class Submission(BaseModel, title="_SubmitInputParams"):
    """The argument of upstream's `__submit_input`."""

    task_id: str
    input: Any


class KernelHandle:
    """One execution of a `KernelEngine`; the contract is `contract.ExecutionHandle`."""

    __slots__ = ("_ended", "_execution", "_stream")

    def __init__(self, execution: Execution, stream: EventStream) -> None:
        self._execution = execution
        self._stream = stream
        self._ended: Future[None] | None = None  # made for the first who waits: most wait for nobody

    @property
    def id(self) -> str:
        """The id of the execution."""
        return self._execution.inside.execution_id

    @property
    def workflow_name(self) -> str:
        """The name of the workflow's definition."""
        return self._execution.definition.name

    @property
    def root_id(self) -> str:
        """The id of the execution that started it all; its own when nobody started it."""
        return self._execution.history.lineage.root_workflow_exec_id

    @property
    def is_running(self) -> bool:
        """True until the execution has ended."""
        return self.status is Status.RUNNING

    @property
    def definition(self) -> WorkflowDefinition:
        """The workflow's definition."""
        return self._execution.definition

    @property
    def status(self) -> Status:
        """Where the execution is in its life."""
        return self._execution.status

    @property
    def is_busy(self) -> bool:
        """True while an activity's code is running."""
        return any(call.is_running for call in self._execution.inside.calls.values())

    @property
    def is_still(self) -> bool:
        """True when nothing but somebody outside can bring it on: no activity is under way, no timer set, nothing ready."""
        inside, loop = self._execution.inside, self._execution.inside.loop
        if self._execution.wants_secrets:
            return True
        under_way = self._execution.scheduled or inside.calls or loop.has_work or loop.next_deadline() is not None
        return not (self.is_running and under_way)

    async def pending_inputs(self) -> list[PendingInput]:
        """The open asks, oldest first."""
        return self.pending_inputs_nowait()

    def pending_inputs_nowait(self) -> list[PendingInput]:
        """The same at once, for code that cannot await."""
        return self._execution.inside.pending.list()

    async def submit_input(self, task_id: str, value: Any) -> None:
        """Answer an ask. Raises `InputRejected` (it stays open) or `NoPendingInput`."""
        self.submit_input_nowait(task_id, value)

    def submit_input_nowait(self, task_id: str, value: Any) -> None:
        """The same at once, for code that cannot await."""
        self._execution.submit(task_id, value)

    async def result(self) -> Any:
        """What the entrypoint returned. Raises `WorkflowFailed`, `WorkflowCanceled`, `EngineClosed` (it closed first)."""
        if self.status is Status.RUNNING:
            await asyncio.shield(self._end())
        if self._execution.failure is not None:
            raise self._execution.failure
        return self._execution.result

    def events(self, after: int = 0, *, internal: bool = False) -> AsyncGenerator[Event]:
        """Recorded and coming events above `after`."""
        return self._stream.follow(after, internal)

    async def cancel(self, reason: str | None = None) -> None:
        """Ask the run to stop."""
        self.cancel_nowait(reason)

    def cancel_nowait(self, reason: str | None = None) -> None:
        """The same at once, for code that cannot await."""
        self._execution.cancel(reason)

    async def signal(self, name: str, value: Any = None) -> None:
        """Send a signal. Raises `HandlerNotFound` or `HandlerRejected`; then the run never heard of it."""
        self._running().handlers.signal(name, value)

    async def query(self, name: str, value: Any = None) -> Any:
        """Ask the workflow something. Raises `HandlerNotFound`, `HandlerRejected`, or what the handler raises."""
        if self._execution.scheduled:  # what was accepted before the query is applied before it
            await _next_callback()
        return self._execution.handlers.query(name, value)

    async def update(self, name: str, value: Any = None) -> Any:
        """Change the workflow and wait for the handler's result, as JSON.

        Raises `HandlerNotFound`, `HandlerRejected` or `UpdateFailedError`; the run goes on in each case.
        """
        if name == SUBMIT_INPUT:
            submission = Submission.model_validate(value)
            await self.submit_input(submission.task_id, submission.input)
            return {}
        return await self._running().handlers.update(name, value)

    @property
    def is_canceling(self) -> bool:
        """True when it was asked to stop."""
        return self._execution.is_canceling

    async def terminate(self, reason: str | None = None) -> None:
        """End the run at once, without asking its code."""
        self.terminate_nowait(reason)

    def terminate_nowait(self, reason: str | None = None) -> None:
        """The same at once, for code that cannot await."""
        self._execution.terminate(reason)

    def outcome_nowait(self) -> Any:
        """The result of an ended run as JSON. Raises what it failed with."""
        if self._execution.failure is not None:
            raise self._execution.failure
        return self._execution.definition.shape.encode(self._execution.result)

    def when_ended(self, callback: Callable[[], None]) -> None:
        """Call back on the host's loop when the execution has ended."""
        self._end().add_done_callback(lambda _: callback())

    def _end(self) -> Future[None]:
        """Done when the execution has ended."""
        if self._ended is None:
            self._ended = get_running_loop().create_future()
            if self.status is not Status.RUNNING:
                self._ended.set_result(None)
        return self._ended

    def _running(self) -> Execution:
        if self.status is not Status.RUNNING:
            raise ExecutionEnded(self.id, self.status.value)
        return self._execution

    def close(self) -> None:
        """Tell who waits and who follows that the execution has ended."""
        self._stream.end()
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)


async def _next_callback() -> None:
    """Let the callbacks that are queued now run first."""
    loop = get_running_loop()
    passed: Future[None] = loop.create_future()
    loop.call_soon(passed.set_result, None)
    await passed
