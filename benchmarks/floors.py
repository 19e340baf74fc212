"""The least that the machine can do for each workload.

python -m benchmarks.floors
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

from benchmarks.measure import held, run, scaled, timed


def w1(_: Path, scale: float) -> dict[str, float]:
    """A bare future: from the callback that sets it to the code that waits for it."""
    return asyncio.run(_futures(scaled(20_000, scale)))


async def _futures(count: int) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    with timed() as took:
        for _ in range(count):
            future = loop.create_future()
            loop.call_soon(future.set_result, None)
            await future
    return {"w1": took.seconds / count}


def w2(_: Path, scale: float) -> dict[str, float]:
    """Bare tasks that wait for a future each."""
    return asyncio.run(_waiting(scaled(10_000, scale)))


async def _waiting(count: int) -> dict[str, float]:
    async def one() -> None:
        await asyncio.get_running_loop().create_future()

    async def all_of_them() -> list[asyncio.Task[None]]:
        tasks = [asyncio.create_task(one()) for _ in range(count)]
        await asyncio.sleep(0)
        return tasks

    with timed() as took:
        tasks = await all_of_them()
    with held() as kept:
        more = await all_of_them()
    for task in tasks + more:
        task.cancel()
    return {"w2": took.seconds / count, "w2_bytes": kept.bytes / count}


def w1d(folder: Path, scale: float) -> dict[str, float]:
    """A commit of one row to SQLite's write-ahead log."""
    normal, full = _commits(folder, scale)
    return {"w1d": normal, "w1d_full": full}


def w3(folder: Path, scale: float) -> dict[str, float]:
    """The same; and for W6, reading rows back."""
    normal, full = _commits(folder, scale)
    return {"w3": normal, "w3_full": full, "w6": _read(folder / "rows.sqlite3", scaled(1_000, scale))}


def _commits(folder: Path, scale: float) -> tuple[float, float]:
    """Seconds per commit with NORMAL and with FULL."""
    normal = _commit(folder / "normal.sqlite3", "NORMAL", scaled(5_000, scale))
    return normal, _commit(folder / "full.sqlite3", "FULL", scaled(500, scale))


def _commit(path: Path, synchronous: str, count: int) -> float:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute(f"PRAGMA synchronous={synchronous}")
    database.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, value BLOB)")
    with timed() as took:
        for number in range(count):
            database.execute("INSERT INTO rows VALUES (?, ?)", (number, b"x" * 200))
    database.close()
    return took.seconds / count


def w4(_: Path, scale: float) -> dict[str, float]:
    """Tokens through a queue, from one task to another that makes a text of them."""
    return asyncio.run(_tokens(scaled(100_000, scale)))


async def _tokens(count: int) -> dict[str, float]:
    queue, text = asyncio.Queue[str](), ""

    async def stream() -> None:
        for _ in range(count):
            queue.put_nowait("token ")

    with timed() as took:
        streaming = asyncio.create_task(stream())
        for _ in range(count):
            text += await queue.get()
    await streaming
    assert len(text) == 6 * count
    return {"w4": took.seconds / count}


def _read(path: Path, count: int) -> float:
    """Seconds to open an SQLite file and read rows of JSON."""
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, value BLOB)")
    row = json.dumps({"type": "ActivityTaskCompleted", "name": "step", "task_id": "0" * 32, "result": 1})
    database.executemany("INSERT INTO rows VALUES (?, ?)", [(number, row) for number in range(count)])
    database.commit()
    database.close()
    with timed() as took:
        database = sqlite3.connect(path)
        for _, value in database.execute("SELECT number, value FROM rows ORDER BY number"):
            json.loads(value)
    database.close()
    return took.seconds


if __name__ == "__main__":
    run(w1, w1d, w2, w3, w4)
