"""What a session runs: the turn of a flow, or a workflow. The two ways to make a run, behind one face.

A flow is whatever has a graph (`__nbconvo_graph__`), so this module needs no flow class.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nbconvo.conversations.memory import text_of
from nbconvo.errors import ExecutionMismatch
from nbconvo.flow.asking import Asks
from nbconvo.flow.line import Line
from nbconvo.flow.log import FLOW, SessionLog, TurnEntry, user_line
from nbconvo.flow.recording import CHECKPOINT, TurnJournal
from nbconvo.flow.run import Job, Run, interrupted
from nbconvo.flow.state import MESSAGES, get_field, has_field, is_dict, load_state, message_model, set_field
from nbconvo.flow.steps import settled
from nbconvo.flow.store import Store
from nbconvo.flow.turn import PLAIN, Turn
from nbconvo.protocol.clock import Clock
from nbconvo.protocol.definition import definition_of
from nbconvo.protocol.envelope import Event, Lineage
from nbconvo.protocol.events import FlowNoted, Forked, WorkflowExecutionCanceled, WorkflowExecutionStarted

Start = tuple[dict[str, Any] | None, dict[str, Any], str | None]
"""The recorded input of a run, what it is given besides (not recorded), and the answer to its first chat ask."""


class Author(ABC):
    """Who wrote what a session runs."""

    target: Any
    name: str
    is_chat_driven = False
    survives = False
    """True when a run that was at work when its process ended goes on in the next one, as one that waited does."""

    @abstractmethod
    def job(self, session: Any, start: dict[str, Any] | None, options: dict[str, Any], *, recorded: Sequence[Event] = ()) -> Job:
        """What a run has to do; `recorded` when it is taken up."""

    @abstractmethod
    def checked_start(
        self, line: dict[str, Any], context: dict[str, Any] | None, intents: Any, intent_llm: Any, start: dict[str, Any]
    ) -> Start:
        """The start of a run for a message. Raises ValueError."""

    def default_store(self) -> Any:
        """Where its sessions are kept when nothing was said."""
        return None

    def check_log(self, log: SessionLog) -> None:
        """Raises `ExecutionMismatch` when the session is one of something else."""
        if log.workflow is not None and log.workflow != self.name:
            raise ExecutionMismatch(log.id, log.workflow, self.name)

    def state(self, line: Line) -> Any:
        """The state after the last turn."""
        return None

    def has_ended(self, line: Line) -> bool:
        """True when the conversation is over."""
        return False

    def trigger(self, name: str) -> Any:
        """A trigger by its name. Raises KeyError."""
        raise KeyError(f"{self.name} has no trigger {name!r}")

    def finished(self, line: Line, run: Run) -> None:  # noqa: B027 - a workflow has nothing to do then
        """A run is over."""

    def history_row(self, turn: TurnEntry) -> dict[str, Any]:
        """A turn in a list of runs."""
        line = user_line(turn.start)
        return {
            "run_id": turn.run_id,
            "status": turn.status,
            "user_message": None if line is None else text_of(line["content"]),
            "reply": "\n".join(turn.spoken) or None,
            "path": turn.path,
            "at": turn.at,
        }


class FlowAuthor(Author):
    """The author of a flow; `target` is the flow object."""

    def __init__(self, flow: Any) -> None:
        self.target = flow() if isinstance(flow, type) else flow
        self.name = type(self.target).__name__
        self.is_chat_driven = getattr(self.target, "kind", None) == "chat"

    def default_store(self) -> Any:
        """The store that `@persist` names, else that of the flow object."""
        return self.target.store

    def checked_start(
        self, line: dict[str, Any], context: dict[str, Any] | None, intents: Any, intent_llm: Any, start: dict[str, Any]
    ) -> Start:
        """A message, with what the flow's configuration adds."""
        options = dict(start.pop("options", {}) or {})
        intents, llm = self.target._turn_intents(intents, intent_llm)  # noqa: SLF001 - of the same package
        options["intent_llm"] = llm
        record = {"message": line, "context": context, "intents": list(intents) if intents else None, **start}
        return {FLOW: {key: value for key, value in record.items() if value is not None}}, options, None

    def job(self, session: Any, start: dict[str, Any] | None, options: dict[str, Any], *, recorded: Sequence[Event] = ()) -> Job:
        """A turn of the flow."""
        assert start is not None
        line: Line = session._line  # noqa: SLF001 - of the same package

        def turn() -> Turn:
            made = Turn(self.target, line.log, start, self._working_state(line), self.target._turn_options() | options)  # noqa: SLF001
            made.options["session"] = session
            made.asks = Asks(made)
            if made.options.get("reopen"):
                set_field(made.state, "ended", False)
            if recorded:
                made.rehearsing = True
                for event in reversed(recorded):
                    if isinstance(event.attributes, FlowNoted) and event.attributes.kind == CHECKPOINT:
                        made.restore(event.attributes.data)
                        break
            return made

        def journal(run: Run) -> TurnJournal:
            made = run.turn
            assert made is not None
            return TurnJournal(
                session.store,
                line,
                run.seen,
                settle=lambda event: settled(made, event),
                checkpoint=lambda: made.checkpoint(CHECKPOINT),
                recorded=[event for event in recorded if event.origin != CHECKPOINT],
            )

        return Job(lambda: self.target.__nbconvo_workflow_class__, start, journal, turn, session.finished)

    def state(self, line: Line) -> Any:
        """The state object of the last turn, made from the record where this process has not seen it."""
        if line.cache is None or line.cache[0] != line.log.sequence or line.cache[1] is not type(self.target):
            line.cache = (line.log.sequence, type(self.target), self._loaded(line.log))
        return line.cache[2]

    def _loaded(self, log: SessionLog) -> Any:
        if log.fields is None:
            return self.target._first_state(log.id)  # noqa: SLF001 - of the same package
        state = load_state(self.target._state_kind(), log.fields | {"id": log.id})  # noqa: SLF001
        model = message_model(type(state))
        if log.messages and has_field(state, MESSAGES):
            messages = [model.model_validate(message) if model else message for message in log.messages]
            if is_dict(state):
                state[MESSAGES] = messages
            else:
                state.__dict__[MESSAGES] = messages
        return state

    def _working_state(self, line: Line) -> Any:
        """A copy for a turn: the turn changes it, the session's own stays until the turn is recorded."""
        state = self.state(line)
        if is_dict(state):
            return {key: value if key == MESSAGES else copy.deepcopy(value) for key, value in state.items()}
        made = state.model_copy()
        for name, value in made.__dict__.items():
            if name != MESSAGES and not isinstance(value, PLAIN):
                made.__dict__[name] = copy.deepcopy(value)
        if made.__pydantic_extra__:
            object.__setattr__(made, "__pydantic_extra__", copy.deepcopy(made.__pydantic_extra__))
        return made

    def has_ended(self, line: Line) -> bool:
        """True when the flow's state says so."""
        return bool(get_field(self.state(line), "ended", False))

    def trigger(self, name: str) -> Any:
        """One of the flow's `triggers`."""
        for trigger in getattr(self.target, "triggers", ()):
            if trigger.name == name:
                return trigger
        known = ", ".join(repr(trigger.name) for trigger in getattr(self.target, "triggers", ())) or "none"
        raise KeyError(f"{self.name} has no trigger {name!r}; it has: {known}")

    def finished(self, line: Line, run: Run) -> None:
        """The state that the turn worked on becomes the session's."""
        if run.status == "completed" and run.turn is not None:
            line.cache = (line.log.sequence, type(self.target), run.turn.state)
        self.target._turn_over(run)  # noqa: SLF001 - of the same package

    def history_row(self, turn: TurnEntry) -> dict[str, Any]:
        """With the kind of message that started it."""
        trigger = turn.start.get(FLOW, {}).get("trigger")
        row = super().history_row(turn)
        row["user_message_type"] = "AI trigger" if trigger else "text"
        row["trigger"] = trigger["name"] if trigger else None
        return row


