"""Agents give the same requests, messages and results as on the real SDK.

What is ours besides is left out before comparing: working cards of tools, and the deletion of the agents at the end. So is what
the service chooses (ids, times, how it cuts a text into pieces).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from nbconvo.conversations.models import ToolCall
from nbconvo.conversations.wire_models import wire_model
from nbconvo.engine import KernelEngine, KernelHandle
from nbconvo.errors import WorkflowFailed
from nbconvo.workflows import activity, workflow
from nbconvo.workflows.plugins.mistralai import Agent, MockSession, RemoteSession, Runner
from nbconvo.workflows.plugins.mistralai.session.remote_session import open_calls
from tests.support.agents import FastClock, Scripted, agents_talk_to
from tests.support.executions import all_events

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "data" / "agents.json").read_text())
OURS = ("working", "mistralai_delete_agent")


@pytest.fixture
async def engine() -> AsyncIterator[KernelEngine]:
    async with KernelEngine(clock=FastClock()) as engine:
        yield engine


@activity()
async def get_rate(year: int) -> dict[str, Any]:
    """Get rate.

    Args:
        year: the year
    """
    if year < 0:
        raise ValueError("negative year")
    return {"rate": 1.5, "year": year}


# Mock


def answer(message: Any) -> Any:
    """A response of the chat API with one message."""
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return wire_model("ChatCompletionResponse").model_validate(
        {"id": "1", "object": "chat.completion", "model": "m", "created": 0, "usage": usage, "choices": [choice]}
    )


def calling(call_id: str, name: str, arguments: str) -> dict[str, Any]:
    call = {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"role": "assistant", "content": "", "tool_calls": [call]}


@workflow.define(name="w-agent-mock")
class WAgentMock:
    @workflow.entrypoint
    async def run(self) -> dict[str, Any]:
        log: list[Any] = []

        async def complete(request: Any) -> Any:
            log.append([[message.role, message.content[:60]] for message in request.messages])
            script = [
                calling("t1", "get_rate", '{"year": 2023}'),
                calling("t2", "handoff_to_spec_agent", "{}"),
                {"role": "assistant", "content": "final answer"},
            ]
            return answer(script[len(log) - 1])

        spec = Agent(name="SpecAgent", model="m2", description="special")
        main = Agent(name="main-agent", model="m1", instructions="do", tools=[get_rate], handoffs=[spec])
        out = await Runner.run(main, "q?", session=MockSession(complete))
        return {"out": [chunk.model_dump() for chunk in out], "log": log}


async def test_a_mock_session_asks_and_is_told_the_same(engine: KernelEngine) -> None:
    handle = await engine.start(WAgentMock)
    ours, theirs = await handle.result(), GOLDEN["mock"]["result"]["result"]
    assert ours["out"] == theirs["out"]
    assert [[role for role, _ in call] for call in ours["log"]] == [[role for role, _ in call] for call in theirs["log"]]
    prompts = {"You are part of a multi-agent system, designed to make agent"}  # how it goes on is our own wording
    assert [[text for _, text in call if text[:60] not in prompts] for call in ours["log"]] == [
        [text for _, text in call if text not in prompts] for call in theirs["log"]
    ]
    assert await compared(handle) == expected("mock")


# Remote


class RemoteParams(BaseModel):
    stream: bool = False
    raise_on_tool_fail: bool = True


@workflow.define(name="w-agent-remote")
class WAgentRemote:
    @workflow.entrypoint
    async def run(self, params: RemoteParams) -> dict[str, Any]:
        session = RemoteSession(stream=params.stream, raise_on_tool_fail=params.raise_on_tool_fail)
        agent = Agent(name="main-agent", model="m1", description="d", instructions="do", tools=[get_rate])
        out = await Runner.run(agent, "rate?", session=session)
        return {"out": [chunk.model_dump() for chunk in out]}


def remote(year: int) -> Scripted:
    return Scripted(ToolCall("get_rate", {"year": year}, id="tc1"), ["The ", "rate is", " 1.5"])


@pytest.mark.parametrize(
    ("case", "year", "params"),
    [
        ("remote-stream", 2023, {"stream": True}),
        ("remote-toolfail-return", -1, {"stream": True, "raise_on_tool_fail": False}),
    ],
)
async def test_a_remote_session_makes_the_same_calls(engine: KernelEngine, case: str, year: int, params: dict[str, Any]) -> None:
    with agents_talk_to(remote(year)):
        handle = await engine.start(WAgentRemote, params)
        assert await handle.result() == GOLDEN[case]["result"]["result"]
        assert await compared(handle) == expected(case)


async def test_a_tool_that_fails_ends_the_run_with_the_same_text(engine: KernelEngine) -> None:
    """Upstream, the run hangs after it has told the failure; here it ends."""
    with agents_talk_to(remote(-1)):
        handle = await engine.start(WAgentRemote, {"stream": True, "raise_on_tool_fail": True})
        with pytest.raises(WorkflowFailed):
            await handle.result()
        assert await compared(handle) == expected("remote-toolfail-raise")


def test_pending_calls_are_those_that_no_handoff_follows() -> None:
    def call(number: str) -> Any:
        return wire_model("FunctionCallEntry")(tool_call_id=number, name="f", arguments="{}")

    handoff = wire_model("AgentHandoffEntry")(
        previous_agent_id="a", previous_agent_name="A", next_agent_id="b", next_agent_name="B"
    )
    batches = [[call("1"), handoff, call("2")], [call("1"), call("2")], [call("1"), handoff]]
    assert [open_calls(batch) for batch in batches] == GOLDEN["pending"]["result"]["result"]


# Comparing


async def compared(handle: KernelHandle) -> list[Any]:
    return story([event.to_json() for event in await all_events(handle)])


def expected(case: str) -> list[Any]:
    return story(GOLDEN[case]["events"])


def story(events: list[Any]) -> list[Any]:
    """The events as type, subject and what is in them, without what the service chooses. A text's pieces are joined."""
    told: list[Any] = []
    for event in events:
        about = event["attributes"]
        subject = about.get("custom_task_type") or about.get("activity_name")
        if subject in OURS:
            continue
        kind = event["event_type"]
        if subject == "assistant_message" and kind.endswith("IN_PROGRESS"):
            (patch,) = about["payload"]["value"]
            text = patch["value"]["text"] if patch["op"] == "add" else patch["value"]
            if told[-1][0] == "pieces":
                assert (patch["op"], patch["path"]) == ("append", "/contentChunks/0/text")
                told[-1][1] += text
            else:
                assert (patch["op"], patch["path"]) == ("add", "/contentChunks/0")
                told.append(["pieces", text])
        else:
            told.append([kind, subject, *details(kind, subject, about)])
    return told


def details(kind: str, subject: str | None, about: dict[str, Any]) -> list[Any]:
    match kind, subject:
        case "ACTIVITY_TASK_STARTED", _:
            return [without_ids(about["input"]["value"])]
        case "ACTIVITY_TASK_COMPLETED", "get_rate":
            return [about["result"]["value"]]
        case "ACTIVITY_TASK_COMPLETED", _:
            return []  # of the service; the requests that follow show what was taken from it
        case _:
            value = {name: about[name] for name in ("payload", "failure", "attempt") if about.get(name) is not None}
            return [value]


def without_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [without_ids(each) for each in value]
    if isinstance(value, dict):
        # Ours tells the model besides that it may give no other arguments.
        hidden = ("agent_id", "conversation_id", "additionalProperties")
        return {key: without_ids(each) for key, each in value.items() if key not in hidden}
    return value
