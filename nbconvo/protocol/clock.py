"""Time and identity, handed in: the engine, the views and workflow code never ask the machine themselves.

A test hands in a clock that jumps; a replay hands in the recorded times.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """A callback that waits for its time."""

    def cancel(self) -> None:
        """Forget the callback; harmless when it has run."""


class Clock(Protocol):
    """What time it is, in nanoseconds since the epoch, and a way to be called at a later time."""

    def time_ns(self) -> int:
        """Now, in nanoseconds since the epoch."""
        ...

    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        """Call back on the running loop at `when` (seconds since the epoch), at once if that is past."""
        ...


class SystemClock:
    """The machine's time; callbacks run on the running asyncio loop."""

    def time_ns(self) -> int:
        """Now, in nanoseconds since the epoch."""
        return time.time_ns()

    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        """Call back at `when`; a wall clock set back or forward meanwhile is not followed."""
        return asyncio.get_running_loop().call_later(max(0.0, when - time.time()), callback)


def random_id() -> str:
    """A fresh UUID (version 4) as text."""
    return uuid_text(os.urandom(16).hex())


def uuid_text(digits: str) -> str:
    """32 hexadecimal digits as the text of a UUID (version 4); six of their bits are replaced.

    >>> uuid_text("0" * 32)
    '00000000-0000-4000-8000-000000000000'
    """
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
