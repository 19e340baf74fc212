"""The kernel engine: executions in this process, on the loop that is running, over a journal.

>>> import asyncio
>>> from nbconvo.engine import KernelEngine
>>> from nbconvo.workflows import workflow
>>> @workflow.define(name="doubling")
... class Doubling:
...     @workflow.entrypoint
...     async def run(self, number: int) -> int:
...         return 2 * number
>>> async def main() -> int:
...     async with KernelEngine() as engine:
...         return await (await engine.start(Doubling, 21)).result()
>>> asyncio.run(main())
42
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from os import PathLike
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError, to_jsonable_python

from nbconvo.engine.children import closed_by_parent, orphans
from nbconvo.engine.execution import Execution, Host, Status
from nbconvo.engine.fork import forked
from nbconvo.engine.handle import KernelHandle
from nbconvo.engine.history import History
from nbconvo.engine.limits import RateLimiter
from nbconvo.engine.pending import field_problems
from nbconvo.engine.scheduler import Scheduler
from nbconvo.engine.stream import EventStream
from nbconvo.errors import (
    EngineClosed,
    ExecutionInUse,
    ExecutionMismatch,
    FieldProblem,
    NbconvoError,
    StartInputInvalid,
)
from nbconvo.journal import open_journal
from nbconvo.journal.contract import Journal
from nbconvo.protocol.clock import Clock, SystemClock, random_id
from nbconvo.protocol.definition import WorkflowDefinition, definition_of
from nbconvo.protocol.envelope import Event, Lineage
from nbconvo.protocol.events import CellBound, WorkflowExecutionStarted


class KernelEngine:
    """Runs workflows in this process.

    `journal` is ":memory:", the path of a file, or a journal; `clock` and `new_id` are handed in by tests.
    Use it as an async context manager, or `open()` it inside a running loop and `await close()` it.
    """

    def __init__(
        self,
        journal: Journal | str | PathLike[str] = ":memory:",
        *,
        clock: Clock | None = None,
        new_id: Callable[[], str] = random_id,
    ) -> None:
        self.journal: Journal = open_journal(journal)
        self.clock: Clock = clock or SystemClock()
        self._new_id = new_id
        self._host: Host | None = None
        self._executions: dict[str, Execution] = {}
        self._handles: dict[str, KernelHandle] = {}

    async def __aenter__(self) -> KernelEngine:
        self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def open(self) -> None:
        """Begin to serve, on the running loop."""
        if self._host is None:
            limiter = RateLimiter(self.clock)
            self._host = Host(self.clock, limiter, Scheduler().add, self._spawn, self._execution_ended)

    async def close(self) -> None:
        """Stop all executions quietly; the journal keeps their histories."""
        for execution in list(self._executions.values()):
            execution.evict()
        self._host = None
        self.journal.close()

    async def start(self, workflow: type[Any], input: Any = None, id: str | None = None) -> KernelHandle:  # noqa: A002
        """Start a workflow; with the id of an execution that is there already, take that up instead.

        One that waits in the journal runs again to where it stands; one that has ended has its result.
        Raises `StartInputInvalid`, `ExecutionMismatch`, `ExecutionInUse`, `NondeterminismError`.
        """
        return self.start_nowait(workflow, input, id)

    def start_nowait(self, workflow: type[Any], input: Any = None, id: str | None = None) -> KernelHandle:  # noqa: A002
        """The same at once, for code that cannot await."""
        if self._host is None:
            raise EngineClosed
        definition = definition_of(workflow)
        if id is not None and self._has(id):
            return self._existing(id, definition)
        if id is not None and (recorded := self.journal.read(id)):
            return self._take_up(definition, recorded, self._host)
        execution_id = id or self._new_id()
        return self._begin(definition, input, Lineage(execution_id, self._new_id(), definition.name, execution_id), self._host)

    def _has(self, execution_id: str) -> bool:
        """True for an execution of this engine, unless it stopped because the journal failed: that one is taken up anew."""
        return execution_id in self._handles and self._handles[execution_id].status is not Status.EVICTED

    def _existing(self, execution_id: str, definition: WorkflowDefinition) -> KernelHandle:
        handle = self._handles[execution_id]
        if handle.workflow_name != definition.name:
            raise ExecutionMismatch(execution_id, handle.workflow_name, definition.name)
        return handle

    @property
    def handles(self) -> list[KernelHandle]:
        """The executions of this engine, oldest first; children come after their parents."""
        return list(self._handles.values())

    def handle(self, id: str) -> KernelHandle:  # noqa: A002
        """The handle of an execution of this engine. Raises KeyError when there is none with this id."""
        return self._handles[id]

    def events(self, execution_id: str, after: int = 0, *, internal: bool = False) -> AsyncGenerator[Event]:
        """Recorded and coming events of an execution above `after`; of one that this engine does not run, what is recorded."""
        if execution_id in self._handles:
            return self._handles[execution_id].events(after, internal=internal)
        recorded = EventStream(execution_id, self.journal)
        recorded.end()
        return recorded.follow(after, internal)

    def family(self, execution_id: str) -> list[KernelHandle]:
        """An execution of this engine and its children and their children, oldest first."""
        return [handle for handle in self.handles if execution_id in (handle.id, handle.root_id)]

    def start_again(self, execution_id: str) -> KernelHandle:
        """Another execution of the same workflow with the same input. Raises KeyError when there is none with this id."""
        definition = self._handles[execution_id].definition
        started = _newest_run(self.journal.read(execution_id))[0].attributes
        assert isinstance(started, WorkflowExecutionStarted)
        return self.start_nowait(definition.cls, started.input[0] if started.input else None)

    def bind_to_cell(self, execution_id: str, notebook: str, cell_id: str) -> None:
        """Record which cell of which notebook an execution belongs to."""
        history = self._executions[execution_id].history
        history.record(CellBound(notebook, cell_id))
        history.commit()

    def fork(self, execution_id: str, task_id: str) -> KernelHandle:
        """A second execution that goes back to the answered ask `task_id`, its own or a child's, and asks it again.

        The first stays as it is.

        Raises KeyError when this engine does not have the execution, `NoAnswerToRewind` when the ask was not answered.
        """
        if self._host is None:
            raise EngineClosed
        definition = self._handles[execution_id].definition
        histories = forked(lambda one: _newest_run(self.journal.read(one)), execution_id, task_id, self._new_id)
        for events in histories:
            self.journal.append(events[0].lineage.workflow_exec_id, events)
        return self._take_up(definition, histories[-1], self._host)

    def _spawn(self, definition: WorkflowDefinition, child_id: str, value: Any, parent: Lineage) -> KernelHandle:
        """Start a child, or take it up again after a restart of the parent."""
        if self._host is None:
            raise EngineClosed
        if self._has(child_id):
            return self._existing(child_id, definition)
        if recorded := self.journal.read(child_id):
            return self._take_up(definition, recorded, self._host)
        root, above = parent.root_workflow_exec_id, parent.workflow_exec_id
        return self._begin(definition, value, Lineage(child_id, self._new_id(), definition.name, root, above), self._host)

    def _begin(self, definition: WorkflowDefinition, value: Any, lineage: Lineage, host: Host) -> KernelHandle:
        arguments, wire = _decode_input(definition, value)
        execution = self._admit(definition, lineage, host)
        try:
            execution.begin(arguments, wire)
        except BaseException:
            execution.evict()
            self._handles.pop(lineage.workflow_exec_id)
            raise
        return self._handles[lineage.workflow_exec_id]

    def _admit(self, definition: WorkflowDefinition, lineage: Lineage, host: Host) -> Execution:
        stream = EventStream(lineage.workflow_exec_id, self.journal)
        history = History(lineage, self.journal, self.clock, stream.publish)
        execution = Execution(definition, history, host)
        self._executions[lineage.workflow_exec_id] = execution
        self._handles[lineage.workflow_exec_id] = KernelHandle(execution, stream)
        return execution

    def _take_up(self, definition: WorkflowDefinition, recorded: Sequence[Event], host: Host) -> KernelHandle:
        """The handle of a recorded execution: ended, or running again from where it stands."""
        recorded = _newest_run(recorded)
        lineage, started = recorded[0].lineage, recorded[0].attributes
        if lineage.workflow_name != definition.name or not isinstance(started, WorkflowExecutionStarted):
            raise ExecutionMismatch(lineage.workflow_exec_id, lineage.workflow_name, definition.name)
        self.journal.acquire(lineage.workflow_exec_id)
        execution = self._admit(definition, lineage, host)
        try:
            if execution.recall(recorded):
                self._close_orphans(recorded)
            else:
                execution.resume(_decode_input(definition, started.input[0] if started.input else None)[0], recorded)
        except BaseException:
            self._handles.pop(lineage.workflow_exec_id)
            self._executions.pop(lineage.workflow_exec_id, None)
            with suppress(NbconvoError):
                self.journal.release(lineage.workflow_exec_id)
            raise
        return self._handles[lineage.workflow_exec_id]

    def _close_orphans(self, recorded: Sequence[Event]) -> None:
        """A parent that died as it ended has left its children open: end them as it should have."""
        for child in orphans(recorded):
            history = self.journal.read(child.child_id)
            summary = self.journal.summary(child.child_id)
            if child.child_id not in self._handles and summary is not None and not summary.has_ended:
                with suppress(ExecutionInUse):  # somebody looks after it
                    self.journal.append(child.child_id, closed_by_parent(child, history, self.clock.time_ns()))

    def _execution_ended(self, execution: Execution) -> None:
        self._executions.pop(execution.inside.execution_id, None)
        self._handles[execution.inside.execution_id].close()
        with suppress(NbconvoError):  # the journal fails: then the right ends with this process
            self.journal.release(execution.inside.execution_id)


def _newest_run(recorded: Sequence[Event]) -> Sequence[Event]:
    """The events since the execution was last continued as new."""
    run_id = recorded[-1].lineage.workflow_run_id if recorded else ""
    return [event for event in recorded if event.lineage.workflow_run_id == run_id]


def _decode_input(definition: WorkflowDefinition, value: Any) -> tuple[list[Any], list[Any]]:
    try:
        arguments = definition.shape.decode(to_jsonable_python(value) if isinstance(value, BaseModel) else value)
        data = to_jsonable_python(value)
    except PydanticSerializationError as error:
        text = f"it is not JSON ({error})"
        raise StartInputInvalid(definition.name, text, [FieldProblem((), text)]) from error
    except ValidationError as error:
        raise StartInputInvalid(definition.name, str(error), field_problems(error)) from error
    return arguments, [] if data is None else [data]
