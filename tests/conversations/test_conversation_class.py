"""`Conversation`: tools answered on the way, structured replies, and what happens when something breaks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from nbconvo.conversations import Conversation, Deny, EmbeddedBackend, Reply, ScriptedModel, ToolBox, connect, tool
from nbconvo.conversations.conversation import INTERRUPTED
from nbconvo.conversations.errors import ConversationError, ToolLoopLimit
from nbconvo.conversations.models import ChatRequest, Chunk, Delay, Handoff, ModelError, Thinking, ToolCall
from nbconvo.conversations.raw import events_of, tolerant
from nbconvo.conversations.reply import Round

Scripted = Callable[..., Any]


class City(BaseModel):
    name: str
    people: int


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


async def test_a_reply(client: Any) -> None:
    conversation = Conversation(client, model="m", instructions="Be brief.", metadata={"a": 1})
    reply = await conversation.send("Hello")
    assert reply.text.endswith("You said: Hello")
    assert reply.conversation_id == conversation.id
    assert reply.usage["total_tokens"] == reply.usage["prompt_tokens"] + reply.usage["completion_tokens"]
    assert (await conversation.send("More")).text == "You said: More"
    assert [entry["type"] for entry in await conversation.history()] == ["message.input", "message.output"] * 2
    assert client.beta.conversations.get(conversation_id=conversation.id).metadata == {"a": 1}


async def test_tools_are_answered_until_nothing_is_left(scripted: Scripted) -> None:
    calls = [ToolCall("add", {"a": 1, "b": 2}), ToolCall("add", {"a": 3, "b": 4})]
    conversation = Conversation(scripted(calls, ToolCall("add", {"a": 3, "b": 7}), "It is 10."), model="m", tools=[add])
    reply = await conversation.send("1+2+3+4?")
    assert [entry.get("result") for entry in reply.entries if entry["type"] == "function.result"] == ["3", "7", "10"]
    assert reply.text == "It is 10."
    kept = [(entry["type"], entry.get("tool_call_id")) for entry in await conversation.history()]
    assert kept[1:] == [(entry["type"], entry.get("tool_call_id")) for entry in reply.entries]


async def test_the_offline_model_calls_tools(client: Any) -> None:
    reply = await Conversation(client, model="m", tools=[add]).send("Please add 40 and 2.")
    assert reply.text.endswith("add returned: 42\n")


async def test_events_come_while_they_happen(scripted: Scripted) -> None:
    conversation = Conversation(scripted(ToolCall("add", {"a": 1, "b": 2}), "3, of course."), model="m", tools=[add])
    reply: Reply[Any] = Reply()
    async with aclosing(conversation.stream("1+2?", reply)) as events:
        kinds = [event["type"] async for event in events]
    assert kinds.count("conversation.response.started") == kinds.count("conversation.response.done") == 2
    assert kinds.index("function.call.delta") < kinds.index("function.result") < kinds.index("message.output.delta")
    assert reply.text == "3, of course."


@pytest.mark.parametrize("thinking", [[], [Thinking("Two, "), Thinking("I think.")]])
async def test_a_structured_reply(thinking: list[Any]) -> None:
    model = ScriptedModel([[*thinking, '{"name": "Paris",', ' "people": 2}'], "no JSON"])
    conversation = Conversation(connect(model=model), model="m", response_format=City)
    reply = await conversation.send("Where?")
    assert reply.parsed == City(name="Paris", people=2)
    schema = model.requests[0].options["response_format"]["json_schema"]["schema"]
    assert (schema["required"], schema["additionalProperties"]) == (["name", "people"], False)
    with pytest.raises(ValidationError):
        _ = (await conversation.send("And?")).parsed


async def test_a_structured_reply_of_the_offline_model(client: Any) -> None:
    conversation = Conversation(client, model="m", response_format=City)
    assert (await conversation.send("Say Lyon has 5 people")).parsed == City(name="Lyon", people=5)
    with pytest.raises(ValueError, match="pass response_format="):
        _ = Reply[City]().parsed


async def test_a_model_that_never_stops_calling(scripted: Scripted) -> None:
    conversation = Conversation(scripted(*[ToolCall("add", {"a": 1, "b": 2})] * 4, "Fine."), model="m", tools=[add], max_rounds=3)
    with pytest.raises(ToolLoopLimit, match="after 3 rounds"):
        await conversation.send("Loop!")
    reply = await conversation.send("Stop.")  # the fourth call is answered on the way
    assert reply.text == "Fine."


async def test_wrong_calls_are_told_to_the_model() -> None:
    model = ScriptedModel([[ToolCall("nothing"), ToolCall("add", "{broken")], "I see."])
    reply = await Conversation(connect(model=model), model="m", tools=[add]).send("Go.")
    told = [message["content"] for message in model.requests[1].messages if message["role"] == "tool"]
    assert told[0].startswith("Error: there is no tool named 'nothing'")
    assert told[1].startswith("Error: the arguments do not fit.")
    assert reply.text == "I see."


async def test_a_call_that_was_answered_meanwhile_is_not_answered_again() -> None:
    client = connect(model=ScriptedModel([ToolCall("hangs"), "Go on.", "Fine."]))
    began = asyncio.Event()

    async def hangs() -> None:
        began.set()
        await asyncio.sleep(100)

    conversation = Conversation(client, model="m", tools=[hangs])
    task = asyncio.create_task(conversation.send("Wait."))
    await began.wait()
    with pytest.raises(RuntimeError, match="is being answered"):
        await conversation.send("Hello?")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    call = (await conversation.history())[-1]
    result = [{"tool_call_id": call["tool_call_id"], "result": "by somebody else"}]
    await client.beta.conversations.append_async(conversation_id=conversation.id, inputs=result)
    assert (await conversation.send("And?")).text == "Fine."


async def test_a_tool_that_is_interrupted_is_answered_with_the_next_message() -> None:
    model = ScriptedModel([ToolCall("hangs"), "Go on."])
    began = asyncio.Event()

    async def hangs() -> None:
        began.set()
        await asyncio.sleep(100)

    conversation = Conversation(connect(model=model), model="m", tools=[hangs])
    task = asyncio.create_task(conversation.send("Wait."))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await conversation.send("Never mind.")).text == "Go on."
    assert [message["content"] for message in model.requests[1].messages if message["role"] == "tool"] == [INTERRUPTED]


async def test_a_call_that_somebody_else_left_open_is_answered() -> None:
    client = connect(model=ScriptedModel([ToolCall("add"), "Go on."]))
    started = client.beta.conversations.start(model="m", inputs="1+2?")
    conversation = Conversation(client, conversation_id=started.conversation_id)
    assert (await conversation.send("Never mind.")).text == "Go on."
    assert [entry["type"] for entry in await conversation.history()][1:4] == ["function.call", "function.result", "message.input"]


@pytest.mark.parametrize("steps", range(0, 30, 3))
async def test_cancelling_at_any_instant_leaves_a_usable_conversation(steps: int) -> None:
    async def model(messages: Any, request: ChatRequest) -> AsyncIterator[Any]:
        await asyncio.sleep(0)
        if messages[-1]["role"] == "user" and messages[-1]["content"] == "Add.":
            yield ToolCall("add", {"a": 1, "b": 2})
        else:
            yield "Here."

    conversation = Conversation(connect(model=model), model="m", tools=[add])
    await conversation.send("Hi")
    task = asyncio.create_task(conversation.send("Add."))
    for _ in range(steps):
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await conversation.send("Still there?")).text == "Here."
    history = await conversation.history()
    answered = {entry["tool_call_id"] for entry in history if entry["type"] == "function.result"}
    assert {entry["tool_call_id"] for entry in history if entry["type"] == "function.call"} == answered


@tool(requires_confirmation=True)
def pay(amount: int) -> str:
    return f"paid {amount}"


SEARCH = {"type": "web_search", "tool_configuration": {"requires_confirmation": ["web_search"]}}


@pytest.mark.parametrize(("decision", "paid", "is_found"), [(True, "paid 5", True), (Deny("No."), "Error: the user", False)])
async def test_one_hook_confirms_our_tools_and_the_services(scripted: Scripted, decision: Any, paid: str, is_found: bool) -> None:
    client = scripted([ToolCall("pay", {"amount": 5}), ToolCall("web_search", {"query": "news"})], "Done.")
    conversation = Conversation(client, model="m", tools=[pay], builtin=[SEARCH], confirm=lambda request: decision)
    reply = await conversation.send("Pay and search.")
    assert next(entry["result"] for entry in reply.entries if entry["type"] == "function.result").startswith(paid)
    assert any(entry["type"] == "tool.execution" for entry in reply.entries) is is_found
    assert reply.text == "Done."


async def test_an_answer_that_ends_by_an_error(scripted: Scripted) -> None:
    conversation = Conversation(scripted("Hi.", ["Well, ", ModelError("down")], "Better."), model="m")
    await conversation.send("Hi")
    with pytest.raises(ConversationError, match=r"down \(code 3000\)"):
        await conversation.send("More")
    assert (await conversation.send("More")).text == "Better."
    assert len(await conversation.history()) == 4


async def test_an_answer_that_breaks_off() -> None:
    backend = EmbeddedBackend()
    conversation = Conversation(connect(store=backend), model="m")
    backend.fail_next(frames=3)
    with pytest.raises(ConversationError, match="broke off"):
        await conversation.send("Hi")
    assert conversation.id is None
    assert (await conversation.send("Hi")).text.endswith("You said: Hi")


async def test_a_handoff_and_an_image(scripted: Scripted) -> None:
    client = scripted(Handoff("Other"), [ToolCall("image_generation", {"prompt": "cat"})], ["Look: "])
    other = client.beta.agents.create(model="m", name="Other", tools=[{"type": "image_generation"}])
    front = client.beta.agents.create(model="m", name="Front", handoffs=[other.id])
    reply = await Conversation(client, agent_id=front.id).send("Draw a cat.")
    assert [entry["type"] for entry in reply.entries] == ["agent.handoff", "tool.execution", "message.output"]
    assert (reply.entries[0]["previous_agent_name"], reply.entries[0]["next_agent_name"]) == ("Front", "Other")
    assert [chunk["type"] for chunk in reply.messages[0]["content"]] == ["text", "tool_file"]


async def test_an_agent_with_python_tools(scripted: Scripted) -> None:
    client = scripted(ToolCall("add", {"a": 1, "b": 2}), "3.")
    agent = client.beta.agents.create(model="m", name="Ann", tools=ToolBox([add]).schemas)
    reply = await Conversation(client, agent_id=agent.id, tools=[add]).send("1+2?")
    assert [entry.get("result") for entry in reply.entries] == [None, "3", None]


def test_settings_that_cannot_be(client: Any) -> None:
    with pytest.raises(ValueError, match="An agent has its own instructions"):
        Conversation(client, agent_id="ag_1", instructions="Be brief.")
    with pytest.raises(ValueError, match=r"no 'temprature'; did you mean 'temperature'\?"):
        Conversation(client, model="m", completion_args={"temprature": 1})
    with pytest.raises(ValueError, match="is no id of a conversation"):
        Conversation(client, conversation_id="conv_1/../agents")
    with pytest.raises(ValueError, match="store=False is for"):
        Conversation(client, model="m", store=False)


# What the client does not know


class Body:
    """A response of the HTTP library with lines to read."""

    def __init__(self, *lines: str) -> None:
        self.lines = lines
        self.is_closed = False

    async def aiter_lines(self) -> AsyncIterator[str]:
        for line in self.lines:
            yield line

    async def aclose(self) -> None:
        self.is_closed = True


class Stream:
    def __init__(self, *lines: str) -> None:
        self.response = Body(*lines)


async def test_32_unknown_events_and_odd_frames_lose_nothing() -> None:
    stream = Stream(
        ": ping", "", "event: new.thing.started", 'data: {"id": "n1", "what": 1}', "", "data: [DONE]", "",
        "event: message.output.delta", 'data: {"type": "message.output.delta", "id": "m1", "content": "Hi",', 'data: "x": 1}', "",
        'data: {"type": "message.output.delta", "id": "m1", "content_index": 1, "content": {"type": "new"}}',
    )  # fmt: skip
    made = Round()
    kinds = []
    async for event in events_of(stream):
        made.take(event)
        kinds.append(event["type"])
    assert kinds == ["new.thing.started", "unreadable", "message.output.delta", "message.output.delta"]
    unknown, unreadable, message = made.entries
    assert (unknown["type"], unknown["what"], unreadable["data"]) == ("new.thing", 1, "[DONE]")
    assert message["content"] == [{"type": "text", "text": "Hi"}, {"type": "new"}]
    assert stream.response.is_closed


async def test_32_unknown_chunks_and_entries_lose_nothing(scripted: Scripted) -> None:
    chunk = {"type": "hologram", "data": "x"}
    client = scripted(["Look: ", Chunk(chunk), "nice."])
    conversation = Conversation(client, model="m")
    reply = await conversation.send("Show me.")
    assert reply.messages[0]["content"][1] == chunk
    assert reply.text == "Look: nice."
    history = await conversation.history()
    assert history[1]["content"][1]["data"] == "x"
    with pytest.raises(Exception, match="validation"):  # what the client itself makes of it
        client.beta.conversations.get_history(conversation_id=conversation.id)


async def test_errors_of_the_service_stay_errors(client: Any) -> None:
    from nbconvo.conversations.sdk import api_error

    with pytest.raises(api_error(), match="404"):
        await tolerant(client.beta.conversations.get_async(conversation_id="conv_1"))
    with pytest.raises(api_error(), match="404"):
        await Conversation(client, conversation_id="conv_1").send("Hi")


async def test_stopping_while_the_model_thinks() -> None:
    model = ScriptedModel(["Hi.", [Delay(50), "late"], "Again."])
    conversation = Conversation(connect(model=model), model="m")
    await conversation.send("Hi")
    task = asyncio.create_task(conversation.send("And?"))
    while len(model.requests) < 2:
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await conversation.send("And?")).text == "Again."


def test_conversations_in_one_loop_after_another_and_in_threads(client: Any) -> None:
    conversation = Conversation(client, model="m", tools=[add])
    texts: list[str] = []

    def talk(number: int) -> None:
        texts.append(asyncio.run(conversation.send(f"Please add {number} and 1.")).text)

    for number in range(3):
        thread = threading.Thread(target=talk, args=(number,))
        thread.start()
        thread.join()
    assert [text.split()[-1] for text in texts] == ["1", "2", "3"]
