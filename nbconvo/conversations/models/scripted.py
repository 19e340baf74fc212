"""A model that replies what it was told to, for tests and demonstrations."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from nbconvo.conversations.errors import ModelError
from nbconvo.conversations.models.contract import ChatRequest, Message, Model, Part, parts


class ScriptedModel:
    """Every call replies the next item of a script: text, another part (`ToolCall`, `Handoff`, `Thinking`, `Chunk`, `Usage`,
    `Delay`), a list of these, an exception to raise (alone, or after other parts), or another model to ask. `requests` holds
    what it was asked.

    Raises `ModelError` when it is asked more often than there are replies.

    >>> import asyncio
    >>> from nbconvo.conversations.models import complete
    >>> model = ScriptedModel(["Hello!", "Bye!"])
    >>> asyncio.run(complete(model, [{"role": "user", "content": "Hi"}]))
    'Hello!'
    >>> model.requests[0].messages
    [{'role': 'user', 'content': 'Hi'}]
    """

    def __init__(self, replies: Iterable[Part | Exception | Model | Sequence[Part | Exception]]) -> None:
        self._replies = iter(list(replies))
        self.requests: list[ChatRequest] = []

    async def __call__(self, messages: list[Message], request: ChatRequest | None = None) -> AsyncIterator[Part]:
        """The next reply."""
        request = request or ChatRequest(messages)
        self.requests.append(request)
        reply: Any = next(self._replies, self._replies)
        if reply is self._replies:
            raise ModelError(f"The script has no reply for call {len(self.requests)}.")
        return self._parts(reply, request)

    async def _parts(self, reply: Any, request: ChatRequest) -> AsyncIterator[Part]:
        every: list[Any] = [*reply] if isinstance(reply, list | tuple) else [reply]  # type: ignore[reportUnknownArgumentType]
        for part in every:
            if isinstance(part, BaseException):
                raise part
            if callable(part):
                async for each in parts(part, request):
                    yield each
            else:
                yield part
