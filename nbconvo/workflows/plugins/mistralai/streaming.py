"""An answer that comes piece by piece, shown while it comes: text in one message, thoughts and tools in working cards.

What comes before the first thought or tool, between two and after the last, are messages of their own; one that stays empty is
dropped by whoever shows it. Source: workflows specification, "Streamed agent output".
"""

from __future__ import annotations

import json
from collections.abc import Awaitable
from contextlib import aclosing
from types import TracebackType
from typing import Any, Self, cast

from nbconvo.conversations.errors import ConversationError
from nbconvo.conversations.jsons import Json, inner
from nbconvo.conversations.memory import text_of
from nbconvo.conversations.raw import events_of
from nbconvo.conversations.reply import Round
from nbconvo.protocol.outputs import ImageOutput
from nbconvo.protocol.tools import ChatAssistantWorkingTask
from nbconvo.workflows.messages import StreamedMessage
from nbconvo.workflows.plugins.mistralai.cards import Card, ToolCard, is_seen, notice, readable
from nbconvo.workflows.plugins.mistralai.wire import objects

_BROKE_OFF = "It broke off before its end."
_SHOWN_ELSEWHERE = ("conversation.response.started", "conversation.response.done", "conversation.response.error")


async def shown_conversation(opening: Awaitable[Any]) -> Json:
    """The whole response of a conversation's stream, in the form of one that is not streamed. `opening` gives the stream.

    Raises `ConversationError` when it ends by an error, or without an end.
    """
    made = Round()
    async with Shown() as shown, aclosing(events_of(await opening)) as events:
        async for event in events:
            made.take(event)
            await _show(shown, event)
        if made.error is not None:
            raise ConversationError(str(made.error.get("message")), int(made.error.get("code") or 0))
        if made.usage is None:
            raise ConversationError(_BROKE_OFF, 0)
    common = {"object": "conversation.response", "conversation_id": made.conversation_id}
    return {**common, "outputs": made.entries, "usage": made.usage}


async def shown_chat(opening: Awaitable[Any]) -> Json:
    """The assistant's message of a chat's stream, which `opening` gives. Raises `ConversationError` when it has no end."""
    text, calls, is_whole = "", dict[int, Json](), False
    async with Shown() as shown, aclosing(events_of(await opening)) as events:
        async for event in events:
            for choice in objects(event, "choices")[:1]:
                delta = inner(choice, "delta")
                is_whole = is_whole or bool(choice.get("finish_reason"))
                text += text_of(delta.get("content"))
                await shown.content(delta.get("content"))
                for call in objects(delta, "tool_calls"):
                    _join(calls.setdefault(call.get("index") or 0, {"type": "function", "function": {}}), call)
        if not is_whole:
            raise ConversationError(_BROKE_OFF, 0)
    message: Json = {"role": "assistant", "content": text}
    return message | ({"tool_calls": list(calls.values())} if calls else {})


def _join(call: Json, piece: Json) -> None:
    """A call from its pieces: the name comes at once, the arguments bit by bit."""
    call.update({key: piece[key] for key in ("id", "index") if piece.get(key) not in (None, "null")})
    function, more = call["function"], inner(piece, "function")
    function["name"] = function.get("name") or more.get("name") or ""
    arguments = more.get("arguments") or ""
    function["arguments"] = function.get("arguments", "") + (arguments if isinstance(arguments, str) else json.dumps(arguments))


async def _show(shown: Shown, event: Json) -> None:
    match event:
        case {"type": "message.output.delta", "content": content}:
            await shown.content(content)
        case {"type": "tool.execution.started" | "tool.execution.delta" | "tool.execution.done" as kind, "id": str(tool_id)}:
            await shown.tool(tool_id, kind.rpartition(".")[2], event)
        case {"type": "agent.handoff.done", "next_agent_name": name}:
            await shown.aside("handoff", f"Handed over to {name}")
        case {"type": "agent.handoff.started" | "function.call.delta"}:
            pass  # the first is told by its end, the second has a card when it is carried out
        case {"type": str(kind)} if kind not in _SHOWN_ELSEWHERE:
            await shown.aside(kind, kind, f"```json\n{json.dumps(event, indent=1, ensure_ascii=False)}\n```")
        case _:
            pass


