"""Following a session: events wait for who reads them, on the loop of the reader."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from nbconvo.flow.events import TurnEvent


class Follower:
    """An async iterator over events that are added from any thread; `end` ends it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[TurnEvent | None] = deque()
        self._news = asyncio.Event()

    def add(self, event: TurnEvent | None) -> None:
        """One more; None is the end."""
        self._waiting.append(event)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    def end(self) -> None:
        """No more will come."""
        self.add(None)

    def __aiter__(self) -> Follower:
        return self

    async def __anext__(self) -> Any:
        while not self._waiting:
            self._news.clear()
            await self._news.wait()
        event = self._waiting.popleft()
        if event is None:
            raise StopAsyncIteration
        return event
