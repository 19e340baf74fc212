"""Limits of activities: so many attempts in any window of time, and so many seconds for one attempt."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from types import TracebackType

from nbconvo.protocol.clock import Clock, Timer
from nbconvo.protocol.definition import RateLimit


class RateLimiter:
    """The limits of one engine; activities that name the same key share a limit."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._starts: defaultdict[str, deque[float]] = defaultdict(deque)

    async def take_a_place(self, limit: RateLimit, name: str) -> None:
        """Wait until the limit lets one more begin."""
        starts = self._starts[limit.key or name]
        while True:
            now = self._clock.time_ns() / 1e9
            while starts and starts[0] <= now - limit.time_window_in_sec:
                starts.popleft()
            if len(starts) < limit.max_execution:
                starts.append(now)
                return
            await sleep(self._clock, starts[0] + limit.time_window_in_sec - now)


class AttemptLimit:
    """Like `asyncio.timeout`, on a clock that is handed in; the silence that is allowed begins anew at each heartbeat.

    `exceeded` tells which limit ended the attempt, None when none did.
    """

    __slots__ = ("_clock", "_deadline", "_heartbeat", "_seconds", "_silence", "_timeout", "exceeded")

    def __init__(self, clock: Clock, seconds: float, silence: float | None) -> None:
        self.exceeded: str | None = None
        self._clock = clock
        self._seconds = seconds
        self._silence = silence
        self._heartbeat: Timer | None = None
        self._timeout = asyncio.timeout(None)

    async def __aenter__(self) -> AttemptLimit:
        await self._timeout.__aenter__()
        self._deadline = self._after(self._seconds, f"no result within {self._seconds:g} seconds")
        self.pulse()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self._deadline.cancel()
        if self._heartbeat is not None:
            self._heartbeat.cancel()
        return await self._timeout.__aexit__(kind, error, trace)

    def pulse(self) -> None:
        """The attempt is alive."""
        if self._silence is not None:
            if self._heartbeat is not None:
                self._heartbeat.cancel()
            self._heartbeat = self._after(self._silence, f"no heartbeat for {self._silence:g} seconds")

    def _after(self, seconds: float, what: str) -> Timer:
        def expire() -> None:
            if self.exceeded is None:
                self.exceeded = what
                self._timeout.reschedule(asyncio.get_running_loop().time())

        return self._clock.call_at(self._clock.time_ns() / 1e9 + seconds, expire)


async def sleep(clock: Clock, seconds: float) -> None:
    """Like `asyncio.sleep`, on a clock that is handed in."""
    woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    timer = clock.call_at(clock.time_ns() / 1e9 + seconds, lambda: woken.done() or woken.set_result(None))
    try:
        await woken
    finally:
        timer.cancel()
