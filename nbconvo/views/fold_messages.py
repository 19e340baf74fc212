"""The fold of messages: what the workflow says, piece by piece or at once."""

from __future__ import annotations

from typing import Any, cast

from nbconvo.protocol import events as ev
from nbconvo.views import canvases, items
from nbconvo.views.model import Chunk, Item, MessageItem, TranscriptView
from nbconvo.views.task_event import TaskEvent


def message_event(view: TranscriptView, task: TaskEvent, at: float) -> TranscriptView:
    """A message begins, grows, or is complete. An agent's turn that only calls tools leaves an empty one: it is dropped."""
    match task:
        case ev.CustomTaskStarted(task_id, _, payload):
            return items.begin(view, _message(task_id, _chunks(payload), at, streaming=True))
        case ev.CustomTaskInProgress(task_id, _, patches, payload):
            return items.replace(view, task_id, lambda item: _grown(item, patches, payload))
        case ev.CustomTaskCompleted(task_id, _, payload) if chunks := _chunks(payload):
            view = items.change(view, task_id, {"chunks": chunks, "streaming": False})
            return canvases.message_sent(view, task_id, chunks)
        case ev.CustomTaskCompleted(task_id):
            return {**view, "items": [item for item in view["items"] if item["id"] != task_id]}
        case ev.CustomTaskFailed(task_id):
            return items.change(view, task_id, {"streaming": False, "is_error": True})


def final_message(view: TranscriptView, output: dict[str, Any], at: float) -> TranscriptView:
    """What a chat workflow returned, unless it says nothing at all."""
    chunks, structured = _chunks({"contentChunks": output["content"]}), output["structuredContent"]
    if not (chunks or structured or output["isError"]):
        return view
    message = _message("result", chunks, at, is_error=bool(output["isError"]))
    if isinstance(structured, dict) and structured:
        message["structured"] = cast("dict[str, Any]", structured)
    return canvases.message_sent(items.append(view, message), "result", chunks)


def _message(task_id: str, chunks: list[Chunk], at: float, *, streaming: bool = False, is_error: bool = False) -> MessageItem:
    return {"kind": "message", "id": task_id, "chunks": chunks, "streaming": streaming, "is_error": is_error, "at": at}


def _grown(item: Item, patches: list[Any] | None, payload: Any) -> Item:
    if item["kind"] != "message":
        return item
    return {**item, "chunks": _chunks(items.next_state({"contentChunks": item["chunks"]}, patches, payload))}


def _chunks(state: Any) -> list[Chunk]:
    """The chunks of a message's state; a bare text counts as one, as in the conversations API."""
    match state:
        case {"contentChunks": [*found]}:
            if all(isinstance(chunk, dict) for chunk in found):
                return cast("list[Chunk]", state["contentChunks"])
            return [cast("Chunk", chunk) if isinstance(chunk, dict) else {"type": "text", "text": str(chunk)} for chunk in found]
        case _:
            return []
