"""One turn of a flow: the state it works on, what it says, notes and asks. Steps find theirs in `current_turn`.

A turn works on a copy. What it has made becomes the session's when its end is recorded, and not before: a turn that fails, is
cancelled or is left behind in a thread has changed nothing.
"""

from __future__ import annotations

import asyncio
import copy
import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

from nbconvo.conversations.memory import Summary, turns_of
from nbconvo.conversations.memory import Turn as SaidTurn
from nbconvo.engine.context import current_activity, current_or_none
from nbconvo.flow.log import FLOW, SessionLog
from nbconvo.flow.state import (
    MESSAGES,
    Said,
    as_said,
    dump_fields,
    get_field,
    has_field,
    is_dict,
    load_state,
    message_model,
)
from nbconvo.protocol.clock import random_id
from nbconvo.protocol.events import CustomTaskCompleted, CustomTaskStarted, EventAttributes, FlowNoted
from nbconvo.protocol.patch import apply, diff

if TYPE_CHECKING:
    from nbconvo.engine import KernelHandle

current_turn: ContextVar[Turn | None] = ContextVar("nbconvo_turn", default=None)
"""The turn whose code is running."""

current_step: ContextVar[str] = ContextVar("nbconvo_step", default="")
"""The name of the step whose code is running."""

PLAIN = (str, int, float, bool, type(None), bytes)
"""What cannot be changed in place, so that a copy of it is itself."""


_Boundary = tuple[dict[str, Any], list[Any], int, int]
"""The state's fields and messages between two steps, and how many answers and notes there were."""


