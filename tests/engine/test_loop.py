"""asyncio on the deterministic loop: what works as always, and in which order."""

from __future__ import annotations

import asyncio
import contextvars
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from nbconvo.engine import KernelEngine
from nbconvo.errors import NotInWorkflow, WorkflowDeadlocked, WorkflowFailed
from nbconvo.protocol.events import TimerFired, TimerStarted
from nbconvo.testing.clock import START, JumpingClock
from nbconvo.workflows import get_execution_id, workflow
from tests.support.executions import all_events

Body = Callable[[], Awaitable[Any]]


async def run(engine: KernelEngine, body: Body) -> Any:
    """Run `body` as the code of a workflow."""

    @workflow.define(name="w")
    class Sample:
        @workflow.entrypoint
        async def run(self) -> Any:
            return await body()

    return await (await engine.start(Sample)).result()


async def cause(engine: KernelEngine, body: Body) -> BaseException:
    with pytest.raises(WorkflowFailed) as caught:
        await run(engine, body)
    assert caught.value.__cause__ is not None
    return caught.value.__cause__


async def later(seconds: float, value: Any, log: list[Any] | None = None) -> Any:
    await asyncio.sleep(seconds)
    if log is not None:
        log.append(value)
    return value


async def test_sleeps_end_in_the_order_of_their_time(engine: KernelEngine, clock: JumpingClock) -> None:
    async def body() -> list[Any]:
        log: list[Any] = []
        await asyncio.gather(
            later(3, "c", log), later(1, "a", log), later(2, "b", log), later(1, "a2", log), later(0, "now", log)
        )
        return log

    assert await run(engine, body) == ["now", "a", "a2", "b", "c"]
    assert clock.elapsed == 3


async def test_sleeps_of_one_after_the_other_add_up(engine: KernelEngine, clock: JumpingClock) -> None:
    async def body() -> None:
        await workflow.sleep(86_400 * 365)
        await asyncio.sleep(0.5)
        await workflow.sleep(0)

    await run(engine, body)
    assert clock.elapsed == 86_400 * 365 + 0.5


async def test_time_stands_still_between_two_awaits(engine: KernelEngine) -> None:
    async def body() -> list[float]:
        loop = asyncio.get_running_loop()
        before, also = loop.time(), loop.time()
        await asyncio.sleep(5)
        return [before, also, loop.time(), workflow.now().timestamp()]

    before, also, after, now = await run(engine, body)
    assert before == also
    assert after == now
    assert after - before == pytest.approx(5, abs=1e-3)
    assert before == pytest.approx(START, abs=1e-3)


async def test_gather_keeps_the_order_of_its_arguments(engine: KernelEngine) -> None:
    async def body() -> list[Any]:
        return list(await asyncio.gather(later(2, "a"), later(1, "b")))

    assert await run(engine, body) == ["a", "b"]


async def test_as_completed_gives_the_order_of_completion(engine: KernelEngine) -> None:
    async def body() -> list[Any]:
        return [await each for each in asyncio.as_completed([later(2, "a"), later(1, "b"), later(3, "c")])]

    assert await run(engine, body) == ["b", "a", "c"]


@pytest.mark.parametrize(("limit", "outcome"), [(1, "late"), (3, "done")])
async def test_wait_for_and_timeout_measure_the_workflows_time(
    engine: KernelEngine, clock: JumpingClock, limit: int, outcome: str
) -> None:
    async def by_wait_for() -> str:
        try:
            return await asyncio.wait_for(later(2, "done"), limit)
        except TimeoutError:
            return "late"

    async def by_timeout() -> str:
        try:
            async with asyncio.timeout(limit):
                return await later(2, "done")
        except TimeoutError:
            return "late"

    assert await run(engine, by_wait_for) == outcome
    assert clock.elapsed == min(limit, 2)
    assert await run(engine, by_timeout) == outcome
    assert clock.elapsed == 2 * min(limit, 2)


async def test_a_task_group_waits_for_all(engine: KernelEngine) -> None:
    async def body() -> list[Any]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(later(seconds, seconds)) for seconds in (2, 1)]
        return [task.result() for task in tasks]

    assert await run(engine, body) == [2, 1]


