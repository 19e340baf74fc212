"""Runs the calls of a model: every call gets an answer, also one that is wrong, fails, takes too long or is not allowed."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from nbconvo.conversations.background import in_thread, resolved
from nbconvo.conversations.jsons import Json
from nbconvo.conversations.raw import plain
from nbconvo.conversations.tools import Tool, as_tool

TIMEOUT = 120.0
LONGEST_RESULT = 200_000


@dataclass(frozen=True, slots=True)
class CallRequest:
    """A call that a person has to decide about."""

    name: str
    arguments: Mapping[str, Any]
    tool_call_id: str


@dataclass(frozen=True, slots=True)
class Allow:
    """The call may run; with `arguments` it runs with these instead."""

    arguments: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Deny:
    """The call must not run; the model is told so, and the reason."""

    reason: str = ""


Decision = bool | Allow | Deny
Confirm = Callable[[CallRequest], Decision | Awaitable[Decision]]
"""Decides about a call: True, False, `Allow` or `Deny`, at once or later."""


class ToolBox:
    """Functions that a model may call.

    Sync functions run in threads, never on the event loop. `parallel` calls run at once (1: one after the other, in the order
    of the calls); each may take `timeout` seconds. `confirm` is asked for tools that require confirmation. Raises ValueError
    when two tools have one name, or nobody could confirm; TypeError when a function cannot be described.

    >>> def add(a: int, b: int) -> int:
    ...     return a + b
    >>> call = {"tool_call_id": "c1", "name": "add", "arguments": '{"a": 1, "b": 2}'}
    >>> asyncio.run(ToolBox([add]).answer([call]))
    [{'object': 'entry', 'type': 'function.result', 'tool_call_id': 'c1', 'result': '3'}]
    """

    def __init__(
        self,
        tools: Iterable[Callable[..., Any]] = (),
        *,
        parallel: int = 1,
        timeout: float = TIMEOUT,
        confirm: Confirm | None = None,
    ) -> None:
        made = [as_tool(function) for function in tools]
        self._tools = {tool.name: tool for tool in made}
        if len(self._tools) < len(made):
            raise ValueError(f"Two tools have the same name: {sorted(tool.name for tool in made)}. Give one @tool(name=...).")
        asking = [tool.name for tool in made if tool.requires_confirmation]
        if asking and confirm is None:
            raise ValueError(f"{', '.join(asking)} requires confirmation: pass confirm=, a function that decides about a call.")
        if parallel < 1:
            raise ValueError("parallel is how many calls run at once: 1 or more.")
        self.schemas: list[Json] = [tool.schema for tool in made]
        """For the `tools` of a conversation or an agent."""
        self._parallel = parallel
        self._timeout = timeout
        self._confirm = confirm

    async def answer(self, calls: Sequence[Any]) -> list[Json]:
        """A result for every call (entries of a response, as objects or dicts), in their order.

        What goes wrong with a call is its result. Cancelling stops async functions; a sync one that runs is left to its thread.
        Raises what `confirm` raises.
        """
        gate = asyncio.Semaphore(self._parallel)

        async def one(call: Json) -> Json:
            async with gate:
                result = await self._result(call)
            return function_result(call["tool_call_id"], result)

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(plain(call))) for call in calls]
        except BaseExceptionGroup as failed:  # of `confirm`: what tools raise is their result
            raise failed.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _result(self, call: Json) -> str:
        tool = self._tools.get(call["name"])
        if tool is None:
            return f"Error: there is no tool named {call['name']!r}. The tools are: {', '.join(self._tools) or 'none'}."
        try:
            arguments = tool.parse(_text(call["arguments"]))
            if tool.requires_confirmation:
                decision = await self.decide(call)
                if isinstance(decision, Deny):
                    return f"Error: the user did not allow this call. {decision.reason}".strip()
                if decision.arguments is not None:
                    arguments = tool.parse(json.dumps(dict(decision.arguments)))
        except ValidationError as error:
            return f"Error: the arguments do not fit. {_mistakes(error)}"
        return await self._run(tool, arguments)

    async def decide(self, call: Json) -> Allow | Deny:
        """What the person says to a call."""
        if self._confirm is None:
            return Deny("Nobody can be asked here.")
        decision = await resolved(self._confirm(CallRequest(call["name"], _object(call["arguments"]), call["tool_call_id"])))
        if isinstance(decision, Allow | Deny):
            return decision
        return Allow() if decision is True else Deny()  # nothing but a clear yes is one

    async def _run(self, tool: Tool, arguments: Json) -> str:
        seconds = self._timeout if tool.timeout is None else tool.timeout
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                return _bounded(as_text(await _call(tool.function, arguments)))
        except TimeoutError as error:
            if limit.expired():
                return f"Error: {tool.name} did not return within {seconds:g} seconds."
            return f"Error: TimeoutError: {error}"
        except (Exception, SystemExit) as error:
            return f"Error: {type(error).__name__}: {error}"


async def _call(function: Callable[..., Any], arguments: Json) -> Any:
    if inspect.iscoroutinefunction(function):
        return await function(**arguments)
    return await resolved(await in_thread(lambda: function(**arguments)))


def function_result(tool_call_id: str, result: str) -> Json:
    """The entry that answers a call."""
    return {"object": "entry", "type": "function.result", "tool_call_id": tool_call_id, "result": result}


def as_text(value: Any) -> str:
    """What a tool returned, as the text that a result is: a string as it is, anything else as JSON, unknown objects as text.

    >>> as_text({"a": 1}), as_text("x"), as_text(None)
    ('{"a":1}', 'x', 'null')
    """
    return value if isinstance(value, str) else to_json(value, serialize_unknown=True, bytes_mode="base64").decode()


def _bounded(text: str) -> str:
    if len(text) <= LONGEST_RESULT:
        return text
    return f"{text[:LONGEST_RESULT]}\n(cut: the result has {len(text)} characters)"


def _text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def _object(arguments: Any) -> Mapping[str, Any]:
    """A call's arguments for showing them, whatever they are."""
    try:
        value = json.loads(_text(arguments) or "{}")
    except ValueError:
        value = arguments
    return value if isinstance(value, dict) else {"arguments": value}  # type: ignore[reportUnknownVariableType]


def _mistakes(error: ValidationError) -> str:
    every = error.errors(include_url=False, include_context=False, include_input=False)
    return " ".join(f"{'.'.join(map(str, each['loc'])) or 'arguments'}: {each['msg']}." for each in every)
