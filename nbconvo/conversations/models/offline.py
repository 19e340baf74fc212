"""The model that answers when no key is set: simple rules, always the same, nothing leaves the computer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbconvo.conversations.jsons import Json, inner
from nbconvo.conversations.memory import text_of
from nbconvo.conversations.models.arithmetic import calculate
from nbconvo.conversations.models.contract import ChatRequest, Chunk, Handoff, Message, Part, ToolCall
from nbconvo.conversations.models.instances import instance

INTRODUCTION = (
    "I am nbconvo's offline model: no API key is set, nothing leaves this computer, and my answers follow simple rules.\n\n"
)
_HANDOFF = "handoff_to_"
_TRIGGERS = {
    "web_search": r"\?|\b(search|news|latest|look up|who|what|when|where)\b",
    "web_search_premium": r"\?|\b(search|news|latest|look up|who|what|when|where)\b",
    "code_interpreter": r"\b(code|compute|calculate|python|program|run|plot)\b|\d\s*[-+*/^]\s*\d",
    "image_generation": r"\b(draw|image|picture|paint|generate|illustrat\w+)\b",
    "document_library": r"\?|\b(document|library|find|look up)\b",
}
_COMMON = {"this", "that", "with", "from", "what", "about", "please", "give", "agent", "agents", "tell", "able", "have", "your"}


class OfflineModel:
    """Follows handoffs that are offered and fit the message, calls a tool that fits, says what tools returned, fills a JSON
    schema, does small arithmetic, and repeats the message otherwise. Its first answer in a conversation says what it is.

    >>> OfflineModel().answer(ChatRequest([{"role": "assistant", "content": "Hi"}, {"role": "user", "content": "What is 6*7?"}]))
    ['6*7 = 42']
    """

    def __call__(self, messages: list[Message], request: ChatRequest | None = None) -> list[Part]:
        """Its reply to chat messages."""
        return self.answer(request or ChatRequest(messages))

    def answer(self, request: ChatRequest) -> list[Part]:
        """Its reply to a request."""
        said = _last_user(request.messages)
        since = _since_user(request.messages)
        format_ = inner(request.options, "response_format")
        if not any(message["role"] == "tool" for message in since):
            call = _wanted(request.tools, said) if request.options.get("tool_choice") != "none" else None
            if call is not None:
                return [call]
        if format_.get("type") in ("json_schema", "json_object"):
            schema = inner(format_, "json_schema", "schema") or {"properties": {"answer": {"type": "string"}}}
            return [json.dumps(instance(schema, said), ensure_ascii=False)]
        is_first = not any(message["role"] == "assistant" and message.get("content") for message in request.messages)
        introduction: list[Part] = [INTRODUCTION] if is_first else []
        reported = list(_reported(since))
        return introduction + (reported or [calculate(said) or f"You said: {said}" if said else "You said nothing yet."])


def _last_user(messages: list[Message]) -> str:
    return next((text_of(message["content"]) for message in reversed(messages) if message["role"] == "user"), "")


def _since_user(messages: list[Message]) -> list[Message]:
    last = max((index for index, message in enumerate(messages) if message["role"] == "user"), default=-1)
    return messages[last + 1 :]


def _wanted(tools: Sequence[Mapping[str, Any]], said: str) -> Part | None:
    """The handoff or the call that fits what was said best; None when nothing does."""
    functions: list[Json] = [tool["function"] for tool in tools]
    best = max(functions, default=None, key=lambda function: _fit(function, said))  # the first of equals
    if best is None or not _fit(best, said):
        return None
    name = str(best["name"])
    if name.startswith(_HANDOFF):
        return Handoff(name.removeprefix(_HANDOFF))
    if name == "code_interpreter":
        return ToolCall(name, {"code": _code(said)})
    return ToolCall(name, instance(best.get("parameters") or {}, said))


def _code(said: str) -> str:
    """The code in a message: fenced, or the calculation in it."""
    fenced = re.search(r"```(?:python)?\n(.*?)```", said, re.DOTALL)
    calculation = calculate(said)
    if fenced:
        return fenced[1]
    return f"print({calculation.partition(' = ')[0] if calculation else repr(said)})"


def _fit(function: Json, said: str) -> int:
    """How many words of the tool's name and description were said; the name counts more, numbers for numeric tools a little."""
    name = str(function["name"])
    if name in _TRIGGERS:
        return 1 if re.search(_TRIGGERS[name], said, re.IGNORECASE) else 0
    mine, theirs = _words(f"{name} {function.get('description') or ''}"), _words(said)
    named = 3 * len(_words(name.removeprefix(_HANDOFF)) & theirs)
    properties = inner(function, "parameters", "properties")
    takes_numbers = (
        bool(properties)
        and not calculate(said)
        and all(each.get("type") in ("integer", "number") for each in properties.values())
    )
    return named + len(mine & theirs) + (takes_numbers and len(re.findall(r"\d+", said)) >= len(properties))


def _words(text: str) -> set[str]:
    words = re.findall(r"[^\W\d_]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower())
    return {word.rstrip("s") for word in words if len(word) > 2} - _COMMON


def _reported(since: list[Message]) -> Iterator[Part]:
    """What tools returned after the last message of the user; a search's sources are shown as references."""
    for message in since:
        if message["role"] == "tool" and not str(message.get("name", "")).startswith(_HANDOFF):
            content = text_of(message["content"])
            name = message.get("name") or "The tool"
            try:
                info = json.loads(content)
                references = [Chunk({"type": "tool_reference", **result}) for result in info["results"]]
            except (ValueError, KeyError, TypeError):
                yield f"{name} returned: {content}\n"
            else:
                yield f"{name} found "
                yield from references
                yield ".\n"
