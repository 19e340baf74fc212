"""What a session is: one conversation of agents, wherever its history is kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import BaseModel, ConfigDict

from nbconvo.conversations.jsons import Json
from nbconvo.conversations.raw import plain
from nbconvo.protocol.inputs import TextChunk
from nbconvo.workflows.plugins.mistralai.agent import Agent
from nbconvo.workflows.plugins.mistralai.wire import objects

_NOT_FOR_PEOPLE = ("thinking", "tool_file", "tool_reference")
"""Chunks that a final answer leaves out, as upstream's does; a streamed answer shows them."""


class OtherChunk(BaseModel):
    """A chunk of an answer that is no text: its `type`, and its fields as the service named them."""

    model_config = ConfigDict(extra="allow")

    type: str


class Session(ABC):
    """The conversation that `Runner.run` works on. Inputs are text, chunks, and entries, as JSON or as the client's models;
    outputs are JSON, as the service has them.
    """

    @abstractmethod
    def is_conversation_active(self) -> bool:
        """True when a conversation has begun and can go on."""

    @abstractmethod
    async def initialize_conversation(self, agent: Agent, inputs: Sequence[Any]) -> list[Json]:
        """Begin with an agent; its first outputs. Raises ValueError when a conversation is active."""

    @abstractmethod
    async def append_messages(self, inputs: Sequence[Any]) -> list[Json]:
        """Go on; the next outputs. Raises ValueError when no conversation is active."""

    @abstractmethod
    async def process_output(self, output: Any) -> list[Json]:
        """Carry out what an output asks for; what is to be appended because of it."""

    @abstractmethod
    async def close_conversation(self) -> None:
        """Forget the conversation. Raises ValueError when none is active."""

    @abstractmethod
    def format_final_outputs(self, outputs: Sequence[Any]) -> list[Any]:
        """The content of the messages among outputs, as chunks."""

    def has_open_calls(self) -> bool:
        """True when the last outputs ask for tools that nobody has carried out; where that is not known, False."""
        return False


def shown_chunks(content: Any) -> list[Any]:
    """The chunks of a message's content that are for people: text as `TextChunk`, the rest as `OtherChunk`.

    >>> shown_chunks("Hello")
    [TextChunk(type='text', text='Hello')]
    """
    chunks = [{"type": "text", "text": content}] if isinstance(content, str) else objects({"content": plain(content)}, "content")
    shown = [chunk for chunk in chunks if chunk.get("type") not in _NOT_FOR_PEOPLE]
    return [TextChunk(text=one["text"]) if one.get("type") == "text" else OtherChunk.model_validate(one) for one in shown]


def as_json(value: Any) -> str | Json:
    """An input as JSON: text, or a chunk, an entry or a message. Raises ValueError for anything else."""
    value = plain(value)
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return dict(cast("Json", value))
    raise ValueError(f"An agent takes text, chunks and entries, not {type(value).__name__}.")
