"""Following the events of one execution: what is recorded first, then what comes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence

from nbconvo.journal.contract import Journal
from nbconvo.protocol.envelope import Event


class EventStream:
    """Hands the events of one execution to any number of followers, each at its own pace."""

    __slots__ = ("_execution_id", "_followers", "_journal", "ended")

    def __init__(self, execution_id: str, journal: Journal) -> None:
        self.ended = False
        self._execution_id = execution_id
        self._journal = journal
        self._followers: list[_Follower] = []

    def publish(self, events: Sequence[Event]) -> None:
        """Hand committed events to who follows."""
        for follower in self._followers:
            follower.add(events)

    def end(self) -> None:
        """No more will come."""
        self.ended = True
        for follower in self._followers:
            follower.add(())

    async def follow(self, after: int, internal: bool) -> AsyncGenerator[Event]:
        """Events with a sequence number above `after`, until the execution ends."""
        follower = _Follower(self._journal.read(self._execution_id, after))
        self._followers.append(follower)
        try:
            while follower.waiting or not self.ended:
                while follower.waiting:
                    event = follower.waiting.popleft()
                    if internal or not event.internal:
                        yield event
                if not self.ended:
                    await follower.more()
        finally:
            self._followers.remove(follower)


class _Follower:
    __slots__ = ("_news", "waiting")

    def __init__(self, events: Sequence[Event]) -> None:
        self.waiting = deque(events)
        self._news = asyncio.Event()

    def add(self, events: Sequence[Event]) -> None:
        self.waiting.extend(events)
        self._news.set()

    async def more(self) -> None:
        await self._news.wait()
        self._news.clear()
