"""Handoffs between agents, executed by the backend or left to the caller. The numbers are as in `test_turns`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nbconvo.conversations.models import Handoff, ToolCall
from tests.conversations.conftest import events, types
from tests.conversations.test_turns import failed

Scripted = Callable[..., Any]


def agents(client: Any) -> tuple[Any, Any]:
    spec = client.beta.agents.create(
        model="spec-model", name="Spec Agent", description="Knows figures.", instructions="Be exact."
    )
    front = client.beta.agents.create(model="m", name="Front", instructions="Greet.", handoffs=[spec.id])
    return front, spec


def test_28_a_handoff_on_the_server(scripted: Scripted) -> None:
    client = scripted(Handoff("Spec Agent"), "42.", "Still here.")
    front, spec = agents(client)
    response = client.beta.conversations.start(agent_id=front.id, inputs="The figure?")
    handoff, message = response.outputs
    assert (handoff.type, handoff.previous_agent_id, handoff.next_agent_id) == ("agent.handoff", front.id, spec.id)
    assert (handoff.previous_agent_name, handoff.next_agent_name) == ("Front", "Spec Agent")
    assert (message.content, message.agent_id, message.model) == ("42.", spec.id, "spec-model")
    again = client.beta.conversations.append(conversation_id=response.conversation_id, inputs="And?")
    assert (again.outputs[0].content, again.outputs[0].agent_id) == ("Still here.", spec.id)


def test_28_a_handoff_that_the_caller_acts_on(scripted: Scripted) -> None:
    client = scripted([ToolCall("handoff_to_spec_agent"), "not said"], "42.")
    front, spec = agents(client)
    response = client.beta.conversations.start(agent_id=front.id, inputs="The figure?", handoff_execution="client")
    assert types(response.outputs) == ["agent.handoff"]
    after = client.beta.conversations.append(conversation_id=response.conversation_id)
    assert (after.outputs[0].content, after.outputs[0].agent_id) == ("42.", spec.id)


def test_28_a_handoff_in_a_stream(scripted: Scripted) -> None:
    client = scripted(Handoff("Spec Agent"), "42.")
    front, spec = agents(client)
    seen = events(client.beta.conversations.start_stream(agent_id=front.id, inputs="The figure?"))
    assert types(seen)[1:4] == ["agent.handoff.started", "agent.handoff.done", "message.output.delta"]
    assert (seen[1].previous_agent_name, seen[2].next_agent_id, seen[3].agent_id) == ("Front", spec.id, spec.id)
    assert [event.output_index for event in seen[1:4]] == [0, 0, 1]


def test_28_what_models_are_offered_for_handoffs(client: Any) -> None:
    front, spec = agents(client)
    response = client.beta.conversations.start(agent_id=front.id, inputs="I need figures")
    assert [entry.type for entry in response.outputs] == ["agent.handoff", "message.output"]
    assert response.outputs[1].agent_id == spec.id


def test_28_a_handoff_to_nobody_is_an_error_and_stores_nothing(scripted: Scripted) -> None:
    client = scripted(Handoff("Nobody"))
    front, _ = agents(client)
    body = failed(lambda: client.beta.conversations.start(agent_id=front.id, inputs="Hi"), 500)
    assert "handoff orchestration" in body["message"]
    assert client.beta.conversations.list() == []


def test_28_a_handoff_that_never_ends_does(scripted: Scripted) -> None:
    client = scripted(*[Handoff("A"), Handoff("B")] * 20)
    one = client.beta.agents.create(model="m", name="A")
    two = client.beta.agents.create(model="m", name="B", handoffs=[one.id])
    client.beta.agents.update(agent_id=one.id, handoffs=[two.id])
    failed(lambda: client.beta.conversations.start(agent_id=two.id, inputs="Hi"), 500)
