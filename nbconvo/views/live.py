"""A view that keeps up with a running execution."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from nbconvo.protocol.envelope import Event
from nbconvo.protocol.events import ChildStarted
from nbconvo.views.fold import fold
from nbconvo.views.model import TranscriptView
from nbconvo.views.saved import WORTH_KEEPING, SavedView

EventsOf = Callable[[str, int], AsyncIterator[Event]]
"""The events of an execution behind a sequence number: those that are recorded, then those that come, until it ends."""


class LiveView:
    """Folds events as they come and tells its observers; holds no truth that the journal does not give again.

    It begins where `saved` is. Children are followed as they start. Observers are called on the same loop, after each event;
    `keep` gets a view that is worth a snapshot.
    """

    def __init__(self, saved: SavedView, events_of: EventsOf, keep: Callable[[SavedView], None] | None = None) -> None:
        self.view = saved.view
        self._positions = dict(saved.positions)
        self._events_of = events_of
        self._keep = keep
        self._unkept = 0
        self._observers: list[Callable[[TranscriptView], None]] = []
        self._followed: list[asyncio.Task[None]] = []

    def observe(self, observer: Callable[[TranscriptView], None]) -> None:
        """Call `observer` with every view that comes."""
        self._observers.append(observer)

    def follow(self) -> asyncio.Task[None]:
        """Follow in the background, on the running loop; the task ends with the execution."""
        root, *children = [self._follow(execution_id, after) for execution_id, after in self._positions.items()]
        self._followed = [root, *children]
        return root

    def _follow(self, execution_id: str, after: int) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(self._fold(self._events_of(execution_id, after)), name="nbconvo view")

    async def _fold(self, events: AsyncIterator[Event]) -> None:
        async for event in events:
            self.view = fold(self.view, event)
            self._positions[event.lineage.workflow_exec_id] = event.sequence
            if isinstance(event.attributes, ChildStarted) and event.attributes.child_id not in self._positions:
                self._positions[event.attributes.child_id] = 0
                self._followed.append(self._follow(event.attributes.child_id, 0))
            self._keep_sometimes()
            for observer in self._observers:
                observer(self.view)

    def _keep_sometimes(self) -> None:
        self._unkept += 1
        if self._keep is not None and self._unkept >= WORTH_KEEPING:
            self._unkept = 0
            self._keep(SavedView(self.view, self._positions.copy()))
