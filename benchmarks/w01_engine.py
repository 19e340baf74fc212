"""What the engine costs beside the least that the machine can do, in one run.

    python -m benchmarks.w01_engine [--passes 3]

W1 is an ask, from the reply to the next ask; W1d the same on a journal in a file; W2 the start of an execution that waits; W3 a
durable step (the result of an activity, committed); W6 the way back to an ask after 1,000 recorded steps. The floors are a bare
asyncio future, a commit of one row in SQLite's write-ahead log, and reading 1,000 rows.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from nbconvo import workflows
from nbconvo.engine import KernelEngine, KernelHandle
from nbconvo.workflows import workflow
from nbconvo.workflows.conversational import ChatInput

REPLY = {"message": [{"type": "text", "text": "Ada"}]}


@workflows.activity()
async def step(number: int) -> int:
    """One step."""
    return number + 1


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


async def first_ask(handle: KernelHandle) -> str:
    """Until it asks; the task id."""
    while not (asks := handle.pending_inputs_nowait()):
        await asyncio.sleep(0)
    return asks[0]["task_id"]


async def asks(journal: str, count: int = 1_000) -> float:
    """Median seconds from a reply to the next ask."""
    async with KernelEngine(journal) as engine:
        handle = await engine.start(Asks, count)
        task_id, times = await first_ask(handle), list[float]()
        for _ in range(count - 1):
            begin = time.perf_counter()
            handle.submit_input_nowait(task_id, REPLY)
            task_id = await first_ask(handle)
            times.append(time.perf_counter() - begin)
        return statistics.median(times)


async def starts(count: int = 5_000) -> float:
    """Seconds per execution that is started and waits."""
    async with KernelEngine() as engine:
        begin = time.perf_counter()
        handles = [await engine.start(Asks, 1) for _ in range(count)]
        await first_ask(handles[-1])
        return (time.perf_counter() - begin) / count


async def steps(journal: str, count: int = 1_000) -> tuple[float, float]:
    """Seconds per durable step, and seconds back to the ask behind them in a new engine."""
    async with KernelEngine(journal) as engine:
        begin = time.perf_counter()
        await first_ask(await engine.start(Steps, count, id="steps"))
        each = (time.perf_counter() - begin) / count
    async with KernelEngine(journal) as engine:
        begin = time.perf_counter()
        await first_ask(await engine.start(Steps, id="steps"))
        return each, time.perf_counter() - begin


async def bare_future(count: int = 20_000) -> float:
    """Seconds from setting a future to the code that waits for it."""
    loop = asyncio.get_running_loop()
    begin = time.perf_counter()
    for _ in range(count):
        future = loop.create_future()
        loop.call_soon(future.set_result, None)
        await future
    return (time.perf_counter() - begin) / count


def bare_commit(path: Path, count: int = 2_000) -> float:
    """Seconds per commit of one row, write-ahead log, synchronous=NORMAL."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    database.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, value BLOB)")
    begin = time.perf_counter()
    for number in range(count):
        database.execute("INSERT INTO rows VALUES (?, ?)", (number, b"x" * 200))
    each = (time.perf_counter() - begin) / count
    database.close()
    return each


def one_pass(folder: Path) -> dict[str, tuple[float, float]]:
    """Each workload with its floor, in seconds."""
    future, commit = asyncio.run(bare_future()), bare_commit(folder / "floor.sqlite3")
    step_time, back = asyncio.run(steps(str(folder / "steps.sqlite3")))
    return {
        "W1  ask, in memory": (asyncio.run(asks(":memory:")), future),
        "W1d ask, durable": (asyncio.run(asks(str(folder / "asks.sqlite3"))), commit),
        "W2  start, waiting": (asyncio.run(starts()), future),
        "W3  durable step": (step_time, commit),
        "W6  back after 1,000": (back, 1_000 * commit),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passes", type=int, default=3)
    passes: list[dict[str, tuple[float, float]]] = []
    for _ in range(parser.parse_args().passes):
        with tempfile.TemporaryDirectory() as folder:
            passes.append(one_pass(Path(folder)))
    print(f"{'':22}{'median us':>11}{'floor us':>10}{'ratio':>8}{'per second':>13}")
    for name in passes[0]:
        ours = statistics.median(one[name][0] for one in passes)
        floor = statistics.median(one[name][1] for one in passes)
        print(f"{name:22}{ours * 1e6:11.1f}{floor * 1e6:10.1f}{ours / floor:8.1f}{1 / ours:13,.0f}")


if __name__ == "__main__":
    main()
