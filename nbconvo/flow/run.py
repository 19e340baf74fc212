"""One run of a session: a turn of a flow, or an execution of a workflow. Await it, follow it, cancel it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbconvo.engine import KernelEngine, KernelHandle, Status
from nbconvo.engine.contract import PendingInput
from nbconvo.errors import NoPendingInput, WorkflowCanceled, WorkflowFailed
from nbconvo.flow.asking import FAIL
from nbconvo.flow.events import TurnEvent, project
from nbconvo.flow.state import is_dict
from nbconvo.flow.turn import Turn, current_turn
from nbconvo.protocol import events as ev
from nbconvo.protocol.clock import random_id
from nbconvo.protocol.envelope import Event, Lineage
from nbconvo.views.asks import ask_kind

_ENDS = ("run.finished", "run.failed", "run.cancelled")
_STATUS = {Status.COMPLETED: "completed", Status.FAILED: "failed", Status.CANCELED: "cancelled", Status.EVICTED: "failed"}


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What came of a turn, or of it so far when `status` is "waiting".

    `output` is what the flow returned, `reply` what the assistant said since the message, `messages` all that was said.
    """

    session_id: str
    output: Any = None
    reply: str | None = None
    intent: str | None = None
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    suggestions: list[str] = field(default_factory=list[str])
    status: str = "completed"
    run_id: str = ""
    streaming: bool = False


class Job:
    """What a run has to do: made by its session, which knows flows from workflows.

    `begin` makes the turn's journal and workflow on the run's loop; `finished` is told when all is recorded.
    """

    def __init__(
        self,
        workflow: Callable[[], type[Any]],
        start: dict[str, Any] | None,
        journal: Callable[[Run], Any],
        turn: Callable[[], Turn | None],
        finished: Callable[[Run], None],
    ) -> None:
        self.workflow = workflow
        self.start = start
        self.journal = journal
        self.turn = turn
        self.finished = finished


