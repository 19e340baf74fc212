"""Routes, intents and graphs. Cases 16 to 24 of the specification, and what is refused when a class is made."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, Literal

import pytest

from nbconvo.conversations.models import ScriptedModel
from nbconvo.flow import (
    ChatState,
    ConversationalFlow,
    ConversationConfig,
    CustomAgent,
    EndFlow,
    Flow,
    IntentClassification,
    RouterConfig,
    Session,
    and_,
    listen,
    or_,
    router,
    start,
)
from nbconvo.flow.errors import FlowDefinitionError, HumanFeedbackCollapseError, RouteNotFoundError
from tests.flow.flows import support_flow


def notes(session: Session, kind: str) -> list[Any]:
    return [data for turn in session.log.turns for noted, data in turn.trace if noted == kind]


def shop(*answers: Any) -> Session:
    class Shop(Flow[ChatState]):
        choose = IntentClassification(
            {"order": "About an order", "help": "Needs help"}, ScriptedModel(answers), include_reason=True
        )

        @listen("order")
        def take_order(self) -> str:
            return "order it is"

        @listen("no_match")
        def otherwise(self) -> str:
            return "no idea"

        @listen("help")
        def assist(self) -> str:
            return "help is near"

    return Session(Shop())


async def test_intents_of_a_classification() -> None:
    session = shop("ORDER ", "notorder", '{"intent": "help", "reason": "asks for it"}', RuntimeError("no network"))
    replies = [(await session.send("x")).reply for _ in range(4)]
    assert replies == ["order it is", "no idea", "help is near", "no idea"]
    decisions = notes(session, "intent")
    assert "names none of" in decisions[1]["error"]
    assert decisions[2]["reason"] == "asks for it"
    assert "no network" in decisions[3]["error"]


async def test_confidence_below_the_bound_is_no_match() -> None:
    class Sure(Flow[ChatState]):
        choose = IntentClassification(
            {"order": "About an order"},
            ScriptedModel(['{"intent":"order","confidence":0.4}', '{"intent":"order","confidence":0.9}']),
            min_confidence=0.5,
        )

        @listen("order")
        def take_order(self) -> str:
            return "sure"

        @listen("no_match")
        def otherwise(self) -> str:
            return "unsure"

    session = Session(Sure())
    assert [(await session.send("x")).reply for _ in range(2)] == ["unsure", "sure"]


def test_ten_intents_are_the_most() -> None:
    ten = {f"i{number}": "..." for number in range(10)}
    assert len(IntentClassification(ten).labels) == 11
    with pytest.raises(ValueError, match="1 to 10 intents, not 11"):
        IntentClassification(ten | {"i10": "..."})


def support(router_model: Any, **options: Any) -> type[ConversationalFlow]:
    @ConversationConfig(llm=ScriptedModel(["chatting"] * 5), router=RouterConfig(llm=router_model, **options))
    class Support(ConversationalFlow):
        @listen("INTERNET_SEARCH")
        def search(self) -> str:
            """Fresh web research, current news, real-time lookups."""
            return "found it"

        @listen("CREWAI_DOCS")
        def docs(self) -> str:
            """Look up the CrewAI documentation for framework/API questions."""
            return "read it"

        @listen("PLAIN")
        def plain(self) -> str:
            return "plain"

    return Support


async def test_a_router_that_fails_takes_the_fallback_and_says_so() -> None:
    session = Session(support(ScriptedModel([RuntimeError("down"), "nonsense", '{"intent": "crewai_docs"}']))())
    assert [(await session.send("x")).intent for _ in range(3)] == ["converse", "converse", "CREWAI_DOCS"]
    errors = [data["error"] for data in notes(session, "route") if "error" in data]
    assert "down" in errors[0]
    assert "nonsense" in errors[1]


async def test_an_unknown_route_is_an_error_that_names_the_labels() -> None:
    class Lost(Flow[ChatState]):
        @start()
        def begin(self) -> None: ...

        @router(begin)
        def route(self) -> str:
            return "nowhere"

        @listen("somewhere")
        def arrive(self) -> str:
            return "here"

    session = Session(Lost())
    with pytest.raises(RouteNotFoundError, match=r"'nowhere'.*'somewhere'"):
        await session.send("x")
    assert session.history()[0]["status"] == "failed"
    Lost.fallback_route = "somewhere"
    assert (await session.send("x")).reply == "here"


def test_the_catalogue_of_routes() -> None:
    flow = support(None, prompt="Be kind.", route_descriptions={"CREWAI_DOCS": "Override."})()
    assert flow.router_prompt().splitlines()[:7] == [
        "Be kind.",
        "Routes:",
        "- CREWAI_DOCS: Override.",
        "- INTERNET_SEARCH: Fresh web research, current news, real-time lookups.",
        "- PLAIN",
        "- converse: Ordinary chat, follow-ups, summaries, clarifications and questions about the conversation itself.",
        "- end: User signals the conversation is finished (goodbye, exit, done).",
    ]


async def test_the_last_intent_is_a_signal_and_not_a_route() -> None:
    model = ScriptedModel(['{"intent": "INTERNET_SEARCH"}', '{"intent": "converse"}'])
    session = Session(support(model)())
    await session.send("search")
    await session.send("and now?")
    assert json.loads(model.requests[1].messages[1]["content"])["last_intent"] == "INTERNET_SEARCH"

    class ByCode(ConversationalFlow):
        def route_turn(self, context: dict[str, Any]) -> str | None:
            return "SEARCH" if "search" in context["current_user_message"] else None

        @listen("SEARCH")
        def search(self) -> str:
            return "found it"

    session = Session(ByCode())
    assert [(await session.send(text)).intent for text in ("search", "and now?")] == ["SEARCH", "converse"]


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        ({"foo": listen("foo")(lambda self: None)}, r"'foo' matches the handler name 'foo'.*rename the method"),
        ({"a": start()(lambda self: None), "b": listen("bb")(lambda self: None)}, r"'b' listens to 'bb'.*did you mean 'b'"),
        ({"a": listen("zzz")(lambda self: None)}, r"no step begins it: put @start\(\)"),
        (
            {"a": start()(lambda self: None), "b": listen(or_("a", "c"))(lambda self: None), "c": listen("b")(lambda self: None)},
            r"endless loop b -> c -> b: put a @router",
        ),
        (
            {
                "a": start()(lambda self: None),
                "r": router("a", emit=["x"])(lambda self: "x"),
                "h": listen("x")(lambda self: None),
                "b": listen(and_("a", "c"))(lambda self: None),
                "c": listen("b")(lambda self: None),
            },
            r"step 'b' can never run",
        ),
    ],
)
def test_a_graph_that_cannot_work_is_refused_when_the_class_is_made(steps: dict[str, Any], text: str) -> None:
    for name, function in steps.items():
        function.__name__ = name
    with pytest.raises(FlowDefinitionError, match=text):
        type("Wrong", (Flow,), steps)


def test_labels_of_an_annotated_router_are_known() -> None:
    with pytest.raises(FlowDefinitionError, match=r"'h' listens to 'yess'.*did you mean 'yes'"):

        class Typed(Flow):
            @start()
            def a(self) -> None: ...

            @router(a)
            def r(self) -> Literal["yes", "no"]:
                return "yes"

            @listen("yess")
            def h(self) -> None: ...


async def test_the_latest_line_is_in_the_prompt_once() -> None:
    model = ScriptedModel(["order"])

    class Asking(Flow[ChatState]):
        @start()
        async def begin(self) -> str:
            return await self.classify_intent("Where is it?", ["order", "help"], llm=model, context=self.conversation_messages)

    await Session(Asking()).send("Where is it?")
    assert "\n".join(message["content"] for message in model.requests[0].messages).count("Where is it?") == 1


async def test_a_model_that_names_no_outcome_is_an_error() -> None:
    class Asking(Flow[ChatState]):
        @start()
        def begin(self) -> str:
            return self.classify_intent("x", ["a", "b"], llm=lambda messages: "zzz")

    with pytest.raises(HumanFeedbackCollapseError, match=r"Could not match LLM response 'zzz' to outcomes \['a', 'b'\]\."):
        await Session(Asking()).send("x")


@pytest.mark.parametrize("race", [False, True])
async def test_or_fires_once_and_lets_the_slower_one_end_unless_it_is_a_race(race: bool) -> None:
    done: list[str] = []

    class Race(Flow):
        @start()
        async def fast(self) -> None:
            done.append("fast")

        @start()
        async def slow(self) -> None:
            await asyncio.sleep(0.05)
            done.append("slow")

        @listen(or_(fast, slow, race=race))
        async def first(self) -> None:
            done.append("first")

    await Race().kickoff_async()
    assert done == (["fast", "first"] if race else ["fast", "first", "slow"])


async def test_and_waits_for_all_and_loops_go_round() -> None:
    order: list[str] = []

    class Loop(Flow):
        count = 0

        @start()
        def a(self) -> None:
            order.append("a")

        @start("again")
        def b(self) -> None:
            order.append("b")

        @start()
        def c(self) -> None:
            order.append("c")

        @router(or_(and_(a, c), b))
        def judge(self) -> str | None:
            order.append("judge")
            return "again" if len(order) < 8 else None

    await Loop().kickoff_async()
    assert sorted(order[:2]) == ["a", "c"]
    assert order[2:] == ["judge", "b", "judge", "b", "judge", "b", "judge"]


async def test_a_loop_that_does_not_end_is_stopped() -> None:
    class Endless(Flow):
        @start("again")
        def begin(self) -> None: ...

        @start()
        def first(self) -> None: ...

        @router(or_(begin, first))
        def judge(self) -> str:
            return "again"

    with pytest.raises(RecursionError, match="has been called 100 times"):
        await Endless().kickoff_async()


def test_the_drawing_marks_the_last_way(tmp_path: Path) -> None:
    flow = support_flow(script=["order"])()
    assert "classDef ran" not in flow.plot().mermaid
    flow.kickoff(user_message="Where is it?", session_id="s")
    plot = flow.plot(str(tmp_path / "graph"))
    lines = plot.mermaid.splitlines()
    assert lines[0] == "flowchart TD"
    assert "    class s0,s1,s2,s5 ran" in lines
    page = (tmp_path / "graph.html").read_text()
    assert "bootstrap \u2192 route \u2192 handle_order \u2192 finalize" in page
    assert "<script" not in page


def test_declared_steps_are_in_the_graph() -> None:
    class Bank(Flow[ChatState], kind="chat"):
        choose = IntentClassification({"balance": "Wants to know the balance"})
        balance_agent = CustomAgent("Tell ${userMessage}", listen="balance", send_as_chat_reply=True)
        other = CustomAgent("Answer ${userMessage}", listen="no_match", send_as_chat_reply=True)
        end = EndFlow(listen=or_(balance_agent, other))

    assert list(Bank.__nbconvo_graph__.steps) == ["choose", "balance_agent", "other", "end"]