async def test_a_task_group_fails_together(engine: KernelEngine, clock: JumpingClock) -> None:
    async def boom() -> None:
        raise ValueError("boom")

    async def body() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(later(100, 1))
            group.create_task(boom())

    error = await cause(engine, body)
    assert isinstance(error, ExceptionGroup)
    assert [str(each) for each in error.exceptions] == ["boom"]
    assert clock.elapsed == 0


async def test_a_queue_carries_from_task_to_task(engine: KernelEngine) -> None:
    async def body() -> list[int]:
        queue: asyncio.Queue[int] = asyncio.Queue(maxsize=1)

        async def produce() -> None:
            for number in range(5):
                await queue.put(number)

        producer = asyncio.create_task(produce())
        got = [await queue.get() for _ in range(5)]
        await producer
        return got

    assert await run(engine, body) == [0, 1, 2, 3, 4]


async def test_locks_events_conditions_and_semaphores(engine: KernelEngine) -> None:
    async def body() -> list[str]:
        log: list[str] = []
        lock, event, semaphore, condition = asyncio.Lock(), asyncio.Event(), asyncio.Semaphore(1), asyncio.Condition()

        async def worker(name: str) -> None:
            await event.wait()
            async with lock, semaphore:
                log.append(name)
                await asyncio.sleep(1)
                log.append(name)
            async with condition:
                condition.notify_all()

        tasks = [asyncio.create_task(worker(name)) for name in "ab"]
        await asyncio.sleep(0)
        event.set()
        async with condition:
            await condition.wait()
        await asyncio.gather(*tasks)
        return log

    assert await run(engine, body) == ["a", "a", "b", "b"]


async def test_a_shielded_task_outlives_its_waiter(engine: KernelEngine) -> None:
    async def body() -> list[Any]:
        inner = asyncio.create_task(later(2, "kept"))
        try:
            await asyncio.wait_for(asyncio.shield(inner), 1)
        except TimeoutError:
            return ["late", await inner]
        return []

    assert await run(engine, body) == ["late", "kept"]


async def test_async_generators_and_context_managers(engine: KernelEngine) -> None:
    async def body() -> list[Any]:
        async def numbers() -> Any:
            try:
                for number in range(3):
                    await asyncio.sleep(1)
                    yield number
            finally:
                log.append("closed")

        log: list[Any] = []
        async for number in numbers():
            log.append(number)
        return log

    assert await run(engine, body) == [0, 1, 2, "closed"]


async def test_the_runtime_is_there_in_every_task(engine: KernelEngine) -> None:
    async def body() -> list[str | None]:
        async def inner() -> str | None:
            return get_execution_id()

        return [get_execution_id(), *await asyncio.gather(inner(), asyncio.create_task(inner()))]

    ids = await run(engine, body)
    assert len(set(ids)) == 1
    assert ids[0] is not None
    assert get_execution_id() is None


@pytest.mark.parametrize("call", [workflow.now, workflow.uuid4, workflow.random], ids=lambda call: call.__name__)
def test_outside_a_workflow_there_is_no_runtime(call: Callable[[], Any]) -> None:
    with pytest.raises(NotInWorkflow, match=rf"workflow\.{call.__name__} can only be used inside a running workflow"):
        call()


async def test_outside_a_workflow_there_is_no_sleep() -> None:
    with pytest.raises(NotInWorkflow, match=r"workflow\.sleep"):
        await workflow.sleep(0)


async def test_chance_and_ids_are_drawn_from_the_execution() -> None:
    async def body() -> list[Any]:
        return [str(workflow.uuid4()), str(workflow.uuid4()), workflow.random().random()]

    async def drawn(seed: str) -> list[Any]:
        async with KernelEngine(clock=JumpingClock(), new_id=iter([seed, f"{seed} run"]).__next__) as engine:
            return await run(engine, body)

    state = random.getstate()
    first, again, other = await drawn("a"), await drawn("a"), await drawn("b")
    assert first == again
    assert set(first) & set(other) == set()
    assert first[0] != first[1]
    assert random.getstate() == state


