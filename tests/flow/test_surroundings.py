"""What is around a turn: streams, chat sessions, dialects, traces, interactive mode, the helpers, agents' results."""

from __future__ import annotations

import asyncio
import builtins
import json
from typing import Any

import pytest

from nbconvo.conversations.models import ScriptedModel
from nbconvo.flow import (
    ChatMessage,
    ChatSession,
    ChatState,
    ConversationalConfig,
    ConversationalFlow,
    ConversationConfig,
    Flow,
    RouterConfig,
    Session,
    listen,
    start,
    to_wire,
)
from nbconvo.flow import conversation as helpers
from nbconvo.flow.errors import InputUnavailableError, SessionBusyError
from tests.flow.flows import Echo, said


def chatting(*replies: Any, **config: Any) -> ConversationalFlow:
    @ConversationConfig(llm=ScriptedModel(replies), **config)
    class Chat(ConversationalFlow): ...

    return Chat()


def types(messages: list[Any]) -> list[str]:
    return [message.type for message in messages]


def test_a_stream_gives_events_then_the_result() -> None:
    flow = chatting(["Hel", "lo!"])
    stream = flow.stream_turn("hi")
    with pytest.raises(RuntimeError, match="Streaming has not completed yet"):
        _ = stream.result
    events = list(stream)
    assert [event.data["content"] for event in events if event.type == "message.delta"] == ["Hel", "lo!"]
    assert stream.result == "Hello!"
    numbers = [event.seq for event in events]
    assert numbers == sorted(set(numbers))


async def test_a_flow_that_streams_gives_a_stream_for_each_kickoff() -> None:
    flow = chatting(["Hel", "lo!"])
    flow.stream = True
    stream = await flow.kickoff_async(user_message="hi")
    kinds = [event.type async for event in stream]
    assert (kinds[0], kinds[-1], stream.result) == ("run.started", "run.finished", "Hello!")
    with pytest.raises(ValueError, match=r"interactive=True is not supported with stream=True"):
        flow.kickoff(interactive=True)


@pytest.mark.parametrize("stream", [True, False])
async def test_a_chat_session_sends_messages_of_its_own(stream: bool) -> None:
    heard: list[ChatMessage] = []
    chat = ChatSession(chatting(["Hel", "lo!"], "Bye!"), "s", on_event=heard.append)
    result = await chat.handle_turn_async("hi", stream=stream)
    assert (result.reply, result.session_id, result.streaming) == ("Hello!", "s", stream)
    assert types(heard) == [
        "turn_started",
        "user_message",
        "assistant_delta",
        "assistant_delta",
        "assistant_done",
        "turn_finished",
    ]
    assert [message.seq for message in heard] == [1, 2, 3, 4, 5, 6]
    assert heard[2].model_dump()["version"] == "1"
    assert types([message async for message in chat.iter_turn_stream("bye")])[-1] == "turn_finished"
    assert heard[-1].seq == len(heard)
    chat.close()


async def test_a_turn_that_fails_is_told_on_the_wire() -> None:
    class Failing(Flow[ChatState]):
        @start()
        def fail(self) -> None:
            raise ValueError("no")

    heard: list[ChatMessage] = []
    chat = ChatSession(Failing(), on_event=heard.append)
    with pytest.raises(ValueError, match="no"):
        await chat.handle_turn_async("hi")
    assert types(heard)[-1] == "error"
    assert heard[-1].payload == {"error": "no"}


async def test_events_of_a_session_can_be_read_again_and_said_in_other_words() -> None:
    session = Session(Echo(), "s")
    following = asyncio.create_task(collect(session))
    await asyncio.sleep(0)
    await session.send("one")
    await session.close()
    live = await following
    assert [event.type for event in live if event.type != "session.opened"] == [
        "run.started", "message.added", "step.started", "step.finished", "message.added", "run.finished",
    ]  # fmt: skip
    wire = [each["type"] for event in live for each in to_wire(event, "agui", "s")]
    assert wire == [
        "RUN_STARTED", "STEP_STARTED", "STEP_FINISHED",
        "TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END", "RUN_FINISHED",
    ]  # fmt: skip
    again = Session(session.flow, "s")
    reading = asyncio.create_task(collect(again))
    await asyncio.sleep(0)
    await again.close()
    past = await reading
    assert [event.data for event in past if event.type == "message.added"] == [
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "You said one."},
    ]


async def collect(session: Session) -> list[Any]:
    return [event async for event in session.events()]


async def test_a_trace_is_opened_once_and_closed_once() -> None:
    flow = Echo()
    session = flow.session("s")
    following = asyncio.create_task(collect(session))
    await asyncio.sleep(0)
    flow.finalize_session_traces()
    await session.send("one")
    await session.send("two")
    assert flow._should_defer_trace_finalization()
    flow.finalize_session_traces()
    flow.finalize_session_traces()
    await session.close()
    kinds = [event.type for event in await following]
    assert (kinds.count("session.opened"), kinds.count("session.closed"), kinds[-1]) == (1, 1, "session.closed")


