"""Events of a session in the words of others: document 004's `ChatSession`, FlowX's chat channel, AG-UI. Pure functions.

Source: flow specification, "Events and traces" and "Feature -> model map"; AG-UI's event names for the third.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from nbconvo.flow.events import TurnEvent

Dialect = Literal["crewai", "flowx", "agui"]
CHANNEL = "CHAT_WORKFLOW_RESPONSE"
"""FlowX's channel of server-sent events."""

_CREWAI = {
    "run.started": "turn_started",
    "run.finished": "turn_finished",
    "run.failed": "error",
    "run.cancelled": "turn_finished",
    "message.delta": "assistant_delta",
    "tool.called": "tool_finished",
}


def to_wire(event: TurnEvent, dialect: Dialect, session_id: str = "") -> Iterator[dict[str, Any]]:
    """The messages that `event` is in a dialect: none, one, or several.

    >>> list(to_wire(TurnEvent("run.cancelled", {}, "r1"), "flowx"))
    [{'channel': 'CHAT_WORKFLOW_RESPONSE', 'event': 'chatCancelled', 'data': {'runId': 'r1'}}]
    """
    match dialect:
        case "crewai":
            yield from _crewai(event, session_id)
        case "flowx":
            yield from _flowx(event)
        case "agui":
            yield from _agui(event, session_id)


def _crewai(event: TurnEvent, session_id: str) -> Iterator[dict[str, Any]]:
    kind = _CREWAI.get(event.type)
    if event.type == "message.added":
        kind = {"user": "user_message", "assistant": "assistant_done"}.get(event.data.get("role", ""))
    if kind is not None:
        yield {"version": "1", "type": kind, "session_id": session_id, "payload": dict(event.data), "seq": event.seq}


def _flowx(event: TurnEvent) -> Iterator[dict[str, Any]]:
    names = {
        "run.cancelled": "chatCancelled",
        "message.delta": "chatDelta",
        "ui.navigate": "navigate",
        "suggestions.added": "promptSuggestions",
        "run.failed": "chatError",
    }
    name = names.get(event.type)
    if event.type == "message.added" and event.data.get("role") == "assistant":
        name = "chatMessage"
    if name is not None:
        data = {} if name == "chatCancelled" else dict(event.data)
        yield {"channel": CHANNEL, "event": name, "data": {**data, "runId": event.run_id}}


def _agui(event: TurnEvent, session_id: str) -> Iterator[dict[str, Any]]:
    ids = {"threadId": session_id, "runId": event.run_id}
    match event.type:
        case "run.started":
            yield {"type": "RUN_STARTED", **ids}
        case "run.finished" | "run.cancelled":
            yield {"type": "RUN_FINISHED", **ids}
        case "run.failed":
            yield {"type": "RUN_ERROR", "message": str(event.data.get("error"))}
        case "step.started":
            yield {"type": "STEP_STARTED", "stepName": event.data["value"]}
        case "step.finished" | "step.failed":
            yield {"type": "STEP_FINISHED", "stepName": event.data["value"]}
        case "message.added" if event.data.get("role") == "assistant":
            message_id = f"{event.run_id}-{event.seq}"
            yield {"type": "TEXT_MESSAGE_START", "messageId": message_id, "role": "assistant"}
            yield {"type": "TEXT_MESSAGE_CONTENT", "messageId": message_id, "delta": str(event.data.get("content") or "")}
            yield {"type": "TEXT_MESSAGE_END", "messageId": message_id}
        case "ui.navigate" | "suggestions.added" | "route.selected" | "input.requested":
            yield {"type": "CUSTOM", "name": event.type, "value": dict(event.data)}
        case _:
            pass
