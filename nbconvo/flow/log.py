"""What was recorded of one session, folded from its events: messages, state, answers, summary. Nothing here is changed otherwise.

A session is one execution of the journal, a turn is one run of it: a start with the message, then an end with what came of it.
The end is one event, so a turn has happened whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, cast

from nbconvo.conversations.memory import Summary, text_of
from nbconvo.flow.state import Said, is_dict
from nbconvo.protocol import events as ev
from nbconvo.protocol.envelope import Event
from nbconvo.protocol.outputs import is_chat_output
from nbconvo.protocol.patch import apply
from nbconvo.views.asks import ask_kind, chunks_text

FLOW = "flow"
"""Key in the `structuredContent` of a turn's result that holds its record."""


@dataclass(frozen=True, slots=True)
class TurnEntry:
    """One turn in the history of a session. `status` is "completed", "failed", "cancelled", "interrupted" or "open".

    `trace` is what the turn noted on its way, as (kind, data); `start` is the input it was started with.
    """

    run_id: str
    start: dict[str, Any]
    status: str
    trace: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])
    replies: list[Said] = field(default_factory=list[Said])
    failure: str | None = None
    at: float = 0.0
    first: int = 0

    @property
    def spoken(self) -> list[str]:
        """What the assistant said, as text."""
        return [text_of(reply.get("content")) for reply in self.replies if reply.get("role") == "assistant"]

    @property
    def path(self) -> list[str]:
        """The steps that ran, in order."""
        return [data for kind, data in self.trace if kind == "step"]


class SessionLog:
    """The fold of a session's events.

    `transcript` are the messages that people see, each with its flags; `messages` those that models see. `fields` is the state
    without them, as JSON.
    """

    def __init__(self, session_id: str) -> None:
        self.id = session_id
        self.workflow: str | None = None
        self.sequence = 0
        self.turns: list[TurnEntry] = []
        self.transcript: list[Said] = []
        self.messages: list[Said] = []
        self.fields: dict[str, Any] | None = None
        self.input_history: list[dict[str, Any]] = []
        self.summary: Summary | None = None
        self.open: list[Event] = []
        self._line: int | None = None

    def extend(self, events: Iterable[Event]) -> None:
        """Take in events that were recorded."""
        for event in events:
            self._take(event)

    @property
    def open_asks(self) -> list[ev.CustomTaskStarted]:
        """The asks of the open turn that nobody has answered."""
        ended = (ev.CustomTaskCompleted, ev.CustomTaskFailed, ev.InputReceived)
        over = {one.attributes.custom_task_id for one in self.open if isinstance(one.attributes, ended)}
        asked = [one.attributes for one in self.open if isinstance(one.attributes, ev.CustomTaskStarted)]
        return [ask for ask in asked if ask.custom_task_type == "wait_for_input" and ask.custom_task_id not in over]

    @property
    def waits(self) -> bool:
        """True when the open turn waits for an answer, and so can be taken up in another process."""
        return bool(self.open_asks)

    def _take(self, event: Event) -> None:
        self.sequence = event.sequence
        match event.attributes:
            case ev.WorkflowExecutionStarted() as started:
                self._started(event, started)
                return
            case ev.WorkflowExecutionCompleted(_, result):
                self._completed(result)
            case ev.WorkflowExecutionFailed(_, failure):
                self._flag(self.turns[-1], "interrupted" if failure == "interrupted" else "failed", failure)
            case ev.WorkflowExecutionCanceled(_, reason):
                self._flag(self.turns[-1], "cancelled", reason)
            case ev.Forked() | ev.CellBound():
                return
            case _:
                self._within(event)
                self.open.append(event)
                return
        self.open = []

    def _started(self, event: Event, started: ev.WorkflowExecutionStarted) -> None:
        self.workflow = started.workflow_name
        given: Any = started.input[0] if started.input else None
        start: dict[str, Any] = given if is_dict(given) else {}
        at = event.event_timestamp / 1e9
        self.turns.append(TurnEntry(event.lineage.workflow_run_id, start, "open", at=at, first=event.sequence))
        self.open = [event]
        message = user_line(start)
        self._line = None if message is None else len(self.transcript)
        if message is not None:
            self.transcript.append(message)

    def _within(self, event: Event) -> None:
        """A workflow that is no flow says and hears while it runs; a flow's messages come with the turn's end."""
        match event.attributes:
            case ev.CustomTaskCompleted(_, "assistant_message", payload) if not self._is_flow:
                self._say({"role": "assistant", "content": chunks_text(payload["contentChunks"])})
            case ev.CustomTaskCompleted(_, "wait_for_input", payload) if not self._is_flow:
                if ask_kind(payload["input_schema"]) == "chat":
                    self._say({"role": "user", "content": chunks_text(payload["input"]["message"])})
            case _:
                pass

    @property
    def _is_flow(self) -> bool:
        return FLOW in self.turns[-1].start

    def _say(self, message: dict[str, Any]) -> None:
        said = Said(message)
        self.transcript.append(said)
        self.messages.append(said)

    def _completed(self, result: Any) -> None:
        record: dict[str, Any] | None = None
        if is_chat_output(result) and result["structuredContent"]:
            record = result["structuredContent"].get(FLOW)
        if record is not None:
            self._flow_completed(record)
            return
        turn = self.turns[-1]
        if self._line is not None:
            self.messages.append(self.transcript[self._line])
        if is_chat_output(result) and result["content"]:
            self._say({"role": "assistant", "content": chunks_text(result["content"])})
        self.turns[-1] = _replaced(turn, "completed")

    def _flow_completed(self, record: dict[str, Any]) -> None:
        replies = [Said(message) for message in record.get("messages", ())]
        self.transcript += replies
        if "kept" in record:
            self.messages = [Said(message) for message in record["kept"]]
            self.transcript = self.transcript or list(self.messages)
        else:
            if self._line is not None:
                self.messages.append(_plain(self.transcript[self._line]))
            self.messages += replies
        self.fields = apply(self.fields or {}, record.get("state", ()))
        self.input_history = [*self.input_history, *record.get("inputs", ())]
        if "summary" in record:
            self.summary = Summary(**record["summary"])
        trace = [(kind, data) for kind, data in record.get("trace", ())]
        self.turns[-1] = _replaced(self.turns[-1], "completed", trace=trace, replies=replies)

    def _flag(self, turn: TurnEntry, status: str, failure: str | None) -> None:
        self.turns[-1] = _replaced(turn, status, failure=failure)
        if self._line is not None:
            flags = {"cancelled": True} if status == "cancelled" else {"failed": True}
            if status == "interrupted":
                flags["interrupted"] = True
            self.transcript[self._line] = Said({**self.transcript[self._line], **flags})


def user_line(start: dict[str, Any]) -> Said | None:
    """What the user said to start a turn, as the transcript has it; hidden when a trigger said it."""
    if FLOW in start:
        message = start[FLOW].get("message")
        hidden = {"hidden": True} if start[FLOW].get("trigger") else {}
        return None if message is None else Said({**message, **hidden})
    chunks = start.get("message")
    if isinstance(chunks, list):
        return Said({"role": "user", "content": chunks_text(cast("list[dict[str, Any]]", chunks))})
    return None


def _plain(message: Said) -> Said:
    """Without what is for people alone."""
    return Said({key: value for key, value in message.items() if key != "hidden"}) if "hidden" in message else message


def _replaced(turn: TurnEntry, status: str, **changes: Any) -> TurnEntry:
    """A turn that has ended."""
    return replace(turn, status=status, **changes)
