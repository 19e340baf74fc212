"""Tools of an agent: what the model is told of them, and how a call of one is carried out.

A call is always recorded and never repeated by a replay: an `@activity()` is one already, any other function is run as one (a
sync one in a thread), once. A method of the workflow itself is workflow code: it may ask people, call activities and change the
workflow's state, and must not touch the world. Source: workflows specification, "Agents layer".
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast, get_type_hints

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from nbconvo.conversations.background import in_thread, resolved
from nbconvo.conversations.jsons import Json
from nbconvo.conversations.raw import plain
from nbconvo.conversations.tools import Tool, as_tool
from nbconvo.protocol.definition import DEFINITION_ATTRIBUTE, activity_of
from nbconvo.workflows.activities import activity
from nbconvo.workflows.depends import dependencies_of

TOOL_TIME = 300.0
"""Seconds that a function may take that does not say."""


@dataclass(frozen=True, slots=True)
class AgentTool:
    """A tool that is carried out here. `call` takes the arguments as a JSON object; it raises pydantic's ValidationError when
    they do not fit, and what the tool raises.
    """

    name: str
    schema: Json
    call: Callable[[Json], Awaitable[Any]]
    requires_confirmation: bool = False


def agent_tools(tools: Iterable[Any]) -> tuple[list[Json], dict[str, AgentTool]]:
    """What the model is told of `tools`, and those of them that are carried out here, by name.

    Raises TypeError for a function that cannot be described.
    """
    schemas, ours = list[Json](), dict[str, AgentTool]()
    for each in tools:
        if callable(each):
            made = _made(as_tool(each))
            schemas.append(made.schema)
            ours[made.name] = made
        else:
            schemas.append(plain(each))
    return schemas, ours


def tool_text(value: Any) -> str:
    """A tool's result as the model is given it.

    >>> tool_text({"a": 1}), tool_text("x"), tool_text(None)
    ('{"a": 1}', 'x', 'None')
    """
    match value:
        case None:
            return "None"
        case str():
            return value
        case BaseModel():
            return value.model_dump_json()
        case _:
            return json.dumps(to_jsonable_python(value, serialize_unknown=True), ensure_ascii=False)


def _made(tool: Tool) -> AgentTool:
    described = tool
    if activity_of(tool.function) is not None:
        described, call = _activity_call(tool)
    elif hasattr(getattr(tool.function, "__self__", None), DEFINITION_ATTRIBUTE):
        call = _workflow_call(tool)
    else:
        call = _function_call(tool)
    return AgentTool(tool.name, described.schema, _whole(described, call), tool.requires_confirmation)


def _activity_call(tool: Tool) -> tuple[Tool, Callable[[Json], Awaitable[Any]]]:
    """An activity is called as anywhere else; what it gets from providers, and its `**kwargs`, are not for the model to see."""
    signature = inspect.signature(tool.function)
    providers = dependencies_of(signature)
    extra = [one.name for one in signature.parameters.values() if one.kind is inspect.Parameter.VAR_KEYWORD]
    seen = [one for name, one in signature.parameters.items() if name not in (*providers, *extra)]

    def stub() -> None: ...

    functools.update_wrapper(stub, tool.function)
    cast("Any", stub).__signature__ = signature.replace(parameters=seen)
    described = Tool(stub, tool.name)
    names = [one.name for one in seen]

    async def call(arguments: Json) -> Any:
        nested = arguments.get(extra[0]) if extra else None
        given = {name: value for name, value in arguments.items() if name in names or not extra}
        more = {name: value for name, value in arguments.items() if name not in (*names, *extra)} if extra else {}
        more |= dict(cast("Json", nested)) if isinstance(nested, Mapping) else {}
        return await tool.function(**described.parse(json.dumps(given)), **more)

    return described, call


def _workflow_call(tool: Tool) -> Callable[[Json], Awaitable[Any]]:
    async def call(arguments: Json) -> Any:
        return await resolved(tool.function(**tool.parse(json.dumps(arguments))))

    return call


def _function_call(tool: Tool) -> Callable[[Json], Awaitable[Any]]:
    """A function with an activity around it. It is tried once: who wants more tries says so with `@activity()`."""
    function = tool.function

    async def run(arguments: Json) -> str:
        given = tool.parse(json.dumps(arguments))
        if inspect.iscoroutinefunction(function):
            return tool_text(await function(**given))
        return tool_text(await resolved(await in_thread(lambda: function(**given))))

    limit = timedelta(seconds=tool.timeout or TOOL_TIME)
    recorded = activity(limit, retry_policy_max_attempts=1, name=tool.name)(run)

    async def call(arguments: Json) -> str:
        tool.parse(json.dumps(arguments))  # what does not fit is told to the model, and is no failure of the tool
        return await recorded(arguments)

    return call


def _whole(tool: Tool, call: Callable[[Json], Awaitable[Any]]) -> Callable[[Json], Awaitable[Any]]:
    """Where the one parameter is a pydantic model, a call may also give the model's object itself."""
    parameters = list(inspect.signature(tool.function).parameters)
    hint = get_type_hints(tool.function).get(parameters[0]) if len(parameters) == 1 and inspect.isroutine(tool.function) else None
    if not (isinstance(hint, type) and issubclass(hint, BaseModel)):
        return call
    (name,) = parameters

    async def wrapped(arguments: Json) -> Any:
        return await call(arguments if arguments.keys() == {name} else {name: arguments})

    return wrapped
