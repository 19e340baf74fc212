"""Ids and times of what is made: ids sort by time, times never go back.

Source: the ids of document 003 (a prefix and 32 hexadecimal digits of a version 7 UUID) and its times (microseconds, `Z`).
"""

from __future__ import annotations

import secrets
import string
import time
from datetime import UTC, datetime

_ALPHANUMERIC = string.ascii_letters + string.digits
_COUNTER_BITS = 12


class Stamps:
    """Makes ids and times for one backend. Not safe across threads: the backend lives on one.

    >>> stamps = Stamps()
    >>> first, second = stamps.new_id("conv"), stamps.new_id("conv")
    >>> first < second, len(first), first[:5]
    (True, 37, 'conv_')
    """

    def __init__(self) -> None:
        self._last_id = 0
        self._last_time = 0

    def new_id(self, prefix: str) -> str:
        """`prefix` and a UUID of version 7 whose twelve bits after the time count what was made in one millisecond."""
        self._last_id = max(time.time_ns() // 1_000_000 << _COUNTER_BITS, self._last_id + 1)
        milliseconds, counter = divmod(self._last_id, 1 << _COUNTER_BITS)
        return f"{prefix}_{milliseconds:012x}7{counter:03x}{0b10 << 62 | secrets.randbits(62):016x}"

    def now(self) -> str:
        """The time, later than every one that was given before."""
        self._last_time = max(time.time_ns() // 1000, self._last_time + 1)
        seconds, micro = divmod(self._last_time, 1_000_000)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=micro).isoformat(timespec="microseconds")[:-6] + "Z"

    def tool_call_id(self) -> str:
        """Nine letters and digits, as the models make them."""
        return "".join(secrets.choice(_ALPHANUMERIC) for _ in range(9))