async def test_timers_are_recorded(engine: KernelEngine) -> None:
    @workflow.define(name="w")
    class Sample:
        @workflow.entrypoint
        async def run(self) -> None:
            await asyncio.sleep(2)

    events = await all_events(await engine.start(Sample), internal=True)
    (started,) = (event.attributes for event in events if isinstance(event.attributes, TimerStarted))
    (fired,) = (event.attributes for event in events if isinstance(event.attributes, TimerFired))
    assert started.timer_id == fired.timer_id
    assert started.deadline == pytest.approx(START + 2, abs=1e-3)


@pytest.mark.parametrize(("duration", "error"), [("1", TypeError), (None, TypeError), (True, TypeError)])
async def test_a_duration_is_a_number_or_a_timedelta(engine: KernelEngine, duration: Any, error: type[Exception]) -> None:
    assert isinstance(await cause(engine, lambda: workflow.sleep(duration)), error)


async def test_waiting_for_what_nothing_can_bring_fails(engine: KernelEngine) -> None:
    error = await cause(engine, lambda: asyncio.Event().wait())
    assert isinstance(error, WorkflowDeadlocked)
    assert "no ask, timer or activity is open" in str(error)


async def test_two_tasks_that_wait_for_each_other_fail(engine: KernelEngine) -> None:
    async def body() -> None:
        one, other = asyncio.Lock(), asyncio.Lock()

        async def take(first: asyncio.Lock, second: asyncio.Lock) -> None:
            async with first:
                await asyncio.sleep(0)
                async with second:
                    pass

        await asyncio.gather(take(one, other), take(other, one))

    assert isinstance(await cause(engine, body), WorkflowDeadlocked)


async def test_a_future_of_the_notebook_cannot_be_awaited(engine: KernelEngine) -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def body() -> None:
        await future

    error = await cause(engine, body)
    assert isinstance(error, RuntimeError)
    assert "attached to a different loop" in str(error)
    assert error.__notes__ == ["Workflow code awaited something of the notebook's own event loop. Await it in an @activity."]


async def test_a_task_of_the_notebook_cannot_be_awaited(engine: KernelEngine) -> None:
    task = asyncio.get_running_loop().create_task(asyncio.sleep(0))

    async def body() -> None:
        await asyncio.gather(task, asyncio.sleep(1))

    error = await cause(engine, body)
    await task
    assert isinstance(error, ValueError | RuntimeError)
    assert any("@activity" in note for note in getattr(error, "__notes__", []))


CALLER: contextvars.ContextVar[str] = contextvars.ContextVar("CALLER", default="nobody")


async def test_the_context_of_the_caller_goes_with_the_workflow(engine: KernelEngine) -> None:
    async def body() -> list[str]:
        await asyncio.sleep(1)
        mine = CALLER.get()
        CALLER.set("changed inside")
        await asyncio.sleep(1)
        return [mine, CALLER.get()]

    CALLER.set("the cell")
    assert await run(engine, body) == ["the cell", "changed inside"]
    assert CALLER.get() == "the cell"


async def test_workflow_code_may_print(engine: KernelEngine, capsys: pytest.CaptureFixture[str]) -> None:
    async def body() -> None:
        print("one")
        await asyncio.sleep(1)
        print("two")

    await run(engine, body)
    assert capsys.readouterr() == ("one\ntwo\n", "")


async def test_an_error_in_a_callback_is_logged_and_the_run_goes_on(
    engine: KernelEngine, caplog: pytest.LogCaptureFixture
) -> None:
    async def body() -> str:
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await asyncio.sleep(1)
        return "on"

    assert await run(engine, body) == "on"
    assert "division by zero" in caplog.text


async def test_many_runs_are_as_one(engine: KernelEngine) -> None:
    async def body() -> Any:
        return await later(1, get_execution_id())

    ids = await asyncio.gather(*(run(engine, body) for _ in range(50)))
    assert len(set(ids)) == 50
