"""Rate limits of activities: at most so many attempts in any window of time, waiting for a place otherwise."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque

from nbconvo.protocol.clock import Clock
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


async def sleep(clock: Clock, seconds: float) -> None:
    """Like `asyncio.sleep`, on a clock that is handed in."""
    woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    timer = clock.call_at(clock.time_ns() / 1e9 + seconds, lambda: woken.done() or woken.set_result(None))
    try:
        await woken
    finally:
        timer.cancel()
