"""Random programs of sleeps, asks, activities, gathers, timeouts and cancels: stopped at random writes, they do the same."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from nbconvo.engine import KernelEngine
from nbconvo.workflows import activity, workflow
from tests.support.programs import Asking, note
from tests.support.restarts import ID, Told, differences, finish, finished, forever, once, told

Step = list[Any]
"""A step as JSON: its kind, then what it needs; a program is a list of steps, done one after the other."""

SECONDS = st.sampled_from([0, 1, 2, 3])
SIMPLE = st.one_of(
    st.tuples(st.just("sleep"), SECONDS),
    st.tuples(st.just("ask"), st.sampled_from("abc")),
    st.tuples(st.just("do"), st.sampled_from("xyz")),
    st.tuples(st.just("chance")),
)


def compound(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    program = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.tuples(st.sampled_from(["gather", "group", "first", "as_completed"]), st.lists(program, min_size=1, max_size=3)),
        st.tuples(st.just("limit"), SECONDS, program),
        st.tuples(st.just("cancel"), SECONDS, program),
    )


PROGRAMS = st.lists(st.recursive(SIMPLE, compound, max_leaves=8), min_size=1, max_size=3)


class Code(BaseModel):
    steps: list[Any]


under_way: dict[int, asyncio.Future[None]] = {}


@activity()
async def act(word: str, number: int) -> str:
    """Ends when the world says so: which of two ends first must not depend on when they were started again."""
    under_way[number] = asyncio.get_running_loop().create_future()
    try:
        await under_way[number]
    finally:
        del under_way[number]
    finish(f"{word}{number}")
    return f"{word}{number}"


@workflow.define(name="random")
class Random(Asking):
    @workflow.entrypoint
    async def run(self, code: Code) -> list[Any]:
        self.count = 0
        return await self.program(code.steps)

    async def program(self, steps: list[Step]) -> list[Any]:
        return [await self.step(step) for step in steps]

    async def step(self, step: Step) -> Any:
        match step:
            case ["sleep", seconds]:
                return await asyncio.sleep(seconds, "slept")
            case ["ask", label]:
                return await self.ask(label)
            case ["do", word]:
                self.count += 1
                return await act(word, self.count)
            case ["chance"]:
                return [workflow.random().randint(0, 99), workflow.now().isoformat()]
            case _:
                return await self.together(step)

    async def together(self, step: Step) -> Any:
        match step:
            case ["gather", programs]:
                return await asyncio.gather(*map(self.program, programs))
            case ["group", programs]:
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(self.program(each)) for each in programs]
                return [task.result() for task in tasks]
            case ["first", programs]:
                tasks = {asyncio.create_task(self.program(each)) for each in programs}
                done, pending = await asyncio.wait(tasks, return_when="FIRST_COMPLETED")
                for task in pending:
                    task.cancel()
                return [[task.result() for task in done], len(await asyncio.gather(*pending, return_exceptions=True))]
            case ["as_completed", programs]:
                return [await each for each in asyncio.as_completed([self.program(each) for each in programs])]
            case ["limit", seconds, steps]:
                try:
                    return await asyncio.wait_for(self.program(steps), seconds)
                except TimeoutError:
                    return "timed out"
            case ["cancel", seconds, steps]:
                task = asyncio.create_task(self.program(steps))
                await asyncio.sleep(seconds)
                task.cancel()
                return await asyncio.gather(task, return_exceptions=True) if not task.done() else "done"
        raise AssertionError(step)


def world(engine: KernelEngine) -> bool:
    """Ends the oldest activity; else answers an ask, the newest one first."""
    for _, oldest in sorted(under_way.items()):
        oldest.set_result(None)
        return True
    handle = engine.handle(ID)
    asks = handle.pending_inputs_nowait()
    if asks:
        handle.submit_input_nowait(asks[-1]["task_id"], note(f"to {asks[-1]['label']}"))
    return bool(asks)


def run(steps: list[Any], lives: Iterator[int | None], *, closing: bool = False) -> tuple[Told, dict[str, int]]:
    finished.clear()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.sqlite3"
        return told(Random, world, path, value={"steps": steps}, lives=lives, closing=closing), dict(finished)


@settings(
    max_examples=60,
    deadline=None,
    derandomize="CI" in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(PROGRAMS, st.lists(st.integers(1, 6), max_size=6), st.booleans())
def test_a_random_program_does_the_same_when_it_is_stopped(steps: list[Any], lives: list[int], closing: bool) -> None:
    straight, once_each = run(steps, forever(None))
    stopped, again = run(steps, once(lives), closing=closing)
    assert stopped.outcome == straight.outcome
    assert differences(straight.events, stopped.events) == ""
    assert again == once_each
