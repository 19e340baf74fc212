"""Cancelling runs, and closing the engine over them."""

from __future__ import annotations

import asyncio
import gc
import sys
import warnings
from typing import Any

import pytest

from nbconvo.engine import KernelEngine, Status
from nbconvo.errors import EngineClosed, WorkflowCanceled
from nbconvo.testing import JumpingClock
from nbconvo.workflows import InteractiveWorkflow, workflow
from tests.support.executions import all_events, answer, kinds, open_asks, until
from tests.support.workflows import AskNote, Busy, Note, TakesOptional, workflow_of

# Cancelling


async def test_a_cancel_ends_the_run(engine: KernelEngine) -> None:
    handle = await engine.start(AskNote)
    await open_asks(handle)
    await handle.cancel("enough")
    with pytest.raises(WorkflowCanceled, match="enough") as caught:
        await handle.result()
    assert (caught.value.workflow, caught.value.reason, handle.status) == ("ask-note", "enough", Status.CANCELED)


async def test_a_cancel_before_the_first_turn_ends_the_run(engine: KernelEngine) -> None:
    handle = engine.start_nowait(AskNote)
    handle.cancel_nowait()
    with pytest.raises(WorkflowCanceled):
        await handle.result()
    assert await kinds(handle) == ["WORKFLOW_EXECUTION_STARTED", "WORKFLOW_EXECUTION_CANCELED"]


async def test_a_cancel_after_the_end_changes_nothing(engine: KernelEngine) -> None:
    handle = await engine.start(TakesOptional)
    await handle.result()
    before = await kinds(handle)
    await handle.cancel()
    assert (await handle.result(), handle.status, await kinds(handle)) == (7, Status.COMPLETED, before)


async def test_a_second_cancel_is_harmless(engine: KernelEngine) -> None:
    handle = await engine.start(AskNote)
    await open_asks(handle)
    await handle.cancel("first")
    await handle.cancel("second")
    with pytest.raises(WorkflowCanceled):
        await handle.result()
    assert (await kinds(handle)).count("WORKFLOW_EXECUTION_CANCELED") == 1


async def test_cleaning_up_may_take_its_time(engine: KernelEngine, clock: JumpingClock) -> None:
    log: list[str] = []

    async def body() -> None:
        try:
            await asyncio.sleep(1_000)
        finally:
            await asyncio.sleep(5)
            log.append("clean")

    handle = await engine.start(workflow_of(body))
    await asyncio.sleep(0)
    await handle.cancel()
    with pytest.raises(WorkflowCanceled):
        await handle.result()
    assert (log, clock.elapsed) == (["clean"], 5)


async def test_a_workflow_may_refuse_to_stop(engine: KernelEngine) -> None:
    @workflow.define(name="w")
    class Stubborn(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> str:
            try:
                await self.wait_for_input(Note, label="first")
            except asyncio.CancelledError:
                return (await self.wait_for_input(Note, label="second")).note
            return ""

    handle = await engine.start(Stubborn)
    await open_asks(handle)
    await handle.cancel()
    await until(lambda: [ask["label"] for ask in handle.pending_inputs_nowait()] == ["second"])
    await answer(handle, {"note": "stayed"})
    assert await handle.result() == "stayed"


async def test_a_workflow_that_never_waits_lets_others_live_and_can_be_cancelled(engine: KernelEngine) -> None:
    busy, other = await engine.start(Busy), await engine.start(AskNote)
    for _ in range(3):
        await asyncio.sleep(0)
    await answer(other, {"note": "alive"})
    assert await other.result() == "alive"
    await busy.cancel()
    with pytest.raises(WorkflowCanceled):
        await busy.result()


# Closing


async def test_an_engine_works_only_while_it_is_open() -> None:
    engine = KernelEngine()
    with pytest.raises(EngineClosed):
        await engine.start(AskNote)
    async with engine:
        handle = await engine.start(AskNote)
    with pytest.raises(EngineClosed):
        await engine.start(AskNote)
    with pytest.raises(EngineClosed):
        await handle.result()


async def test_who_waits_for_a_result_is_told_of_the_close() -> None:
    async with KernelEngine(clock=JumpingClock()) as engine:
        handle = await engine.start(AskNote)
        waiter = asyncio.create_task(handle.result())
        follower = asyncio.create_task(all_events(handle))
        await open_asks(handle)
    with pytest.raises(EngineClosed):
        await waiter
    assert [event.event_type for event in await follower] == ["WORKFLOW_EXECUTION_STARTED", "CUSTOM_TASK_STARTED"]
    assert handle.status is Status.EVICTED


async def test_a_run_that_has_ended_keeps_its_result_after_the_close() -> None:
    async with KernelEngine(clock=JumpingClock()) as engine:
        handle = await engine.start(TakesOptional)
        await handle.result()
    assert await handle.result() == 7


async def test_closing_over_a_thousand_that_wait_is_quiet(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    unraisable: list[Any] = []
    before, sys.unraisablehook = sys.unraisablehook, unraisable.append
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            async with KernelEngine(clock=JumpingClock()) as engine:
                handles = [await engine.start(AskNote) for _ in range(1_000)]
                await open_asks(handles[-1])
            statuses = {handle.status for handle in handles}
            del handles, engine
            gc.collect()
            await asyncio.sleep(0)
    finally:
        sys.unraisablehook = before
    assert statuses == {Status.EVICTED}
    assert (unraisable, caplog.records, capfd.readouterr()) == ([], [], ("", ""))


async def test_closing_does_not_run_the_workflow_on() -> None:
    log: list[str] = []

    async def body() -> None:
        try:
            await asyncio.sleep(1_000)
        except BaseException as error:
            log.append(type(error).__name__)
            await asyncio.sleep(0)
            log.append("went on")
            raise

    async with KernelEngine(clock=JumpingClock(jumps=False)) as engine:
        handle = await engine.start(workflow_of(body))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert "went on" not in log
    assert handle.status is Status.EVICTED
    assert list(engine.journal.read(handle.id))[-1].event_type != "WORKFLOW_EXECUTION_FAILED"
