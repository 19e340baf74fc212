"""How a view reaches the browser: the whole of it when a page asks, patches with sequence numbers in between.

Changes that come close together travel as one patch. Thirty patches a second are as smooth as a screen shows, and far below
the rate at which Jupyter's server starts to drop messages.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from nbconvo.protocol.patch import diff
from nbconvo.views.model import TranscriptView
from nbconvo.widgets.messages import PatchMessage, WidgetState

INTERVAL = 0.033
"""Shortest time between two patches, in seconds."""


class Feed:
    """Turns a sequence of views into numbered patches. `send` is called on the loop that was running when this was made."""

    def __init__(self, view: TranscriptView, send: Callable[[PatchMessage], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._send = send
        self._sent = view
        self._latest = view
        self._seq = 0
        self._earliest = 0.0
        self._flush: asyncio.Handle | None = None

    def update(self, view: TranscriptView) -> None:
        """There is a newer view: it goes out at once, or when the interval since the last patch is over."""
        self._latest = view
        if self._flush is None:
            self._flush = self._loop.call_at(self._earliest, self._send_patch)

    def state(self) -> WidgetState:
        """What a page that opens now needs."""
        return {"seq": self._seq, "view": self._sent, "now": time.time()}

    def _send_patch(self) -> None:
        self._flush = None
        self._earliest = self._loop.time() + INTERVAL
        ops = diff(self._sent, self._latest)
        self._sent = self._latest
        if ops:
            self._seq += 1
            self._send({"kind": "patch", "seq": self._seq, "ops": ops})
