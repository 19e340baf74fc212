"""What ends a run from beside its entrypoint, and what must leave no trace: handlers, limits, parallel activities."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from nbconvo.engine import KernelEngine, Status
from nbconvo.errors import ChildWorkflowError, NotAllowedInWorkflow, WorkflowFailed
from nbconvo.testing import JumpingClock
from nbconvo.testing.clock import settled
from nbconvo.workflows import activity, execute_activities_in_parallel, workflow
from nbconvo.workflows.conversational import send_assistant_message
from tests.support.executions import all_events, kinds

WAYS: dict[str, Callable[[Any], Any]] = {
    "sets a timer": lambda _: asyncio.get_running_loop().call_later(5, print),
    "starts a task": lambda _: asyncio.ensure_future(send_assistant_message("Hello")),
    "ends a wait": lambda self: self.event.set(),
}


@workflow.define(name="curious")
class Curious:
    def __init__(self) -> None:
        self.is_done = False
        self.event = asyncio.Event()

    @workflow.signal()
    def finish(self) -> None:
        self.is_done = True

    @workflow.signal()
    def break_it(self) -> None:
        raise ValueError("broken by a signal")

    @workflow.query()
    def look(self, how: str, then_raise: bool) -> str:
        WAYS[how](self)
        if then_raise:
            raise ValueError("looked away")
        return "seen"

    @workflow.entrypoint
    async def run(self) -> str:
        waiting = asyncio.create_task(self.event.wait())
        try:
            await workflow.wait_condition(lambda: self.is_done)
        except asyncio.CancelledError:
            return "went on all the same"
        return f"done {waiting.done()} {workflow.uuid4()} {workflow.random().random()}"


async def done(engine: KernelEngine, *looks: dict[str, Any], error: type[Exception]) -> tuple[Any, list[str]]:
    """What the run returns and records when somebody looks at it in between."""
    handle = await engine.start(Curious, id="the same each time")
    await settled()
    for look in looks:
        with pytest.raises(error):
            await handle.query("look", look)
    await handle.signal("finish")
    return await handle.result(), [event.event_type for event in await all_events(handle, internal=True)]


@pytest.mark.parametrize(("then_raise", "error"), [(True, ValueError), (False, NotAllowedInWorkflow)])
@pytest.mark.parametrize("how", WAYS)
async def test_a_query_that_changes_something_leaves_no_trace(how: str, then_raise: bool, error: type[Exception]) -> None:
    results: list[Any] = []
    for looks in ([], [{"how": how, "then_raise": then_raise}]):
        async with KernelEngine(clock=JumpingClock(), new_id=lambda: "an id") as engine:
            results.append(await done(engine, *looks, error=error))
    assert results[0] == results[1]
    assert results[0][0].startswith("done False ")


async def test_a_query_may_draw_ids_and_chance(engine: KernelEngine) -> None:
    """What it draws, the run draws again: nobody may be able to tell that somebody has looked."""

    @workflow.define(name="drawing")
    class Drawing(Curious):
        @workflow.query()
        def draw(self) -> str:
            return f"{workflow.uuid4()} {workflow.random().random()}"

        @workflow.entrypoint
        async def run(self) -> str:
            await workflow.wait_condition(lambda: self.is_done)
            return f"{workflow.uuid4()} {workflow.random().random()}"

    handle = await engine.start(Drawing)
    drawn = await handle.query("draw")
    assert await handle.query("draw") == drawn
    await handle.signal("finish")
    assert await handle.result() == drawn


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
    assert isinstance(failed.value.__cause__, ChildWorkflowError)
    assert str(failed.value.__cause__.__cause__) == "ApplicationError: ValueError: 3 is odd"
