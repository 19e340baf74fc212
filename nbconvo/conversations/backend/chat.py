"""Chat completions: complete and stream.

Source: the official OpenAPI document. A stream is data only and ends with `[DONE]`; usage is on its last chunk.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from nbconvo.conversations.backend.bodies import ChatCompletion, parse
from nbconvo.conversations.backend.failures import problem_of
from nbconvo.conversations.backend.prompt import handoff_name, prompt_tokens
from nbconvo.conversations.backend.stamps import Stamps
from nbconvo.conversations.backend.wire import Request, Response, json_response, stream
from nbconvo.conversations.jsons import Json
from nbconvo.conversations.memory import estimate_tokens
from nbconvo.conversations.models.contract import ChatRequest, Chunk, Handoff, Model, Part, Thinking, ToolCall, Usage, parts

_OURS = {"model", "messages", "stream", "tools", "n"}


class Chat:
    """Answers for one backend."""

    def __init__(self, model: Model, stamps: Stamps) -> None:
        self._model = model
        self._stamps = stamps

    async def complete(self, owner: str, request: Request) -> Response:
        """POST /v1/chat/completions."""
        body = parse(ChatCompletion, request.json())
        given = body.model_dump(exclude_unset=True)
        options = {key: value for key, value in given.items() if key not in _OURS and value is not None}
        messages = [{"content": None} | message for message in given["messages"]]
        asked = ChatRequest(messages, body.tools or (), options, body.model)
        answer = _Answer(self._stamps, asked)
        deltas = answer.deltas(parts(self._model, asked))
        try:
            first = await anext(deltas, Json())  # an error before the first piece is an HTTP error
            if body.stream:
                return stream(answer.frames(first, deltas))
            async for _ in deltas:
                pass
        except Exception as failure:
            raise problem_of(failure) from failure
        return json_response(answer.whole())


@dataclass
class _Answer:
    stamps: Stamps
    request: ChatRequest
    text: list[str] = field(default_factory=list[str])
    chunks: list[Json] = field(default_factory=list[Json])
    calls: list[Json] = field(default_factory=list[Json])
    usage: Usage | None = None

    def __post_init__(self) -> None:
        common = {"id": self.stamps.new_id("cmpl"), "created": int(time.time()), "model": self.request.model}
        self._whole = common | {"object": "chat.completion"}
        self._chunk = common | {"object": "chat.completion.chunk"}

    async def deltas(self, reply: AsyncGenerator[Part, None]) -> AsyncGenerator[Json, None]:
        """What each part adds to the message; it is collected on the way."""
        async for part in reply:
            match part:
                case str():
                    self.text.append(part)
                    yield {"content": part}
                case Thinking() | Chunk():
                    yield {"content": [self._add_chunk(part)]}
                case ToolCall(name, arguments, id_):
                    yield {"content": "", "tool_calls": [self._add_call(name, arguments, id_)]}
                case Handoff(agent):
                    yield {"content": "", "tool_calls": [self._add_call(handoff_name(agent), {}, None)]}
                case Usage():
                    self.usage = part
                case _:
                    raise TypeError(
                        f"A model's reply is made of text and parts (see nbconvo.conversations.models), not {part!r}."
                    )

    def _add_chunk(self, part: Thinking | Chunk) -> Json:
        if isinstance(part, Thinking):
            chunk: Json = {"type": "thinking", "thinking": [{"type": "text", "text": part.text}]}
        else:
            chunk = dict(part.data)
        self.chunks.append(chunk)
        return chunk

    def _add_call(self, name: str, arguments: Any, id_: str | None) -> Json:
        text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
        function = {"name": name, "arguments": text}
        call = {"id": id_ or self.stamps.tool_call_id(), "type": "function", "index": len(self.calls), "function": function}
        self.calls.append(call)
        return call

    async def frames(self, first: Json, deltas: AsyncGenerator[Json, None]) -> AsyncGenerator[bytes, None]:
        """The stream. An error in its middle is a frame that is no chunk, which clients refuse: there is no event for one."""
        yield self._frame({"role": "assistant"} | first)
        try:
            async for delta in deltas:
                yield self._frame(delta)
        except Exception as failure:
            yield _data(problem_of(failure).body)
            return
        yield self._frame({"content": ""}, finish_reason=self._reason(), usage=self._usage())
        yield b"data: [DONE]\n\n"

    def _frame(self, delta: Json, finish_reason: str | None = None, **more: Json) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return _data({**self._chunk, "choices": [choice], **more})

    def whole(self) -> Json:
        """The answer that is not streamed."""
        text = "".join(self.text)
        content = [*self.chunks, {"type": "text", "text": text}] if self.chunks else text
        message = {"role": "assistant", "content": content, "tool_calls": self.calls or None, "prefix": False}
        choice = {"index": 0, "message": message, "finish_reason": self._reason()}
        return self._whole | {"choices": [choice], "usage": self._usage()}

    def _reason(self) -> str:
        return "tool_calls" if self.calls else "stop"

    def _usage(self) -> Json:
        prompt = self.usage.prompt_tokens if self.usage else prompt_tokens(self.request.messages)
        answered = "".join(self.text) + json.dumps(self.calls or "")
        completion = self.usage.completion_tokens if self.usage else estimate_tokens(answered)
        return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _data(value: Json) -> bytes:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()