class Run:
    """One run. `await run` gives a `TurnResult` when it has ended, or waits for a person; a run that failed raises.

    `status` is "queued", "running", "waiting", "completed", "failed" or "cancelled".
    """

    def __init__(self, session: Any, job: Job, run_id: str | None = None, message: str | None = None) -> None:
        self.id = run_id or random_id()
        self.session = session
        self.message = message
        self.turn: Turn | None = None
        self.handle: KernelHandle | None = None
        self.error: BaseException | None = None
        self.said: list[dict[str, Any]] = []
        self.start = job.start
        self._job = job
        self._loop = _running_loop()
        self._engine: KernelEngine | None = None
        self._status = "queued"
        self._cancelled = False
        self._changed: list[asyncio.Future[None]] = []
        self._events: list[TurnEvent] = []
        self._since = 0
        self._first: str | None = None
        self._joined: Run | None = None

    # From the outside

    @property
    def status(self) -> str:
        """Where the run is in its life."""
        return self._real._status  # noqa: SLF001 - another of us

    @property
    def _real(self) -> Run:
        """The run whose ask this one's message has answered while it stood in line; itself when it has not."""
        return self if self._joined is None else self._joined._real  # noqa: SLF001 - another of us

    def join(self, other: Run) -> None:
        """The message has answered an ask of `other`: that is the run now."""
        self._joined = other
        self._tell()

    @property
    def is_over(self) -> bool:
        """True when nothing more will come."""
        return self.status in ("completed", "failed", "cancelled")

    @property
    def pending(self) -> list[PendingInput]:
        """The open asks, oldest first."""
        return [] if self.handle is None else self.handle.pending_inputs_nowait()

    @property
    def output(self) -> Any:
        """What the flow returned, or the workflow's result as JSON; None before its end."""
        if self.turn is not None:
            return self.turn.options.get("output") if self._status == "completed" else None
        value = self.handle.outcome_nowait() if self.handle is not None and self._status == "completed" else None
        match value:
            case {"result": inner, **rest} if not rest:  # how a plain result is wrapped on the wire
                return inner
            case _:
                return value

    def __await__(self) -> Generator[Any, None, TurnResult]:
        return self._until(lambda: self.is_over or self.status == "waiting").__await__()

    async def ended(self) -> TurnResult:
        """Until the run has ended, however often it waits before."""
        return await self._until(lambda: self.is_over)

    async def paused(self) -> bool:
        """Until it waits or has ended, without raising; True when it waits."""
        await self._wait(lambda: self.is_over or self.status == "waiting")
        return not self.is_over

    def cancel(self, reason: str | None = None) -> bool:
        """Stop it: what it has said so far is discarded, its message is kept with `cancelled: true`. False when it is over,
        or is being cancelled already."""
        if self._joined is not None:
            return self._real.cancel(reason)
        if self.is_over or self._cancelled:
            return False
        self._cancelled = True
        if self.handle is not None:
            self.on_loop(lambda: None if self.handle is None else self.handle.cancel_nowait(reason))
        else:
            self.session.discard(self, reason)
        return True

    async def events(self) -> AsyncIterator[TurnEvent]:
        """What happens in the run, from its start to its end."""
        position = 0
        while True:
            events = self._real._events  # noqa: SLF001 - another of us
            while position < len(events):
                yield events[position]
                position += 1
            if self.is_over:
                return
            await self._real._news()  # noqa: SLF001 - another of us

    def submit(self, request_id: str, value: Any) -> None:
        """Answer an ask. Raises `InputRejected` (it stays open) or `NoPendingInput`."""
        if asyncio._get_running_loop() is not self._loop:  # noqa: SLF001 - the one way that does not raise
            asyncio.run_coroutine_threadsafe(self._submit(request_id, value), self._loop).result()
        elif self.handle is not None:
            self._since = len(self.said)
            before, self._status = self._status, "running"
            try:
                self.handle.submit_input_nowait(request_id, value)
            except BaseException:
                self._status = before
                raise

    async def _submit(self, request_id: str, value: Any) -> None:
        self.submit(request_id, value)

    async def next_change(self) -> None:
        """Until something happens in it, or at once when it is over."""
        if not self.is_over:
            await self._news()

    async def fail(self, error: BaseException) -> None:
        """End the run as failed by `error`: who was to bring an answer cannot."""
        if self.handle is not None and self.turn is not None and not self.is_over:
            self.turn.options["error"] = error
            await self.handle.signal(FAIL, {})

    # For the session

    def on_loop(self, work: Callable[[], Any]) -> None:
        """Do something on the run's loop, now when this is it."""
        try:
            here = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        if here is self._loop:
            work()
        else:
            self._loop.call_soon_threadsafe(work)

    def your_turn(self) -> None:
        """Nobody is before it any more."""
        self.on_loop(self.begin)

    def begin(self) -> None:
        """Start, or take up what was recorded. What goes wrong is told to who awaits the run."""
        self._status = "running"
        try:
            self._begin()
        except Exception as error:
            self.error = error
            self._over("failed")

    def _begin(self) -> None:
        self.turn = self._job.turn()
        self._engine = KernelEngine(self._job.journal(self), clock=self.session.clock, new_id=lambda: self.id)
        self._engine.open()
        token = current_turn.set(self.turn)
        try:
            if self.turn is not None:
                self.turn.loop = self._loop
            self.handle = self._engine.start_nowait(self._job.workflow(), self._job.start, id=self.session.id)
        finally:
            current_turn.reset(token)
        if self.turn is not None:
            self.turn.handle, self.turn.rehearsing = self.handle, False
        self.handle.when_ended(self._ended)
        if self.handle.pending_inputs_nowait():
            self._status = "waiting"

    async def evict(self) -> None:
        """Stop quietly; a turn that waits can be taken up again."""
        if self._engine is not None and not self.is_over:
            await self._engine.close()
            await self._wait(lambda: self.is_over)

    def seen(self, events: Sequence[Event]) -> None:
        """The journal has these."""
        for event in events:
            self._see(event)
        if self._status == "waiting":
            self._loop.call_soon(self.session.deliver, self)
        self._tell()

    def discarded(self) -> None:
        """Cancelled before it began."""
        self.error = WorkflowCanceled(self.session.workflow_name, None)
        self._over("cancelled")

    def emit(self, kind: str, data: dict[str, Any], at: float) -> None:
        """Hand an event to who follows."""
        self._events.append(self.session.number(kind, data, self.id, at))

    def _see(self, event: Event) -> None:
        match event.attributes:
            case ev.CustomTaskStarted(task_id, "wait_for_input", payload):
                self._asked(task_id, payload)
            case ev.CustomTaskCompleted(_, "assistant_message", payload):
                text = "".join(chunk.get("text", "") for chunk in payload["contentChunks"])
                self.said.append({"role": "assistant", "content": text})
                if self.turn is None:
                    self.emit("message.added", self.said[-1], event.event_timestamp / 1e9)
            case ev.InputClosed() | ev.InputReceived():
                self._status = "running"
            case _:
                pass
        for kind, data in project(event.attributes):
            if kind not in _ENDS:  # told when all is done
                self.emit(kind, data, event.event_timestamp / 1e9)

    def answer_first(self, message: str) -> None:
        """The first chat ask is answered by `message`: for a workflow that takes none at its start."""
        self._first = message

    def _asked(self, task_id: str, payload: Any) -> None:
        self._status = "waiting"
        first, self._first = self._first, None
        if first is None:
            return
        if ask_kind(payload["input_schema"]) != "chat":
            self.error = NoPendingInput("(the workflow waits for no chat message)")
            return
        self._status = "running"
        self._loop.call_soon(self._submit_first, task_id, first)

    def _submit_first(self, task_id: str, message: str) -> None:
        if self.handle is not None and not self.is_over:
            self.handle.submit_input_nowait(task_id, {"message": [{"type": "text", "text": message}]})

    def _ended(self) -> None:
        assert self.handle is not None
        status = self.handle.status
        try:
            output = self.handle.outcome_nowait()
            if self.turn is None:
                self._say_output(output)
        except WorkflowFailed as error:
            self.error = error.__cause__ if self.turn is not None and error.__cause__ is not None else error
        except Exception as error:
            self.error = error
        self._over(_STATUS.get(status, "failed"))

    def _say_output(self, output: Any) -> None:
        content = output.get("content") if is_dict(output) and "structuredContent" in output else None
        if content:
            text = "".join(chunk.get("text", "") for chunk in content)
            self.said.append({"role": "assistant", "content": text})
            self.emit("message.added", self.said[-1], self.session.clock.time_ns() / 1e9)

    def _over(self, status: str) -> None:
        self._status = status
        data = {"error": str(self.error)} if status == "failed" else {"status": status}
        kind = {"completed": "run.finished", "cancelled": "run.cancelled"}.get(status, "run.failed")
        self.emit(kind, data, self.session.clock.time_ns() / 1e9)
        self._job.finished(self)
        self._tell()

    def result(self) -> TurnResult:
        """What came of it so far."""
        turn = self.turn
        replies = [message["content"] for message in self.said[self._since :]]
        messages = list(self.said)
        if turn is not None and turn.start.get("message") is not None:
            messages.insert(0, dict(turn.start["message"]))
        intent = None if turn is None else turn.flow._intent_of(turn.state)  # noqa: SLF001 - of the same package
        return TurnResult(
            session_id=self.session.id,
            output=self.output,
            reply="\n".join(replies) if replies else None,
            intent=intent,
            messages=messages,
            suggestions=[] if turn is None else turn.suggestions,
            status=self._status,
            run_id=self.id,
        )

    # Waiting

    async def _until(self, condition: Callable[[], bool]) -> TurnResult:
        await self._wait(condition)
        real = self._real
        if real.error is not None:
            error = real.error
            if not real.is_over:
                real.error = None
            raise error
        return real.result()

    async def _wait(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self._real._news()  # noqa: SLF001 - another of us

    async def _news(self) -> None:
        news: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._changed.append(news)
        await news

    def _tell(self) -> None:
        changed, self._changed = self._changed, []
        for news in changed:
            loop = news.get_loop()
            if loop is self._loop:
                _settle(news)
            elif not loop.is_closed():
                loop.call_soon_threadsafe(_settle, news)


def _running_loop() -> asyncio.AbstractEventLoop:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise RuntimeError(
            "A session needs a running event loop: use it in a notebook's cell or in an async function. "
            "In a script, flow.kickoff(user_message=..., session_id=...) waits for a turn."
        ) from None


def _settle(news: asyncio.Future[None]) -> None:
    if not news.done():
        news.set_result(None)


def interrupted(open_events: Sequence[Event], sequence: int, at: int) -> Event:
    """The end of a turn whose process died."""
    lineage: Lineage = open_events[0].lineage
    started = open_events[0].attributes
    task_id = started.task_id if isinstance(started, ev.WorkflowExecutionStarted) else ""
    return Event(sequence, at, lineage, ev.WorkflowExecutionFailed(task_id, "interrupted"))
