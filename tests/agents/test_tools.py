"""Tools of agents: what the model is told of them, how a call is carried out, recorded, shown, and answered when it fails."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

import nbconvo
from nbconvo.conversations.models import ToolCall
from nbconvo.engine import KernelEngine, KernelHandle
from nbconvo.errors import WorkflowFailed
from nbconvo.views.fold import empty_view, fold_all
from nbconvo.workflows import Depends, InteractiveWorkflow, activity, workflow
from nbconvo.workflows.plugins.mistralai import Agent, ChatInput, LocalSession, RemoteSession, Runner
from nbconvo.workflows.plugins.mistralai.tool import agent_tools
from tests.support.agents import Scripted
from tests.support.executions import all_events, answer, kinds, says, view_of

Make = Callable[..., Scripted]
used: list[Any] = []


@pytest.fixture(autouse=True)
def _fresh() -> None:
    used.clear()


class Order(BaseModel):
    """What somebody wants."""

    item: str
    count: int = 1


def provider() -> str:
    return "from a provider"


@activity(name="the-activity", retry_policy_max_attempts=1)
async def an_activity(item: str, source: str = Depends(provider), **kwargs: Any) -> dict[str, Any]:
    """An activity."""
    return {"item": item, "source": source, **kwargs}


def plain(order: Order) -> str:
    """A plain function."""
    used.append(threading.current_thread() is not threading.main_thread())
    return f"{order.count} x {order.item}"


async def later(seconds: float) -> None:
    """An async function."""
    used.append(seconds)


class Shop:
    """Something with a method, outside of workflows."""

    def __init__(self, name: str) -> None:
        self.name = name

    def sell(self, item: str) -> str:
        """Sell something."""
        used.append(item)
        return f"{self.name} sold {item}"


@nbconvo.tool(name="send", requires_confirmation=True)
def guarded(text: str) -> str:
    """Send a text."""
    used.append(text)
    return "sent"


class Params(BaseModel):
    """How the workflow below uses its agent."""

    local: bool = False
    raise_on_tool_fail: bool = True
    max_turns: int = 10


@workflow.define(name="w-tools")
class WTools(InteractiveWorkflow):
    """Has an agent with tools of every kind."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[str] = []

    async def ask(self, question: str) -> str:
        """Ask the person."""
        return (await self.wait_for_input(ChatInput(question))).message[0].text

    def note(self, text: str) -> int:
        """Note something in the workflow itself."""
        self.noted.append(text)
        return len(self.noted)

    @workflow.entrypoint
    async def run(self, params: Params) -> dict[str, Any]:
        tools = [an_activity, plain, later, Shop("Ada").sell, self.ask, self.note, guarded]
        agent = Agent(name="clerk", model="m", tools=tools)
        session: Any = (LocalSession if params.local else RemoteSession)(raise_on_tool_fail=params.raise_on_tool_fail)
        out = await Runner.run(agent, "Go.", params.max_turns, session)
        return {"said": [chunk.text for chunk in out], "noted": self.noted}


async def played(engine: KernelEngine, **params: Any) -> KernelHandle:
    return await engine.start(WTools, params)


def results(scripted: Scripted) -> list[Any]:
    """What the model was told of its calls."""
    return [content for role, content in scripted.asked[-1] if role == "tool"]


CALLS: dict[str, tuple[ToolCall, str]] = {
    "activity": (
        ToolCall("an_activity", {"item": "tea", "extra": 1}), '{"item": "tea", "source": "from a provider", "extra": 1}',
    ),
    "extra in its own object": (
        ToolCall("an_activity", {"item": "tea", "kwargs": {"extra": 2}}),
        '{"item": "tea", "source": "from a provider", "extra": 2}',
    ),
    "model": (ToolCall("plain", {"order": {"item": "tea", "count": 2}}), "2 x tea"),
    "model's own object": (ToolCall("plain", {"item": "tea"}), "1 x tea"),
    "async": (ToolCall("later", {"seconds": "1.5"}), "None"),
    "method": (ToolCall("sell", {"item": "tea"}), "Ada sold tea"),
    "method of the workflow": (ToolCall("note", {"text": "hm"}), "1"),
}  # fmt: skip


@pytest.mark.parametrize("local", [False, True], ids=["remote", "local"])
@pytest.mark.parametrize("case", CALLS)
async def test_a_call_reaches_its_function(engine: KernelEngine, scripted: Make, case: str, local: bool) -> None:
    call, told = CALLS[case]
    model = scripted(call, "Done.")
    handle = await played(engine, local=local)
    assert (await handle.result())["said"] == ["Done."]
    assert results(model) == [told]
    cards = [item for item in (await view_of(handle))["items"] if item["kind"] == "working"]
    assert [(card["status"], card["tool"]["name"], card["tool"]["result"]) for card in cards] == [
        ("completed", call.name, {"status": "success", "value": told})
    ]
    assert cards[0]["tool"]["arguments"] == call.arguments


async def test_a_function_is_an_activity_that_runs_once_in_a_thread(engine: KernelEngine, scripted: Make) -> None:
    scripted(ToolCall("plain", {"item": "tea"}), "Done.")
    handle = await played(engine)
    await handle.result()
    assert used == [True]
    assert "ACTIVITY_TASK_COMPLETED:plain" in await kinds(handle)