class Shown:
    """What people see of an answer. Outside of workflows nobody looks, and nothing is shown."""

    def __init__(self) -> None:
        self._is_seen = is_seen()
        self._message: StreamedMessage | None = None
        self._is_empty = True
        self._thought: Card | None = None
        self._tools: dict[str, ToolCard] = {}
        self._arguments: dict[str, str] = {}

    async def content(self, content: Any) -> None:
        """A piece of a message: text, a chunk, or several."""
        pieces = cast("list[Any]", content) if isinstance(content, list) else [content]
        for chunk in pieces:
            match chunk:
                case None | "":
                    pass
                case str() | {"type": "text"}:
                    await self._write(text_of(chunk if isinstance(chunk, str) else [chunk]))
                case {"type": "thinking", "thinking": thinking}:
                    await self._think(text_of(thinking))
                case _:
                    await self._add(chunk)

    async def tool(self, tool_id: str, state: str, event: Json) -> None:
        """A tool of the service begins, gets its arguments, or is done."""
        await self._pause()
        if tool_id not in self._tools:
            self._tools[tool_id] = card = ToolCard(tool_id, str(event.get("name")))
            await card.open()
        card = self._tools[tool_id]
        if isinstance(piece := event.get("arguments"), str) and piece:
            self._arguments[tool_id] = self._arguments.get(tool_id, "") + piece
            await card.called_with(readable(self._arguments[tool_id]))
        if state == "done":
            del self._tools[tool_id]
            await card.succeeded(event.get("info"))

    async def aside(self, kind: str, title: str, content: str = "") -> None:
        """Something that is no part of a message."""
        await self._pause()
        await notice(kind, title, content)

    async def _write(self, text: str) -> None:
        if text and (message := await self._opened()):
            self._is_empty = False
            await message.write(text)

    async def _add(self, chunk: Any) -> None:
        if message := await self._opened():
            self._is_empty, shown = False, _shown_chunk(chunk)
            await (message.write(shown) if isinstance(shown, str) else message.add(shown))

    async def _think(self, text: str) -> None:
        if self._thought is None:
            await self._pause()
            self._thought = await Card(ChatAssistantWorkingTask(type="thinking", title="Thinking", content="")).open()
        await self._thought.change(content=self._thought.state.content + text)

    async def _opened(self) -> StreamedMessage | None:
        """The message that is being written; a new one after a thought or a tool."""
        if self._thought is not None:
            await self._pause()
        if self._message is None and self._is_seen:
            self._is_empty, self._message = True, await StreamedMessage().__aenter__()
        return self._message

    async def _pause(self, error: BaseException | None = None) -> None:
        """End the message or the thought that is open. An empty message has not failed: it is dropped by being whole."""
        message, self._message, thought, self._thought = self._message, None, self._thought, None
        if message is not None:
            failure = None if self._is_empty else error
            await message.__aexit__(type(failure) if failure else None, failure, None)
        if thought is not None:
            await thought.close(error)

    async def __aenter__(self) -> Self:
        await self._opened()  # an empty message says that something is to come
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._pause(error)
        for card in self._tools.values():
            await card.close(error or ConversationError(_BROKE_OFF, 0))


def _shown_chunk(chunk: Any) -> Any:
    """A chunk that is no text as markdown, or as what a message can hold."""
    match chunk:
        case {"type": "image_url", "image_url": str(url) | {"url": str(url)}}:
            return ImageOutput(image_url=url)
        case {"type": "tool_reference", "title": title, "url": str(url)}:
            return f" [{title}]({url})"
        case {"type": "document_url", "document_url": str(url)}:
            return f" [{chunk.get('document_name') or 'document'}]({url})"
        case {"type": "tool_file", "file_name": str(name)}:
            return f" `{name}`"
        case _:
            return chunk
