"""A view that keeps up with a running execution."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from nbconvo.protocol.envelope import Event
from nbconvo.protocol.events import ChildStarted
from nbconvo.views.fold import fold
from nbconvo.views.model import TranscriptView

ChildEvents = Callable[[str], AsyncIterator[Event]]


class LiveView:
    """Folds a stream of events as they come and tells its observers; holds no truth that the stream does not give again.

    `child_events` gives the stream of a child workflow by its execution id; children are followed as they start.
    `follow()` runs until the stream ends. Observers are called on the same loop, after each event.
    """

    def __init__(self, view: TranscriptView, child_events: ChildEvents | None = None) -> None:
        self.view = view
        self._child_events = child_events
        self._children: list[asyncio.Task[None]] = []
        self.events: list[Event] = []
        self._observers: list[Callable[[TranscriptView], None]] = []

    def observe(self, observer: Callable[[TranscriptView], None]) -> None:
        """Call `observer` with every view that comes."""
        self._observers.append(observer)

    async def follow(self, stream: AsyncIterator[Event]) -> None:
        """Fold everything that comes."""
        async for event in stream:
            self.events.append(event)
            self.view = fold(self.view, event)
            for observer in self._observers:
                observer(self.view)
            if isinstance(event.attributes, ChildStarted) and self._child_events is not None:
                self._children.append(follow(self, self._child_events(event.attributes.child_id)))


def follow(live: LiveView, stream: AsyncIterator[Event]) -> asyncio.Task[None]:
    """Follow in the background, on the running loop."""
    return asyncio.get_running_loop().create_task(live.follow(stream), name="nbconvo view")