class WorkflowAuthor(Author):
    """The author of a workflow class. Its runs are recorded as they go, so they go on wherever they were."""

    survives = True

    def __init__(self, workflow: type[Any]) -> None:
        self.target = workflow
        self._definition = definition_of(workflow)
        self.name = self._definition.name

    def checked_start(
        self, line: dict[str, Any], context: dict[str, Any] | None, intents: Any, intent_llm: Any, start: dict[str, Any]
    ) -> Start:
        """A chat message, or nothing for a workflow that takes none: then the message answers its first chat ask."""
        if context or intents:
            raise ValueError(f"{self.name} is a workflow: `context` and `intents` are for flows.")
        text = text_of(line["content"])
        if self._definition.shape.takes_input:
            return {"message": [{"type": "text", "text": text}]}, {}, None
        return None, {}, text

    def job(self, session: Any, start: dict[str, Any] | None, options: dict[str, Any], *, recorded: Sequence[Event] = ()) -> Job:
        """A run of the workflow, recorded as it goes."""

        def journal(run: Run) -> TurnJournal:
            return TurnJournal(session.store, session._line, run.seen, recorded=recorded)  # noqa: SLF001 - of the same package

        return Job(lambda: self.target, start, journal, lambda: None, session.finished)


def author_of(target: Any) -> Author:
    """Who wrote `target`: a flow, its class, or a workflow class. Raises TypeError for anything else."""
    kind: Any = target if isinstance(target, type) else type(target)
    if hasattr(kind, "__nbconvo_graph__"):
        return FlowAuthor(target)
    return WorkflowAuthor(target)


