"""What a turn of a flow costs beside the least that the machine can do, in one run.

    python -m benchmarks.w07_flow [--turns 1000] [--crewai PYTHON]

W7 is a turn of three steps (start, router, listener), plain and kept in a file, at the first turns and at the last; with steps
that are coroutines and with ordinary functions, which run in threads. The floor is the same turn by hand: three awaits, a
pydantic state, and one row in SQLite's write-ahead log. `--crewai` is the Python of an environment that has
crewai in it, for the peer.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from nbconvo.flow import ChatState, Flow, Session, listen, router, start

FEW = 20
"""Turns that stand for the beginning and the end."""

PEER = """
import statistics, sys, time
from crewai.flow.flow import Flow, listen, router, start
from pydantic import BaseModel
class State(BaseModel):
    id: str = ""
    messages: list = []
class Peer(Flow[State]):
    suppress_flow_events = True
    @start()
    def begin(self): return "ready"
    @router(begin)
    def route(self): return "talk"
    @listen("talk")
    def reply(self):
        self.state.messages.append({"role": "assistant", "content": "That is a short reply."})
        return "That is a short reply."
flow, times = Peer(suppress_flow_events=True), []
for number in range(int(sys.argv[1])):
    begin = time.perf_counter()
    flow.kickoff()
    times.append(time.perf_counter() - begin)
print(statistics.median(times[:20]), statistics.median(times[-20:]))
"""


class Coroutines(Flow[ChatState]):
    """Three steps that are coroutines."""

    @start()
    async def begin(self) -> str:
        """The first."""
        return "ready"

    @router(begin)
    async def route(self) -> str:
        """The second."""
        return "talk"

    @listen("talk")
    async def reply(self) -> str:
        """The third."""
        self.append_message("assistant", "That is a short reply.")
        return "That is a short reply."


class Functions(Flow[ChatState]):
    """The same as ordinary functions."""

    @start()
    def begin(self) -> str:
        """The first."""
        return "ready"

    @router(begin)
    def route(self) -> str:
        """The second."""
        return "talk"

    @listen("talk")
    def reply(self) -> str:
        """The third."""
        self.append_message("assistant", "That is a short reply.")
        return "That is a short reply."


async def timed(turn: Callable[[int], Awaitable[Any]], turns: int) -> list[float]:
    """Seconds of each turn."""
    times: list[float] = []
    for number in range(turns):
        begin = time.perf_counter()
        await turn(number)
        times.append(time.perf_counter() - begin)
    return times


async def ours(flow: type[Flow[ChatState]], store: Path | None, turns: int) -> tuple[list[float], float]:
    """Seconds of each turn, and bytes stored per turn."""
    session = Session(flow(), store=store)

    async def turn(number: int) -> None:
        await session.send(f"Message number {number}")

    times = await timed(turn, turns)
    await session.close()
    return times, 0.0 if store is None else bytes_of(store) / turns


def bytes_of(path: Path) -> int:
    """The size of a database when its log is written back."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path.stat().st_size


async def by_hand(store: Path | None, turns: int) -> list[float]:
    """Seconds of each turn of the floor."""
    state = ChatState()
    database = None if store is None else sqlite3.connect(store, isolation_level=None)
    if database is not None:
        database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE log (data TEXT)")

    async def step(value: str) -> str:
        await asyncio.sleep(0)
        return value

    async def turn(number: int) -> None:
        message = {"role": "user", "content": f"Message number {number}"}
        for value in ("ready", "talk", "That is a short reply."):
            reply = await step(value)
        state.messages += [message, {"role": "assistant", "content": reply}]
        if database is not None:
            database.execute(
                "INSERT INTO log VALUES (?)", (ChatState(id=state.id, messages=state.messages[-2:]).model_dump_json(),)
            )

    times = await timed(turn, turns)
    if database is not None:
        database.close()
    return times


def import_time() -> float:
    """Seconds that importing the package takes in a fresh Python."""
    code = "import time; begin = time.perf_counter(); import nbconvo.flow; print(time.perf_counter() - begin)"
    return min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(3))


def line(name: str, times: list[float], stored: float = 0.0) -> None:
    """Print one workload."""
    first, last = (statistics.median(part) * 1e3 for part in (times[:FEW], times[-FEW:]))
    size = f"{stored:14,.0f}" if stored else f"{'-':>14}"
    print(f"{name:28}{first:14.3f}{statistics.median(times) * 1e3:12.3f}{last:12.3f}{size}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=1_000)
    parser.add_argument("--crewai", metavar="PYTHON")
    options = parser.parse_args()
    print(f"{'ms per turn':28}{'first ' + str(FEW):>14}{'median':>12}{'last ' + str(FEW):>12}{'bytes per turn':>14}")
    with tempfile.TemporaryDirectory() as folder:
        for store in (None, Path(folder)):
            kept = "" if store is None else ", kept"
            line(f"by hand{kept}", asyncio.run(by_hand(store and store / "floor.sqlite3", options.turns)))
            for flow in (Coroutines, Functions):
                path = None if store is None else store / f"{flow.__name__}.sqlite3"
                line(f"W7 {flow.__name__.lower()}{kept}", *asyncio.run(ours(flow, path, options.turns)))
    if options.crewai:
        printed = subprocess.check_output([options.crewai, "-c", PEER, str(options.turns)], text=True)
        first, last = (float(word) * 1e3 for word in printed.split()[-2:])
        print(f"{'crewai, panels off':28}{first:14.3f}{'':12}{last:12.3f}{'-':>14}")
    print(f"\nimport nbconvo.flow: {import_time():.2f} s")


if __name__ == "__main__":
    main()
