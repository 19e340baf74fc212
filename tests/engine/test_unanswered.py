"""Asks that nobody answers: timeouts and cancelling."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nbconvo.engine import KernelEngine
from nbconvo.errors import NoPendingInput, WorkflowCanceled, WorkflowFailed
from nbconvo.protocol.events import CustomTaskFailed, InputClosed
from nbconvo.testing import JumpingClock
from nbconvo.workflows import InteractiveWorkflow, workflow
from tests.support.executions import all_events, answer, closings, kinds, open_asks
from tests.support.workflows import Approval, Impatient, OneAsk

# 7 and 8: no answer


@pytest.mark.parametrize(("caught", "result"), [(True, "timeout:''")])
async def test_a_timeout_can_be_caught_and_has_no_text(
    engine: KernelEngine, clock: JumpingClock, caught: bool, result: str
) -> None:
    handle = await engine.start(Impatient, caught)
    assert await handle.result() == result
    assert await handle.pending_inputs() == []
    assert clock.elapsed == 90
    (started, failed) = closings(await all_events(handle))
    assert failed == CustomTaskFailed(started.custom_task_id, "wait_for_input", "")


async def test_a_timeout_that_is_not_caught_fails_the_run(engine: KernelEngine) -> None:
    handle = await engine.start(Impatient, False)
    with pytest.raises(WorkflowFailed, match=r"^Workflow impatient failed: TimeoutError$") as caught:
        await handle.result()
    assert isinstance(caught.value.__cause__, TimeoutError)
    assert (await all_events(handle))[-1].to_json()["attributes"]["failure"] == {"message": ""}
    assert await handle.pending_inputs() == []


async def test_an_answer_in_time_beats_the_timeout(engine: KernelEngine, clock: JumpingClock) -> None:
    handle = await engine.start(Impatient, True)
    await answer(handle, {"approved": True})
    assert await handle.result() == "answered"
    assert clock.elapsed == 0


async def test_an_answer_and_the_timeout_in_one_turn_count_as_an_answer() -> None:
    clock = JumpingClock(jumps=False)
    async with KernelEngine(clock=clock) as engine:
        handle = await engine.start(Impatient, True)
        await answer(handle, {"approved": True})
        clock.advance(91)
        assert await handle.result() == "answered"


async def test_after_the_timeout_an_answer_is_too_late() -> None:
    clock = JumpingClock(jumps=False)
    async with KernelEngine(clock=clock) as engine:
        handle = await engine.start(Impatient, True)
        (ask,) = await open_asks(handle)
        clock.advance(90)
        assert await handle.result() == "timeout:''"
        with pytest.raises(NoPendingInput):
            await handle.submit_input(ask["task_id"], {"approved": True})


@pytest.mark.parametrize("timeout", [0, 0.0, timedelta(0)])
async def test_no_time_at_all_is_a_timeout_at_once(engine: KernelEngine, timeout: Any) -> None:
    @workflow.define(name="w")
    class Sample(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> None:
            await self.wait_for_input(Approval, timeout=timeout)

    with pytest.raises(WorkflowFailed, match="TimeoutError"):
        await (await engine.start(Sample)).result()


@pytest.mark.parametrize("reason", ["timed_out", "canceled"])
async def test_the_journal_says_why_an_ask_ended(engine: KernelEngine, reason: str) -> None:
    handle = await engine.start(Impatient, True)
    if reason == "canceled":
        await open_asks(handle)
        await handle.cancel()
    events = await all_events(handle, internal=True)
    (closed,) = (event.attributes for event in events if isinstance(event.attributes, InputClosed))
    assert closed.reason == reason


async def test_a_cancel_while_waiting(engine: KernelEngine) -> None:
    handle = await engine.start(OneAsk)
    (ask,) = await open_asks(handle)
    await handle.cancel("enough")
    with pytest.raises(WorkflowCanceled, match="enough"):
        await handle.result()
    assert await handle.pending_inputs() == []
    assert (await kinds(handle))[1:] == [
        "CUSTOM_TASK_STARTED:wait_for_input",
        "CUSTOM_TASK_FAILED:wait_for_input",
        "WORKFLOW_EXECUTION_CANCELED",
    ]
    _, failed = closings(await all_events(handle))
    assert failed.failure == ""
    with pytest.raises(NoPendingInput):
        await handle.submit_input(ask["task_id"], {"approved": True})


async def test_an_answer_right_after_a_cancel_is_too_late(engine: KernelEngine) -> None:
    handle = await engine.start(OneAsk)
    (ask,) = await open_asks(handle)
    handle.cancel_nowait()
    with pytest.raises(NoPendingInput):
        handle.submit_input_nowait(ask["task_id"], {"approved": True})
    with pytest.raises(WorkflowCanceled):
        await handle.result()