def note_interruption(store: Store, line: Line, clock: Clock) -> None:
    """End a turn whose process died at work. Raises `ExecutionInUse` when that process lives."""
    with store.lock:
        store.journal.acquire(line.log.id)
        store.append(line, [interrupted(line.log.open, line.log.sequence + 1, clock.time_ns())])


def note_cancelled(store: Store, line: Line, run: Run, reason: str | None, clock: Clock) -> None:
    """Record a turn that was cancelled before it began."""
    log, name = line.log, run.session.workflow_name
    start = run.start
    lineage = Lineage(log.id, run.id, name, log.id)
    now, sequence = clock.time_ns(), log.sequence
    attributes = (
        WorkflowExecutionStarted(run.id, name, None, [] if start is None else [start]),
        WorkflowExecutionCanceled(run.id, reason),
    )
    events = [Event(sequence + number, now, lineage, one) for number, one in enumerate(attributes, start=1)]
    if log.open:  # the turn at work is not through: this one's place is behind it
        line.later.append(lambda: note_cancelled(store, line, run, reason, clock))
    else:
        store.append(line, events)


def copy_turns(store: Store, source: Line, target: Line, at: int | None) -> None:
    """The first `at` turns of `source` as those of `target`."""
    turns = source.log.turns
    end = source.log.sequence if at is None or at >= len(turns) else turns[at].first - 1
    if source.log.open:
        end = min(end, source.log.open[0].sequence - 1)
    with store.lock:
        events = [event for event in store.journal.read(source.log.id) if event.sequence <= end]
        if not events:
            return
        moved = [replace(event, lineage=_moved(event.lineage, target.log.id)) for event in events]
        mark = Event(len(moved) + 1, moved[-1].event_timestamp, moved[-1].lineage, Forked(source.log.id, end, {}))
        store.append(target, [*moved, mark])


def _moved(lineage: Lineage, session_id: str) -> Lineage:
    return replace(lineage, workflow_exec_id=session_id, root_workflow_exec_id=session_id)
