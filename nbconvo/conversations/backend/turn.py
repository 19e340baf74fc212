"""One turn of a conversation: the model is asked, its calls are executed or handed out, until nothing is left to do.

A turn changes nothing. It yields the events of a stream and collects the entries; whoever runs it to its end stores them.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from nbconvo.conversations.backend.builtin import BuiltinTools, builtin_tools, needs_confirmation, offered
from nbconvo.conversations.backend.prompt import chat_messages, handoff_target, handoff_tool, is_handoff, prompt_tokens
from nbconvo.conversations.backend.stamps import Stamps
from nbconvo.conversations.backend.wire import NOT_FOUND, error
from nbconvo.conversations.backend.writer import MessageWriter
from nbconvo.conversations.jsons import Json
from nbconvo.conversations.memory import estimate_tokens
from nbconvo.conversations.models.contract import ChatRequest, Chunk, Handoff, Model, Part, Thinking, ToolCall, Usage, parts

ROUNDS = 20
"""How often a model may be asked in one turn, by built-in tools and handoffs."""

_PIECES = 500
"""Into how many pieces of a stream a text is cut at most."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Who answers: a model, or an agent with those it may hand over to."""

    model: str
    instructions: str | None = None
    tools: Sequence[Json] = ()
    completion_args: Json = field(default_factory=dict[str, object])
    agent: Json | None = None
    handoffs: Sequence[Json] = ()

    @property
    def author(self) -> Json:
        """What an entry says about who made it."""
        return {"agent_id": self.agent["id"] if self.agent else None, "model": self.model}


@dataclass(frozen=True, slots=True)
class World:
    """What a turn needs from outside."""

    model: Model
    builtin: BuiltinTools
    stamps: Stamps
    setup_of: Callable[[str], Setup]
    """The setup of an agent that is handed over to, by its id."""


