"""Sessions: conversations that go on, handoffs, agents at the service, streaming, and what happens when the service fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from nbconvo.conversations.models import Chunk, Handoff, Thinking, ToolCall
from nbconvo.engine import KernelEngine, KernelHandle
from nbconvo.errors import WorkflowCanceled, WorkflowFailed, WorkflowsException
from nbconvo.workflows import InteractiveWorkflow, workflow
from nbconvo.workflows.plugins.mistralai import Agent, ChatInput, LocalSession, RemoteSession, Runner
from tests.support.agents import Scripted
from tests.support.executions import answer, kinds, open_asks, says, view_of

Make = Callable[..., Scripted]


def shout(text: str) -> str:
    """Say it loudly."""
    return text.upper()


class Params(BaseModel):
    """How the workflow below talks to its agents."""

    inputs: list[Any] = ["Hello"]
    local: bool = False
    stream: bool = True
    agent_id: str | None = None
    max_turns: int = 10
    waits: bool = False


@workflow.define(name="w-session")
class WSession(InteractiveWorkflow):
    """One session, several runs of an agent that can hand over to another one."""

    @workflow.entrypoint
    async def run(self, params: Params) -> list[str]:
        clerk = Agent(name="clerk", model="small", instructions="Be brief.", tools=[shout], id=params.agent_id)
        expert = Agent(name="TaxExpert", model="large", instructions="Know it all.", handoffs=[clerk])
        clerk.handoffs = [expert]
        session: Any = (LocalSession if params.local else RemoteSession)(stream=params.stream)
        said: list[str] = []
        for message in params.inputs:
            out = await Runner.run(clerk, message, params.max_turns, session)
            said += [getattr(chunk, "text", chunk.type) for chunk in out]
            if params.waits:
                await self.wait_for_input(ChatInput())
        return said


async def played(engine: KernelEngine, **params: Any) -> KernelHandle:
    return await engine.start(WSession, params)


async def shown(handle: KernelHandle) -> list[Any]:
    """What people see, without activities: texts of messages, titles of cards, with how they ended."""
    told: list[Any] = []
    for item in (await view_of(handle))["items"]:
        match item["kind"]:
            case "message":
                assert not item["streaming"]
                told.append(("".join(chunk.get("text", f"<{chunk['type']}>") for chunk in item["chunks"]), item["is_error"]))
            case "working":
                told.append((item["type"], item["title"], item["content"], item["status"]))
            case _:
                pass
    return told


@pytest.mark.parametrize("local", [False, True], ids=["remote", "local"])
async def test_text_streams_into_one_message(engine: KernelEngine, scripted: Make, local: bool) -> None:
    scripted(["One ", "two ", "three."])
    handle = await played(engine, local=local)
    assert await handle.result() == ["One two three."]
    assert await shown(handle) == [("One two three.", False)]
    assert (await kinds(handle)).count("CUSTOM_TASK_IN_PROGRESS:assistant_message") == 3


@pytest.mark.parametrize("local", [False, True], ids=["remote", "local"])
async def test_thoughts_are_cards_between_messages(engine: KernelEngine, scripted: Make, local: bool) -> None:
    scripted([Thinking("Let me "), Thinking("see."), "It is 4.", Thinking("Sure?"), " Yes."])
    handle = await played(engine, local=local)
    await handle.result()
    assert await shown(handle) == [
        ("thinking", "Thinking", "Let me see.", "completed"),
        ("It is 4.", False),
        ("thinking", "Thinking", "Sure?", "completed"),
        (" Yes.", False),
    ]


async def test_without_stream_nothing_is_said_by_itself(engine: KernelEngine, scripted: Make) -> None:
    scripted([Thinking("Hm."), "Hello."])
    handle = await played(engine, stream=False)
    assert await handle.result() == ["Hello."]
    assert await shown(handle) == []


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("local", [False, True], ids=["remote", "local"])
async def test_a_session_goes_on(engine: KernelEngine, scripted: Make, local: bool, stream: bool) -> None:
    model = scripted("One.", ToolCall("shout", {"text": "a"}), "Two.")
    handle = await played(engine, inputs=["first", "second"], local=local, stream=stream)
    assert await handle.result() == ["One.", "Two."]
    said = [each for each in model.asked[-1] if each[0] != "system"]
    contents = [content for _, content in said if content]
    assert contents == ["first", "One.", "second", "A"]


@pytest.mark.parametrize("local", [False, True], ids=["remote", "local"])
async def test_another_agent_takes_over(engine: KernelEngine, scripted: Make, local: bool) -> None:
    takes_over = ToolCall("handoff_to_tax_expert", {}) if local else Handoff("TaxExpert")
    model = scripted(takes_over, "I know.", "Still me.")
    handle = await played(engine, local=local, inputs=["tax?", "more"])
    assert await handle.result() == ["I know.", "Still me."]
    assert [request.model for request in model.model.requests] == ["small", "large", "large"]
    assert ("handoff", "Handed over to TaxExpert", "", "completed") in await shown(handle)


async def test_two_handoffs_in_one_turn_are_refused(engine: KernelEngine, scripted: Make) -> None:
    call = ToolCall("handoff_to_tax_expert", {})
    model = scripted([call, call], "I stay.")
    handle = await played(engine, local=True)
    assert await handle.result() == ["I stay."]
    assert [content for role, content in model.asked[-1] if role == "tool"] == [
        "ERROR: Only one handoff tool call is supported. Do them one by one."
    ] * 2


@pytest.mark.parametrize("local", [False, True], ids=["remote", "local"])
async def test_calls_that_were_left_open_are_answered(engine: KernelEngine, scripted: Make, local: bool) -> None:
    model = scripted(ToolCall("shout", {"text": "a"}), "Done.")
    handle = await played(engine, local=local, inputs=["first", "second"], max_turns=0)
    assert await handle.result() == ["Done."]
    last = [each for each in model.asked[-1] if each[0] != "system"]
    assert last[-2:] == [
        ("tool", "Operation interrupted: pending tool call was cancelled before continuing."),
        ("user", "second"),
    ]


# The service


async def test_agents_are_deleted_when_the_run_ends(engine: KernelEngine, scripted: Make) -> None:
    model = scripted("Hi.")
    handle = await played(engine, waits=True)
    await open_asks(handle)
    assert sorted(model.agents()) == ["TaxExpert", "clerk"]
    await answer(handle, says("x"))
    await handle.result()
    assert model.agents() == []


async def test_agents_are_deleted_when_the_run_fails_or_is_cancelled(engine: KernelEngine, scripted: Make) -> None:
    model = scripted("Hi.", RuntimeError("broken"), RuntimeError("broken"), RuntimeError("broken"))
    waiting = await played(engine, waits=True)
    await open_asks(waiting)
    await waiting.cancel()
    with pytest.raises(WorkflowCanceled):
        await waiting.result()
    failing = await played(engine)
    with pytest.raises(WorkflowFailed):
        await failing.result()
    assert model.agents() == []


async def test_an_agent_with_an_id_is_updated_and_stays(engine: KernelEngine, scripted: Make) -> None:
    model = scripted("Hi.")
    theirs = model.client.beta.agents.create(model="x", name="clerk", instructions="Old.")
    handle = await played(engine, agent_id=theirs.id)
    await handle.result()
    assert model.agents() == ["clerk"]
    assert model.client.beta.agents.get(agent_id=theirs.id).instructions == "Be brief."


async def test_a_service_that_fails_for_a_while_is_asked_again(engine: KernelEngine, scripted: Make) -> None:
    model = scripted("Hi.")
    model.backend.fail_next(1, status=503)
    model.backend.fail_next(1, status=429, headers={"retry-after": "7"})
    handle = await played(engine)
    assert await handle.result() == ["Hi."]
    assert (await kinds(handle)).count("ACTIVITY_TASK_RETRYING:mistralai_create_agent") in (1, 2)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_a_request_that_is_wrong_is_not_sent_again(engine: KernelEngine, scripted: Make, status: int) -> None:
    model = scripted("Hi.")
    model.backend.fail_next(2, status=status, message="No.")
    handle = await played(engine)
    with pytest.raises(WorkflowFailed, match=f"The service answered with {status}: .*No\\.") as caught:
        await handle.result()
    assert isinstance(caught.value.__cause__, WorkflowsException)
    assert not [kind for kind in await kinds(handle) if "RETRYING" in kind]


@pytest.mark.parametrize("local", [False, True], ids=["remote", "local"])
async def test_a_stream_that_breaks_off_is_said_again_from_the_start(engine: KernelEngine, scripted: Make, local: bool) -> None:
    broken = 0

    def breaks(messages: list[Any]) -> Any:
        nonlocal broken
        broken += 1
        yield "One "
        if broken == 1:
            raise RuntimeError("the model fell over")
        yield "two."

    scripted(breaks, breaks)
    handle = await played(engine, local=local)
    assert await handle.result() == ["One two."]
    assert await shown(handle) == [("One two.", False)]
    retried = "mistralai_chat_stream" if local else "mistralai_start_conversation_stream"
    assert (await kinds(handle)).count(f"ACTIVITY_TASK_RETRYING:{retried}") == 1


async def test_what_a_message_can_hold_besides_text(engine: KernelEngine, scripted: Make) -> None:
    reference = {"type": "tool_reference", "tool": "web_search", "title": "Paris", "url": "https://example.org/p"}
    image = {"type": "image_url", "image_url": "https://example.org/p.png"}
    scripted(["See", Chunk(reference), Chunk(image)])
    handle = await played(engine)
    assert await handle.result() == ["See", "image_url"]  # upstream leaves references out of the result, too
    assert await shown(handle) == [("See [Paris](https://example.org/p)<image_url>", False)]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("status", [401, 500])
async def test_a_call_that_fails_before_its_answer_leaves_no_message(
    engine: KernelEngine, scripted: Make, status: int, stream: bool
) -> None:
    model = scripted("Hi.", *[RuntimeError("no")] * 3)
    handle = await played(engine, inputs=["first", "second"], stream=stream, waits=True)
    await open_asks(handle)
    model.backend.fail_next(3 if status == 500 else 1, status=status)
    await answer(handle, says("go on"))
    with pytest.raises(WorkflowFailed):
        await handle.result()
    assert await shown(handle) == ([("Hi.", False)] if stream else [])


@workflow.define(name="w-confirm")
class WConfirm(InteractiveWorkflow):
    """An agent with a tool of the service that a person has to allow."""

    @workflow.entrypoint
    async def run(self) -> str:
        search = {"type": "web_search", "tool_configuration": {"requires_confirmation": ["web_search"]}}
        agent = Agent(name="searcher", tools=[search])
        return (await Runner.run(agent, "Find it.", session=RemoteSession(stream=True)))[-1].text


@pytest.mark.parametrize("reply", ["accept", "decline"])
async def test_a_tool_of_the_service_can_want_to_be_allowed(engine: KernelEngine, scripted: Make, reply: str) -> None:
    scripted(ToolCall("web_search", {"query": "it"}), "Done.")
    handle = await engine.start(WConfirm)
    await answer(handle, {"choice": reply})
    assert await handle.result() == "Done."
    cards = [told[1] for told in await shown(handle) if told[0] == "tool"]
    assert cards == (["web_search"] if reply == "accept" else [])
