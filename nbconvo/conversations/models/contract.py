"""What a model is: a callable that takes chat messages and answers with text, or with parts.

Sync and async functions, generators of both kinds, and objects with `__call__` all are models. One that has a parameter named
`request` also gets the tools and options it was asked with.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, cast

from nbconvo.conversations.background import in_thread

Message = dict[str, Any]
"""A chat message: `role`, `content`, and what calls and results carry besides."""


@dataclass(frozen=True, slots=True)
class Thinking:
    """Reasoning, shown apart from the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model wants a tool. `arguments` is an object, or text that should be JSON; an id is made when none is given."""

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict[str, Any])
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Handoff:
    """Another agent goes on, named by its name or id. Nothing of the reply after it counts."""

    agent: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of content that is no text, in the API's JSON: `tool_reference`, `image_url`, `tool_file`, ..."""

    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delay:
    """The model takes its time: seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Usage:
    """What the model counted; without it tokens are estimated."""

    prompt_tokens: int
    completion_tokens: int


Part = str | Thinking | ToolCall | Handoff | Chunk | Delay | Usage
"""What a reply is made of, in order. Text may come in pieces."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One question to a model: chat messages (the system's first), the tools it may call, and sampler options.

    `tools` are functions in the API's JSON. Built-in tools and handoffs are offered as functions, too; a handoff's name starts
    with `handoff_to_`.
    """

    messages: list[Message]
    tools: Sequence[Mapping[str, Any]] = ()
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    model: str = ""


Model = Callable[..., Any]
"""`model(messages)` or `model(messages, request)`: text, a part, several, or something to await or iterate for them."""


async def parts(model: Model, request: ChatRequest) -> AsyncGenerator[Part, None]:
    """What `model` replies, part by part, whatever kind of callable it is; delays are slept through.

    Sync code runs in a thread of its own. Raises what the model raises.
    """
    try:
        async with aclosing(_reply(model, request)) as reply:
            async for part in reply:
                if isinstance(part, Delay):
                    await asyncio.sleep(part.seconds)
                else:
                    yield part
    except (SystemExit, KeyboardInterrupt) as error:  # would end the loop for all others
        raise RuntimeError(f"the model raised {type(error).__name__}") from error


async def _reply(model: Model, request: ChatRequest) -> AsyncGenerator[Part, None]:
    more = {"request": request} if _takes_request(model) else {}
    if _is_async(model):
        reply = model(request.messages, **more)
    else:
        reply = await in_thread(lambda: model(request.messages, **more))
    if isinstance(reply, Awaitable):
        reply = await cast("Awaitable[Any]", reply)
    if isinstance(reply, AsyncGenerator):
        async with aclosing(cast("AsyncGenerator[Part, None]", reply)) as pieces:
            async for part in pieces:
                yield part
    elif isinstance(reply, AsyncIterable):
        async for part in cast("AsyncIterable[Part]", reply):
            yield part
    elif isinstance(reply, Iterator):
        source = cast("Iterator[Part]", reply)
        while (part := await in_thread(lambda: next(source, None))) is not None:
            yield part
    elif isinstance(reply, str) or not isinstance(reply, Iterable):
        yield cast("Part", reply)
    else:
        for part in cast("Iterable[Part]", reply):
            yield part


async def complete(model: Model, messages: list[Message], **options: Any) -> str:
    """The whole text of a model's reply: for summaries, classification and the like.

    >>> import asyncio
    >>> asyncio.run(complete(lambda messages: messages[-1]["content"].upper(), [{"role": "user", "content": "hi"}]))
    'HI'
    """
    return "".join([part async for part in parts(model, ChatRequest(messages, options=options)) if isinstance(part, str)])


def _takes_request(model: Model) -> bool:
    try:
        return "request" in inspect.signature(model).parameters
    except (TypeError, ValueError):  # some callables written in C have no signature
        return False


def _is_async(model: Model) -> bool:
    kinds = (inspect.iscoroutinefunction, inspect.isasyncgenfunction)
    return any(kind(function) for kind in kinds for function in (model, getattr(model, "__call__", None)))  # noqa: B004
