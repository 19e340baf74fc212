"""A clock for tests: time stands still while anything is ready to run, and jumps to the next timer when nothing is.

So no test waits in real time, and what a test sees does not depend on how fast the machine is. Not for code that waits for
threads or sockets: the loop looks idle then, and the time would jump.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from typing import Any

START = 1_750_000_000.0


class JumpTimer:
    """A callback that waits for its time."""

    def __init__(self, callback: Callable[[], object]) -> None:
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        """Forget the callback."""
        self.cancelled = True


class JumpingClock:
    """Implements `nbconvo.protocol.clock.Clock`. With `jumps` off, only `advance` and `jump` move the time.

    `start` is in seconds since the epoch: a second clock begins where the first one ended, or elsewhere.

    >>> clock = JumpingClock(jumps=False)
    >>> clock.advance(3600)
    >>> clock.elapsed
    3600.0
    """

    def __init__(self, *, jumps: bool = True, start: float = START) -> None:
        self.jumps = jumps
        self._start = start
        self._now = round(start * 1e9)
        self._timers: list[tuple[float, int, JumpTimer]] = []
        self._order = itertools.count()
        self._looking = False

    @property
    def elapsed(self) -> float:
        """Seconds since the clock was made."""
        return round(self._now / 1e9 - self._start, 6)

    def time_ns(self) -> int:
        """Now, in nanoseconds since the epoch."""
        return self._now

    def call_at(self, when: float, callback: Callable[[], object]) -> JumpTimer:
        """Call back when the time is `when`, in seconds since the epoch."""
        timer = JumpTimer(callback)
        heapq.heappush(self._timers, (when, next(self._order), timer))
        self._look_later()
        return timer

    def advance(self, seconds: float) -> None:
        """Move the time by hand and call what is due."""
        self._move_to(self._now / 1e9 + seconds)

    def jump(self) -> bool:
        """Move the time to the next timer and call what is due then; False when there is none."""
        self._drop_cancelled()
        if not self._timers:
            return False
        self._move_to(self._timers[0][0])
        return True

    def _drop_cancelled(self) -> None:
        while self._timers and self._timers[0][2].cancelled:
            heapq.heappop(self._timers)

    def _look_later(self) -> None:
        if not self._looking:
            self._looking = True
            asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        self._looking = False
        self._drop_cancelled()
        if not self._timers:
            return
        idle = not asyncio.get_running_loop()._ready  # type: ignore[attr-defined]  # noqa: SLF001 - asyncio tells nobody else
        if (idle and self.jumps) or self._timers[0][0] <= self._now / 1e9:
            self._move_to(self._timers[0][0])
        if self._timers and (self.jumps or self._timers[0][0] <= self._now / 1e9):
            self._look_later()

    def _move_to(self, when: float) -> None:
        self._now = max(self._now, -round(-when * 1e9))
        while self._timers and self._timers[0][0] <= self._now / 1e9:
            timer = heapq.heappop(self._timers)[2]
            if not timer.cancelled:
                timer.callback()


async def settled() -> None:
    """Until nothing is ready on the running loop: everybody waits, for a timer, a thread, or the world outside.

    >>> async def main() -> list[int]:
    ...     done: list[int] = []
    ...     asyncio.get_running_loop().call_soon(done.append, 1)
    ...     await settled()
    ...     return done
    >>> asyncio.run(main())
    [1]
    """
    loop: Any = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(0)
        if not loop._ready:  # noqa: SLF001 - asyncio tells nobody else whether it is idle
            return
