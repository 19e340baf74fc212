"""What happens in a session, as its followers see it: one kind of event, projected from those of the journal.

>>> TurnEvent("message.added", {"role": "user", "content": "Hi"}).type
'message.added'

Source: flow specification, "Feature -> model map" for the types.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from nbconvo.flow.log import FLOW, TurnEntry, user_line
from nbconvo.flow.state import is_dict
from nbconvo.protocol import events as ev
from nbconvo.views.asks import ask_view

_NOTES = {
    "message": "message.added",
    "delta": "message.delta",
    "route": "route.selected",
    "step": "step.started",
    "intent": "intent.classified",
    "navigate": "ui.navigate",
    "suggestions": "suggestions.added",
    "memory": "memory.rendered",
    "summary": "memory.summarized",
    "feedback": "feedback.requested",
    "feedback.unclear": "feedback.unclear",
    "model": "model.called",
    "tool": "tool.called",
    "error": "run.warned",
}


@dataclass(frozen=True, slots=True)
class TurnEvent:
    """Something that happened in the run `run_id` of a session. `seq` counts the session's events here, from 1."""

    type: str
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    run_id: str = ""
    at: float = 0.0
    seq: int = 0


def project(attributes: ev.EventAttributes) -> Iterator[tuple[str, dict[str, Any]]]:
    """What an event of the journal means to who follows the session, as type and data; nothing for most."""
    match attributes:
        case ev.WorkflowExecutionStarted(_, _, _, values):
            start: Any = values[0] if values else {}
            yield "run.started", {"input": start.get(FLOW, start) if is_dict(start) else start}
        case ev.WorkflowExecutionCompleted():
            yield "run.finished", {}
        case ev.WorkflowExecutionFailed(_, failure):
            yield "run.failed", {"error": failure}
        case ev.WorkflowExecutionCanceled(_, reason):
            yield "run.cancelled", {"reason": reason}
        case ev.FlowNoted(kind, data) if kind in _NOTES:
            yield _NOTES[kind], _fields(data)
        case ev.CustomTaskStarted(task_id, "wait_for_input", payload):
            ask = ask_view(task_id, payload["input_schema"], payload["label"], 0.0)
            yield "input.requested", {"id": task_id, "kind": ask["kind"], "label": ask["label"], "prompt": ask["prompt"]}
        case ev.InputReceived(task_id, value):
            yield "input.received", {"id": task_id, "value": value}
        case ev.InputClosed(task_id, reason):
            yield "input.expired" if reason == "timed_out" else "input.cancelled", {"id": task_id}
        case ev.ActivityTaskStarted(_, name) if name.startswith("__internal__"):
            yield "step.started", {"value": name.removeprefix("__internal__")}
        case ev.ActivityTaskCompleted(_, name) if name.startswith("__internal__"):
            yield "step.finished", {"value": name.removeprefix("__internal__")}
        case ev.ActivityTaskFailed(_, name, _, failure) if name.startswith("__internal__"):
            yield "step.failed", {"value": name.removeprefix("__internal__"), "error": failure}
        case _:
            pass


def _fields(data: Any) -> dict[str, Any]:
    return data if is_dict(data) else {"value": data}


def recorded(turn: TurnEntry) -> Iterator[TurnEvent]:
    """The events of a turn of the past, from its record: those that were kept."""

    def event(kind: str, data: Any) -> TurnEvent:
        return TurnEvent(kind, _fields(data), turn.run_id, turn.at)

    yield event("run.started", {"input": turn.start.get(FLOW, turn.start)})
    line = user_line(turn.start)
    if line is not None:
        yield event("message.added", dict(line))
    for kind, data in turn.trace:
        if kind in _NOTES:
            yield event(_NOTES[kind], data)
    for reply in turn.replies:
        yield event("message.added", dict(reply))
    match turn.status:
        case "completed":
            yield event("run.finished", {})
        case "cancelled":
            yield event("run.cancelled", {"reason": turn.failure})
        case "failed" | "interrupted":
            yield event("run.failed", {"error": turn.failure})
        case _:
            pass
