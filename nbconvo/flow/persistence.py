"""Where a flow's sessions are kept: `@persist` and the persistences.

Wherever `@persist` stands, on the class or on any step, it marks the flow's sessions as kept: a turn is recorded once, when it
has ended, and a session is restored by its id.

Source: document 004, "Quick start"; flow specification, "Persistence, resume, fork" (the method names are theirs).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from nbconvo.flow.ending import result_of
from nbconvo.flow.line import Line
from nbconvo.flow.log import FLOW
from nbconvo.flow.state import MESSAGES, as_said, dump_fields, is_dict
from nbconvo.flow.store import Store, open_store
from nbconvo.journal import open_journal
from nbconvo.protocol.clock import SystemClock, random_id
from nbconvo.protocol.envelope import Event, Lineage
from nbconvo.protocol.events import FlowNoted, WorkflowExecutionCompleted, WorkflowExecutionStarted
from nbconvo.protocol.patch import diff

TargetT = TypeVar("TargetT", bound=Callable[..., Any])

PERSIST = "__nbconvo_persist__"
"""Where the decorator leaves the persistence, on a class or a step."""


class FlowPersistence(ABC):
    """A place for states that is not ours: it is handed the whole state after each turn, and asked for it by id."""

    def init_db(self) -> None:  # noqa: B027 - the original calls it; not every place needs it
        """Make what it needs; called by nobody here."""

    @abstractmethod
    def save_state(self, flow_uuid: str, method_name: str, state_data: dict[str, Any] | BaseModel) -> None:
        """Keep the state of a session."""

    @abstractmethod
    def load_state(self, flow_uuid: str) -> dict[str, Any] | None:
        """The newest state of a session, None when there is none."""


class SQLiteFlowPersistence(FlowPersistence):
    """Sessions in one SQLite file: a journal, in which a turn costs the same whether it is the first or the thousandth.

    `db_path` is the file, by default `.nbconvo/flows.sqlite3` in the working directory; made with the first turn.
    """

    def __init__(self, db_path: str | PathLike[str] | None = None) -> None:
        self.db_path = str(db_path or Path.cwd() / ".nbconvo" / "flows.sqlite3")
        self._store: Store | None = None

    @property
    def store(self) -> Store:
        """The sessions in the file."""
        if self._store is None:
            self._store = open_store(self.db_path)
        return self._store

    def save_state(self, flow_uuid: str, method_name: str, state_data: dict[str, Any] | BaseModel) -> None:
        """Record a state as a turn of its own."""
        line = self.store.line(flow_uuid)
        record_state(self.store, line, line.log.workflow or method_name, state_data)

    def load_state(self, flow_uuid: str) -> dict[str, Any] | None:
        """The state after the newest turn, with its messages."""
        return whole_state(self.store.line(flow_uuid))

    def load_pending_feedback(self, flow_uuid: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The state and the question of a turn that waits for feedback, None when none does."""
        line = self.store.line(flow_uuid)
        notes = [event.attributes for event in line.log.open if isinstance(event.attributes, FlowNoted)]
        asked = [note.data for note in notes if note.kind == "feedback"]
        return (whole_state(line) or {"id": flow_uuid}, asked[-1]) if asked and line.log.waits else None

    def save_pending_feedback(self, flow_uuid: str, context: Any, state_data: dict[str, Any] | BaseModel) -> None:
        """Nothing to do: a turn that waits is in the journal with its question."""

    def clear_pending_feedback(self, flow_uuid: str) -> None:
        """Nothing to do: the answer ends the wait."""


class MirroredStore(Store):
    """Sessions in memory whose states are handed to a persistence of the user's after each turn, and come from there at first."""

    def __init__(self, persistence: Any) -> None:
        super().__init__(open_journal(":memory:"))
        self._persistence = persistence

    def line(self, session_id: str) -> Line:
        """The session; its first turn holds what the persistence has."""
        line = super().line(session_id)
        if not line.log.turns and (state := self._persistence.load_state(session_id)) is not None:
            super().append(line, _state_turn(line, "restored", state))
            line.log.workflow = None
        return line

    def append(self, line: Line, events: Sequence[Event]) -> None:
        """Record, then hand the state on."""
        super().append(line, events)
        if any(isinstance(event.attributes, WorkflowExecutionCompleted) for event in events):
            self._persistence.save_state(line.log.id, "turn", whole_state(line) or {})


def persist(persistence: Any = None, verbose: bool = False) -> Any:
    """Keep the sessions of a flow: on its class or on any of its steps, which makes no difference.

    `persistence` is a `SQLiteFlowPersistence` (the default), or any object with `save_state` and `load_state`. `verbose` is taken
    and does nothing: what is kept can be looked at.
    """
    if persistence is not None and not hasattr(persistence, "save_state") and callable(persistence):
        return _marked(persistence, SQLiteFlowPersistence())  # written without parentheses

    def decorate(target: TargetT) -> TargetT:
        return _marked(target, persistence or SQLiteFlowPersistence())

    return decorate


def _marked(target: TargetT, persistence: Any) -> TargetT:
    setattr(target, PERSIST, persistence)
    return target


def persistence_of(cls: type[Any]) -> Any:
    """The persistence that `@persist` gave a flow class or one of its steps, None when there is none."""
    if (own := getattr(cls, PERSIST, None)) is not None:
        return own
    members = (member for base in cls.__mro__ for member in vars(base).values())
    return next((found for member in members if (found := getattr(member, PERSIST, None)) is not None), None)


def store_for(persistence: Any) -> Store:
    """The store behind a persistence, a path or a journal; None is this process's memory."""
    if persistence is not None and hasattr(persistence, "load_state") and not hasattr(persistence, "store"):
        return MirroredStore(persistence)
    return open_store(persistence)


def whole_state(line: Line) -> dict[str, Any] | None:
    """The state after the newest turn as one JSON object."""
    log = line.log
    return None if log.fields is None else {**log.fields, MESSAGES: [dict(message) for message in log.messages]}


def record_state(store: Store, line: Line, workflow: str, state: Any) -> None:
    """Record a state as a turn of its own."""
    store.append(line, _state_turn(line, workflow, state))


def _state_turn(line: Line, workflow: str, state: Any) -> list[Event]:
    messages = state.get(MESSAGES, ()) if is_dict(state) else getattr(state, MESSAGES, ())
    record = {"kept": [dict(as_said(message)) for message in messages], "state": diff(line.log.fields or {}, dump_fields(state))}
    run_id, now, sequence = random_id(), SystemClock().time_ns(), line.log.sequence
    lineage = Lineage(line.log.id, run_id, workflow, line.log.id)
    attributes = (
        WorkflowExecutionStarted(run_id, workflow, None, [{FLOW: {}}]),
        WorkflowExecutionCompleted(run_id, result_of(record)),
    )
    return [Event(sequence + number, now, lineage, one) for number, one in enumerate(attributes, start=1)]
