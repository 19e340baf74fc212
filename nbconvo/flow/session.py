"""A session: messages to one flow or workflow, turn after turn, kept under an id.

One rule joins all of it: a message answers the open chat ask of the session's run, or starts a run with it. A turn is recorded
when it ends, whole; a session is restored by its id, in this process or another.

Source: flow specification, "One delivery rule"; documents 002 and 004 for what a turn is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Literal

from nbconvo.conversations.memory import MemoryPolicy, text_of, turns_of
from nbconvo.engine.contract import PendingInput
from nbconvo.errors import NoPendingInput
from nbconvo.flow import jobs
from nbconvo.flow.errors import SessionBusyError, SessionEndedError, SessionNotFound
from nbconvo.flow.events import TurnEvent, recorded
from nbconvo.flow.follow import Follower
from nbconvo.flow.log import FLOW
from nbconvo.flow.run import Run
from nbconvo.flow.start_input import checked_context, checked_message, checked_session_id
from nbconvo.flow.store import Store, open_store
from nbconvo.flow.turn import current_turn
from nbconvo.protocol.clock import Clock, SystemClock, random_id
from nbconvo.views.asks import ask_kind, ask_view
from nbconvo.views.replies import reply_input

Busy = Literal["queue", "reject", "cancel"]
"""What becomes of a message while a turn is at work: it waits, it is refused, or it takes the turn's place."""


