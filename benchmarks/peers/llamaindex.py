"""The workloads on LlamaIndex workflows: a step that returns `InputRequiredEvent`, one that takes `HumanResponseEvent`.

Durable: the context saved by who follows the run. Here `ctx.to_dict()` goes as JSON into SQLite (write-ahead log, NORMAL) with
each reply, or after each step. It takes longer the more has happened. Its runtime on DBOS (`llama-agents-dbos`) is not measured.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import statistics
import time
from pathlib import Path
from typing import Any

from workflows import Context, Workflow, step
from workflows.events import Event, HumanResponseEvent, InputRequiredEvent, StartEvent, StopEvent

from benchmarks.measure import flatness, held, run, scaled, timed


class Asking(Workflow):
    """Asks again and again."""

    @step
    async def begin(self, ev: StartEvent) -> InputRequiredEvent:
        """The first ask."""
        return InputRequiredEvent(prefix="your name")  # pyright: ignore[reportCallIssue]

    @step
    async def answer(self, ev: HumanResponseEvent) -> InputRequiredEvent | StopEvent:
        """Takes a reply and asks again."""
        return StopEvent() if ev.response == "stop" else InputRequiredEvent(prefix="your name")


class Again(Event):
    """Another step is to be taken."""

    number: int
    count: int


class Stepping(Workflow):
    """Takes `count` steps, then asks."""

    @step
    async def begin(self, ev: StartEvent) -> Again:
        """The first step."""
        return Again(number=1, count=ev.count)

    @step
    async def one_more(self, ctx: Context, ev: Again) -> Again | InputRequiredEvent:
        """A step."""
        if ev.number >= ev.count:
            return InputRequiredEvent(prefix="your name")  # pyright: ignore[reportCallIssue]
        again = Again(number=ev.number + 1, count=ev.count)
        ctx.write_event_to_stream(again)
        return again

    @step
    async def answer(self, ev: HumanResponseEvent) -> StopEvent:
        """The end."""
        return StopEvent(result=ev.response)


class Token(Event):
    """A piece of text."""

    text: str


class Streaming(Workflow):
    """Streams `count` tokens."""

    @step
    async def stream(self, ctx: Context, ev: StartEvent) -> StopEvent:
        """The one step."""
        for _ in range(ev.count):
            ctx.write_event_to_stream(Token(text="token "))
        return StopEvent()


class Saved:
    """Contexts in a file."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.execute("CREATE TABLE IF NOT EXISTS saved (id TEXT PRIMARY KEY, context TEXT, reply TEXT)")

    def keep(self, context: Any, reply: str | None = None) -> None:
        """Save the newest."""
        values = ("run", json.dumps(context.to_dict()), reply)
        self._database.execute("INSERT OR REPLACE INTO saved VALUES (?, ?, ?)", values)

    def context(self) -> Any:
        """The newest, as it was written."""
        return json.loads(self._database.execute("SELECT context FROM saved").fetchone()[0])


async def ask_times(count: int, saved: Saved | None = None) -> list[float]:
    """Seconds from each reply to the next ask."""
    handler, times, begin = Asking(timeout=None).run(), list[float](), 0.0
    async for event in handler.stream_events():
        if not isinstance(event, InputRequiredEvent):
            continue
        if begin:
            times.append(time.perf_counter() - begin)
        begin, reply = time.perf_counter(), "Ada" if len(times) < count else "stop"
        if saved is not None:
            saved.keep(handler.ctx, reply)
        handler.ctx.send_event(HumanResponseEvent(response=reply))  # pyright: ignore[reportCallIssue]
    await handler
    return times


def w1(_: Path, scale: float) -> dict[str, float]:
    """Ask, reply, resume, in memory."""
    asyncio.run(ask_times(20))
    times = asyncio.run(ask_times(scaled(1_000, scale)))
    return {"w1": statistics.median(times), "w1_flat": flatness(times)}


def w1d(folder: Path, scale: float) -> dict[str, float]:
    """The same, saved in a file."""
    return {"w1d": statistics.median(asyncio.run(ask_times(scaled(300, scale), Saved(folder / "asks.sqlite3"))))}


def w2(_: Path, scale: float) -> dict[str, float]:
    """Runs that wait for a reply."""
    return asyncio.run(_waiting(scaled(500, scale)))


async def _start(count: int) -> list[Any]:
    """Runs that have asked."""
    workflow = Asking(timeout=None)
    handlers = [workflow.run() for _ in range(count)]
    for handler in handlers:
        async for event in handler.stream_events():
            if isinstance(event, InputRequiredEvent):
                break
    return handlers


async def _waiting(count: int) -> dict[str, float]:
    handlers = await _start(10)
    with timed() as took:
        handlers += await _start(count)
    with held() as kept:
        handlers += await _start(count // 2)
    for handler in handlers:
        handler.ctx.send_event(HumanResponseEvent(response="stop"))  # pyright: ignore[reportCallIssue]
    await asyncio.gather(*handlers)
    return {"w2": took.seconds / count, "w2_bytes": kept.bytes / (count // 2)}


def w3(folder: Path, scale: float) -> dict[str, float]:
    """Steps with the context saved after each; few, because saving takes longer with each. W6 saves once, after 1,000."""
    count = scaled(200, scale)
    with timed() as took:
        asyncio.run(_steps(Saved(folder / "each.sqlite3"), count, each=True))
    asyncio.run(_steps(Saved(folder / "last.sqlite3"), scaled(1_000, scale), each=False))
    return {"w3": took.seconds / count, "w6": asyncio.run(_back(folder / "last.sqlite3"))}


async def _steps(saved: Saved, count: int, *, each: bool) -> None:
    handler = Stepping(timeout=None).run(count=count)
    async for event in handler.stream_events():
        is_last = isinstance(event, InputRequiredEvent)
        if each or is_last:
            saved.keep(handler.ctx)
        if is_last:
            break
    await handler.cancel_run()


async def _back(path: Path) -> float:
    with timed() as back:
        workflow = Stepping(timeout=None)
        handler = workflow.run(ctx=Context.from_dict(workflow, Saved(path).context()))
        await asyncio.sleep(0)
    handler.ctx.send_event(HumanResponseEvent(response="Ada"))  # pyright: ignore[reportCallIssue]
    assert await handler == "Ada"
    return back.seconds


def w4(_: Path, scale: float) -> dict[str, float]:
    """Tokens from a step to who follows the run."""
    return asyncio.run(_streamed(scaled(20_000, scale)))


async def _streamed(count: int) -> dict[str, float]:
    with timed() as took:
        handler = Streaming(timeout=None).run(count=count)
        tokens = [event.text async for event in handler.stream_events() if isinstance(event, Token)]
        await handler
    assert len(tokens) == count
    return {"w4": took.seconds / count}


if __name__ == "__main__":
    run(w1, w1d, w2, w3, w4)