class Turn:
    """What one run of a flow works on. `start` is its input as it is recorded, `flow` the object whose steps run."""

    handle: KernelHandle
    asks: Any  # `asking.Asks`, which knows turns

    def __init__(self, flow: Any, log: SessionLog, start: dict[str, Any], state: Any, options: dict[str, Any]) -> None:
        self.flow = flow
        self.session_id = log.id
        self.start: dict[str, Any] = start[FLOW]
        self.options = options
        self.state = state
        self.log = log
        self.before = log.fields
        self.buffer: list[Any] = []
        self.inputs: list[dict[str, Any]] = []
        self.trace: list[tuple[str, Any]] = []
        self.outputs: list[Any] = []
        self.scope: dict[str, Any] = {}
        self.summary: Summary | None = log.summary
        self.answered = False
        self.suggestions: list[str] = []
        self.loop = asyncio.get_running_loop()
        self.rehearsing = False
        self._thread = threading.get_ident()
        self._running = 0
        self._message_model = message_model(type(state))
        self._has_messages = has_field(state, MESSAGES)
        self._given = self._give_messages(log.messages)
        self._boundary: _Boundary | None = None

    # Messages

    def _give_messages(self, said: list[Said]) -> list[Any]:
        model = self._message_model
        before: list[Any] = get_field(self.state, MESSAGES, None) or []
        if model and len(before) >= len(said):
            given = before[: len(said)]  # models do not change, so those of the turn before serve again
        else:
            given = [model.model_validate(message) for message in said] if model else list(said)
        self._set_messages([*given, *before[len(said) :]])  # what was added between the turns is of this one
        return given

    def _set_messages(self, messages: list[Any]) -> None:
        if is_dict(self.state):
            if messages or MESSAGES in self.state:
                self.state[MESSAGES] = messages
        elif self._has_messages:
            self.state.__dict__[MESSAGES] = messages
        else:
            self.buffer = messages

    @property
    def messages(self) -> list[Any]:
        """The messages that models see, this turn's included; the very list that the state has, where it has one."""
        messages = get_field(self.state, MESSAGES, None) if self._has_messages else None
        return self.buffer if messages is None else messages

    @property
    def conversation(self) -> list[dict[str, Any]]:
        """The messages as plain dicts, for models."""
        return [dict(as_said(message)) for message in self.messages]

    def say(self, message: dict[str, Any]) -> None:
        """Add a message; one of the assistant is shown at once."""
        entry = self._message_model.model_validate(message) if self._message_model else dict(message)
        as_said(entry)  # refuse now what could not be recorded later
        if is_dict(self.state):
            self.state.setdefault(MESSAGES, self.buffer).append(entry)
        else:
            self.messages.append(entry)
        if message["role"] == "assistant":
            self.answered = True
            self.show(message.get("content"))
        self.note("message", dict(message))

    def show(self, content: Any) -> None:
        """Show a message of the assistant to who follows the run."""
        text = content if isinstance(content, str) else str(content or "")
        state = {"contentChunks": [{"type": "text", "text": text}]}
        runtime = current_or_none()
        task_id = random_id() if runtime is None else str(runtime.uuid4())
        self.emit(
            CustomTaskStarted(task_id, "assistant_message", state), CustomTaskCompleted(task_id, "assistant_message", state)
        )

    def turns(self) -> list[SaidTurn]:
        """The finished turns before this one, for the memory."""
        return turns_of(self.log.messages)

    # Notes

    def note(self, kind: str, data: Any = None, *, kept: bool = True) -> None:
        """Tell who follows the run; `kept` ones are recorded with the turn."""
        self.emit(FlowNoted(kind, data), kept=(kind, data) if kept else None)

    def emit(self, *attributes: EventAttributes, kept: tuple[str, Any] | None = None) -> None:
        """Show events of this turn, from a step in any thread or from the graph."""
        runtime = current_or_none()
        if runtime is not None:
            self._emit(runtime.emit, attributes, kept)
            return
        activity = current_activity.get()
        show = _nobody if activity is None else activity.emit
        if threading.get_ident() == self._thread:
            self._emit(show, attributes, kept)
        else:
            self.loop.call_soon_threadsafe(self._emit, show, attributes, kept)

    def _emit(self, show: Callable[[Any], None], attributes: tuple[EventAttributes, ...], kept: tuple[str, Any] | None) -> None:
        if kept is not None and not self.rehearsing:
            self.trace.append(kept)
        for each in attributes:
            show(each)

    # Waiting over a restart

    def step_began(self) -> None:
        """A step runs from here: if it is still at work when the process ends, it begins again from here."""
        if self._running == 0:
            self._boundary = self._checkpoint()
        self._running += 1

    def step_ended(self) -> None:
        """What the step has made is kept when the turn waits."""
        self._running -= 1
        if self._running:
            self._boundary = self._checkpoint()

    def _checkpoint(self) -> _Boundary:
        state: Any = self.state
        fields: dict[str, Any] = state if is_dict(state) else {**state.__dict__, **(state.__pydantic_extra__ or {})}
        kept = {
            name: value if type(value) in PLAIN else copy.deepcopy(value) for name, value in fields.items() if name != MESSAGES
        }
        return kept, list(self.messages), len(self.inputs), len(self.trace)

    def checkpoint(self, kind: str) -> FlowNoted:
        """What the finished steps have made so far, to be recorded before a wait."""
        boundary = self._boundary if self._running else None
        fields, messages, inputs, trace = boundary or self._checkpoint()
        model = cast("Any", type(self.state))
        state = fields if is_dict(self.state) else model.model_construct(**fields)
        data = {
            "state": diff(self.before or {}, dump_fields(state)),
            "messages": [dict(as_said(message)) for message in messages[len(self._given) :]],
            "inputs": self.inputs[:inputs],
            "trace": self.trace[:trace],
        }
        return FlowNoted(kind, data)

    def restore(self, checkpoint: dict[str, Any]) -> None:
        """Go on from a recorded checkpoint."""
        given = self._given
        self.state = load_state(dict if is_dict(self.state) else type(self.state), apply(self.before or {}, checkpoint["state"]))
        model = self._message_model
        added = [model.model_validate(message) if model else dict(message) for message in checkpoint["messages"]]
        self._set_messages([*given, *added])
        self.inputs = list(checkpoint["inputs"])
        self.trace = [(kind, data) for kind, data in checkpoint["trace"]]
        self.answered = any(get_field(message, "role") == "assistant" for message in added)

    # The end

    def said(self) -> dict[str, Any]:
        """The messages of this turn for its record: what was added, or the whole list when it was changed."""
        messages, given = self.messages, self._given
        if messages[: len(given)] != given:  # the same objects, mostly, so this is quick
            return {"kept": [dict(as_said(message)) for message in messages], "messages": self._new(messages)}
        added = [dict(as_said(message)) for message in messages[len(given) :]]
        line = self.start.get("message")
        if line is not None and (not added or added[0] != line):
            return {"kept": [dict(as_said(message)) for message in messages], "messages": self._new(messages)}
        return {"messages": added[1:] if line is not None else added}

    def _new(self, messages: list[Any]) -> list[dict[str, Any]]:
        known = {id(message) for message in self._given}
        line = self.start.get("message")
        added = [dict(as_said(message)) for message in messages if id(message) not in known]
        return [message for message in added if message != line]


def _nobody(_: Any) -> None:
    """Outside of a step nobody follows."""
