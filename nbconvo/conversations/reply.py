"""What came of a message: the entries that a stream's events add up to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from nbconvo.conversations.jsons import Json
from nbconvo.conversations.memory import text_of
from nbconvo.conversations.structured import parsed

M = TypeVar("M", bound=BaseModel)

_JOINED = ("content", "arguments")  # what comes in pieces
_STATES = ("started", "delta", "done", "error")


@dataclass
class Reply(Generic[M]):
    """The answer to one message, with all rounds of tool calls. Entries are the API's JSON; unknown kinds stay as they came."""

    entries: list[Json] = field(default_factory=list[Json])
    usage: dict[str, int] = field(default_factory=dict[str, int])
    """Tokens of all rounds together, by the API's names."""
    conversation_id: str | None = None
    model: type[M] | None = None

    @property
    def text(self) -> str:
        """The text of the last message; empty when there is none."""
        messages = self.messages
        return text_of(messages[-1]["content"]) if messages else ""

    @property
    def messages(self) -> list[Json]:
        """The messages among the entries."""
        return [entry for entry in self.entries if entry["type"] == "message.output"]

    @property
    def parsed(self) -> M:
        """The last message as the model that was asked for with `response_format`.

        Raises pydantic's ValidationError when it does not fit, ValueError when no model was asked for.
        """
        if self.model is None:
            raise ValueError("Nothing was asked to be parsed: pass response_format=, a pydantic model.")
        return parsed(self.text, self.model)

    def add(self, entries: list[Json]) -> None:
        """Entries that are whole: results of tools."""
        self.entries += entries

    def _repr_markdown_(self) -> str:
        return self.text


class Round:
    """One response of a stream while it comes in."""

    def __init__(self) -> None:
        self._slots: dict[Any, Json] = {}
        self.conversation_id: str | None = None
        self.usage: Json | None = None
        """Of the end of the response; None while it has not come."""
        self.error: Json | None = None

    def take(self, event: Json) -> None:
        """One event."""
        match event["type"]:
            case "conversation.response.started":
                self.conversation_id = event.get("conversation_id")
            case "conversation.response.done":
                self.usage = event.get("usage") or {}
            case "conversation.response.error":
                self.error = event
            case _:
                self._grow(event)

    @property
    def entries(self) -> list[Json]:
        """What the events add up to so far, in the order of the response."""
        return [_whole(slot) for slot in self._slots.values()]

    def _grow(self, event: Json) -> None:
        kind, _, state = event["type"].rpartition(".")
        kind = kind if state in _STATES else event["type"]
        slot = self._slots.setdefault(event.get("id") or len(self._slots), {"object": "entry", "type": kind})
        index = event.get("content_index", 0)
        for key, value in event.items():
            if key in _JOINED:
                slot.setdefault(key, {}).setdefault(index, []).append(value)
            elif key not in ("type", "output_index", "content_index"):
                slot.setdefault(key, value)


def _whole(slot: Json) -> Json:
    entry = {key: value for key, value in slot.items() if key not in _JOINED}
    if "arguments" in slot:
        pieces = [piece for every in slot["arguments"].values() for piece in every]
        entry["arguments"] = "".join(pieces) if all(isinstance(piece, str) for piece in pieces) else pieces[-1]
    if "content" in slot:
        chunks = [_chunk(pieces) for _, pieces in sorted(slot["content"].items())]
        only_text = len(chunks) == 1 and chunks[0].get("type") == "text"
        entry["content"] = chunks[0]["text"] if only_text else chunks
    return entry


def _chunk(pieces: list[Any]) -> Json:
    """One chunk from its pieces: text is joined, also inside thinking; of anything else the last piece is the whole."""
    chunks: list[Json] = [piece if isinstance(piece, dict) else {"type": "text", "text": str(piece)} for piece in pieces]
    match chunks[-1].get("type"):
        case "text":
            return {"type": "text", "text": text_of(chunks)}
        case "thinking":
            said = "".join(text_of(chunk.get("thinking")) for chunk in chunks)
            return chunks[-1] | {"thinking": [{"type": "text", "text": said}]}
        case _:
            return chunks[-1]