class Session:
    """Turns of a person with a flow or a workflow.

    `flow_or_workflow` is a flow (an object or its class), or a workflow class. `store` is a path, a journal, a persistence, or
    None for this process's memory. Where the id is one that the store knows, the session goes on where it was; a turn that waited
    for an answer when its process ended waits again. `memory` says what steps that use memory are shown.

    >>> import asyncio
    >>> from nbconvo.workflows import workflow
    >>> from nbconvo.workflows.conversational import ChatAssistantWorkflowOutput, ChatInputModel, TextOutput
    >>> @workflow.define(name="echo")
    ... class Echo:
    ...     @workflow.entrypoint
    ...     async def run(self, said: ChatInputModel) -> ChatAssistantWorkflowOutput:
    ...         return ChatAssistantWorkflowOutput(content=[TextOutput(text=said.message[0].text.upper())])
    >>> async def main() -> list[str]:
    ...     session = Session(Echo)
    ...     return [(await session.send("hello")).reply, (await session.send("again")).reply]
    >>> asyncio.run(main())
    ['HELLO', 'AGAIN']
    """

    def __init__(
        self,
        flow_or_workflow: Any,
        id: str | None = None,  # noqa: A002 - the specification's name
        store: Any = None,
        memory: MemoryPolicy | None = None,
        busy: Busy = "queue",
        *,
        clock: Clock | None = None,
    ) -> None:
        if busy not in ("queue", "reject", "cancel"):
            raise ValueError(f"busy is 'queue', 'reject' or 'cancel', not {busy!r}")
        self._author = jobs.author_of(flow_or_workflow)
        self.id = random_id() if id is None else str(id)
        if self._author.is_chat_driven:
            checked_session_id(self.id)
        self.memory = memory or MemoryPolicy()
        self.busy: Busy = busy
        self.clock: Clock = clock or SystemClock()
        self.store: Store = open_store(store if store is not None else self._author.default_store())
        self._line = self.store.line(self.id)
        self._author.check_log(self._line.log)

    # What there is

    @property
    def flow(self) -> Any:
        """The flow or workflow class."""
        return self._author.target

    @property
    def workflow_name(self) -> str:
        """The name of its definition."""
        return self._author.name

    @property
    def log(self) -> Any:
        """What was recorded of the session."""
        return self._line.log

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What was said, in order. A message of a turn that failed or was cancelled says so; a trigger's is `hidden`."""
        return [dict(message) for message in self._line.log.transcript]

    @property
    def state(self) -> Any:
        """The flow's state after the last turn; None for a workflow."""
        return self._author.state(self._line)

    @property
    def active(self) -> Run | None:
        """The run that is at work or waits, None between turns."""
        return self._line.active

    @property
    def pending(self) -> list[PendingInput]:
        """The asks that are open now, oldest first."""
        if self._line.active is not None:
            return self._line.active.pending
        return [
            PendingInput(task_id=one.custom_task_id, input_schema=one.payload["input_schema"], label=one.payload["label"])
            for one in self._line.log.open_asks
        ]

    def history(self) -> list[dict[str, Any]]:
        """The turns as a run history shows them: type of message, trigger, message, reply, status, path."""
        return [self._author.history_row(turn) for turn in self._line.log.turns]

    def memory_view(self, message: str = "") -> str:
        """What a step that uses memory would be shown now, as text."""
        log = self._line.log
        return self.memory.remember(turns_of(log.messages), log.summary, message=message).render()

    async def events(self, since: int = 0) -> AsyncIterator[TurnEvent]:
        """What happened in the session after number `since`, then what comes; ends with `close()`."""
        follower = Follower()
        past = [event for turn in self._line.log.turns for event in recorded(turn) if turn.status != "open"]
        self._line.followers.append(follower)
        try:
            for number, event in enumerate(past, start=1):
                if number > since:
                    yield replace(event, seq=number)
            self._line.count = max(self._line.count, len(past))
            async for event in follower:
                if event.seq > since:
                    yield event
        finally:
            self._line.followers.remove(follower)

    # What can be done

    def send(
        self,
        message: Any,
        *,
        context: Any = None,
        intents: Any = None,
        intent_llm: Any = None,
        reopen: bool = False,
        **start: Any,
    ) -> Run:
        """Send a message: it answers the open chat ask, or starts a run. Needs a running loop; `await` what it returns.

        `context` is a JSON object, `intents` labels for a classification by `intent_llm` before the graph runs.
        Raises ValueError for an empty message or a wrong context, `SessionEndedError`, `SessionBusyError`, and `NoPendingInput`
        when the run waits for something that is no chat; then nothing was recorded.
        """
        line = checked_message(message)
        checked = self._author.checked_start(line, checked_context(context), intents, intent_llm, start)
        if self._author.has_ended(self._line) and not reopen:
            raise SessionEndedError(self.id)
        self.take_up()
        if (active := self._line.active) is not None and active.status == "waiting":
            chats = [ask for ask in active.pending if ask_kind(ask["input_schema"]) == "chat"]
            if chats:
                active.submit(chats[0]["task_id"], {"message": [{"type": "text", "text": text_of(line["content"])}]})
                return active
            if self.busy != "cancel":
                raise NoPendingInput("(the workflow waits for no chat message)")
        return self._start(checked, reopen=reopen, message=text_of(line["content"]))

    def run_without_message(self, options: dict[str, Any], inputs: dict[str, Any] | None) -> Run:
        """Run a flow's graph as it is, without a message."""
        start = {FLOW: {"inputs": inputs} if inputs else {}}
        self.take_up()
        return self._start((start, options, None))

    def fire(self, trigger: str, **values: Any) -> Run:
        """Send the message of a trigger of the flow, with `values` for its parameters. Models see it, people do not.

        Raises KeyError for an unknown trigger, ValueError for a message that is too long.
        """
        chosen = self._author.trigger(trigger)
        message = chosen.resolve(values)
        return self.send(message, trigger={"name": chosen.name, "values": values})

    def submit(self, request_id: str, value: Any) -> Run:
        """Answer an ask by its id (see `pending`) with what a person would type. Raises `InputRejected` or `NoPendingInput`."""
        self.take_up()
        active = self._line.active
        found = [] if active is None else [ask for ask in active.pending if ask["task_id"] == request_id]
        if active is None or not found:
            raise NoPendingInput(request_id)
        view = ask_view(request_id, found[0]["input_schema"], found[0]["label"], 0.0)
        answer = {"feedback": value} if _is_feedback(found[0]) and isinstance(value, str) else reply_input(view, value)
        active.submit(request_id, answer)
        return active

    def retry(self) -> Run:
        """Send the message of the last turn again, which failed, was cancelled or was interrupted. Raises NoPendingInput."""
        turns = self._line.log.turns
        last = turns[-1].start.get(FLOW, {}).get("message") if turns and turns[-1].status != "completed" else None
        if last is None:
            raise NoPendingInput("(the last turn went well: there is nothing to send again)")
        return self.send(last)

    def fork(self, at: int | None = None, id: str | None = None, *, missing: Literal["error", "ok"] = "error") -> Session:  # noqa: A002
        """Another session that begins with the first `at` turns of this one (all by default); this one stays as it is.

        Raises `SessionNotFound` when nothing was recorded here, unless `missing="ok"`.
        """
        if not self._line.log.turns and missing == "error":
            raise SessionNotFound(f"There is no session {self.id!r} to fork. Check the id, or give missing='ok'.")
        fork = Session(self.flow, id or random_id(), self.store, self.memory, self.busy, clock=self.clock)
        jobs.copy_turns(self.store, self._line, fork._line, at)
        return fork

    def take_up(self) -> Run | None:
        """Go on with a turn that waited when its process ended; note the end of one that was at work. Called by `send`, `fire`
        and `submit`.

        Raises `ExecutionInUse` when another living process has the session, `NondeterminismError` when the code has changed
        since: put it back, or `give_up()`.
        """
        log = self._line.log
        if self._line.active is not None or not log.open:
            return None
        if not (log.waits or self._author.survives):
            jobs.note_interruption(self.store, self._line, self.clock)
            return None
        run = Run(self, self._author.job(self, log.turns[-1].start, {}, recorded=list(log.open)), log.turns[-1].run_id)
        self._line.join(run)
        run.begin()
        if run.error is not None:
            raise run.error
        return run

    def give_up(self) -> None:
        """End a turn that waited when its process ended and cannot be taken up; its message is kept, flagged."""
        if self._line.active is None and self._line.log.open:
            jobs.note_interruption(self.store, self._line, self.clock)

    async def close(self) -> None:
        """Stop what is at work quietly and give the session back; a turn that waits can be taken up again."""
        for run in [*self._line.waiting, *([self._line.active] if self._line.active else [])]:
            await run.evict()
        for follower in self._line.followers:
            follower.end()
        with self.store.lock:
            self.store.journal.release(self.id)

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # For runs

    def number(self, kind: str, data: dict[str, Any], run_id: str, at: float) -> TurnEvent:
        """Make an event with the next number and hand it to who follows the session."""
        self._line.count += 1
        numbered = TurnEvent(kind, data, run_id, at, self._line.count)
        for follower in list(self._line.followers):
            follower.add(numbered)
        return numbered

    def deliver(self, run: Run) -> None:
        """The run waits: where it asks for a chat message, the next message in line is the answer."""
        line = self._line
        chats = [ask for ask in run.pending if ask_kind(ask["input_schema"]) == "chat"] if run.status == "waiting" else []
        if line.active is run and chats and line.waiting and line.waiting[0].message is not None:
            following = line.take()
            run.submit(chats[0]["task_id"], {"message": [{"type": "text", "text": following.message}]})
            following.join(run)

    def discard(self, run: Run, reason: str | None) -> None:
        """A run was cancelled while it stood in line: its message is kept, flagged."""
        self._line.leave(run)
        jobs.note_cancelled(self.store, self._line, run, reason, self.clock)
        run.discarded()

    def finished(self, run: Run) -> None:
        """The run is over; the next one begins."""
        self._author.finished(self._line, run)
        self._line.leave(run)

    def _start(self, checked: jobs.Start, *, reopen: bool = False, message: str | None = None) -> Run:
        start, options, first = checked
        active: Run | None = self._line.active
        if active is not None:
            inside = active.turn is not None and active.turn is current_turn.get()  # it would wait for itself
            if self.busy == "reject" or inside:
                raise SessionBusyError(self.id)
            if self.busy == "cancel":
                for each in [*self._line.waiting, active]:
                    each.cancel("another message came")
        run = Run(self, self._author.job(self, start, options | {"reopen": reopen}), message=message)
        if first is not None:
            run.answer_first(first)
        if self._line.join(run):
            run.begin()
        return run

    def __repr__(self) -> str:
        return f"<Session {self.id} of {self.workflow_name}: {len(self._line.log.turns)} turns>"


def _is_feedback(ask: PendingInput) -> bool:
    return ask["input_schema"].get("title") == "Feedback"