class Turn:
    """See the module. `entries` is the history with the inputs; calls that were just allowed are executed first."""

    def __init__(
        self, world: World, setup: Setup, entries: Sequence[Json], *, allowed: Sequence[Json] = (), stops_at_handoff: bool = False
    ) -> None:
        self._world = world
        self._setup = setup
        self._entries = entries
        self._allowed = allowed
        self._stops_at_handoff = stops_at_handoff
        self._goes_on = False  # a built-in tool or a handoff wants the model to be asked again
        self._waits = False  # a call or a handoff is the caller's to act on
        self._message: MessageWriter | None = None
        self._attachments: list[Json] = []  # of built-in tools, for the next message
        self._tokens = {"prompt": 0, "completion": 0, "connector": 0}
        self._connectors: dict[str, int] = {}
        self.outputs: list[Json] = []

    @property
    def usage(self) -> Json:
        """Tokens so far; connectors count executions."""
        used = self._connectors or None
        return {
            "prompt_tokens": self._tokens["prompt"],
            "completion_tokens": self._tokens["completion"],
            "total_tokens": sum(self._tokens.values()),
            "connector_tokens": self._tokens["connector"] if used else None,
            "connectors": used,
        }

    async def events(self) -> AsyncGenerator[Json, None]:
        """Everything between the start and the end of a response. Raises `Problem`, `ModelError`, and what a model raises."""
        for call in self._allowed:
            async for event in self._execute(call["name"], call["arguments"]):
                yield event
        for _ in range(ROUNDS):
            self._goes_on = False
            async for event in self._round():
                yield event
            if self._waits or not self._goes_on:
                return
        raise error(500, "Response failed during handoff orchestration", NOT_FOUND)

    async def _round(self) -> AsyncGenerator[Json, None]:
        """The model is asked once."""
        setup, request = self._setup, self._request()
        before, counted = dict(self._tokens), None
        self._tokens["prompt"] += prompt_tokens(request.messages)
        async with aclosing(parts(self._world.model, request)) as reply:
            async for part in reply:
                counted = part if isinstance(part, Usage) else counted
                async for event in self._take(part):
                    yield event
                if self._setup is not setup:  # handed over: the rest of this reply does not count
                    break
        for event in self._finish_message():
            yield event
        if counted is not None:
            self._tokens["prompt"] = before["prompt"] + counted.prompt_tokens
            self._tokens["completion"] = before["completion"] + counted.completion_tokens

    def _request(self) -> ChatRequest:
        setup = self._setup
        messages = chat_messages(setup.instructions, [*self._entries, *self.outputs])
        tools = [*map(offered, setup.tools), *map(handoff_tool, setup.handoffs)]
        options = {key: value for key, value in setup.completion_args.items() if value is not None}
        if not tools:
            options.pop("tool_choice", None)
        return ChatRequest(messages, tools, options, setup.model)

    async def _take(self, part: Part) -> AsyncGenerator[Json, None]:
        match part:
            case str():
                self._tokens["completion"] += estimate_tokens(part)
                for piece in _pieces(part):
                    yield self._writer().text(piece)
            case Thinking(text):
                self._tokens["completion"] += estimate_tokens(text)
                yield self._writer().thinking(text)
            case Chunk(data):
                self._attachments = [
                    each for each in self._attachments if each["type"] != data.get("type")
                ]  # placed by the model
                yield self._writer().chunk(dict(data))
            case ToolCall(name, arguments, id_):
                text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
                async for event in self._call(name, text, id_):
                    yield event
            case Handoff(agent):
                async for event in self._hand_over(agent):
                    yield event
            case Usage():
                pass
            case _:
                raise TypeError(f"A model's reply is made of text and parts (see nbconvo.conversations.models), not {part!r}.")

    def _writer(self) -> MessageWriter:
        if self._message is None:
            entry = self._entry("message.output", "msg", role="assistant", content="") | self._setup.author
            self._message = MessageWriter(entry, len(self.outputs))
            self.outputs.append(entry)
        return self._message

    def _finish_message(self) -> Iterator[Json]:
        """References and files that the model did not place stand at the end; a reply of nothing at all is an empty message."""
        if self._message is None and (self._waits or self._goes_on):
            return
        writer = self._writer()
        if not writer.has_content:
            yield writer.text("")
        for chunk in self._attachments:
            yield writer.chunk(chunk)
        self._attachments.clear()
        self._close_message()

    def _close_message(self) -> None:
        if self._message is not None:
            self._message.finish(self._world.stamps.now())
            self._message = None

    async def _call(self, name: str, arguments: str, id_: str | None) -> AsyncGenerator[Json, None]:
        self._close_message()
        self._tokens["completion"] += estimate_tokens(name + arguments)
        tool = builtin_tools(self._setup.tools).get(name)
        if is_handoff(name):
            steps = self._hand_over(name)
        elif tool is not None and not needs_confirmation(tool):
            steps = self._execute(name, arguments)
        else:
            steps = self._hand_out(name, arguments, id_, "pending" if tool else None)
        async for event in steps:
            yield event

    async def _hand_out(self, name: str, arguments: str, id_: str | None, status: str | None) -> AsyncGenerator[Json, None]:
        """The caller has to run a function, or to confirm a built-in tool."""
        self._waits = True
        call = {"tool_call_id": id_ or self._world.stamps.tool_call_id(), "name": name}
        entry = self._entry("function.call", "fc", **call, arguments=arguments, confirmation_status=status) | self._setup.author
        index = self._add(entry)
        for piece in _pieces(arguments):
            yield self._event(entry, "delta", index, **call, arguments=piece, confirmation_status=status, **self._setup.author)

    async def _execute(self, name: str, arguments: str) -> AsyncGenerator[Json, None]:
        """A built-in tool runs here."""
        self._goes_on = True
        entry = self._entry("tool.execution", "tool_exec", name=name, arguments=arguments) | self._setup.author
        index = len(self.outputs)
        yield self._event(entry, "started", index, name=name, arguments="", **self._setup.author)
        yield self._event(entry, "delta", index, name=name, arguments=arguments)
        done = await self._world.builtin.execute(builtin_tools(self._setup.tools)[name], arguments)
        self._attachments += done.chunks
        self._tokens["connector"] += done.tokens
        self._connectors[name] = self._connectors.get(name, 0) + 1
        self._add(entry | {"info": done.info, "completed_at": self._world.stamps.now()})
        yield self._event(entry, "done", index, name=name, info=done.info)

    async def _hand_over(self, name: str) -> AsyncGenerator[Json, None]:
        self._close_message()
        previous, target = self._setup.agent, handoff_target(name, self._setup.handoffs)
        if previous is None or target is None:
            raise error(500, f"Response failed during handoff orchestration: no handoff to {name!r} is possible here.", NOT_FOUND)
        before = {"previous_agent_id": previous["id"], "previous_agent_name": previous["name"]}
        after = {"next_agent_id": target["id"], "next_agent_name": target["name"]}
        entry = self._entry("agent.handoff", "handoff", **before, **after)
        entry["completed_at"] = entry["created_at"]
        index = self._add(entry)
        yield self._event(entry, "started", index, **before)
        yield self._event(entry, "done", index, **after)
        self._setup = self._world.setup_of(target["id"])
        self._goes_on, self._waits = True, self._waits or self._stops_at_handoff

    def _add(self, entry: Json) -> int:
        self.outputs.append(entry)
        return len(self.outputs) - 1

    def _entry(self, kind: str, prefix: str, **fields: object) -> Json:
        stamps = self._world.stamps
        common = {"object": "entry", "type": kind, "id": stamps.new_id(prefix), "created_at": stamps.now(), "completed_at": None}
        return common | fields

    def _event(self, entry: Json, what: str, index: int, **fields: object) -> Json:
        common = {"id": entry["id"], "output_index": index, "created_at": self._world.stamps.now()}
        return {"type": f"{entry['type']}.{what}"} | common | fields


def _pieces(text: str) -> Iterator[str]:
    """A text in the pieces it is streamed in: words, larger ones when there are very many."""
    words = re.findall(r"\s*\S+\s*", text) or [text]
    step = -(-len(words) // _PIECES)
    for start in range(0, len(words), step):
        yield "".join(words[start : start + step])
