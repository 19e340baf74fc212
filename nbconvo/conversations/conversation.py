"""One conversation with tools: messages in, replies out, calls of tools answered on the way."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Generic

from nbconvo.conversations.errors import ConversationError, ToolLoopLimit
from nbconvo.conversations.jsons import Json
from nbconvo.conversations.raw import events_of, tolerant
from nbconvo.conversations.reply import M, Reply, Round
from nbconvo.conversations.sdk import api_error, http_library
from nbconvo.conversations.structured import response_format as format_of
from nbconvo.conversations.toolbox import TIMEOUT, Allow, Confirm, ToolBox, function_result

INTERRUPTED = "Error: the call was interrupted before it had a result."
_UNBALANCED = 3230
_ID = re.compile(r"[A-Za-z0-9_-]+")
_COMPLETION_ARGS = (
    "stop", "presence_penalty", "frequency_penalty", "temperature", "top_p", "max_tokens", "random_seed", "prediction",
    "response_format", "tool_choice", "reasoning_effort",
)  # fmt: skip


class Conversation(Generic[M]):
    """A conversation of a client with a model or an agent.

    `tools` are Python functions. An agent has to know them, too: make it with `tools=ToolBox(functions).schemas`. See `ToolBox`
    for `parallel`, `tool_timeout` and `confirm`, which is also asked about the service's own tools that want a confirmation.
    `builtin` are tools in the API's JSON, `{"type": "web_search"}` and so on. A message may lead to `max_rounds` rounds of calls.
    With `response_format`, a pydantic model, replies have `.parsed`. `options` go to `start` as they are (`name`, `metadata`,
    ...). With `conversation_id` an existing conversation goes on.

    One message at a time. What is cancelled, at any instant, leaves the conversation as the service has it; calls that had no
    answer yet are answered as interrupted with the next message. Raises ValueError for settings that cannot be.

    >>> import asyncio
    >>> from nbconvo.conversations import connect
    >>> def add(a: int, b: int) -> int:
    ...     '''Add two numbers.'''
    ...     return a + b
    >>> conversation = Conversation(connect(store=":memory:"), model="any", tools=[add])
    >>> [entry["type"] for entry in asyncio.run(conversation.send("Please add 2 and 40.")).entries]
    ['function.call', 'function.result', 'message.output']
    """

    def __init__(
        self,
        client: Any,
        *,
        model: str | None = None,
        agent_id: str | None = None,
        conversation_id: str | None = None,
        instructions: str | None = None,
        tools: Iterable[Callable[..., Any]] = (),
        builtin: Sequence[Mapping[str, Any]] = (),
        completion_args: Mapping[str, Any] | None = None,
        response_format: type[M] | None = None,
        confirm: Confirm | None = None,
        parallel: int = 1,
        tool_timeout: float = TIMEOUT,
        max_rounds: int = 10,
        **options: Any,
    ) -> None:
        _check_id(conversation_id)
        self.id = conversation_id
        """The service's id; None before the first reply is whole."""
        self._client = client
        self._box = ToolBox(tools, parallel=parallel, timeout=tool_timeout, confirm=confirm)
        self._format = response_format
        self._rounds = max_rounds
        self._args = _checked(completion_args or {})
        if response_format is not None:
            self._args["response_format"] = format_of(response_format)
        if agent_id is not None and (instructions is not None or builtin):
            raise ValueError("An agent has its own instructions and tools: set them with client.beta.agents.update(...).")
        offered = [] if agent_id is not None else [*self._box.schemas, *builtin]
        if options.get("store") is False:
            raise ValueError("A conversation goes on from what is stored: store=False is for client.beta.conversations.start.")
        start = {"model": model, "agent_id": agent_id, "instructions": instructions, "tools": offered or None}
        self._start = {key: value for key, value in (start | options).items() if value is not None}
        self._is_busy = False
        self._open: list[Json] = []  # calls of the last reply that have no answer yet

    async def send(self, message: str | Sequence[Mapping[str, Any]]) -> Reply[M]:
        """The reply to a message (text, or entries). Raises what `stream` raises."""
        reply: Reply[M] = Reply(model=self._format)
        async with aclosing(self.stream(message, reply)) as events:
            async for _ in events:
                pass
        return reply

    async def stream(
        self, message: str | Sequence[Mapping[str, Any]], reply: Reply[M] | None = None
    ) -> AsyncGenerator[Json, None]:
        """The events of the reply as they come, as the API's JSON, and the results of tools among them; `reply` is filled.

        Raises `ConversationError` when the answer ends by an error or breaks off, `ToolLoopLimit`, the client's errors, and
        RuntimeError when the message before is still being answered.
        """
        if self._is_busy:
            raise RuntimeError("A message is being answered: wait for its reply, or cancel it.")
        self._is_busy = True
        try:
            entries = [_user(message)] if isinstance(message, str) else [dict(entry) for entry in message]
            async with aclosing(self._answered(entries, Reply() if reply is None else reply)) as events:
                async for event in events:
                    yield event
        finally:
            self._is_busy = False

    async def _answered(self, entries: list[Json], reply: Reply[Any]) -> AsyncGenerator[Json, None]:
        """Rounds of the model, and of tools between them."""
        inputs, confirmations = _repaired(self._open, entries)
        for count in itertools.count():
            made = Round()
            async with aclosing(self._round(inputs, confirmations, made)) as events:
                async for event in events:
                    yield event
            self._finish(made, reply)
            if not self._open:
                return
            if count == self._rounds:
                raise ToolLoopLimit(self._rounds)
            inputs, confirmations = await self._answers(self._open)
            reply.add(inputs)
            for result in inputs:
                yield result

    async def history(self) -> list[Json]:
        """The entries that the service has, of every kind, as its JSON."""
        if self.id is None:
            return []
        call = self._client.beta.conversations.get_history_async(conversation_id=self.id)
        return (await tolerant(call))["entries"]

    def _finish(self, made: Round, reply: Reply[Any]) -> None:
        """The service has stored the response: now it counts."""
        if made.error is not None:
            raise ConversationError(str(made.error.get("message")), int(made.error.get("code") or 0))
        if made.usage is None:
            raise ConversationError("The answer broke off before its end. Nothing of it was kept; send the message again.", 0)
        self.id = reply.conversation_id = made.conversation_id or self.id
        reply.add(made.entries)
        for name, count in made.usage.items():
            if isinstance(count, int):
                reply.usage[name] = reply.usage.get(name, 0) + count
        self._open = [entry for entry in made.entries if entry["type"] == "function.call"]

    async def _round(self, inputs: list[Json], confirmations: list[Json], made: Round) -> AsyncGenerator[Json, None]:
        """One response. Entries that are refused because calls are open are sent again with answers to these."""
        try:
            stream = await self._request(inputs, confirmations)
        except api_error() as error:
            if self.id is None or f'"code":{_UNBALANCED}' not in str(getattr(error, "body", "")).replace(" ", ""):
                raise
            waiting = _unanswered(await self.history())
            stream = await self._request(*_repaired(waiting, _without_stale(inputs, waiting)))
        try:
            async with aclosing(events_of(stream)) as events:
                async for event in events:
                    made.take(event)
                    yield event
        except http_library().HTTPError as error:
            raise ConversationError(f"The answer broke off: {type(error).__name__}. Send the message again.", 0) from error

    async def _request(self, inputs: list[Json], confirmations: list[Json]) -> Any:
        operations = self._client.beta.conversations
        args: Json = {"completion_args": self._args} if self._args else {}
        if self.id is None:
            return await operations.start_stream_async(inputs=inputs, **args, **self._start)
        if confirmations:
            args["tool_confirmations"] = confirmations
        return await operations.append_stream_async(conversation_id=self.id, inputs=inputs, **args)

    async def _answers(self, calls: list[Json]) -> tuple[list[Json], list[Json]]:
        """Results for our own calls, and what the person says to calls of the service's tools."""
        waiting = [call for call in calls if call.get("confirmation_status") == "pending"]
        results = await self._box.answer([call for call in calls if call not in waiting])
        return results, [_confirmation(call, isinstance(await self._box.decide(call), Allow)) for call in waiting]


