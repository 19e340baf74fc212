"""What ends a run from beside its entrypoint, and what must leave no trace: handlers, limits, parallel activities."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from nbconvo.engine import KernelEngine, Status
from nbconvo.errors import ActivityError, NotAllowedInWorkflow, WorkflowFailed
from nbconvo.workflows import activity, execute_activities_in_parallel, workflow
from nbconvo.workflows.conversational import send_assistant_message
from tests.support.executions import all_events, kinds


@workflow.define(name="curious")
class Curious:
    def __init__(self) -> None:
        self.is_done = False

    @workflow.signal()
    def finish(self) -> None:
        self.is_done = True

    @workflow.signal()
    def break_it(self) -> None:
        raise ValueError("broken by a signal")

    @workflow.query()
    def look(self, then_raise: bool) -> str:
        workflow.add_search_keys({"seen": True})
        if then_raise:
            raise ValueError("looked away")
        return "seen"

    @workflow.entrypoint
    async def run(self) -> str:
        try:
            await workflow.wait_condition(lambda: self.is_done)
        except asyncio.CancelledError:
            return "went on all the same"
        return "done"


@pytest.mark.parametrize(("then_raise", "error"), [(True, ValueError), (False, NotAllowedInWorkflow)])
async def test_a_query_that_changes_something_leaves_no_trace(
    engine: KernelEngine, then_raise: bool, error: type[Exception]
) -> None:
    handle = await engine.start(Curious)
    with pytest.raises(error):
        await handle.query("look", {"then_raise": then_raise})
    await handle.signal("finish")
    assert await handle.result() == "done"
    assert "NBCONVO_SEARCH_KEYS_CHANGED" not in [event.event_type for event in await all_events(handle, internal=True)]


async def test_a_signal_that_raises_fails_the_run_whatever_its_code_does(engine: KernelEngine) -> None:
    handle = await engine.start(Curious)
    await handle.signal("break_it")
    with pytest.raises(WorkflowFailed, match="broken by a signal"):
        await handle.result()
    assert handle.status is Status.FAILED
    assert (await kinds(handle))[-1] == "WORKFLOW_EXECUTION_FAILED"


async def test_a_run_over_its_time_fails_whatever_its_code_does(engine: KernelEngine) -> None:
    @workflow.define(name="slow", execution_timeout=timedelta(seconds=5))
    class Slow:
        @workflow.entrypoint
        async def run(self) -> str:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                await send_assistant_message("not yet")
            return "late"

    handle = await engine.start(Slow)
    with pytest.raises(WorkflowFailed, match="execution_timeout of 5 seconds"):
        await handle.result()
    assert handle.status is Status.FAILED


async def test_parallel_activities_give_their_results_in_order_or_the_first_failure(engine: KernelEngine) -> None:
    @activity(retry_policy_max_attempts=1)
    async def half(number: int) -> int:
        if number % 2:
            raise ValueError(f"{number} is odd")
        return number // 2

    @workflow.define(name="halves")
    class Halves:
        @workflow.entrypoint
        async def run(self, numbers: list[int]) -> list[int]:
            return await execute_activities_in_parallel(half, items=numbers)

    assert await (await engine.start(Halves, [2, 8, 4])).result() == [1, 4, 2]
    with pytest.raises(WorkflowFailed) as failed:
        await (await engine.start(Halves, [2, 3])).result()
    assert isinstance(failed.value.__cause__, ActivityError)
    assert str(failed.value.__cause__.__cause__) == "ValueError: 3 is odd"
