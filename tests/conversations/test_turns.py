"""Conversations through the official client. The numbers are those of the cases that the backend has to pass."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from nbconvo.conversations.models import ModelError, Thinking, ToolCall, Usage
from nbconvo.conversations.sdk import api_error
from tests.conversations.conftest import events, types

TOOL = {"type": "function", "function": {"name": "rate", "parameters": {"type": "object", "properties": {}}}}
Scripted = Callable[..., Any]


def failed(call: Callable[[], Any], status: int) -> Any:
    """The JSON body of the error that a call ends with."""
    with pytest.raises(api_error()) as caught:
        call()
    assert caught.value.status_code == status
    return json.loads(caught.value.body)


def result(call: Any, value: str = "1.1") -> dict[str, Any]:
    return {"type": "function.result", "tool_call_id": call.tool_call_id, "result": value}


def test_1_a_start_with_text(client: Any) -> None:
    response = client.beta.conversations.start(model="m", inputs="Who is Albert Einstein?")
    message = response.outputs[0]
    assert re.fullmatch(r"conv_[0-9a-f]{32}", response.conversation_id)
    assert re.fullmatch(r"msg_[0-9a-f]{12}7[0-9a-f]{19}", message.id)
    assert (message.type, message.role, message.model, message.agent_id) == ("message.output", "assistant", "m", None)
    assert message.content.endswith("You said: Who is Albert Einstein?")
    assert "offline model" in message.content
    assert response.usage.total_tokens == response.usage.prompt_tokens + response.usage.completion_tokens > 10
    assert message.completed_at >= message.created_at


def test_2_text_is_one_message_of_the_user(client: Any) -> None:
    start = client.beta.conversations.start
    text = start(model="m", inputs="Hi")
    entries = start(model="m", inputs=[{"role": "user", "content": "Hi"}])
    assert text.outputs[0].content == entries.outputs[0].content
    assert text.usage == entries.usage
    history = client.beta.conversations.get_history(conversation_id=entries.conversation_id).entries
    assert (history[0].role, history[0].content, history[0].prefix) == ("user", "Hi", False)


@pytest.mark.parametrize("who", [{}, {"model": "m", "agent_id": "ag_1"}])
def test_3_a_model_or_an_agent_answers_and_not_both(client: Any, who: dict[str, str]) -> None:
    from mistralai.client import errors

    with pytest.raises(errors.HTTPValidationError) as caught:
        client.beta.conversations.start(inputs="Hi", **who)
    assert caught.value.data.detail[0].loc == ["body"]
    assert "exactly one of model and agent_id" in caught.value.data.detail[0].msg


@pytest.mark.parametrize("inputs", ["", []])
def test_4_no_inputs(client: Any, inputs: Any) -> None:
    detail = failed(lambda: client.beta.conversations.start(model="m", inputs=inputs), 422)["detail"]
    assert "inputs is required" in detail[0]["msg"]


def test_5_going_on(client: Any) -> None:
    first = client.beta.conversations.start(model="m", inputs="One")
    second = client.beta.conversations.append(conversation_id=first.conversation_id, inputs="Two")
    third = client.beta.conversations.append(conversation_id=first.conversation_id, inputs=[{"role": "user", "content": "Three"}])
    assert {each.conversation_id for each in (first, second, third)} == {first.conversation_id}
    assert first.usage.prompt_tokens < second.usage.prompt_tokens < third.usage.prompt_tokens
    assert second.outputs[0].content == "You said: Two"
    history = client.beta.conversations.get_history(conversation_id=first.conversation_id)
    assert types(history.entries) == ["message.input", "message.output"] * 3
    assert history.entries[3] == second.outputs[0]
    conversation = client.beta.conversations.get(conversation_id=first.conversation_id)
    assert conversation.updated_at > conversation.created_at


def test_5_going_on_without_inputs_runs_the_model_again(client: Any) -> None:
    first = client.beta.conversations.start(model="m", inputs="One")
    again = client.beta.conversations.append(conversation_id=first.conversation_id)
    assert again.outputs[0].content == "You said: One"


def test_6_ids_are_unique_and_in_order(client: Any) -> None:
    started = client.beta.conversations.start(model="m", inputs="0")
    for number in range(20):
        client.beta.conversations.append(conversation_id=started.conversation_id, inputs=str(number))
    entries = client.beta.conversations.get_history(conversation_id=started.conversation_id).entries
    ids, times = [entry.id for entry in entries], [entry.created_at for entry in entries]
    assert len(set(ids)) == len(ids) == 42
    assert ids == sorted(ids)
    assert times == sorted(times)


def test_7_messages_are_the_history_without_the_rest(scripted: Scripted) -> None:
    conversations = scripted(ToolCall("rate"), "It is 1.1.").beta.conversations
    started = conversations.start(model="m", inputs="The rate?", tools=[TOOL])
    conversations.append(conversation_id=started.conversation_id, inputs=[result(started.outputs[0])])
    history = conversations.get_history(conversation_id=started.conversation_id).entries
    assert types(history) == ["message.input", "function.call", "function.result", "message.output"]
    assert conversations.get_messages(conversation_id=started.conversation_id).messages == [history[0], history[3]]


def test_8_a_streamed_call(scripted: Scripted) -> None:
    arguments = {"city": "Paris", "days": [1, 2, 3], "why": "because of the weather"}
    conversations = scripted(ToolCall("rate", arguments), "Done.").beta.conversations
    seen = events(conversations.start_stream(model="m", inputs="Weather?", tools=[TOOL]))
    deltas = [event for event in seen if event.type == "function.call.delta"]
    assert len(deltas) > 3
    assert json.loads("".join(delta.arguments for delta in deltas)) == arguments
    assert {(delta.name, len(delta.tool_call_id)) for delta in deltas} == {("rate", 9)}
    done = conversations.append(conversation_id=seen[0].conversation_id, inputs=[result(deltas[0])])
    assert done.outputs[0].content == "Done."


def test_9_a_call_has_to_be_answered(scripted: Scripted) -> None:
    conversations = scripted(ToolCall("rate"), "Done.").beta.conversations
    started = conversations.start(model="m", inputs="The rate?", tools=[TOOL])
    call = started.outputs[0]
    assert (call.type, call.completed_at, call.confirmation_status) == ("function.call", None, None)
    append = conversations.append
    for wrong in ("Never mind.", [], [{"type": "function.result", "tool_call_id": "other", "result": "1"}]):
        assert failed(lambda wrong=wrong: append(conversation_id=started.conversation_id, inputs=wrong), 400)["code"] == 3230
    append(conversation_id=started.conversation_id, inputs=[result(call)])
    assert failed(lambda: append(conversation_id=started.conversation_id, inputs=[result(call)]), 400)["code"] == 3230


def test_10_all_of_several_calls_have_to_be_answered(scripted: Scripted) -> None:
    conversations = scripted([ToolCall("rate"), ToolCall("rate")], "Done.").beta.conversations
    started = conversations.start(model="m", inputs="Two rates?", tools=[TOOL])
    first, second = started.outputs
    assert first.tool_call_id != second.tool_call_id
    body = failed(lambda: conversations.append(conversation_id=started.conversation_id, inputs=[result(first)]), 400)
    assert (body["code"], body["message"]) == (3230, "Not the same number of function calls and responses")
    done = conversations.append(conversation_id=started.conversation_id, inputs=[result(second), result(first)])
    assert done.outputs[0].content == "Done."


SEARCH = {"type": "web_search", "tool_configuration": {"requires_confirmation": ["web_search"]}}


def confirm(call: Any, how: str) -> list[dict[str, str]]:
    return [{"tool_call_id": call.tool_call_id, "confirmation": how}]


def test_11_a_call_that_is_allowed(scripted: Scripted) -> None:
    conversations = scripted(ToolCall("web_search", {"query": "news"}), "Found.").beta.conversations
    started = conversations.start(model="m", inputs="News?", tools=[SEARCH])
    call = started.outputs[0]
    assert (call.type, call.confirmation_status) == ("function.call", "pending")
    done = conversations.append(conversation_id=started.conversation_id, tool_confirmations=confirm(call, "allow"))
    assert types(done.outputs) == ["tool.execution", "message.output"]
    history = conversations.get_history(conversation_id=started.conversation_id).entries
    assert types(history) == ["message.input", "function.call", "tool.execution", "message.output"]
    assert history[1].confirmation_status == "allowed"


def test_12_a_call_that_is_denied_and_decisions_that_come_twice(scripted: Scripted) -> None:
    client = scripted(ToolCall("web_search", {"query": "news"}), "Then not.", "Fine.")
    conversations = client.beta.conversations
    started = conversations.start(model="m", inputs="News?", tools=[SEARCH])
    deny = {"conversation_id": started.conversation_id, "tool_confirmations": confirm(started.outputs[0], "deny")}
    assert failed(lambda: conversations.append(conversation_id=started.conversation_id, inputs="So?"), 400)["code"] == 3230
    assert conversations.append(**deny).outputs[0].content == "Then not."
    assert "is not waiting" in failed(lambda: conversations.append(**deny), 400)["message"]
    history = conversations.get_history(conversation_id=started.conversation_id).entries
    assert (history[1].confirmation_status, len(history)) == ("denied", 3)
    assert conversations.append(conversation_id=started.conversation_id, inputs="Fine").outputs[0].content == "Fine."


def test_13_a_conversation_that_is_not_stored(client: Any) -> None:
    conversations = client.beta.conversations
    started = conversations.start(model="m", inputs="Hi", store=False)
    assert started.outputs[0].content
    body = failed(lambda: conversations.append(conversation_id=started.conversation_id, inputs="Hi"), 404)
    assert (body["code"], body["object"], body["type"]) == (3000, "Error", "invalid_request_error")
    assert conversations.list() == []


def test_14_a_turn_that_is_not_stored(client: Any) -> None:
    conversations = client.beta.conversations
    started = conversations.start(model="m", inputs="Hi")
    before = conversations.get_history(conversation_id=started.conversation_id)
    assert conversations.append(conversation_id=started.conversation_id, inputs="Psst", store=False).outputs
    assert conversations.get_history(conversation_id=started.conversation_id) == before


def test_15_a_restart(client: Any) -> None:
    conversations = client.beta.conversations
    started = conversations.start(model="m", inputs="Hi", instructions="Be brief.", metadata={"a": 1})
    second = conversations.append(conversation_id=started.conversation_id, inputs="Translate to French.")
    restarted = conversations.restart(
        conversation_id=started.conversation_id, from_entry_id=started.outputs[0].id, inputs="Translate to French."
    )
    assert restarted.conversation_id != started.conversation_id
    assert restarted.usage.prompt_tokens == second.usage.prompt_tokens
    original = conversations.get_history(conversation_id=started.conversation_id).entries
    branch = conversations.get_history(conversation_id=restarted.conversation_id).entries
    assert len(original) == len(branch) == 4
    assert branch[:2] == original[:2]
    assert branch[2].id != original[2].id
    about = conversations.get(conversation_id=restarted.conversation_id)
    assert (about.instructions, about.metadata) == ("Be brief.", {"a": 1})


@pytest.mark.parametrize("place", ["msg_0684fe18d08278058000efa70b28fa5a", "nothing"])
def test_16_a_restart_from_an_entry_that_is_not_there(client: Any, place: str) -> None:
    started = client.beta.conversations.start(model="m", inputs="Hi")
    restart = client.beta.conversations.restart
    assert failed(lambda: restart(conversation_id=started.conversation_id, from_entry_id=place), 404)["code"] == 3000
    assert len(client.beta.conversations.list()) == 1


def test_17_the_list_comes_newest_first_and_by_pages(client: Any) -> None:
    conversations = client.beta.conversations
    ids = [conversations.start(model="m", inputs=str(number)).conversation_id for number in range(5)]
    newest = list(reversed(ids))
    assert [each.id for each in conversations.list()] == newest
    assert [each.id for each in conversations.list(page=1, page_size=2)] == newest[2:4]
    assert conversations.list(page=9) == []
    assert [each.id for each in conversations.list(metadata={})] == newest
    assert [each.id for each in conversations.list(metadata=None)] == newest
    assert failed(lambda: conversations.list(page_size=0), 422)["detail"][0]["loc"] == ["query", "page_size"]


def test_18_the_metadata_filter(client: Any) -> None:
    conversations = client.beta.conversations
    both = conversations.start(model="m", inputs="1", metadata={"user": "ada", "n": 1}).conversation_id
    one = conversations.start(model="m", inputs="2", metadata={"user": "ada"}).conversation_id
    conversations.start(model="m", inputs="3", metadata={"user": "bob"})
    assert [each.id for each in conversations.list(metadata={"user": "ada"})] == [one, both]
    assert [each.id for each in conversations.list(metadata={"user": "ada", "n": 1})] == [both]
    assert conversations.list(metadata={"user": "eve"}) == []


def test_19_what_is_known_about_a_conversation(client: Any) -> None:
    agent = client.beta.agents.create(model="m", name="Ann")
    by_agent = client.beta.conversations.start(
        agent_id=agent.id, inputs="Hi", name="talk", description="about", metadata={"a": 1}
    )
    known = client.beta.conversations.get(conversation_id=by_agent.conversation_id)
    assert type(known).__name__ == "AgentConversation"
    assert (known.agent_id, known.name, known.description, known.metadata) == (agent.id, "talk", "about", {"a": 1})
    by_model = client.beta.conversations.start(model="m", inputs="Hi", instructions="x", completion_args={"temperature": 0.5})
    known = client.beta.conversations.get(conversation_id=by_model.conversation_id)
    assert type(known).__name__ == "ModelConversation"
    assert (known.model, known.instructions, known.tools, known.object) == ("m", "x", [], "conversation")
    assert (known.completion_args.temperature, known.completion_args.tool_choice) == (0.5, "auto")


def test_20_a_conversation_that_is_deleted(client: Any) -> None:
    conversations = client.beta.conversations
    conversation_id = conversations.start(model="m", inputs="Hi").conversation_id
    assert conversations.delete(conversation_id=conversation_id) is None
    for call in (
        conversations.get,
        conversations.get_history,
        conversations.get_messages,
        conversations.append,
        conversations.delete,
    ):
        assert failed(lambda call=call: call(conversation_id=conversation_id), 404)["code"] == 3000
    assert conversations.list() == []


def test_23_a_model_that_fails_leaves_the_history_as_it_was(scripted: Scripted) -> None:
    conversations = scripted("Hi!", ModelError("down"), ["Some ", ValueError("boom")], "Here again.").beta.conversations
    started = conversations.start(model="m", inputs="Hi")
    go_on = {"conversation_id": started.conversation_id, "inputs": "More"}
    before = conversations.get_history(conversation_id=started.conversation_id)
    body = failed(lambda: conversations.append(**go_on), 503)
    assert (body["code"], body["message"]) == (3000, "down")
    seen = events(conversations.append_stream(**go_on))
    assert types(seen) == ["conversation.response.started", "message.output.delta", "conversation.response.error"]
    assert (seen[-1].code, seen[-1].message) == (3000, "Failed to create conversation response. (ValueError: boom)")
    assert conversations.get_history(conversation_id=started.conversation_id) == before
    assert conversations.append(**go_on).outputs[0].content == "Here again."


def test_24_a_search(client: Any) -> None:
    response = client.beta.conversations.start(model="m", inputs="Who won?", tools=[{"type": "web_search"}])
    execution, message = response.outputs
    assert (execution.type, execution.name, json.loads(execution.arguments)) == (
        "tool.execution",
        "web_search",
        {"query": "Who won?"},
    )
    assert execution.info["simulated"] is True
    assert [chunk.type for chunk in message.content] == ["text", "tool_reference", "text"]
    assert "simulated" in message.content[1].title
    usage = response.usage
    assert (usage.connectors, usage.connector_tokens > 0) == ({"web_search": 1}, True)
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens + usage.connector_tokens
    seen = events(client.beta.conversations.start_stream(model="m", inputs="Who won?", tools=[{"type": "web_search"}]))
    started, delta, done = (event for event in seen if event.type.startswith("tool.execution"))
    assert (started.type, started.arguments, delta.arguments) == ("tool.execution.started", "", '{"query": "Who won?"}')
    assert (done.type, done.id, done.info["simulated"]) == ("tool.execution.done", started.id, True)


def test_29_options_have_bounds_and_no_others(client: Any) -> None:
    start = client.beta.conversations.start
    detail = failed(lambda: start(model="m", inputs="Hi", completion_args={"temperature": 1.5}), 422)["detail"]
    assert detail[0]["loc"] == ["body", "completion_args", "temperature"]
    two = [{"type": "web_search"}, {"type": "web_search_premium"}]
    assert "cannot be used together" in failed(lambda: start(model="m", inputs="Hi", tools=two), 422)["detail"][0]["msg"]


def test_thinking_and_the_models_own_count(scripted: Scripted) -> None:
    conversations = scripted([Thinking("Hm, "), Thinking("yes."), "42", Usage(7, 5)]).beta.conversations
    response = conversations.start(model="m", inputs="The figure?")
    thinking, text = response.outputs[0].content
    assert (thinking.thinking[0].text, text.text) == ("Hm, yes.", "42")
    assert (response.usage.prompt_tokens, response.usage.completion_tokens, response.usage.total_tokens) == (7, 5, 12)


def test_40_a_history_can_be_sent_back(scripted: Scripted) -> None:
    client = scripted(ToolCall("rate", {"a": 1}), "It is 1.1.", "Again: 1.1.")
    conversations = client.beta.conversations
    started = conversations.start(model="m", inputs="The rate?", tools=[TOOL])
    conversations.append(conversation_id=started.conversation_id, inputs=[result(started.outputs[0])])
    entries = conversations.get_history(conversation_id=started.conversation_id).model_dump(mode="json")["entries"]
    again = conversations.start(model="m", inputs=[*entries, {"role": "user", "content": "Again?"}], tools=[TOOL])
    copied = conversations.get_history(conversation_id=again.conversation_id).entries
    assert types(copied) == [*(entry["type"] for entry in entries), "message.input", "message.output"]
    assert json.loads(copied[1].arguments) == {"a": 1}


def test_what_a_model_is_told(scripted: Scripted) -> None:
    from nbconvo.conversations import ScriptedModel, connect

    model = ScriptedModel([ToolCall("rate", id="abcdefghi"), "It is 1.1."])
    conversations = connect(model=model).beta.conversations
    args = {"temperature": 0.1, "max_tokens": None}
    started = conversations.start(model="m", inputs="Rate?", instructions="Brief.", tools=[TOOL], completion_args=args)
    conversations.append(conversation_id=started.conversation_id, inputs=[result(started.outputs[0])])
    first, second = model.requests
    assert (first.model, first.options, first.tools) == ("m", {"temperature": 0.1, "tool_choice": "auto"}, [TOOL])
    call = {"id": "abcdefghi", "type": "function", "function": {"name": "rate", "arguments": "{}"}}
    assert second.messages == [
        {"role": "system", "content": "Brief."},
        {"role": "user", "content": "Rate?"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "abcdefghi", "name": "rate", "content": "1.1"},
    ]
