"""A session: a message answers the open chat ask, or starts a run."""

from __future__ import annotations

import asyncio

import pytest

from nbconvo.engine import KernelEngine
from nbconvo.errors import NoPendingInput, WorkflowFailed
from nbconvo.flow import Session
from nbconvo.workflows import InteractiveWorkflow, workflow
from nbconvo.workflows.conversational import (
    AcceptDeclineConfirmation,
    ChatAssistantWorkflowOutput,
    ChatInput,
    ChatInputModel,
    TextOutput,
    send_assistant_message,
)


@workflow.define(name="greeter")
class Greeter(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> ChatAssistantWorkflowOutput:
        await send_assistant_message("Your name?")
        name = (await self.wait_for_input(ChatInput())).message[0].text
        if name == "nobody":
            raise ValueError("there is nobody")
        await send_assistant_message(f"Where from, {name}?")
        place = (await self.wait_for_input(ChatInput())).message[0].text
        return ChatAssistantWorkflowOutput(content=[TextOutput(text=f"{name} from {place}")])


@workflow.define(name="starter")
class Starter(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self, first: ChatInputModel) -> None:
        await send_assistant_message(f"started with {first.message[0].text}")
        await self.wait_for_input(AcceptDeclineConfirmation("Sure?"))


async def test_messages_answer_what_is_asked_and_the_next_one_starts_again(engine: KernelEngine) -> None:
    session = Session(Greeter, store=engine.journal)
    assert (await session.send("Ada")).reply == "Your name?\nWhere from, Ada?"
    assert (await session.send("London")).reply == "Ada from London"
    assert (await session.send("Eve")).reply == "Your name?\nWhere from, Eve?"
    await session.close()


async def test_messages_sent_at_once_are_taken_in_order(engine: KernelEngine) -> None:
    session = Session(Greeter, store=engine.journal)
    first, second = await asyncio.gather(session.send("Ada"), session.send("London"))
    assert second.reply == "Ada from London"
    assert first.run_id == second.run_id
    assert [one["content"] for one in session.messages] == ["Your name?", "Ada", "Where from, Ada?", "London", "Ada from London"]


async def test_two_sessions_do_not_mix(engine: KernelEngine) -> None:
    one, other = Session(Greeter, store=engine.journal), Session(Greeter, store=engine.journal)
    await asyncio.gather(one.send("Ada"), other.send("Eve"))
    results = await asyncio.gather(one.send("London"), other.send("Rome"))
    assert [result.reply for result in results] == ["Ada from London", "Eve from Rome"]
    assert one.id != other.id


async def test_a_message_starts_a_workflow_that_takes_one(engine: KernelEngine) -> None:
    session = Session(Starter, store=engine.journal)
    assert (await session.send("tea")).reply == "started with tea"
    with pytest.raises(NoPendingInput, match="no chat message"):
        session.send("more tea")
    await session.close()


async def test_a_run_that_fails_is_told_and_the_session_goes_on(engine: KernelEngine) -> None:
    session = Session(Greeter, store=engine.journal)
    with pytest.raises(WorkflowFailed, match="there is nobody"):
        await session.send("nobody")
    assert (await session.send("Ada")).reply == "Your name?\nWhere from, Ada?"
    await session.close()
