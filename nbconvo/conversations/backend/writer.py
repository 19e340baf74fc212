"""The message that a model is writing: every piece is an event of the stream, and at the end they are one entry."""

from __future__ import annotations

from nbconvo.conversations.jsons import Json


class MessageWriter:
    """Content is a string when there is only text, and a list of chunks when there is anything else.

    Source: observed streams: text comes as bare strings, thinking and references as chunk objects with their own content index.
    """

    def __init__(self, entry: Json, output_index: int) -> None:
        self._entry = entry
        self._author = {key: entry[key] for key in ("id", "model", "agent_id", "role", "created_at")}
        self._index = output_index
        self._chunks: list[tuple[str, list[str] | Json]] = []

    @property
    def has_content(self) -> bool:
        """False before the first piece."""
        return bool(self._chunks)

    def text(self, piece: str) -> Json:
        """More text."""
        self._more("text", piece)
        return self._delta(piece)

    def thinking(self, piece: str) -> Json:
        """More reasoning."""
        self._more("thinking", piece)
        return self._delta(_thinking(piece))

    def chunk(self, data: Json) -> Json:
        """A reference, a file, an image."""
        self._chunks.append(("chunk", data))
        return self._delta(data)

    def finish(self, time: str) -> None:
        """The entry gets its content."""
        chunks = [_chunk(kind, made) for kind, made in self._chunks]
        only_text = len(chunks) == 1 and chunks[0]["type"] == "text"
        self._entry.update(content=chunks[0]["text"] if only_text else chunks, completed_at=time)

    def _more(self, kind: str, piece: str) -> None:
        """Pieces are joined at the end: adding each to a long text would copy the text every time."""
        made = self._chunks[-1][1] if self._chunks and self._chunks[-1][0] == kind else None
        if isinstance(made, list):
            made.append(piece)
        else:
            self._chunks.append((kind, [piece]))

    def _delta(self, content: str | Json) -> Json:
        place = {"output_index": self._index, "content_index": len(self._chunks) - 1}
        return {"type": "message.output.delta", **self._author, **place, "content": content}


def _chunk(kind: str, made: list[str] | Json) -> Json:
    if isinstance(made, dict):
        return made
    text = "".join(made)
    return _thinking(text) if kind == "thinking" else {"type": "text", "text": text}


def _thinking(text: str) -> Json:
    return {"type": "thinking", "thinking": [{"type": "text", "text": text}], "closed": True}