def test_interactive_mode_takes_lines_until_an_exit_word(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = iter(["hello", "  ", "there", "EXIT"])
    prompts: list[str] = []

    def typed(prompt: str) -> str:
        prompts.append(prompt)
        return next(lines)

    monkeypatch.setattr(builtins, "input", typed)
    flow = Echo()
    assert flow.kickoff(interactive=True, session_id="s", interactive_prompt="> ") == "You said there."
    assert prompts == ["> "] * 4
    assert said(flow) == [
        ("user", "hello"),
        ("assistant", "You said hello."),
        ("user", "there"),
        ("assistant", "You said there."),
    ]
    with pytest.raises(ValueError, match=r"Cannot pass user_message with interactive=True; messages are collected via ask\(\)\."):
        flow.kickoff(interactive=True, user_message="x")


async def test_interactive_mode_where_nobody_can_type() -> None:
    with pytest.raises(InputUnavailableError):
        await Echo().kickoff_async(interactive=True)


def test_only_conversational_flows_have_turns() -> None:
    with pytest.raises(ValueError, match=r"Flow\.handle_turn\(\) is only available on conversational flows"):
        Echo().handle_turn("hi")
    with pytest.raises(TypeError, match="unexpected keyword argument 'user_mesage'"):
        Echo().kickoff(user_mesage="hi")
    with pytest.raises(ValueError, match="Invalid inputs for structured state"):
        Echo().kickoff(inputs={"nothing": 1})
    with pytest.raises(ValueError, match="Cannot combine"):
        Echo().kickoff(from_checkpoint=1, restore_from_state_id="s")


async def test_a_turn_cannot_start_another_of_its_own_session() -> None:
    class Inward(Flow[ChatState]):
        @start()
        async def again(self) -> str:
            return await self.kickoff_async(user_message="more", session_id=self.flow_id)

    with pytest.raises(SessionBusyError):
        await Inward().kickoff_async(user_message="hi", session_id="s")


async def test_the_helpers_do_what_flows_do() -> None:
    class Handmade(Flow[ChatState]):
        conversational_config = ConversationalConfig(intent_llm=ScriptedModel(["order"]))

        @start()
        async def work(self) -> Any:
            intent = await helpers.prepare_conversational_turn(
                self, user_message="Where is it?", intents=["order"], intent_llm=self.conversational_config.intent_llm
            )
            helpers.set_state_field(self, "session_ready", True)
            helpers.append_message(self, "assistant", "Soon.", name="shop")
            with pytest.raises(AttributeError, match="no field 'nothing'"):
                helpers.set_state_field(self, "nothing", 1)
            with pytest.warns(UserWarning, match="drops colour"):
                self.append_message("tool", "x", tool_call_id="1", colour="red")
            return intent, helpers.get_conversation_messages(self)

    flow = Handmade()
    intent, messages = await flow.kickoff_async()
    assert intent == flow.state.last_intent == "order"
    assert messages == [
        {"role": "user", "content": "Where is it?"},
        {"role": "assistant", "content": "Soon.", "name": "shop"},
        {"role": "tool", "content": "x", "tool_call_id": "1"},
    ]
    assert helpers.get_conversational_config(flow) is flow.conversational_config
    assert helpers.normalize_kickoff_inputs(None) is None


async def test_results_of_agents_are_private_unless_they_are_shown() -> None:
    @ConversationConfig(visible_agent_outputs=["writer"])
    class Agents(ConversationalFlow):
        def route_turn(self, context: dict[str, Any]) -> str | None:
            return "WORK"

        @listen("WORK")
        def work(self) -> Any:
            self.append_agent_result("critic", {"score": 3})
            self.append_agent_result("writer", "A poem.")
            assert self.build_agent_context("critic")[-1]["content"] == {"score": 3}
            return "not said: somebody has spoken"

    session = Session(Agents())
    assert (await session.send("write")).reply == "A poem."
    assert [event.visibility for event in session.state.events] == ["private", "private"]
    assert list(session.state.agent_threads) == ["critic", "writer"]


async def test_a_response_format_and_a_fallback_of_ones_own() -> None:
    from pydantic import BaseModel

    class Route(BaseModel):
        intent: str
        why: str

    model = ScriptedModel([json.dumps({"intent": "DOCS", "why": "asks"}), "{}"])

    @ConversationConfig(router=RouterConfig(llm=model, response_format=Route, fallback_intent="end"))
    class Typed(ConversationalFlow):
        @listen("DOCS")
        def read(self) -> str:
            return "read"

    session = Session(Typed())
    assert [(await session.send("x")).intent for _ in range(2)] == ["DOCS", "end"]
    assert "why" in json.dumps(model.requests[0].options["response_format"])


def test_a_built_in_route_can_be_taken_over() -> None:
    class Polite(ConversationalFlow):
        def converse_turn(self) -> str:
            return "How do you do?"

    assert Polite().handle_turn("hi") == "How do you do?"
