"""Workflows that start workflows, seen from the parent's code."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from nbconvo.engine import KernelEngine, Status
from nbconvo.errors import ActivityError, ChildWorkflowError, ErrorCode, NotInWorkflow, WorkflowError, WorkflowsException
from nbconvo.workflows import InteractiveWorkflow, activity, execute_workflow, workflow
from tests.support.executions import all_events, answer, open_asks, until
from tests.support.workflows import AskNote, Note, OneAsk, workflow_of


class Number(BaseModel):
    n: int = 1


@activity()
async def twice(n: int) -> int:
    return 2 * n


@workflow.define(name="doubled")
class Doubled:
    @workflow.entrypoint
    async def run(self, number: Number) -> Number:
        return Number(n=await twice(number.n))


async def test_the_handle_of_a_child_can_be_awaited(engine: KernelEngine) -> None:
    async def body() -> Any:
        handle = await workflow.execute_workflow(Doubled, Number(n=4), execution_id="four", wait=False)
        return handle.id, (await handle).n

    assert await (await engine.start(workflow_of(body))).result() == ["four", 8]


async def test_a_child_can_be_cancelled_by_its_handle(engine: KernelEngine) -> None:
    async def body() -> str:
        handle = await execute_workflow(AskNote, execution_id="asks", wait=False)
        handle.cancel()
        try:
            await handle
        except asyncio.CancelledError:
            return "cancelled"
        return "answered"

    assert await (await engine.start(workflow_of(body))).result() == "cancelled"
    await until(lambda: not engine.handle("asks").is_running)
    assert engine.handle("asks").status is Status.CANCELED


async def test_a_child_that_nobody_waits_for_begins_though_its_parent_ends(engine: KernelEngine) -> None:
    async def body() -> None:
        await execute_workflow(AskNote, execution_id="asks", wait=False)

    await (await engine.start(workflow_of(body))).result()
    await open_asks(engine.handle("asks"))
    await answer(engine.handle("asks"), {"note": "hello"})
    assert await engine.handle("asks").result() == "hello"


async def test_an_id_of_another_workflow_is_the_childs_failure(engine: KernelEngine) -> None:
    await engine.start(OneAsk, id="taken")

    async def body() -> str:
        try:
            await execute_workflow(AskNote, execution_id="taken")
        except ChildWorkflowError as error:
            return str(error.__cause__)
        return ""

    assert (
        "Execution taken is one of workflow 'one-ask', not of 'ask-note'"
        in await (await engine.start(workflow_of(body))).result()
    )
    assert engine.handle("taken").is_running


async def test_outside_of_a_workflow_it_is_a_call() -> None:
    assert await execute_workflow(Doubled, Number(n=4)) == Number(n=8)
    assert await workflow.execute_workflow(Doubled, Number(n=5)) == Number(n=10)


async def test_outside_of_a_workflow_nobody_can_be_asked_or_left_behind() -> None:
    with pytest.raises(NotInWorkflow, match="wait_for_input"):
        await execute_workflow(AskNote)
    with pytest.raises(WorkflowsException) as caught:
        await execute_workflow(Doubled, Number(), wait=False)
    assert caught.value.code is ErrorCode.WORKFLOW_DEFINITION_ERROR
    assert caught.value.message == "execute_workflow with wait=False can only be called from within a workflow"


async def test_a_failure_may_say_when_to_try_again(engine: KernelEngine) -> None:
    @activity(retry_policy_max_attempts=2)
    async def later() -> None:
        raise WorkflowError("not yet", next_retry_delay=timedelta(seconds=90))

    async def body() -> float:
        start = workflow.now()
        with pytest.raises(ActivityError):
            await later()
        return (workflow.now() - start).total_seconds()

    handle = await engine.start(workflow_of(body, float))
    assert await handle.result() == 90
    assert len(await all_events(handle)) == 5


async def test_asking_whether_to_continue_as_new_is_free_anywhere() -> None:
    assert workflow.should_continue_as_new() is False
    assert Note().note == ""


class Sub(InteractiveWorkflow):
    """Not decorated."""


async def test_what_is_no_workflow_cannot_be_a_child() -> None:
    with pytest.raises(TypeError, match="Sub is not a workflow"):
        await execute_workflow(Sub)
