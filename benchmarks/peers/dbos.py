"""The workloads on DBOS: a workflow that sets an event and waits in `DBOS.recv`, answered with `DBOS.send`.

Always durable, on SQLite as it comes (its default outside of production). It looks for messages at an interval, a second by
default; here at the shortest that its settings allow.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import threading
import time
from pathlib import Path
from typing import Any

from dbos import DBOS

from benchmarks.measure import held, run, scaled, timed

LONG = 3600.0
"""No ask times out, in seconds."""

asked = threading.Event()
"""Set by a workflow that has come to its ask."""


@DBOS.step()
def one_more(number: int) -> int:
    """A step."""
    return number + 1


@DBOS.workflow()
def asking(count: int) -> int:
    """Asks `count` times."""
    for number in range(count):
        DBOS.set_event(f"ask {number}", "your name")
        DBOS.recv("reply", LONG)
    return count


@DBOS.workflow()
def stepping(count: int) -> int:
    """Takes `count` steps, then asks."""
    number = 0
    for _ in range(count):
        number = one_more(number)
    asked.set()
    DBOS.recv("reply", LONG)
    return number


@DBOS.workflow()
async def waiting() -> None:
    """Waits for a reply; asynchronous, as a thread each would cost more."""
    await DBOS.recv_async("reply", LONG)


@DBOS.workflow()
def streaming(count: int) -> None:
    """Streams `count` tokens."""
    for _ in range(count):
        DBOS.write_stream("tokens", "token ")
    DBOS.close_stream("tokens")


def launch(folder: Path) -> None:
    """Start DBOS on a file in `folder`; what waits there is taken up again."""
    DBOS(
        config={
            "name": "benchmark",
            "system_database_url": f"sqlite:///{folder / 'dbos.sqlite3'}",
            "console_log_level": "ERROR",
            "application_version": "1",
            "notification_listener_polling_interval_sec": 0.001,
        }
    )
    DBOS.launch()


def w1d(folder: Path, scale: float) -> dict[str, float]:
    """Ask, reply, resume."""
    count, times = scaled(30, scale), list[float]()
    launch(folder)
    handle = DBOS.start_workflow(asking, count)
    DBOS.get_event(handle.workflow_id, "ask 0", LONG)
    for number in range(1, count):
        begin = time.perf_counter()
        DBOS.send(handle.workflow_id, "Ada", "reply")
        DBOS.get_event(handle.workflow_id, f"ask {number}", LONG)
        times.append(time.perf_counter() - begin)
    DBOS.send(handle.workflow_id, "Ada", "reply")
    assert handle.get_result() == count
    DBOS.destroy()
    return {"w1d": statistics.median(times)}


def w2(folder: Path, scale: float) -> dict[str, float]:
    """Workflows that wait."""
    launch(folder)
    results = asyncio.run(_waiting(scaled(50, scale)))
    DBOS.destroy()
    return results


async def _waiting(count: int) -> dict[str, float]:
    async def start(many: int) -> list[Any]:
        return [await DBOS.start_workflow_async(waiting) for _ in range(many)]

    handles = await start(3)
    with timed() as took:
        handles += await start(count)
    with held() as kept:
        handles += await start(count)
    for handle in handles:
        await DBOS.send_async(handle.workflow_id, "Ada", "reply")
    for handle in handles:
        await handle.get_result()
    return {"w2": took.seconds / count, "w2_bytes": kept.bytes / count}


def w3(folder: Path, scale: float) -> dict[str, float]:
    """Durable steps; W6: the ask behind 1,000 of them after another launch."""
    count = scaled(1_000, scale)
    launch(folder)
    with timed() as took:
        handle = DBOS.start_workflow(stepping, count)
        asked.wait()
    DBOS.destroy()
    asked.clear()
    with timed() as back:
        launch(folder)
        asked.wait()
    DBOS.send(handle.workflow_id, "Ada", "reply")
    assert DBOS.retrieve_workflow(handle.workflow_id).get_result() == count
    DBOS.destroy()
    return {"w3": took.seconds / count, "w6": back.seconds}


def w4(folder: Path, scale: float) -> dict[str, float]:
    """Tokens from a workflow to who reads its stream; each is committed."""
    count = scaled(200, scale)
    launch(folder)
    with timed() as took:
        handle = DBOS.start_workflow(streaming, count)
        tokens = list(DBOS.read_stream(handle.workflow_id, "tokens"))
    handle.get_result()
    assert len(tokens) == count
    DBOS.destroy()
    return {"w4": took.seconds / count}


if __name__ == "__main__":
    try:
        run(w1d, w2, w3, w4)
    finally:
        os._exit(0)  # the thread of the workflow that W6 left waiting would be waited for
