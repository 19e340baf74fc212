"""Every operation of `beta.conversations` and `beta.agents`, and its async twin, is answered alike."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import pytest

CONVERSATION = {"conversation_id": "{conversation}"}
AGENT = {"agent_id": "{agent}"}
OPERATIONS: dict[str, dict[str, dict[str, Any]]] = {
    "conversations": {
        "start": {"model": "m", "inputs": "Hi"},
        "start_stream": {"model": "m", "inputs": "Hi"},
        "append": CONVERSATION | {"inputs": "Hi"},
        "append_stream": CONVERSATION | {"inputs": "Hi"},
        "restart": CONVERSATION | {"from_entry_id": "{entry}", "inputs": "Hi"},
        "restart_stream": CONVERSATION | {"from_entry_id": "{entry}", "inputs": "Hi"},
        "list": {},
        "get": CONVERSATION,
        "get_history": CONVERSATION,
        "get_messages": CONVERSATION,
        "delete": CONVERSATION,
    },
    "agents": {
        "create": {"model": "m", "name": "Ann"},
        "list": {},
        "list_pages": {},
        "get": AGENT,
        "update": AGENT | {"name": "Anna"},
        "update_version": AGENT | {"version": 0},
        "list_versions": AGENT,
        "get_version": AGENT | {"version": "0"},
        "create_version_alias": AGENT | {"alias": "stable", "version": 0},
        "list_version_aliases": AGENT,
        "delete_version_alias": AGENT | {"alias": "first"},
        "delete": AGENT,
    },
}


def operations_of(client: Any, group: str) -> set[str]:
    """The operations that the installed client has, without the helpers that run a loop of their own."""
    methods = inspect.getmembers(type(getattr(client.beta, group)), inspect.isfunction)
    names = {name for name, _ in methods if not name.startswith(("_", "run", "do_request", "dynamic"))}
    return {name for name in names if f"{name}_async" in names}


@pytest.mark.parametrize("group", OPERATIONS)
def test_the_table_is_whole(client: Any, group: str) -> None:
    assert operations_of(client, group) == OPERATIONS[group].keys()


def made(client: Any, keywords: dict[str, Any]) -> dict[str, Any]:
    """The keywords with a conversation, an entry and an agent that are there."""
    talk = client.beta.conversations.start(model="m", inputs="Hi")
    agent = client.beta.agents.create(model="m", name="Ann").id
    client.beta.agents.create_version_alias(agent_id=agent, alias="first", version=0)
    known = {"{conversation}": talk.conversation_id, "{entry}": talk.outputs[0].id, "{agent}": agent}
    return {key: known.get(value, value) if isinstance(value, str) else value for key, value in keywords.items()}


@pytest.mark.parametrize(("group", "name"), [(group, name) for group, names in OPERATIONS.items() for name in names])
async def test_an_operation_and_its_twin(client: Any, group: str, name: str) -> None:
    operations = getattr(client.beta, group)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the client's, for agents.list
        one = getattr(operations, name)(**made(client, OPERATIONS[group][name]))
        two = await getattr(operations, f"{name}_async")(**made(client, OPERATIONS[group][name]))
    if name.endswith("_stream"):
        with one:
            left = [event.event for event in one]
        async with two:
            right = [event.event async for event in two]
        assert left == right
        assert left[-1] == "conversation.response.done"
    else:
        assert type(one) is type(two)
