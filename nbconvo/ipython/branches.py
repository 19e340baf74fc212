"""The ways one conversation went: each time somebody goes back to an answer, another execution branches off. One is shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from nbconvo.engine import KernelEngine, KernelHandle
from nbconvo.protocol.envelope import Event
from nbconvo.views.fold import empty_view
from nbconvo.views.live import LiveView, follow
from nbconvo.views.model import TranscriptView


@dataclass(frozen=True, slots=True)
class BranchOfRun:
    """One execution, its view, and the task that keeps the view up to date until the execution ends."""

    handle: KernelHandle
    live: LiveView
    following: asyncio.Task[None]


class Branches:
    """All branches of a run, oldest first. `changed` is called with every view of the one that is shown."""

    def __init__(self, engine: KernelEngine, changed: Callable[[TranscriptView], None]) -> None:
        self._engine = engine
        self._changed = changed
        self._branches: list[BranchOfRun] = []
        self._shown = 0

    @property
    def current(self) -> BranchOfRun:
        """The one that is shown."""
        return self._branches[self._shown]

    @property
    def view(self) -> TranscriptView:
        """What people see of it."""
        return self.current.live.view

    def add(self, handle: KernelHandle, *, resumed: bool = False) -> None:
        """Follow another execution and show it."""
        start = empty_view(handle.id, handle.workflow_name, handle.definition.title)
        start["can_rewind"], start["resumed"] = True, resumed
        live = LiveView(start, self._child_events)
        index = len(self._branches)
        live.observe(lambda view: self._changed(view) if index == self._shown else None)
        self._branches.append(BranchOfRun(handle, live, follow(live, handle.events(internal=True))))
        self._shown = index
        self._number()

    def choose(self, index: int) -> None:
        """Show branch number `index` (from 1). Raises IndexError when there is no such branch."""
        if not 1 <= index <= len(self._branches):
            raise IndexError(f"There is no branch {index}; there are {len(self._branches)}.")
        self._shown = index - 1
        self._changed(self.view)

    def answered(self) -> None:
        """Somebody went on with the branch that is shown: that it was resumed is no news any more."""
        live = self.current.live
        live.view = live.view.copy()
        live.view["resumed"] = False

    def _number(self) -> None:
        """Once there are several, each says which it is."""
        count = len(self._branches)
        if count > 1:
            for index, branch in enumerate(self._branches, start=1):
                branch.live.view = branch.live.view.copy()
                branch.live.view["branch"] = {"index": index, "count": count}
            self._changed(self.view)

    def _child_events(self, child_id: str) -> AsyncIterator[Event]:
        return self._engine.handle(child_id).events(internal=True)
