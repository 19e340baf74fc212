"""Activities inside a workflow: recorded, retried, limited, decoded."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from nbconvo.engine import KernelEngine
from nbconvo.errors import ActivityError, ApplicationError, ErrorCode, WorkflowCanceled, WorkflowFailed, WorkflowsException
from nbconvo.protocol.envelope import Event
from nbconvo.protocol.events import ActivityTaskCompleted, ActivityTaskFailed, ActivityTaskRetrying, ActivityTaskStarted
from nbconvo.testing import JumpingClock
from nbconvo.workflows import activity, workflow
from tests.support.executions import all_events, kinds, until


class Offer(BaseModel):
    item: str
    price: float = 1.0


@dataclasses.dataclass
class Point:
    x: int


def workflow_of(body: Any) -> type[Any]:
    @workflow.define(name="w")
    class Sample:
        @workflow.entrypoint
        async def run(self) -> Any:
            return await body()

    return Sample


async def run(engine: KernelEngine, body: Any) -> Any:
    return await (await engine.start(workflow_of(body))).result()


def told(events: list[Event]) -> list[Any]:
    wanted = (ActivityTaskStarted, ActivityTaskRetrying, ActivityTaskCompleted, ActivityTaskFailed)
    return [event.attributes for event in events if isinstance(event.attributes, wanted)]


class Attempts:
    """An activity that fails until its last attempt."""

    def __init__(self, failures: int, error: Exception, **options: Any) -> None:
        self.count = 0

        @activity(**options)
        async def flaky(n: int) -> int:
            self.count += 1
            if self.count <= failures:
                raise error
            return n * 2

        self.call = flaky


async def test_a_call_and_its_result_are_told(engine: KernelEngine) -> None:
    @activity(name="pricing")
    async def price(item: str, factor: float = 2) -> Offer:
        return Offer(item=item, price=factor)

    handle = await engine.start(workflow_of(lambda: price("tea")))
    assert await handle.result() == {"item": "tea", "price": 2.0}  # what the JSON says, as after a restart
    started, completed = told(await all_events(handle))
    assert started == ActivityTaskStarted(started.task_id, "pricing", ["tea", 2])
    assert completed == ActivityTaskCompleted(started.task_id, "pricing", {"item": "tea", "price": 2.0})


async def test_it_runs_on_the_loop_of_the_notebook(engine: KernelEngine) -> None:
    host = asyncio.get_running_loop()

    @activity()
    async def where() -> bool:
        return asyncio.get_running_loop() is host

    async def body() -> list[bool]:
        return [asyncio.get_running_loop() is host, await where()]

    assert await run(engine, body) == [False, True]


async def test_arguments_and_results_pass_through_json(engine: KernelEngine) -> None:
    @activity()
    async def swap(offer: Offer, when: date, points: list[Point]) -> tuple[date, Point, Offer]:
        assert (type(offer), type(when), type(points[0])) == (Offer, date, Point)
        return when + timedelta(days=1), points[0], offer

    async def body() -> Any:
        offer = Offer(item="tea")
        when, point, back = await swap(offer, date(2025, 1, 15), points=[Point(3)])
        return [when == date(2025, 1, 16), point == Point(3), back == offer, back is offer]

    assert await run(engine, body) == [True, True, True, False]


async def test_what_a_workflow_changes_does_not_reach_an_activity_that_runs(engine: KernelEngine) -> None:
    seen: list[list[int]] = []

    @activity()
    async def look(numbers: list[int]) -> None:
        await asyncio.sleep(0)
        seen.append(numbers)

    async def body() -> None:
        numbers = [1]
        task = asyncio.create_task(look(numbers))
        await asyncio.sleep(0)
        numbers.append(2)
        await task

    await run(engine, body)
    assert seen == [[1]]


async def test_activities_run_side_by_side(engine: KernelEngine) -> None:
    running = 0
    most = 0

    @activity()
    async def busy(n: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return n

    async def body() -> list[int]:
        return list(await asyncio.gather(*(busy(n) for n in range(5))))

    assert await run(engine, body) == [0, 1, 2, 3, 4]
    assert most == 5


async def test_a_failure_is_tried_again_after_growing_pauses(engine: KernelEngine, clock: JumpingClock) -> None:
    flaky = Attempts(2, ValueError("flaky"), retry_policy_max_attempts=3)
    handle = await engine.start(workflow_of(lambda: flaky.call(4)))
    assert await handle.result() == 8
    assert (flaky.count, clock.elapsed) == (3, 1 + 2)
    _, first, second, completed = told(await all_events(handle))
    assert [(each.attempt, each.failure) for each in (first, second)] == [(1, "flaky"), (2, "flaky")]
    assert completed.result == 8


async def test_an_attempt_begins_only_after_the_failure_before_it_is_told(engine: KernelEngine) -> None:
    flaky = Attempts(1, ValueError("flaky"))
    handle = await engine.start(workflow_of(lambda: flaky.call(1)))
    async for event in handle.events():
        if isinstance(event.attributes, ActivityTaskRetrying):
            assert flaky.count == 1
    assert await handle.result() == 2


@pytest.mark.parametrize(
    ("attempts", "coefficient", "pauses"), [(None, None, 3.0), (2, None, 1.0), (4, 3.0, 13.0), (1, None, 0.0)]
)
async def test_the_policy_says_how_often_and_how_long(
    engine: KernelEngine, clock: JumpingClock, attempts: int | None, coefficient: float | None, pauses: float
) -> None:
    options: dict[str, Any] = {"retry_policy_max_attempts": attempts, "retry_policy_backoff_coefficient": coefficient}
    broken = Attempts(99, ValueError("no"), **options)
    with pytest.raises(WorkflowFailed):
        await run(engine, lambda: broken.call(1))
    assert (broken.count, clock.elapsed) == (attempts or 3, pauses)


async def test_the_last_failure_reaches_the_workflow_with_its_cause(engine: KernelEngine) -> None:
    always = Attempts(99, WorkflowsException("nope", code=ErrorCode.INVALID_ARGUMENTS_ERROR), retry_policy_max_attempts=2)
    caught: list[ActivityError] = []

    async def body() -> str:
        try:
            await always.call(1)
        except ActivityError as error:
            caught.append(error)
        return "went on"

    handle = await engine.start(workflow_of(body))
    assert await handle.result() == "went on"
    (error,) = caught
    cause = error.__cause__
    assert isinstance(cause, ApplicationError)
    assert (str(error), error.activity_name, cause.type) == ("Activity task failed", "flaky", "WorkflowsException")
    assert str(cause).startswith("WorkflowsException: invalid_request_error: nope")
    failed = told(await all_events(handle))[-1]
    assert (type(failed), failed.attempt) == (ActivityTaskFailed, 2)
    assert failed.failure.startswith("invalid_request_error: nope")


async def test_a_failure_that_nobody_catches_fails_the_run(engine: KernelEngine) -> None:
    broken = Attempts(99, ValueError("no"), retry_policy_max_attempts=1)
    with pytest.raises(WorkflowFailed, match="ActivityError: Activity task failed") as caught:
        await run(engine, lambda: broken.call(1))
    assert isinstance(caught.value.__cause__, ActivityError)


async def test_some_failures_are_not_worth_another_try(engine: KernelEngine) -> None:
    hopeless = Attempts(99, ApplicationError("never", type="Hopeless", non_retryable=True))
    with pytest.raises(WorkflowFailed) as caught:
        await run(engine, lambda: hopeless.call(1))
    assert hopeless.count == 1
    assert caught.value.__cause__ is not None
    assert "never" in str(caught.value.__cause__.__cause__)


async def test_an_attempt_that_takes_too_long_is_stopped(engine: KernelEngine) -> None:
    stopped: list[str] = []

    @activity(start_to_close_timeout=timedelta(milliseconds=10), retry_policy_max_attempts=1)
    async def slow() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append("stopped")

    handle = await engine.start(workflow_of(slow))
    with pytest.raises(WorkflowFailed) as caught:
        await handle.result()
    assert stopped == ["stopped"]
    assert caught.value.__cause__ is not None
    assert "no result within 0.01 seconds" in str(caught.value.__cause__.__cause__)
    assert told(await all_events(handle))[-1].failure == "no result within 0.01 seconds"


async def test_a_timeout_of_its_own_is_an_ordinary_failure(engine: KernelEngine) -> None:
    broken = Attempts(99, TimeoutError("the line is slow"), retry_policy_max_attempts=1)
    handle = await engine.start(workflow_of(lambda: broken.call(1)))
    with pytest.raises(WorkflowFailed):
        await handle.result()
    assert told(await all_events(handle))[-1].failure == "the line is slow"


@pytest.mark.parametrize(
    ("args", "kwargs", "text"),
    [
        ((1, 2), {}, "'flaky' expects at most 1 positional parameters. Found: 2 positional arguments."),
        ((1,), {"z": 2}, "'flaky' got unexpected keyword arguments: ['z']."),
        ((), {}, "'flaky' missing required parameter: 'n'."),
        ((object(),), {}, "An argument of 'flaky' cannot be recorded as JSON"),
    ],
)
async def test_wrong_arguments_fail_before_anything_is_recorded(
    engine: KernelEngine, args: tuple[Any, ...], kwargs: dict[str, Any], text: str
) -> None:
    sound = Attempts(0, ValueError())
    handle = await engine.start(workflow_of(lambda: sound.call(*args, **kwargs)))
    with pytest.raises(WorkflowFailed) as caught:
        await handle.result()
    cause = caught.value.__cause__
    assert isinstance(cause, WorkflowsException)
    assert cause.message.startswith(text)
    assert cause.code is ErrorCode.INVALID_ARGUMENTS_ERROR
    assert told(await all_events(handle)) == []


async def test_an_argument_of_another_type_fails_at_once(engine: KernelEngine) -> None:
    sound = Attempts(0, ValueError())
    handle = await engine.start(workflow_of(lambda: sound.call("x")))  # type: ignore[arg-type]
    with pytest.raises(WorkflowFailed):
        await handle.result()
    assert sound.count == 0
    started, failed = told(await all_events(handle))
    assert started.input == ["x"]
    assert (type(failed), failed.attempt) == (ActivityTaskFailed, 1)
    assert "valid integer" in failed.failure


@pytest.mark.parametrize(
    ("annotation", "value"), [(int, "x"), (Any, object()), (Any, {"k": object()})], ids=["type", "object", "inner"]
)
async def test_a_result_that_cannot_be_recorded_is_a_failure(engine: KernelEngine, annotation: Any, value: Any) -> None:
    async def odd():  # type: ignore[no-untyped-def]
        return value

    odd.__annotations__["return"] = annotation
    call = activity(retry_policy_max_attempts=1)(odd)
    handle = await engine.start(workflow_of(call))
    with pytest.raises(WorkflowFailed, match="ActivityError"):
        await handle.result()
    assert [type(each) for each in told(await all_events(handle))] == [ActivityTaskStarted, ActivityTaskFailed]


class Endless:
    """An activity that ends only when it is cancelled."""

    def __init__(self) -> None:
        self.state = "new"

        @activity()
        async def endless() -> None:
            self.state = "running"
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.state = "cancelled"
                raise

        self.call = endless


async def test_it_is_cancelled_when_the_workflow_stops_waiting(engine: KernelEngine, clock: JumpingClock) -> None:
    endless = Endless()

    async def body() -> str:
        try:
            await asyncio.wait_for(endless.call(), 30)
        except TimeoutError:
            return "went on"
        return ""

    handle = await engine.start(workflow_of(body))
    assert await handle.result() == "went on"
    await until(lambda: endless.state == "cancelled")
    assert clock.elapsed == 30


async def test_it_is_cancelled_with_the_run(engine: KernelEngine) -> None:
    endless = Endless()
    handle = await engine.start(workflow_of(endless.call))
    await until(lambda: endless.state == "running")
    await handle.cancel()
    with pytest.raises(WorkflowCanceled):
        await handle.result()
    await until(lambda: endless.state == "cancelled")
    assert (await kinds(handle))[-1] == "WORKFLOW_EXECUTION_CANCELED"


async def test_it_is_cancelled_when_another_branch_fails(engine: KernelEngine) -> None:
    endless = Endless()

    async def body() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(endless.call())
            await asyncio.sleep(1)
            raise ValueError("boom")

    with pytest.raises(WorkflowFailed):
        await run(engine, body)
    await until(lambda: endless.state == "cancelled")


async def test_it_is_cancelled_when_the_engine_closes() -> None:
    endless = Endless()
    async with KernelEngine(clock=JumpingClock()) as engine:
        await engine.start(workflow_of(endless.call))
        await until(lambda: endless.state == "running")
    await until(lambda: endless.state == "cancelled")


async def test_a_retry_that_waits_ends_with_the_run() -> None:
    clock = JumpingClock(jumps=False)
    broken = Attempts(99, ValueError("no"))
    async with KernelEngine(clock=clock) as engine:
        handle = await engine.start(workflow_of(lambda: broken.call(1)))
        await until(lambda: broken.count == 1)
        await handle.cancel()
        with pytest.raises(WorkflowCanceled):
            await handle.result()
        clock.advance(10)
        await asyncio.sleep(0)
    assert broken.count == 1


async def test_an_activity_may_call_another_as_a_function(engine: KernelEngine) -> None:
    sound = Attempts(0, ValueError())

    @activity()
    async def outer(n: int) -> int:
        return await sound.call(n) + 1

    handle = await engine.start(workflow_of(lambda: outer(2)))
    assert await handle.result() == 5
    assert [each.activity_name for each in told(await all_events(handle))] == ["outer", "outer"]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), asyncio.CancelledError()], ids=repr)
async def test_an_activity_that_leaves_in_a_hurry_fails(engine: KernelEngine, error: BaseException) -> None:
    @activity(retry_policy_max_attempts=1)
    async def hurried() -> None:
        raise error

    handle = await engine.start(workflow_of(hurried))
    with pytest.raises(WorkflowFailed):
        await handle.result()
    assert (await kinds(handle))[-1] == "WORKFLOW_EXECUTION_FAILED"
