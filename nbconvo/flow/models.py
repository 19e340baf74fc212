"""Models of a flow: any callable on chat messages, a name, an `LLM`; asked for text, as it comes or whole.

A name is looked up among those that were given with `set_model`, else it is one of Mistral's; without a key the offline model
answers, and the log says so.

Source: flow specification, "Surface" (Model).
"""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from nbconvo import conversations
from nbconvo.conversations.models import ChatRequest, ClientModel, OfflineModel, parts
from nbconvo.flow.errors import UnknownModel
from nbconvo.flow.labels import whole_label

logger = logging.getLogger(__name__)

_named: dict[str, Callable[..., Any]] = {}


def set_model(name: str, model: Callable[..., Any] | None) -> None:
    """From now on `name` means `model` in every flow of this process; None takes the name back.

    >>> set_model("gpt-4o-mini", lambda messages: "order")
    >>> set_model("gpt-4o-mini", None)
    """
    if model is None:
        _named.pop(name, None)
    else:
        _named[name] = model


class LLM:
    """A model by its name, with options for each call (`temperature` and such). `call` asks it from a script.

    Source: document 004 (`from crewai import LLM`).
    """

    def __init__(self, model: str, **options: Any) -> None:
        self.model = model
        self.options = {key: value for key, value in options.items() if value is not None}
        self._key = self.options.pop("api_key", None)
        self._server = self.options.pop("base_url", None)

    def __repr__(self) -> str:
        return f"LLM({self.model!r})"

    def resolve(self) -> Callable[..., Any]:
        """The callable behind the name."""
        if self._key or self._server:
            return ClientModel(conversations.connect(self._key, server_url=self._server), self.model)
        return resolve(self.model)


def resolve(model: Any) -> Callable[..., Any]:
    """The callable that a flow's option means. Raises `UnknownModel` for something that cannot be called."""
    if isinstance(model, LLM):
        return model.resolve()
    if isinstance(model, str):
        return _named.get(model) or _mistral(model)
    if callable(model):
        return model
    raise UnknownModel(f"{model!r} is no model: give a callable that takes chat messages, the name of one, or LLM(...).")


def _mistral(name: str) -> Callable[..., Any]:
    if os.environ.get("MISTRAL_API_KEY", "").strip():
        return ClientModel(conversations.connect(), name)
    logger.warning("No MISTRAL_API_KEY is set: the offline model answers for %r; set_model(...) gives it another.", name)
    return _offline


def _offline(messages: list[dict[str, Any]], request: ChatRequest) -> Any:
    """Chooses by the words of the latest message; the rest is the offline model's."""
    format_: dict[str, Any] = request.options.get("response_format") or {}
    properties: dict[str, dict[str, Any]] = format_.get("json_schema", {}).get("schema", {}).get("properties", {})
    choices: list[list[str]] = [one["enum"] for one in properties.values() if "enum" in one]
    if not choices:
        return OfflineModel()(messages, request)
    latest = str(messages[-1]["content"]).rpartition("Latest user message: ")[2]
    return whole_label(latest, choices[0]) or "none of them"


async def stream_model(
    model: Any, messages: Sequence[Mapping[str, Any]], *, schema: dict[str, Any] | None = None, tools: Sequence[Any] = ()
) -> AsyncIterator[Any]:
    """The parts of a model's reply as they come: text, and what else it makes. Raises what the model raises."""
    options: dict[str, Any] = dict(model.options) if isinstance(model, LLM) else {}
    if schema is not None:
        options["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
    asked = [dict(message) for message in messages]
    name = model if isinstance(model, str) else getattr(model, "model", "")
    request = ChatRequest(asked, list(tools), options, name if isinstance(name, str) else "")
    async for part in parts(resolve(model), request):
        yield part


async def ask_model(model: Any, messages: Sequence[Mapping[str, Any]], *, schema: dict[str, Any] | None = None) -> str:
    """The whole text of a model's reply."""
    return "".join([part async for part in stream_model(model, messages, schema=schema) if isinstance(part, str)])
