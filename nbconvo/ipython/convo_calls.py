"""From the words of a line to the arguments of an operation: names become ids and functions, JSON and numbers are read."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from nbconvo.conversations import ToolBox
from nbconvo.conversations.conversation import Conversation
from nbconvo.conversations.raw import plain
from nbconvo.conversations.toolbox import Deny
from nbconvo.errors import UsageError
from nbconvo.ipython.convo_arguments import Request
from nbconvo.ipython.convo_commands import OPTIONS
from nbconvo.ipython.convo_service import Service, checked_id

BUILTIN = ("web_search", "web_search_premium", "code_interpreter", "image_generation")
"""Tools of the service that need no further word."""

_NAME = re.compile(r"\{([A-Za-z_]\w*)\}")
_KEYS = {"agent": "agent_id"}


async def arguments(request: Request, service: Service, namespace: Mapping[str, Any], current: str | None) -> dict[str, Any]:
    """The keyword arguments of the operation. `current` is the conversation where none is named. Raises `UsageError`."""
    given = {name: value for name, value in request.values.items() if name not in ("stream", "var")}
    if request.command.operation in ("conversations.append", "conversations.restart"):
        given["conversation_id"] = given.pop("id", None)
    elif "conversation_id?" in request.command.words:
        given.setdefault("conversation_id", None)
    made: dict[str, Any] = {}
    if "conversation_id" in given:
        made["conversation_id"] = checked_id(given.pop("conversation_id") or _needed(current))
    for name, value in given.items():
        made[_KEYS.get(name, name.replace("-", "_"))] = await _value(name, value, request, service, namespace)
    if request.command.says:
        made.update(_inputs(request, namespace, made))
    if request.name in ("start", "agents create") and "agent_id" not in made:
        made.setdefault("model", service.model)
    if "from_entry_id" in made:
        made["from_entry_id"] = await _entry_id(made, service)
    if "completion_args" in made:
        Conversation(None, model="any", completion_args=made["completion_args"])  # checks the names, which the client drops
    return made


async def _value(name: str, value: Any, request: Request, service: Service, namespace: Mapping[str, Any]) -> Any:
    operation = request.command.operation
    kind = OPTIONS[name].kind if name in OPTIONS else "text"
    if name in ("agent", "agent_id"):
        return await service.agent_id(value)
    if name == "handoffs":
        return [await service.agent_id(each) for each in names_in(value)]
    if name == "tools":
        functions, builtin = tools(value, namespace)
        return [*ToolBox(functions, confirm=_nobody).schemas, *builtin]
    if name in ("version", "agent-version") and value.isdecimal() and operation != "agents.get_version":
        return int(value)
    if kind == "names":
        return names_in(value)
    if kind == "number":
        return _number(name, value)
    return json_or_variable(name, value, namespace) if kind == "json" else value


def _nobody(_: object) -> Deny:
    return Deny()


def _number(name: str, value: str) -> int:
    if not value.isdecimal():
        raise UsageError(f"%convo: --{name} is a number, not {value!r}.")
    return int(value)


def _needed(current: str | None) -> str:
    if current is None:
        raise UsageError("There is no conversation yet: write a %%convo cell, or choose one with `%convo use ID`.")
    return current


def _inputs(request: Request, namespace: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    """The message; `--inputs` stands for one, and an append may go without."""
    if request.text and "inputs" in made:
        raise UsageError(f"%convo {request.name}: a message and --inputs exclude each other.")
    if request.text:
        return {"inputs": interpolated(request.text, namespace) if request.values.get("var") else request.text}
    if "inputs" not in made and "tool_confirmations" not in made:
        raise UsageError(f"%convo {request.name}: the message is missing.")
    return {}


async def _entry_id(made: Mapping[str, Any], service: Service) -> str:
    """The id of an entry that is given by its number in the history, or by its id."""
    entry: str = made["from_entry_id"]
    if not entry.isdecimal():
        return entry
    history = plain(await service.call("conversations.get_history", conversation_id=made["conversation_id"]))["entries"]
    if not 0 < int(entry) <= len(history):
        raise UsageError(f"%convo restart: the conversation has no entry {entry}; `%convo history` numbers them.")
    return history[int(entry) - 1]["id"]


def names_in(text: str) -> list[str]:
    """Names between commas.

    >>> names_in("a, b")
    ['a', 'b']
    """
    return [name.strip() for name in text.split(",") if name.strip()]


def tools(text: str, namespace: Mapping[str, Any]) -> tuple[list[Callable[..., Any]], list[dict[str, Any]]]:
    """Functions of the notebook (also `object.method`), and tools of the service. Raises `UsageError` for other names.

    >>> tools("len_of,web_search", {"len_of": len})
    ([<built-in function len>], [{'type': 'web_search'}])
    """
    functions: list[Callable[..., Any]] = []
    builtin: list[dict[str, Any]] = []
    for name in names_in(text):
        first, *rest = name.split(".")
        found = functools.reduce(lambda value, part: getattr(value, part, None), rest, namespace.get(first))
        if callable(found):
            functions.append(found)
        elif name in BUILTIN:
            builtin.append({"type": name})
        else:
            raise UsageError(f"--tools: {name!r} is neither a function of this notebook nor one of {', '.join(BUILTIN)}.")
    return functions, builtin


def json_or_variable(name: str, text: str, namespace: Mapping[str, Any]) -> Any:
    """JSON, else the value of the notebook's variable of this name. Raises `UsageError`."""
    try:
        return json.loads(text)
    except ValueError:
        if text in namespace:
            return namespace[text]
    raise UsageError(f"%convo: --{name} {text!r} is neither JSON (mind the quotes: '{{...}}') nor a variable of this notebook.")


def interpolated(text: str, namespace: Mapping[str, Any]) -> str:
    """The text with values for {names}; anything else in braces stays. Raises `UsageError` for a name that is unknown.

    >>> interpolated('{n} of {"n": 1}', {"n": 3})
    '3 of {"n": 1}'
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in namespace:
            raise UsageError(f"--var: there is no variable {match[1]!r} in this notebook.")
        return str(namespace[match[1]])

    return _NAME.sub(value, text)
