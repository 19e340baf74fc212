"""The ways one conversation went: each time somebody goes back to an answer, another execution branches off. One is shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import cast

from nbconvo.engine import KernelEngine, KernelHandle
from nbconvo.ipython.start import StartForm
from nbconvo.protocol.envelope import Event
from nbconvo.views.live import LiveView
from nbconvo.views.model import ShowActivities, TranscriptView
from nbconvo.views.saved import SavedView, keep_view, kept_view


@dataclass(frozen=True, slots=True)
class BranchOfRun:
    """One execution, its view, and the task that keeps the view up to date until the execution ends.

    One that has not started yet is all three itself.
    """

    handle: KernelHandle | StartForm
    live: LiveView | StartForm
    following: asyncio.Future[None]


class Branches:
    """All branches of a run, oldest first. `changed` is called with every view of the one that is shown.

    A start form is the only branch until there is an execution, which takes its place.
    """

    def __init__(
        self, engine: KernelEngine, changed: Callable[[TranscriptView], None], show_activities: ShowActivities = "compact"
    ) -> None:
        self._engine = engine
        self._show_activities: ShowActivities = show_activities
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

    def ask_to_start(self, form: StartForm) -> None:
        """Show this form; nothing else is there yet."""
        self._branches = [BranchOfRun(form, form, form.following)]

    def add(self, handle: KernelHandle, *, resumed: bool = False) -> None:
        """Follow another execution and show it."""
        self._branches = [branch for branch in self._branches if not isinstance(branch.handle, StartForm)]
        journal, index = self._engine.journal, len(self._branches)
        saved = kept_view(journal, handle.id, self._show_activities)
        names = {"workflow": handle.workflow_name, "title": handle.definition.title}
        view = cast("TranscriptView", {**saved.view, **names, "can_rewind": True, "resumed": resumed})
        live = LiveView(SavedView(view, saved.positions), self._events_of, partial(keep_view, journal))
        live.observe(lambda view: self._changed(view) if index == self._shown else None)
        self._branches.append(BranchOfRun(handle, live, live.follow()))
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

    def _events_of(self, execution_id: str, after: int) -> AsyncIterator[Event]:
        return self._engine.events(execution_id, after, internal=True)
