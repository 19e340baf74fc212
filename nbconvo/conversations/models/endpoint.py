"""Models behind a chat endpoint: anything that speaks Mistral's or OpenAI's chat completions, or a client of Mistral's."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from nbconvo.conversations.errors import ModelError
from nbconvo.conversations.jsons import Json, inner
from nbconvo.conversations.memory import text_of
from nbconvo.conversations.models.contract import ChatRequest, Message, Part, Thinking, ToolCall, Usage
from nbconvo.conversations.sdk import http_library

_OURS = ("thinking", "tool_reference", "tool_file")


class ChatEndpoint:
    """The model `model` of the server at `server_url` (with or without `/v1` at its end), streamed.

    Without `model` the name that the conversation asks for is passed on. `timeout` is in seconds, between two pieces. The key is
    sent to this server and shown nowhere. Raises `ModelError` when the server answers with an error or cannot be reached.
    """

    def __init__(self, server_url: str, model: str | None = None, *, api_key: str | None = None, timeout: float = 300) -> None:
        self._url = f"{server_url.rstrip('/').removesuffix('/v1')}/v1/chat/completions"
        self._model = model
        self._headers = {"Authorization": f"Bearer {api_key.strip()}"} if api_key else {}
        self._timeout = timeout

    def __repr__(self) -> str:
        return f"ChatEndpoint({self._url!r}, {self._model!r})"

    async def __call__(self, messages: list[Message], request: ChatRequest | None = None) -> AsyncIterator[Part]:
        """What the server streams."""
        request = request or ChatRequest(messages)
        body = {
            "model": self._model or request.model,
            "messages": [_plain(each) for each in request.messages],
            "stream": True,
            **request.options,
        }
        if request.tools:
            body["tools"] = request.tools
        return self._stream(body)

    async def _stream(self, body: Mapping[str, Any]) -> AsyncIterator[Part]:
        http = http_library()
        calls = _Calls()
        try:
            async with (
                http.AsyncClient(timeout=self._timeout) as client,
                client.stream("POST", self._url, json=body, headers=self._headers) as response,
            ):
                if response.status_code != 200:
                    text = (await response.aread()).decode(errors="replace")[:500]
                    raise ModelError(f"{self._url} answered {response.status_code}: {text}", status=response.status_code)
                async for line in response.aiter_lines():
                    if line.startswith("data:") and line[5:].strip() not in ("", "[DONE]"):
                        for part in calls.take(json.loads(line[5:])):
                            yield part
        except (http.HTTPError, ValueError) as error:
            raise ModelError(f"{self._url} cannot be used: {type(error).__name__}: {error}") from error
        for call in calls.finished():
            yield call


def _plain(message: Message) -> Message:
    """Without thinking and references, which other models refuse; text alone is a string, as every server takes it."""
    content = message.get("content")
    if not isinstance(content, list):
        return message
    chunks: list[Json] = [chunk for chunk in content if chunk.get("type") not in _OURS]  # type: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return message | {"content": text_of(chunks) if all(chunk.get("type") == "text" for chunk in chunks) else chunks}


class ClientModel:
    """A model of an API client: `ClientModel(connect(key), "mistral-small-latest")`."""

    def __init__(self, client: Any, model: str) -> None:
        self._client = client
        self._model = model

    async def __call__(self, messages: list[Message], request: ChatRequest | None = None) -> list[Part]:
        """What the client's `chat.complete_async` answers."""
        more = dict(request.options) | ({"tools": list(request.tools)} if request.tools else {}) if request else {}
        response = await self._client.chat.complete_async(model=self._model, messages=messages, **more)
        calls = _Calls()
        answer = response.model_dump(mode="json", by_alias=True)
        return [*calls.take(answer), *calls.finished()]


class _Calls:
    """Collects tool calls, whose arguments come in pieces."""

    def __init__(self) -> None:
        self._open: dict[int, dict[str, str]] = {}

    def take(self, data: Mapping[str, Any]) -> list[Part]:
        """One chunk of a stream, or a whole answer."""
        if problem := data.get("error") or (data.get("object") == "error" and data.get("message")):
            raise ModelError(f"The server ended the answer: {problem}")
        found: list[Part] = []
        for choice in data.get("choices") or ():
            delta = inner(choice, "delta") or inner(choice, "message")
            found += _content(delta.get("content"))
            for number, call in enumerate(delta.get("tool_calls") or ()):
                self._add(call, call.get("index", number))
        if usage := inner(data, "usage"):
            found.append(Usage(usage.get("prompt_tokens") or 0, usage.get("completion_tokens") or 0))
        return found

    def _add(self, call: Mapping[str, Any], index: int) -> None:
        function = inner(call, "function")
        known = self._open.setdefault(index, {"id": "", "name": "", "arguments": ""})
        known["id"] = known["id"] or call.get("id") or ""
        known["name"] = known["name"] or function.get("name") or ""
        arguments: Any = function.get("arguments") or ""
        known["arguments"] += arguments if isinstance(arguments, str) else json.dumps(arguments)

    def finished(self) -> list[Part]:
        """The calls, whole."""
        return [ToolCall(call["name"], call["arguments"] or "{}", call["id"] or None) for call in self._open.values()]


def _content(content: Any) -> list[Part]:
    if isinstance(content, str):
        return [content] if content else []
    found: list[Part] = []
    chunks: list[Json] = content or []
    for chunk in chunks:
        if chunk.get("type") == "thinking":
            found.append(Thinking(text_of(chunk.get("thinking"))))
        elif chunk.get("type") == "text":
            found.append(str(chunk.get("text") or ""))
    return found
