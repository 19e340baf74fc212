"""Canvases of a conversation: all versions of each, by uri, and what is on them.

The index says where the versions are and does not hold them: they are in the messages that sent them and in the answers that
edited them.
"""

from __future__ import annotations

from typing import Any, cast

from nbconvo.views.items import find
from nbconvo.views.model import AnswerItem, CanvasContent, CanvasResource, CanvasVersion, CanvasVersions, Chunk, TranscriptView

CANVAS = "application/vnd.mistral.canvas"


def canvas_of(chunk: Chunk) -> CanvasResource | None:
    """The canvas that a chunk carries, None when it carries none."""
    resource = chunk.get("resource")
    return cast("CanvasResource", resource) if isinstance(resource, dict) and resource.get("mimeType") == CANVAS else None


def message_sent(view: TranscriptView, item_id: str, chunks: list[Chunk]) -> TranscriptView:
    """The view in which the canvases among `chunks`, those of the message `item_id`, are indexed."""
    for index, chunk in enumerate(chunks):
        if (resource := canvas_of(chunk)) is not None:
            view = _indexed(view, resource["uri"], {"item": item_id, "chunk": index})
    return view


def canvas_edited(view: TranscriptView, answer: AnswerItem) -> TranscriptView:
    """The view in which what a person left on a canvas is its newest version."""
    match answer:
        case {"canvas": str(uri), "value": {"canvas": {"title": str(), "content": str()}}}:
            return _indexed(view, uri, {"item": answer["id"], "chunk": None})
        case _:
            return view


def newest(view: TranscriptView, uri: str) -> CanvasContent | None:
    """What is on a canvas now; None when there is no such canvas."""
    for canvas in view.get("canvases", []):
        if canvas["uri"] == uri:
            return content(view, canvas["versions"])
    return None


def content(view: TranscriptView, versions: list[CanvasVersion]) -> CanvasContent | None:
    """What the last of these versions is. A person gives title and content; the rest stays as it was sent."""
    *earlier, last = versions
    item = find(view, last["item"])
    if item is None:
        return None
    if item["kind"] == "message" and last["chunk"] is not None:
        resource = canvas_of(item["chunks"][last["chunk"]])
        return None if resource is None else resource["canvas"]
    before = content(view, earlier) if earlier else None
    edited: dict[str, Any] = item["value"]["canvas"] if item["kind"] == "answer" else {}
    return cast("CanvasContent", {"type": "text/markdown", "language": None, **(before or {}), **edited})


def _indexed(view: TranscriptView, uri: str, version: CanvasVersion) -> TranscriptView:
    known = view.get("canvases", [])
    if any(canvas["uri"] == uri for canvas in known):
        canvases = [_with_version(canvas, version) if canvas["uri"] == uri else canvas for canvas in known]
    else:
        canvases: list[CanvasVersions] = [*known, {"uri": uri, "versions": [version]}]
    return {**view, "canvases": canvases}


def _with_version(canvas: CanvasVersions, version: CanvasVersion) -> CanvasVersions:
    return canvas if version in canvas["versions"] else {**canvas, "versions": [*canvas["versions"], version]}
