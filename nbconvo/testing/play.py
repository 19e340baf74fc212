"""Play a conversation: a workflow, a list of replies, and what comes of it, in milliseconds.

>>> from nbconvo.testing import play
>>> from nbconvo.workflows import InteractiveWorkflow, workflow
>>> from nbconvo.workflows.conversational import ChatInput
>>> @workflow.define(name="echo")
... class Echo(InteractiveWorkflow):
...     @workflow.entrypoint
...     async def run(self) -> str:
...         return (await self.wait_for_input(ChatInput("Say something"))).message[0].text
>>> play(Echo, replies=["hello"]).result
'hello'

Time is played, too: when everybody waits, the clock jumps to the next timer, so thirty days take none.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from nbconvo.engine import KernelEngine, KernelHandle, Status
from nbconvo.errors import InputRejected, NbconvoError
from nbconvo.protocol.envelope import Event
from nbconvo.testing.clock import JumpingClock, settled
from nbconvo.views.asks import ask_name, ask_view
from nbconvo.views.fold import fold_all
from nbconvo.views.model import AskView
from nbconvo.views.replies import reply_input
from nbconvo.views.transcript import Transcript

T = TypeVar("T")

Replies = Sequence[Any] | Mapping[str, Any]
"""Replies in the order of the asks, or by label. A reply is what a person would type, or a function from the ask to that."""


class _NoAnswer:
    def __repr__(self) -> str:
        return "NO_ANSWER"


NO_ANSWER: Final = _NoAnswer()
"""A reply that leaves its ask unanswered: it times out."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it: the workflow's result, the conversation, and the public events."""

    result: Any
    transcript: Transcript
    events: list[Event]


class PlayError(AssertionError, NbconvoError):
    """The conversation did not go as the replies expect. The text ends with the transcript so far."""

    def __init__(self, what: str, transcript: Transcript) -> None:
        super().__init__(f"{what}\n\nThe conversation so far:\n\n{transcript}")
        self.transcript = transcript


def play(workflow: type[Any], input: Any = None, replies: Replies = (), *, clock: JumpingClock | None = None) -> Played:  # noqa: A002
    """Run `workflow` to its end with `replies`, in a script, a test or a notebook cell.

    Raises `PlayError` when an ask has no reply (and no timeout), a reply is left over or not accepted, and what the workflow
    fails with (`WorkflowFailed`, `WorkflowCanceled`).
    """
    return _in_a_loop_of_its_own(_play(workflow, input, replies, clock or JumpingClock(jumps=False)))


async def _play(workflow: type[Any], value: Any, replies: Replies, clock: JumpingClock) -> Played:
    async with KernelEngine(clock=clock) as engine:
        return await converse(engine, await engine.start(workflow, value), clock, replies)


async def converse(engine: KernelEngine, handle: KernelHandle, clock: JumpingClock, replies: Replies = ()) -> Played:
    """Hold the conversation of an execution that was started, to its end; `clock` is that of its engine.

    For tests that need an engine of their own (a journal in a file, an id, signals before the first reply). Raises as `play`.

    >>> from nbconvo.workflows import workflow
    >>> @workflow.define(name="nap")
    ... class Nap:
    ...     @workflow.entrypoint
    ...     async def run(self) -> str:
    ...         await asyncio.sleep(3600)
    ...         return "rested"
    >>> async def main() -> Played:
    ...     clock = JumpingClock()
    ...     async with KernelEngine(clock=clock) as engine:
    ...         return await converse(engine, await engine.start(Nap), clock)
    >>> asyncio.run(main()).result
    'rested'
    """
    jumps, clock.jumps = clock.jumps, False  # time passes when there is nothing to answer, and not before
    try:
        player = _Player(engine, handle, clock, replies)
        await player.until_ended()
        events = player.events()
        return Played(await handle.result(), Transcript(fold_all(events)), [event for event in events if not event.internal])
    finally:
        clock.jumps = jumps


class _Player:
    """Answers what is asked, and lets time jump when nothing is."""

    def __init__(self, engine: KernelEngine, handle: KernelHandle, clock: JumpingClock, replies: Replies) -> None:
        self._engine = engine
        self._handle = handle
        self._clock = clock
        self._by_label = dict(replies) if isinstance(replies, Mapping) else {}
        self._in_order = [] if isinstance(replies, Mapping) else list(replies)
        self._left_open: set[str] = set()

    def events(self) -> list[Event]:
        """All there are so far."""
        return list(self._engine.journal.read(self._handle.id))

    async def until_ended(self) -> None:
        """Until the workflow has. Raises `PlayError`."""
        while self._handle.status is Status.RUNNING:
            await settled()
            if not (self._handle.status is Status.RUNNING and (self._answer_one() or await self._let_time_pass())):
                break
        if self._handle.status is Status.RUNNING:
            raise PlayError(f"Nothing answers the ask {self._first_open()}, and it has no timeout.", self._transcript())
        left = [*self._in_order, *self._by_label]
        if left and self._handle.status is Status.COMPLETED:
            raise PlayError(f"The workflow has ended and these replies are left over: {left}", self._transcript())

    def _answer_one(self) -> bool:
        for handle in self._engine.handles:
            for ask in _open_asks(handle):
                if ask["task_id"] not in self._left_open and self._answer(handle, ask):
                    return True
        return False

    def _answer(self, handle: KernelHandle, ask: AskView) -> bool:
        if self._by_label:
            if ask["label"] not in self._by_label:
                return False
            reply = self._by_label.pop(ask["label"])
        elif self._in_order:
            reply = self._in_order.pop(0)
        else:
            return False
        if reply is NO_ANSWER:
            self._left_open.add(ask["task_id"])
            return True
        value = reply(ask) if callable(reply) else reply
        try:
            handle.submit_input_nowait(ask["task_id"], reply_input(ask, value))
        except InputRejected as error:
            text = f"The reply {value!r} to the ask {ask_name(ask)} was not accepted: {error}"
            raise PlayError(text, self._transcript()) from error
        return True

    async def _let_time_pass(self) -> bool:
        """Jump to the next timer; where an activity does real work, wait for it. False when neither is there."""
        if self._clock.jump():
            return True
        if any(handle.is_busy for handle in self._engine.handles):
            await asyncio.sleep(0.001)
            return True
        return False

    def _first_open(self) -> str:
        asks = [ask for handle in self._engine.handles for ask in _open_asks(handle)]
        return ask_name(asks[0]) if asks else "(none is open: it waits for a signal)"

    def _transcript(self) -> Transcript:
        return Transcript(fold_all(self.events()))


def _open_asks(handle: KernelHandle) -> list[AskView]:
    return [ask_view(ask["task_id"], ask["input_schema"], ask["label"], 0.0) for ask in handle.pending_inputs_nowait()]


def _in_a_loop_of_its_own(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end, also where a loop is running already, as in a notebook cell."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)

    def run() -> T:
        return asyncio.run(work)

    with ThreadPoolExecutor(1, "nbconvo play") as thread:
        return thread.submit(contextvars.copy_context().run, run).result()