async def test_a_call_is_shown_once_and_the_service_not_at_all(engine: KernelEngine, scripted: Make) -> None:
    scripted(ToolCall("plain", {"item": "tea"}), "Done.")
    handle = await played(engine)
    await handle.result()
    events = await all_events(handle)
    assert [item["kind"] for item in fold_all(events)["items"]] == ["working", "result"]
    full = fold_all(events, empty_view(show_activities="full"))["items"]
    assert [item["name"] for item in full if item["kind"] == "activity"] == [
        "mistralai_create_agent", "mistralai_start_conversation", "plain", "mistralai_append_conversation",
        "mistralai_delete_agent",
    ]  # fmt: skip


async def test_the_calls_of_one_turn_run_at_once(engine: KernelEngine, scripted: Make) -> None:
    model = scripted([ToolCall("sell", {"item": item}) for item in "abc"], "Done.")
    handle = await played(engine)
    await handle.result()
    assert results(model) == [f"Ada sold {item}" for item in "abc"]
    names = [name for name in await kinds(handle) if "sell" in name]
    assert names == ["ACTIVITY_TASK_STARTED:sell"] * 3 + ["ACTIVITY_TASK_COMPLETED:sell"] * 3


async def test_a_method_of_the_workflow_may_ask(engine: KernelEngine, scripted: Make) -> None:
    model = scripted(ToolCall("ask", {"question": "Which size?"}), "Done.")
    handle = await played(engine)
    await answer(handle, says("Large"))
    await handle.result()
    assert results(model) == ["Large"]


@pytest.mark.parametrize(
    ("reply", "told", "ran"), [("accept", "sent", ["hi"]), ("decline", "The user did not allow this call.", [])]
)
async def test_a_tool_that_requires_confirmation_asks(
    engine: KernelEngine, scripted: Make, reply: str, told: str, ran: list[str]
) -> None:
    model = scripted(ToolCall("send", {"text": "hi"}), "Done.")
    handle = await played(engine)
    await answer(handle, {"choice": reply})
    await handle.result()
    assert (results(model), used) == ([told], ran)


FAILURES: dict[str, tuple[ToolCall, str]] = {
    "unknown": (ToolCall("nothing", {}), "Invalid tool name nothing.\nCould not find it in the declared agent tools."),
    "no JSON": (ToolCall("sell", '{"item": '), "Invalid arguments for tool sell.\nCould not parse JSON provided to tool"),
    "no object": (ToolCall("sell", "[1]"), "Invalid arguments for tool sell.\nCould not parse JSON provided to tool [1]"),
    "missing": (ToolCall("sell", {}), "Invalid arguments for tool sell with the following issues:\n- item: Field required"),
    "raises": (ToolCall("an_activity", {"item": "tea", "source": "mine"}), "Tool an_activity raised an error during execution:"),
}


@pytest.mark.parametrize("case", FAILURES)
async def test_a_call_that_fails_is_told_to_the_model(engine: KernelEngine, scripted: Make, case: str) -> None:
    call, text = FAILURES[case]
    model = scripted(call, "Done.")
    handle = await played(engine, raise_on_tool_fail=False)
    await handle.result()
    (told,) = results(model)
    assert json.loads(told)["success"] is False
    assert json.loads(told)["error"].startswith(text)
    (card,) = [item for item in (await view_of(handle))["items"] if item["kind"] == "working"]
    assert card["tool"]["result"]["status"] == "failed"


@pytest.mark.parametrize("case", FAILURES)
async def test_a_call_that_fails_ends_the_run(engine: KernelEngine, scripted: Make, case: str) -> None:
    call, text = FAILURES[case]
    scripted(call, "Done.")
    handle = await played(engine)
    with pytest.raises(WorkflowFailed) as caught:
        await handle.result()
    assert text in caught.value.message


async def test_reaching_max_turns_is_seen(engine: KernelEngine, scripted: Make, caplog: pytest.LogCaptureFixture) -> None:
    model = scripted(*[["Hm.", ToolCall("sell", {"item": "tea"})]] * 3)
    handle = await played(engine, max_turns=2)
    assert (await handle.result())["said"] == ["Hm."]
    assert len(model.asked) == 3
    assert used == ["tea", "tea"]
    last = [item for item in (await view_of(handle))["items"] if item["kind"] == "working"][-1]
    assert (last["type"], last["title"]) == ("warning", "Stopped after 2 turns")
    assert "clerk still called tools after 2 turns" in caplog.text


def test_what_a_model_is_told() -> None:
    schemas, ours = agent_tools([an_activity, guarded, {"type": "web_search"}])
    assert [schema["function"]["parameters"]["properties"] for schema in schemas[:2]] == [
        {"item": {"type": "string"}},
        {"text": {"type": "string"}},
    ]
    assert schemas[2] == {"type": "web_search"}
    assert list(ours) == ["an_activity", "send"]


async def test_outside_of_a_workflow_tools_work_unseen(scripted: Make, caplog: pytest.LogCaptureFixture) -> None:
    model = scripted(ToolCall("sell", {"item": "tea"}), "Done.")
    out = await Runner.run(Agent(name="clerk", tools=[Shop("Ada").sell]), "Go.")
    assert [chunk.text for chunk in out] == ["Done."]
    assert results(model) == ["Ada sold tea"]
    assert model.agents() == []
    assert "nobody will see it" not in caplog.text


async def test_the_events_hold_no_environment(engine: KernelEngine, scripted: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "s3cret-key-of-mine")
    scripted(ToolCall("sell", {"item": "tea"}), "Done.")
    handle = await played(engine)
    await handle.result()
    assert "s3cret" not in str([event.to_json() for event in await all_events(handle, internal=True)])
    await asyncio.sleep(0)
