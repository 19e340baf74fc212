"""10,000 executions that wait in one kernel, on a journal in a file: what they cost, idle and answered.

python -m benchmarks.waiting [--scale 0.1]
"""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path

from benchmarks.measure import held, run, scaled, timed
from benchmarks.ours import REPLY, first_ask, start_many
from nbconvo.engine import KernelEngine

IDLE = 5.0
"""Seconds that the kernel is left alone."""


def many(folder: Path, scale: float) -> dict[str, float]:
    """Start them, leave them alone, answer a hundred of them one after the other."""
    return asyncio.run(_many(folder / "many.sqlite3", scaled(10_000, scale), IDLE * min(scale, 1)))


async def _many(path: Path, count: int, idle: float) -> dict[str, float]:
    async with KernelEngine(path) as engine:
        timed_part = count * 4 // 5
        with timed() as took:
            ids = await start_many(engine, timed_part)
        with held() as kept:
            ids += await start_many(engine, count - timed_part)
        begin = time.process_time()
        await asyncio.sleep(idle)
        used = time.process_time() - begin
        times = [await answered(engine, one) for one in ids[:100]]
        assert sum(engine.handle(one).is_running for one in ids) == count - len(times)
    return {
        "many_start": took.seconds / timed_part,
        "many_bytes": kept.bytes / (count - timed_part),
        "many_idle": used,
        "many_answer": statistics.median(times),
        "many_worst": max(times),
    }


async def answered(engine: KernelEngine, id: str) -> float:  # noqa: A002 - the engine's word
    """Seconds from the reply to the end of an execution; nothing else moves."""
    handle = engine.handle(id)
    task_id = await first_ask(handle)
    begin = time.perf_counter()
    handle.submit_input_nowait(task_id, REPLY)
    assert await handle.result() == 1
    return time.perf_counter() - begin


if __name__ == "__main__":
    run(many)
