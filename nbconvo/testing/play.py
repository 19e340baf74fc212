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
import os
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeVar

from nbconvo.engine import KernelEngine, KernelHandle, Status
from nbconvo.errors import InputRejected, NbconvoError, ReplyMismatch
from nbconvo.protocol.definition import definition_of
from nbconvo.protocol.envelope import Event
from nbconvo.testing.clock import JumpingClock, settled
from nbconvo.views.asks import ask_name, ask_view
from nbconvo.views.fold import fold_all
from nbconvo.views.model import AskView
from nbconvo.views.replies import reply_input
from nbconvo.views.saved import family_events
from nbconvo.views.script import Script, read_script
from nbconvo.views.transcript import Transcript

T = TypeVar("T")

Replies = Sequence[Any] | Mapping[str, Any] | str | os.PathLike[str]
"""Replies in the order of the asks, or by label, or the path of a replies file (see `nbconvo.views.recording`).

A reply is what a person would type, or a function from the ask to that.
"""

MOST_JUMPS = 10_000
"""So often may the time jump while an ask without a timeout has no reply: one that polls meanwhile would do it for ever."""

PATIENCE = 2_000
"""So many milliseconds an activity is waited for that works elsewhere (in a thread, in another process), before the time jumps
over it. One that hangs costs its test these two seconds."""


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

    With a replies file, `input` may be left out: it is recorded there. A relative path starts at the working directory.
    Raises `PlayError` when an ask has no reply (and no timeout), a reply is left over, not accepted or for another ask than was
    recorded, `UsageError` for a file that cannot be played, and what the workflow fails with (`WorkflowFailed`,
    `WorkflowCanceled`).
    """
    clock = clock or JumpingClock(jumps=False)
    if not isinstance(replies, str | os.PathLike):
        return _in_a_loop_of_its_own(_play(workflow, input, replies, clock))
    script = read_script(replies, definition_of(workflow).name, needs_input=input is None)
    return _in_a_loop_of_its_own(_play(workflow, script.input if input is None else input, script, clock))


async def _play(workflow: type[Any], value: Any, replies: Replies | Script, clock: JumpingClock) -> Played:
    async with KernelEngine(clock=clock) as engine:
        return await converse(engine, await engine.start(workflow, value), clock, replies)


async def converse(engine: KernelEngine, handle: KernelHandle, clock: JumpingClock, replies: Replies | Script = ()) -> Played:
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
        return Played(await handle.result(), player.transcript(), [event for event in events if not event.internal])
    finally:
        clock.jumps = jumps


class _Player:
    """Answers what is asked, and lets time jump when nothing is."""

    def __init__(self, engine: KernelEngine, handle: KernelHandle, clock: JumpingClock, replies: Replies | Script) -> None:
        self._engine = engine
        self._handle = handle
        self._clock = clock
        self._replies = _copied(replies, handle.workflow_name)
        self._left_open: set[str] = set()
        self._jumps = 0
        self._patience = PATIENCE

    def events(self) -> list[Event]:
        """All there are so far."""
        return list(self._engine.journal.read(self._handle.id))

    def transcript(self) -> Transcript:
        """The conversation so far, with what its children say."""
        return Transcript(fold_all(family_events(self._engine.journal, {self._handle.id: 0})))

    async def until_ended(self) -> None:
        """Until the workflow has. Raises `PlayError`."""
        while self._handle.status is Status.RUNNING:
            await settled()
            if not (self._handle.status is Status.RUNNING and (self._answer_one() or await self._let_time_pass())):
                break
        if self._handle.status is Status.RUNNING:
            self._fail_stuck()
        if self._handle.status is Status.COMPLETED:
            self._check_left_over()

    def _answer_one(self) -> bool:
        asked = [(handle, ask) for handle in self._engine.handles for ask in _open_asks(handle)]
        found = self._take([ask for _, ask in asked if ask["task_id"] not in self._left_open])
        if found is None:
            return False
        self._jumps = 0
        ask, reply = found
        handle = next(handle for handle, each in asked if each is ask)
        ask = self._with_canvas(ask)
        value = self._call(reply, ask) if callable(reply) else reply
        if value is NO_ANSWER:
            self._left_open.add(ask["task_id"])
        else:
            self._answer(handle, ask, value)
        return True

    def _with_canvas(self, ask: AskView) -> AskView:
        """The ask with what is on its canvas, which only the conversation knows."""
        shown = self.transcript().view["asks"] if ask["kind"] == "canvas" else []
        return next((each for each in shown if each["task_id"] == ask["task_id"]), ask)

    def _take(self, asks: Sequence[AskView]) -> tuple[AskView, Any] | None:
        """The next reply, with the ask that it is for."""
        match self._replies:
            case Script() as script:
                try:
                    return script.take(asks)
                except ReplyMismatch as error:
                    raise PlayError(str(error), self.transcript()) from error
            case dict() as by_label:
                return next(((ask, by_label.pop(ask["label"])) for ask in asks if ask["label"] in by_label), None)
            case in_order:
                return (asks[0], in_order.pop(0)) if asks and in_order else None

    def _call(self, reply: Callable[[AskView], Any], ask: AskView) -> Any:
        try:
            return reply(ask)
        except Exception as error:
            error.add_note(f"In the reply to the ask {ask_name(ask)}. The conversation so far:\n\n{self.transcript()}")
            raise

    def _answer(self, handle: KernelHandle, ask: AskView, value: Any) -> None:
        try:
            handle.submit_input_nowait(ask["task_id"], reply_input(ask, value))
        except InputRejected as error:
            text = f"The reply {value!r} to the ask {ask_name(ask)} was not accepted: {error}"
            raise PlayError(text, self.transcript()) from error

    async def _let_time_pass(self) -> bool:
        """Wait for an activity that does real work, jump to the next timer when there is none. False when neither is there."""
        if any(handle.is_busy for handle in self._engine.handles) and self._patience > 0:
            self._patience -= 1
            await asyncio.sleep(0.001)
            return True
        self._patience = PATIENCE
        if self._jumps < MOST_JUMPS or not self._waits_for_ever():
            self._jumps += 1
            if self._clock.jump():
                return True
        if any(handle.is_busy for handle in self._engine.handles):
            await asyncio.sleep(0.001)
            return True
        return False

    def _waits_for_ever(self) -> bool:
        """True when an ask is open that no timeout ends. Looks at the whole history, so it is not asked with every jump."""
        self._jumps = 0
        return any(ask["deadline"] is None for ask in self.transcript().view["asks"])

    def _fail_stuck(self) -> NoReturn:
        asks = [ask for handle in self._engine.handles for ask in _open_asks(handle)]
        if isinstance(self._replies, Script) and not self._replies.is_done:
            raise PlayError(str(self._replies.stalled(asks)), self.transcript())
        name = ask_name(asks[0]) if asks else "(none is open: it waits for a signal)"
        raise PlayError(f"Nothing answers the ask {name}, and it has no timeout.", self.transcript())

    def _check_left_over(self) -> None:
        if isinstance(self._replies, Script):
            if not self._replies.is_done:
                raise PlayError(str(self._replies.left_over()), self.transcript())
        elif self._replies:
            left = list(self._replies)
            raise PlayError(f"The workflow has ended and these replies are left over: {left}", self.transcript())


def _copied(replies: Replies | Script, workflow_name: str) -> Script | dict[Any, Any] | list[Any]:
    """The replies as something to take from."""
    match replies:
        case Script():
            return replies
        case str() | os.PathLike():
            return read_script(replies, workflow_name, needs_input=False)
        case Mapping():
            return dict(replies)
        case _:
            return list(replies)


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
