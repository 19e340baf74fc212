"""Chat-driven flows, the steps of document 002, and what its test dialog and console show. Cases 33 to 40."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel

from nbconvo.conversations.models import ScriptedModel, ToolCall
from nbconvo.errors import WorkflowCanceled
from nbconvo.flow import (
    ChatState,
    CustomAgent,
    EndFlow,
    Flow,
    FlowState,
    IntentClassification,
    MemoryPolicy,
    Navigate,
    Session,
    Subworkflow,
    Trigger,
    TriggerParameter,
    View,
    console,
    listen,
    or_,
    register_view,
    require_chat,
    run_workflow,
    start,
    to_wire,
)
from nbconvo.flow.errors import ChatDrivenNotCallableError, FlowDefinitionError, NavigationError

ID = "550e8400-e29b-41d4-a716-446655440000"


def bank(**agent: Any) -> type[Flow[ChatState]]:
    options = {"model": ScriptedModel([f"reply {number}" for number in range(1, 12)]), **agent}
    prompt = options.pop("prompt", "Answer ${userMessage} for customer ${context.customerId}.")

    class Bank(Flow[ChatState], kind="chat"):
        triggers: ClassVar = [
            Trigger(
                "Order Support",
                "The customer needs help with order ${orderId}. Their account type is ${accountType}.",
                [TriggerParameter("orderId"), TriggerParameter("accountType")],
            )
        ]
        answer = CustomAgent(prompt, send_as_chat_reply=True, **options)
        end = EndFlow(listen=answer)

    return Bank


def model_of(flow: type[Flow[Any]]) -> Any:
    return flow.answer.model  # type: ignore[attr-defined]


def test_a_session_id_is_a_uuid_and_the_message_mandatory() -> None:
    flow = bank()()
    with pytest.raises(ValueError, match=r"^Invalid UUID string"):
        run_workflow(flow, chat_session_id="test-session-1", user_message="hi")
    with pytest.raises(ValueError, match=r"^The user message is mandatory in conversational workflows\.$"):
        run_workflow(flow, chat_session_id=ID, user_message=" ")
    assert flow.store.sessions() == []


def test_a_context_is_checked_before_the_run_and_can_be_named() -> None:
    flow = bank()()
    for wrong in ('{"customerId": ', "[1]", 7):
        with pytest.raises(ValueError, match="UI flow context must be a"):
            run_workflow(flow, chat_session_id=ID, user_message="hi", ui_flow_context=wrong)
    assert flow.store.sessions() == []
    result = run_workflow(flow, chat_session_id=ID, user_message="hi", ui_flow_context='{"customerId":"42"}')
    assert result.reply == "reply 1"
    assert model_of(type(flow)).requests[0].messages[0]["content"] == "Answer hi for customer 42."


async def test_memory_is_the_last_three_pairs_and_a_summary_made_once_for_each_turn_that_left() -> None:
    summaries = ScriptedModel(["They met.", "They met and spoke."])
    banking = bank(use_memory=True, prompt="Be kind to ${userMessage}.")
    banking.summary_llm = summaries
    session = Session(banking(), ID)
    for number in range(1, 7):
        await session.send(f"message {number}")
    assert len(summaries.requests) == 2
    assert model_of(banking).requests[5].messages[0]["content"] == (
        "Be kind to message 6.\n\n"
        "user: message 3\nagent: reply 3\nuser: message 4\nagent: reply 4\nuser: message 5\nagent: reply 5\n\n"
        "Summary of the earlier conversation:\nThey met and spoke."
    )
    assert session.log.summary.turns == 2
    assert model_of(banking).requests[5].messages[0]["content"].endswith(console(session)["memory"])


async def test_thirty_turns_without_a_summary() -> None:
    banking = bank(use_memory=True)
    banking.summary_llm = ScriptedModel([])
    session = Session(banking(), ID, memory=MemoryPolicy(turns=30, summarize=False))
    for number in range(1, 7):
        await session.send(f"message {number}")
    assert "user: message 1\nagent: reply 1" in session.memory_view()
    assert banking.summary_llm.requests == []


async def test_a_trigger_is_remembered_and_not_shown() -> None:
    banking = bank()
    session = Session(banking(), ID)
    await session.fire("Order Support", orderId="ORD-1")
    text = "The customer needs help with order ORD-1. Their account type is ${accountType}."
    assert session.messages[0] == {"role": "user", "content": text, "hidden": True}
    assert session.state.messages[0] == {"role": "user", "content": text}
    assert text in session.memory_view()
    row = session.history()[0]
    assert (row["user_message_type"], row["trigger"], row["user_message"]) == ("AI trigger", "Order Support", text)
    assert json.loads(console(session)["input"])["trigger"] == "Order Support"
    with pytest.raises(KeyError, match="it has: 'Order Support'"):
        session.fire("Nothing")
    with pytest.raises(ValueError, match="has 2001 characters; the most is 2000"):
        Trigger("Long", "x" * 2001)
    with pytest.raises(ValueError, match="the most is 2000"):
        session.fire("Order Support", orderId="x" * 2000)


@pytest.mark.parametrize("only", [True, False])
async def test_only_what_the_prompt_names_is_sent(only: bool) -> None:
    class Secretive(ChatState):
        canary: str = "tweet-tweet"
        named: str = "hello"

    class Agent(Flow[Secretive], kind="chat"):
        answer = CustomAgent(
            "Say ${named} to ${userMessage}", ScriptedModel(["ok"]), only_prompt_references=only, send_as_chat_reply=True
        )
        end = EndFlow(listen=answer)

    await Session(Agent(), ID).send("you")
    sent = json.dumps(model_of(Agent).requests[0].messages)
    assert "Say hello to you" in sent
    assert ("tweet-tweet" in sent) is not only


class Stream:
    """A model that says a part of its answer, then waits."""

    def __init__(self) -> None:
        self.calls = 0
        self.closed = False
        self.gate = asyncio.Event()

    async def __call__(self, messages: list[Any]) -> AsyncIterator[str]:
        self.calls += 1
        return self._stream()

    async def _stream(self) -> AsyncIterator[str]:
        try:
            yield "half a"
            await self.gate.wait()
            yield " reply"
        finally:
            self.closed = True


async def test_cancelling_while_a_model_streams_and_before_it() -> None:
    model = Stream()
    banking = bank(model=model)
    session = Session(banking(), ID)
    wire: list[dict[str, Any]] = []
    run = session.send("first")
    queued = session.send("second")

    async def follow(one: Any) -> None:
        async for event in one.events():
            wire.extend(to_wire(event, "flowx"))

    following = [asyncio.create_task(follow(one)) for one in (run, queued)]
    while not any(each["event"] == "chatDelta" for each in wire):
        await asyncio.sleep(0.001)
    assert queued.cancel() is True
    assert run.cancel("stop") is True
    assert (run.cancel(), queued.cancel()) == (False, False)
    for one in (run, queued):
        with pytest.raises(WorkflowCanceled):
            await one
    await asyncio.gather(*following)
    assert [each["event"] for each in wire].count("chatCancelled") == 2
    assert (model.calls, model.closed) == (1, True)
    assert session.messages == [
        {"role": "user", "content": "first", "cancelled": True},
        {"role": "user", "content": "second", "cancelled": True},
    ]
    model.gate.set()
    assert (await session.send("third")).reply == "half a reply"
    assert session.memory_view() == "user: third\nagent: half a reply"
    assert run.cancel() is False


async def test_cancelling_while_waiting_and_a_step_left_behind_cannot_write() -> None:
    class Slow(Flow[ChatState]):
        gate: Any = None

        @start()
        def work(self) -> str:
            answer = self.ask("Sure?")
            self.append_message("assistant", "too late")
            self.state.session_ready = True
            return str(answer)

    class Blocking(Flow[ChatState]):
        gate: Any = None
        over: Any = None

        @start()
        def work(self) -> str:
            self.gate.wait(5)
            self.state.session_ready = True
            self.append_message("assistant", "too late")
            self.over.set()
            return "too late"

    import threading

    session = Session(Slow())
    run = session.send("hi")
    await run
    assert run.cancel() is True
    with pytest.raises(WorkflowCanceled):
        await run.ended()
    assert session.messages == [{"role": "user", "content": "hi", "cancelled": True}]
    flow = Blocking()
    flow.gate, flow.over = threading.Event(), threading.Event()
    session = Session(flow)
    run = session.send("hi")
    await asyncio.sleep(0.02)
    run.cancel()
    with pytest.raises(WorkflowCanceled):
        await run
    flow.gate.set()
    assert await asyncio.to_thread(flow.over.wait, 5)
    await asyncio.sleep(0.01)
    assert session.messages == [{"role": "user", "content": "hi", "cancelled": True}]
    assert session.state.session_ready is False


def test_what_a_chat_driven_flow_must_have() -> None:
    with pytest.raises(FlowDefinitionError, match="Send as Chat Reply"):

        class Silent(Flow, kind="chat"):
            answer = CustomAgent("${userMessage}")
            end = EndFlow(listen=answer)

    with pytest.raises(FlowDefinitionError, match="requires an End Flow node"):

        class Endless(Flow, kind="chat"):
            answer = CustomAgent("${userMessage}", send_as_chat_reply=True)

    with pytest.raises(FlowDefinitionError, match="uses memory"):

        class Remembering(Flow, kind="output"):
            answer = CustomAgent("${userMessage}", use_memory=True)

    with pytest.raises(FlowDefinitionError, match="cannot be changed after creation"):
        bank().kind = "output"
    with pytest.raises(FlowDefinitionError, match="cannot be changed after creation"):

        class Other(bank(), kind="output"): ...

    with pytest.raises(ValueError, match="response_schema or send_as_chat_reply"):
        CustomAgent("x", send_as_chat_reply=True, response_schema={})


def test_where_a_kind_can_be_used() -> None:
    class Output(Flow[FlowState], kind="output"):
        @start()
        def begin(self) -> int:
            return self.state.number * 2  # type: ignore[attr-defined]

    with pytest.raises(ChatDrivenNotCallableError, match="cannot be referenced as subworkflows"):
        Subworkflow(bank())
    with pytest.raises(ChatDrivenNotCallableError, match="Only chat-driven"):
        require_chat(Output)

    class Outer(Flow):
        @start()
        def begin(self) -> int:
            return 4

        inner = Subworkflow(Output, {"number": "${input}"}, listen=begin)

    assert Outer().kickoff() == 8


async def test_navigation() -> None:
    gone: list[dict[str, Any]] = []
    register_view(View("order", required=["orderId"], defaults={"tab": "items"}, handler=lambda **values: gone.append(values)))

    def going(kind: str, view: str = "order") -> Flow[Any]:
        class Going(Flow[ChatState], kind=kind):
            @start()
            def begin(self) -> None:
                self.append_message("assistant", "On the way.")

            go = Navigate(view, {"orderId": "${context.orderId}", "note": "${context.note}"}, listen=begin)

        return Going()

    session = Session(going("chat"), ID)
    run = session.send("go", context={"orderId": 7})
    await run
    assert gone == [{"tab": "items", "orderId": 7}]
    assert [event.data async for event in run.events() if event.type == "ui.navigate"] == [
        {"view": "order", "parameters": gone[0]}
    ]
    with pytest.raises(NavigationError, match="Required parameter 'orderId'"):
        await session.send("go")
    assert session.messages[-1]["failed"] is True
    with pytest.raises(NavigationError, match="kind='chat'"):
        await going("output").kickoff_async(user_message="go")
    with pytest.raises(NavigationError, match=r"no view 'nowhere'; registered are: .*'order'"):
        await Session(going("chat", "nowhere"), ID).send("go")


async def test_agents_call_tools_find_passages_suggest_and_keep_what_they_found() -> None:
    class Found(BaseModel):
        city: str
        days: int

    def weather(city: str, days: int = 1) -> str:
        """The weather of a city."""
        return f"sun over {city} for {days} days"

    extracting = ScriptedModel(['{"city": "Paris", "days": 3}'])
    answering = ScriptedModel([[ToolCall("weather", {"city": "Paris", "days": 3}, "t1")], "It will be sunny.", '["And Rome?"]'])

    class Travel(Flow[ChatState], kind="chat"):
        extract = CustomAgent("Find the place in ${userMessage}", extracting, response_key="place", response_schema=Found)
        answer = CustomAgent(
            "Tell the weather of ${place.city} to ${userMessage}",
            answering,
            listen=extract,
            tools=[weather],
            knowledge_base=lambda message: ["Paris is in France."],
            send_as_chat_reply=True,
            prompt_suggestions=True,
        )
        end = EndFlow(listen=answer)

    result = await Session(Travel(), ID).send("Paris, three days")
    assert (result.reply, result.suggestions) == ("It will be sunny.", ["And Rome?"])
    first, second, _ = answering.requests
    assert first.messages[0]["content"] == "Tell the weather of Paris to Paris, three days\n\nKnowledge:\nParis is in France."
    assert first.tools[0]["function"]["description"] == "The weather of a city."
    assert second.messages[-1]["content"] == "sun over Paris for 3 days"


async def test_document_002_as_a_flow() -> None:
    """Intents, agents on their branches, an end: as the page's canvas shows it."""
    model = ScriptedModel(["balance", "Your balance is 10.", "other", "I can help with balances."])

    class Banking(Flow[ChatState], kind="chat"):
        intent = IntentClassification({"balance": "Wants to know the balance", "loan": "Asks about a loan"}, model)
        balance_agent = CustomAgent(
            "Tell the balance to ${userMessage}", model, listen=or_("balance", "loan"), send_as_chat_reply=True
        )
        fallback_agent = CustomAgent("Answer ${userMessage}", model, listen="no_match", send_as_chat_reply=True, use_memory=True)
        end = EndFlow(listen=or_(balance_agent, fallback_agent))

    session = Session(Banking(), ID)
    assert (await session.send("What is my account balance?")).reply == "Your balance is 10."
    assert (await session.send("Sing!")).reply == "I can help with balances."
    assert [row["path"] for row in session.history()] == [
        ["intent", "balance_agent", "end"],
        ["intent", "fallback_agent", "end"],
    ]
    shown = console(session)
    assert shown["output"] == "I can help with balances."
    assert json.loads(shown["input"]) == {"user_message": "Sing!", "chat_session_id": ID, "user_message_type": "text"}
    assert shown["memory"] == "user: What is my account balance?\nagent: Your balance is 10."


async def test_a_chat_turn_without_a_reply_says_so() -> None:
    class Mute(Flow[ChatState], kind="chat"):
        @start()
        def nothing(self) -> None: ...

        @listen(nothing)
        def more(self) -> None: ...

    session = Session(Mute(), ID)
    run = session.send("hi")
    await run
    warnings = [event.data["value"] async for event in run.events() if event.type == "run.warned"]
    assert ["send_as_chat_reply=True" in text for text in warnings] == [True]
