"""One line about each execution: what a list of runs shows and what a store looks executions up by. A fold of events, too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from nbconvo.protocol import events as ev
from nbconvo.protocol.envelope import Event
from nbconvo.protocol.events import EventAttributes

ExecutionStatus = Literal["running", "waiting", "completed", "failed", "canceled"]


@dataclass(frozen=True, slots=True)
class ExecutionSummary:
    """An execution in one line. Times are in seconds since the epoch; `open_asks` is how many questions wait for an answer."""

    id: str
    workflow_name: str
    display_name: str | None
    status: ExecutionStatus
    open_asks: int
    started_at: float
    updated_at: float
    notebook: str | None = None
    cell_id: str | None = None

    @property
    def has_ended(self) -> bool:
        """True when nothing more will happen."""
        return self.status in ("completed", "failed", "canceled")

    def same_but_for_time(self, other: ExecutionSummary) -> bool:
        """True when only `updated_at` differs from an earlier summary of the same execution."""
        return (self.status, self.open_asks, self.notebook, self.cell_id) == (
            other.status,
            other.open_asks,
            other.notebook,
            other.cell_id,
        )


_LIFE = (ev.WorkflowExecutionCompleted, ev.WorkflowExecutionFailed, ev.WorkflowExecutionCanceled, ev.CellBound)
_TASKS = (ev.CustomTaskStarted, ev.CustomTaskCompleted, ev.CustomTaskFailed)


def only_time_passed(events: Iterable[Event]) -> bool:
    """True when `events` change nothing of a summary but `updated_at`: a look that costs less than `summarize`."""
    return not any(isinstance(event.attributes, _LIFE) or _is_ask(event.attributes) for event in events)


def _is_ask(attributes: EventAttributes) -> bool:
    return isinstance(attributes, _TASKS) and attributes.custom_task_type == "wait_for_input"


def summarize(events: Iterable[Event], summary: ExecutionSummary | None = None) -> ExecutionSummary | None:
    """The summary after `events`; None as long as nothing was recorded."""
    for event in events:
        summary = _start(event) if summary is None else _step(summary, event)
    return summary


def _start(event: Event) -> ExecutionSummary:
    at = event.event_timestamp / 1e9
    display = event.attributes.display_name if isinstance(event.attributes, ev.WorkflowExecutionStarted) else None
    return ExecutionSummary(event.lineage.workflow_exec_id, event.lineage.workflow_name, display, "running", 0, at, at)


def _step(summary: ExecutionSummary, event: Event) -> ExecutionSummary:
    at = event.event_timestamp / 1e9
    match event.attributes:
        case ev.WorkflowExecutionCompleted():
            return replace(summary, status="completed", open_asks=0, updated_at=at)
        case ev.WorkflowExecutionFailed():
            return replace(summary, status="failed", open_asks=0, updated_at=at)
        case ev.WorkflowExecutionCanceled():
            return replace(summary, status="canceled", open_asks=0, updated_at=at)
        case ev.CustomTaskStarted(_, "wait_for_input"):
            return _asks(summary, +1, at)
        case ev.CustomTaskCompleted(_, "wait_for_input") | ev.CustomTaskFailed(_, "wait_for_input"):
            return _asks(summary, -1, at)
        case ev.CellBound(notebook, cell_id):
            return replace(summary, notebook=notebook, cell_id=cell_id, updated_at=at)
        case _:
            return replace(summary, updated_at=at)


def _asks(summary: ExecutionSummary, change: int, at: float) -> ExecutionSummary:
    count = summary.open_asks + change
    return replace(summary, open_asks=count, status="waiting" if count else "running", updated_at=at)
