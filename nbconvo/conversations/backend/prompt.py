"""Entries of a conversation as the chat messages that a model is asked with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nbconvo.conversations.jsons import Json
from nbconvo.conversations.memory import estimate_tokens

DENIED = "The user did not allow this call."
_HANDOFF = "handoff_to_"


def handoff_tool(agent: Mapping[str, Any]) -> Json:
    """The function by which a model hands over to `agent`."""
    description = f"Hand the conversation over to {agent['name']}: {agent.get('description') or ''}".strip()
    function = {"name": handoff_name(str(agent["name"])), "description": description}
    return {"type": "function", "function": function | {"parameters": {"type": "object", "properties": {}}}}


def handoff_target(name: str, agents: Sequence[Json]) -> Json | None:
    """The agent that a handoff names: by id, by name, or by its function."""
    wanted = snake(name.removeprefix(_HANDOFF))
    return next((agent for agent in agents if agent["id"] == name or snake(str(agent["name"])) == wanted), None)


def handoff_name(agent: str) -> str:
    """The name of the function that stands for a handoff to `agent`."""
    return _HANDOFF + snake(agent)


def is_handoff(name: str) -> bool:
    """True for a function's name that stands for a handoff."""
    return name.startswith(_HANDOFF)


def snake(name: str) -> str:
    """A name as a part of a function's name.

    >>> snake("Web-Search Agent")
    'web_search_agent'
    """
    return re.sub(r"\W+", "_", name).strip("_").lower()


def chat_messages(instructions: str | None, entries: Iterable[Json]) -> list[Json]:
    """The messages, the system's first. Calls of one reply become one message, as chat completions want it."""
    messages: list[Json] = [{"role": "system", "content": instructions}] if instructions else []
    names: dict[str, str] = {}
    for entry in entries:
        match entry["type"]:
            case "message.input" | "message.output":
                prefix = {"prefix": True} if entry.get("prefix") else {}
                messages.append({"role": entry["role"], "content": entry["content"], **prefix})
            case "function.call":
                names[entry["tool_call_id"]] = entry["name"]
                if entry.get("confirmation_status") != "allowed":  # an allowed one is told by its execution
                    _add_call(messages, entry["tool_call_id"], entry["name"], entry["arguments"])
                if entry.get("confirmation_status") == "denied":
                    messages.append(_result(entry["tool_call_id"], entry["name"], DENIED))
            case "function.result":
                messages.append(_result(entry["tool_call_id"], names.get(entry["tool_call_id"], ""), entry["result"]))
            case "tool.execution":
                _add_call(messages, entry["id"], entry["name"], entry["arguments"])
                messages.append(_result(entry["id"], entry["name"], json.dumps(entry.get("info") or {}, ensure_ascii=False)))
            case _:
                name = handoff_name(entry["next_agent_name"])
                _add_call(messages, entry["id"], name, "{}")
                messages.append(_result(entry["id"], name, f"current assistant is now: {entry['next_agent_name']}"))
    return messages


def _add_call(messages: list[Json], id: str, name: str, arguments: str) -> None:  # noqa: A002 - the API's word
    call = {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}
    if messages and messages[-1].get("tool_calls"):
        messages[-1]["tool_calls"].append(call)
    else:
        messages.append({"role": "assistant", "content": "", "tool_calls": [call]})


def _result(id: str, name: str, content: str) -> Json:  # noqa: A002 - the API's word
    return {"role": "tool", "tool_call_id": id, "name": name, "content": content}


def prompt_tokens(messages: Iterable[Json]) -> int:
    """About how many tokens the messages have."""
    return sum(1 + estimate_tokens(_plain(message)) for message in messages)


def _plain(message: Json) -> str:
    content = message["content"]
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return text + "".join(call["function"]["name"] + str(call["function"]["arguments"]) for call in message.get("tool_calls", ()))
