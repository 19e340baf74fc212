"""The journal as the engine sees it while one turn runs: what happens is kept here, and goes to the store when it must last.

Three times something is written: when the turn begins (its message), when it waits for a person (it may wait for days), and when
it ends. Then the steps in between are no longer needed: the turn's own record says what came of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from nbconvo.flow.line import Line
from nbconvo.flow.store import Store
from nbconvo.journal import ExecutionSummary
from nbconvo.protocol import events as ev
from nbconvo.protocol.envelope import Event

CHECKPOINT = "checkpoint"
"""Kind of the note that holds what the finished steps of a waiting turn have made of the state."""

_ENDS = (ev.WorkflowExecutionCompleted, ev.WorkflowExecutionFailed, ev.WorkflowExecutionCanceled)
_LASTING = (*_ENDS, ev.WorkflowExecutionStarted, ev.InputReceived, ev.ChildStarted)
_NOT_AFTER_THE_END = (
    ev.ActivityTaskStarted,
    ev.ActivityTaskCompleted,
    ev.ActivityTaskFailed,
    ev.ActivityCanceled,
    ev.SignalReceived,
    ev.TurnCommitted,
    ev.FlowNoted,
    ev.TimerStarted,
    ev.TimerFired,
    ev.CustomTaskInProgress,
)


class TurnJournal:
    """Implements `nbconvo.journal.contract.Journal` for one run of the session `line`; other executions go straight through.

    `settle` turns an event into what is stored, `checkpoint` gives the note to store before a wait (None for a workflow that is
    no flow: that one is recorded as it runs). `seen` is called with what was taken.
    """

    def __init__(
        self,
        store: Store,
        line: Line,
        seen: Callable[[Sequence[Event]], None],
        *,
        settle: Callable[[Event], Event] | None = None,
        checkpoint: Callable[[], ev.FlowNoted] | None = None,
        recorded: Sequence[Event] = (),
    ) -> None:
        self._store = store
        self._line = line
        self._seen = seen
        self._settle = settle
        self._checkpoint = checkpoint
        self._events = [replace(event, sequence=number) for number, event in enumerate(recorded, start=1)]
        self._written = len(self._events)

    def append(self, execution_id: str, events: Sequence[Event]) -> None:
        """Take events of the turn; written when they have to last."""
        if execution_id != self._line.log.id:
            with self._store.lock:
                self._store.journal.append(execution_id, events)
            return
        self._events += events
        if self._settle is None or any(_lasts(event.attributes) for event in events):
            try:
                self._write()
            except BaseException:
                del self._events[len(self._events) - len(events) :]
                raise
        self._seen(events)

    def _write(self) -> None:
        rows = self._events[self._written :]
        if self._settle is not None:
            if isinstance(rows[-1].attributes, _ENDS):
                rows = [row for row in rows if not _is_dropped(row.attributes)]
            else:
                rows = [self._settle(row) for row in rows]
                if self._checkpoint is not None and not isinstance(rows[-1].attributes, ev.WorkflowExecutionStarted):
                    rows.append(replace(rows[-1], attributes=self._checkpoint(), origin=CHECKPOINT))
        first = self._line.log.sequence + 1
        self._store.append(self._line, [_numbered(row, number) for number, row in enumerate(rows, start=first)])
        self._written = len(self._events)

    def read(self, execution_id: str, after: int = 0) -> Sequence[Event]:
        """The events of the turn, or of another execution."""
        if execution_id == self._line.log.id:
            return self._events[after:]
        with self._store.lock:
            return self._store.journal.read(execution_id, after)

    def acquire(self, execution_id: str) -> None:
        """Take the right to run it."""
        with self._store.lock:
            self._store.journal.acquire(execution_id)

    def release(self, execution_id: str) -> None:
        """The session keeps its right between turns; others give theirs back."""
        if execution_id != self._line.log.id:
            with self._store.lock:
                self._store.journal.release(execution_id)

    def summaries(self) -> Sequence[ExecutionSummary]:
        """Those of the store."""
        with self._store.lock:
            return self._store.journal.summaries()

    def summary(self, execution_id: str) -> ExecutionSummary | None:
        """That of the store."""
        with self._store.lock:
            return self._store.journal.summary(execution_id)

    def forget(self, execution_id: str) -> None:
        """Delete from the store."""
        with self._store.lock:
            self._store.journal.forget(execution_id)

    def close(self) -> None:
        """The store stays open: others use it."""


def _numbered(event: Event, sequence: int) -> Event:
    return Event(sequence, event.event_timestamp, event.lineage, event.attributes, event.origin)


def _lasts(attributes: Any) -> bool:
    return isinstance(attributes, _LASTING) or (
        isinstance(attributes, ev.CustomTaskStarted) and attributes.custom_task_type == "wait_for_input"
    )


def _is_dropped(attributes: Any) -> bool:
    if isinstance(attributes, ev.CustomTaskStarted | ev.CustomTaskCompleted | ev.CustomTaskFailed):
        return attributes.custom_task_type != "wait_for_input"
    return isinstance(attributes, _NOT_AFTER_THE_END)
