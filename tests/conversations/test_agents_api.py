"""Agents through the official client: versions, aliases, lists. The numbers are as in `test_turns`."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from nbconvo.conversations import connect
from nbconvo.conversations.models import ChatRequest
from tests.conversations.test_turns import failed


@pytest.fixture
def agents(client: Any) -> Any:
    return client.beta.agents


def test_an_agent_has_everything_that_the_client_asks_for(agents: Any) -> None:
    tools = [{"type": "web_search"}]
    agent = agents.create(model="m", name="Ann", tools=tools, completion_args={"temperature": 0.3}, metadata={"a": 1})
    assert (agent.version, agent.versions, agent.source, agent.deployment_chat) == (0, [0], "api", False)
    assert (agent.completion_args.temperature, agent.completion_args.tool_choice, agent.handoffs) == (0.3, "auto", None)
    assert agents.get(agent_id=agent.id) == agent


def test_25_versions(agents: Any) -> None:
    made = agents.create(model="m", name="Ann", instructions="One.")
    second = agents.update(agent_id=made.id, instructions="Two.")
    assert (second.version, second.versions, second.instructions, second.name) == (1, [0, 1], "Two.", "Ann")
    assert (second.created_at, second.updated_at > made.updated_at) == (made.created_at, True)
    back = agents.update_version(agent_id=made.id, version=0)
    assert (back.version, back.versions, back.instructions) == (0, [0, 1], "One.")
    third = agents.update(agent_id=made.id, name="Anna")
    assert (third.version, third.instructions, third.name) == (2, "One.", "Anna")
    assert [each.version for each in agents.list_versions(agent_id=made.id)] == [2, 1, 0]
    assert [each.version for each in agents.list_versions(agent_id=made.id, page=1, page_size=2)] == [0]
    assert agents.get_version(agent_id=made.id, version="1").instructions == "Two."
    assert agents.get(agent_id=made.id, agent_version=1).instructions == "Two."
    for call in (
        lambda: agents.get_version(agent_id=made.id, version="7"),
        lambda: agents.update_version(agent_id=made.id, version=7),
        lambda: agents.get(agent_id="ag_none"),
        lambda: agents.update(agent_id="ag_none", name="x"),
    ):
        assert failed(call, 404)["code"] == 3000


def test_26_aliases(agents: Any) -> None:
    made = agents.create(model="m", name="Ann", instructions="One.")
    agents.update(agent_id=made.id, instructions="Two.")
    stable = agents.create_version_alias(agent_id=made.id, alias="stable", version=0)
    assert (stable.alias, stable.version) == ("stable", 0)
    moved = agents.create_version_alias(agent_id=made.id, alias="stable", version=1)
    assert (moved.version, moved.created_at, moved.updated_at > stable.updated_at) == (1, stable.created_at, True)
    assert [each.alias for each in agents.list_version_aliases(agent_id=made.id)] == ["stable"]
    assert agents.get(agent_id=made.id, agent_version="stable").instructions == "Two."
    agents.delete_version_alias(agent_id=made.id, alias="stable")
    assert agents.list_version_aliases(agent_id=made.id) == []
    failed(lambda: agents.delete_version_alias(agent_id=made.id, alias="stable"), 404)
    failed(lambda: agents.create_version_alias(agent_id=made.id, alias="new", version=9), 404)
    failed(lambda: agents.create_version_alias(agent_id=made.id, alias="Not So", version=0), 422)


def test_26_conversations_follow_an_alias_or_the_current_version() -> None:
    def model(messages: Any, request: ChatRequest) -> str:
        return messages[0]["content"]

    client = connect(model=model)
    agents, conversations = client.beta.agents, client.beta.conversations
    agent = agents.create(model="m", name="Ann", instructions="One.")
    agents.create_version_alias(agent_id=agent.id, alias="stable", version=0)
    started = {
        version: conversations.start(agent_id=agent.id, inputs="Hi", **({} if version is None else {"agent_version": version}))
        for version in (None, 0, "stable")
    }
    agents.update(agent_id=agent.id, instructions="Two.")
    after = {
        version: conversations.append(conversation_id=each.conversation_id, inputs="Hi").outputs[0].content
        for version, each in started.items()
    }
    assert after == {None: "Two.", 0: "One.", "stable": "One."}
    failed(lambda: conversations.start(agent_id=agent.id, inputs="Hi", agent_version=9), 404)
    failed(lambda: conversations.start(agent_id="ag_none", inputs="Hi"), 404)


def test_27_pages_names_and_deleting(agents: Any) -> None:
    made = [agents.create(model="m", name=f"Agent {number % 2}", description="of tests").id for number in range(5)]
    page, seen = agents.list_pages(page_size=2), []
    while page is not None:
        seen += [agent.id for agent in page.result.data]
        page = page.next()
    assert seen == list(reversed(made))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the client's, for this call
        assert [agent.id for agent in agents.list(name="Agent 1")] == [made[3], made[1]]
        assert [agent.id for agent in agents.list(page=1, page_size=4)] == [made[0]]
        assert len(agents.list(search="TESTS")) == 5
        assert agents.list(metadata={"a": 1}) == []
        agents.delete(agent_id=made[0])
        assert len(agents.list()) == 4
    failed(lambda: agents.delete(agent_id=made[0]), 404)


def test_an_agent_that_is_gone_is_no_handoff(client: Any) -> None:
    other = client.beta.agents.create(model="m", name="Other", description="Knows figures.")
    front = client.beta.agents.create(model="m", name="Front", handoffs=[other.id])
    client.beta.agents.delete(agent_id=other.id)
    response = client.beta.conversations.start(agent_id=front.id, inputs="The figures, please")
    assert [entry.type for entry in response.outputs] == ["message.output"]


def test_an_agents_instructions_are_its_own(client: Any) -> None:
    agent = client.beta.agents.create(model="m", name="Ann")
    start = client.beta.conversations.start
    body = failed(lambda: start(agent_id=agent.id, inputs="Hi", instructions="Be brief."), 422)
    assert "belong to the agent" in body["detail"][0]["msg"]


def test_what_an_agent_cannot_be(agents: Any) -> None:
    assert failed(lambda: agents.create(model="", name="Ann"), 422)["detail"][0]["loc"] == ["body", "model"]
    assert failed(lambda: agents.create(model="m", name="Ann", handoffs=[]), 422)["detail"][0]["loc"] == ["body", "handoffs"]
    failed(lambda: agents.create(model="m", name="Ann", version_message="x" * 501), 422)


def test_an_update_keeps_what_it_does_not_name(agents: Any) -> None:
    made = agents.create(model="m", name="Ann", tools=[{"type": "web_search"}], completion_args={"temperature": 0.3})
    changed = agents.update(agent_id=made.id, description="Edited.", handoffs=None)
    assert (changed.tools, changed.completion_args.temperature, changed.model) == (made.tools, 0.3, "m")
    assert agents.update(agent_id=made.id, description=None).description is None