def _user(message: str) -> Json:
    return {"object": "entry", "type": "message.input", "role": "user", "content": message}


def _confirmation(call: Json, is_allowed: bool) -> Json:
    return {"tool_call_id": call["tool_call_id"], "confirmation": "allow" if is_allowed else "deny"}


def _repaired(calls: list[Json], inputs: list[Json]) -> tuple[list[Json], list[Json]]:
    """Inputs with answers for calls that were left open: a conversation with an unanswered call takes nothing else."""
    given = {entry.get("tool_call_id") for entry in inputs}
    left = [call for call in calls if call["tool_call_id"] not in given]
    waiting = [call for call in left if call.get("confirmation_status") == "pending"]
    results = [function_result(call["tool_call_id"], INTERRUPTED) for call in left if call not in waiting]
    return [*results, *inputs], [_confirmation(call, False) for call in waiting]


def _without_stale(inputs: list[Json], waiting: list[Json]) -> list[Json]:
    """Inputs without results that the service has already: an answer was lost, or somebody else gave one."""
    known = {call["tool_call_id"] for call in waiting}
    return [entry for entry in inputs if entry.get("type") != "function.result" or entry["tool_call_id"] in known]


def _unanswered(entries: list[Json]) -> list[Json]:
    answered = {entry["tool_call_id"] for entry in entries if entry["type"] == "function.result"}
    calls = [entry for entry in entries if entry["type"] == "function.call" and entry["tool_call_id"] not in answered]
    return [call for call in calls if call.get("confirmation_status") in (None, "pending")]


def _checked(args: Mapping[str, Any]) -> Json:
    """The client drops options that it does not know without a word, so a slip would stay unseen."""
    for name in args:
        if name not in _COMPLETION_ARGS:
            near = difflib.get_close_matches(name, _COMPLETION_ARGS, 1)
            raise ValueError(f"completion_args has no {name!r}{f'; did you mean {near[0]!r}?' if near else ''}.")
    return dict(args)


def _check_id(conversation_id: str | None) -> None:
    """The client does not escape ids in paths."""
    if conversation_id is not None and not _ID.fullmatch(conversation_id):
        raise ValueError(f"{conversation_id!r} is no id of a conversation.")
