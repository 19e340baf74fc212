"""The workloads on nbconvo's engine.

python -m benchmarks.ours [--only w4]
"""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path
from typing import Literal

from benchmarks.measure import flatness, held, run, scaled, timed
from nbconvo import workflows
from nbconvo.engine import KernelEngine, KernelHandle
from nbconvo.journal import open_journal
from nbconvo.views.fold import empty_view
from nbconvo.views.live import LiveView
from nbconvo.views.saved import SavedView
from nbconvo.workflows import workflow
from nbconvo.workflows.conversational import ChatInput
from nbconvo.workflows.task import task

REPLY = {"message": [{"type": "text", "text": "Ada"}]}
Durability = Literal["normal", "full"]


@workflows.activity()
async def step(number: int) -> int:
    """One step."""
    return number + 1


@workflows.activity()
async def stream(count: int) -> int:
    """Streams tokens, as an activity that calls a model does: each change of the state travels as an `append` patch."""
    text = ""
    async with task("answer", state={"text": text}) as answer:
        for _ in range(count):
            text += "token "
            await answer.update_state({"text": text})
    return count


@workflow.define(name="asks")
class Asks(workflows.InteractiveWorkflow):
    """Asks `count` times."""

    @workflow.entrypoint
    async def run(self, count: int) -> int:
        for _ in range(count):
            await self.wait_for_input(ChatInput())
        return count


@workflow.define(name="steps")
class Steps(workflows.InteractiveWorkflow):
    """Takes `count` steps, then asks."""

    @workflow.entrypoint
    async def run(self, count: int) -> int:
        number = 0
        for _ in range(count):
            number = await step(number)
        await self.wait_for_input(ChatInput())
        return number


@workflow.define(name="streams")
class Streams:
    """Streams `count` tokens."""

    @workflow.entrypoint
    async def run(self, count: int) -> int:
        return await stream(count)


async def first_ask(handle: KernelHandle) -> str:
    """Until it asks; the task id."""
    while not (asks := handle.pending_inputs_nowait()):
        await asyncio.sleep(0)
    return asks[0]["task_id"]


async def ask_times(journal: Path | str, count: int, durability: Durability = "normal") -> list[float]:
    """Seconds from each reply to the next ask."""
    async with KernelEngine(open_journal(journal, durability=durability)) as engine:
        handle = await engine.start(Asks, count + 1)
        task_id, times = await first_ask(handle), list[float]()
        for _ in range(count):
            begin = time.perf_counter()
            handle.submit_input_nowait(task_id, REPLY)
            task_id = await first_ask(handle)
            times.append(time.perf_counter() - begin)
        return times


def w1(_: Path, scale: float) -> dict[str, float]:
    """Ask, reply, resume, in memory."""
    asyncio.run(ask_times(":memory:", scaled(200, scale)))
    times = asyncio.run(ask_times(":memory:", scaled(1_000, scale)))
    return {"w1": statistics.median(times), "w1_flat": flatness(times)}


def w1d(folder: Path, scale: float) -> dict[str, float]:
    """The same, committed to a file before the workflow sees the reply."""
    times = asyncio.run(ask_times(folder / "normal.sqlite3", scaled(1_000, scale)))
    full = asyncio.run(ask_times(folder / "full.sqlite3", scaled(1_000, scale), "full"))
    return {"w1d": statistics.median(times), "w1d_flat": flatness(times), "w1d_full": statistics.median(full)}


def w2(_: Path, scale: float) -> dict[str, float]:
    """Executions that start and wait."""
    return asyncio.run(_waiting(scaled(5_000, scale)))


async def _waiting(count: int) -> dict[str, float]:
    async with KernelEngine() as engine:
        await start_many(engine, 10)
        with timed() as took:
            await start_many(engine, count)
        with held() as kept:
            await start_many(engine, count // 5)
    return {"w2": took.seconds / count, "w2_bytes": kept.bytes / (count // 5)}


async def start_many(engine: KernelEngine, count: int) -> list[str]:
    """Start executions and wait until the last of them asks; their ids."""
    ids = [engine.start_nowait(Asks, 1).id for _ in range(count)]
    await first_ask(engine.handle(ids[-1]))
    return ids


def w3(folder: Path, scale: float) -> dict[str, float]:
    """Durable steps, and W6: the way back to the ask behind them, in another engine."""
    normal, back = asyncio.run(step_time(folder / "normal.sqlite3", scaled(1_000, scale)))
    full, _ = asyncio.run(step_time(folder / "full.sqlite3", scaled(500, scale), "full"))
    return {"w3": normal, "w3_full": full, "w6": back}


async def step_time(path: Path, count: int, durability: Durability = "normal") -> tuple[float, float]:
    """Seconds per durable step, and seconds back to the ask behind them."""
    async with KernelEngine(open_journal(path, durability=durability)) as engine:
        with timed() as took:
            await first_ask(await engine.start(Steps, count, id="steps"))
    async with KernelEngine(open_journal(path, durability=durability)) as engine:
        with timed() as back:
            await first_ask(await engine.start(Steps, id="steps"))
    return took.seconds / count, back.seconds


def w4(_: Path, scale: float) -> dict[str, float]:
    """Tokens from an activity to the folded view."""
    return asyncio.run(_streamed(scaled(2_000, scale)))


async def _streamed(count: int) -> dict[str, float]:
    async with KernelEngine() as engine:
        handle = await engine.start(Streams, count)
        view = LiveView(SavedView(empty_view(handle.id), {handle.id: 0}), engine.events)
        with timed() as took:
            await view.follow()
    assert view.view["status"] == "completed"
    return {"w4": took.seconds / count}


if __name__ == "__main__":
    run(w1, w1d, w2, w3, w4)
