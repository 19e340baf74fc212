"""The view of a recorded conversation, with the help of a snapshot: what was folded before need not be folded again.

A snapshot is a cache. It holds the view as JSON and how far it got in the execution and in each of its children; one that was
made by other code than this is not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from nbconvo.errors import JournalUnavailable
from nbconvo.journal.contract import Journal, Snapshot
from nbconvo.protocol.envelope import Event
from nbconvo.protocol.events import ChildStarted
from nbconvo.views.fold import empty_view, fold_all
from nbconvo.views.model import VERSION, ShowActivities, TranscriptView

NAME = f"view/{VERSION}"
"""What snapshots of views are kept under in a journal."""

WORTH_KEEPING = 500
"""So many events are folded again and again before a snapshot is made of the result."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view, and the number of the last event in it of each execution (the root and its children, by id)."""

    view: TranscriptView
    positions: Mapping[str, int]


def view_of(journal: Journal, execution_id: str) -> SavedView:
    """The conversation of an execution and its children, as far as it is recorded."""
    saved = kept_view(journal, execution_id)
    news = family_events(journal, saved.positions)
    positions = {**saved.positions, **{event.lineage.workflow_exec_id: event.sequence for event in news}}
    saved = SavedView(fold_all(news, saved.view), positions)
    if len(news) >= WORTH_KEEPING:
        keep_view(journal, saved)
    return saved


def family_events(journal: Journal, positions: Mapping[str, int]) -> list[Event]:
    """The events behind `positions`, and all of the children that are found in them, in the order of their times."""
    found: list[Event] = []
    waiting, known = dict(positions), set(positions)
    while waiting:
        events = journal.read(*waiting.popitem())
        found += events
        children = {event.attributes.child_id for event in events if isinstance(event.attributes, ChildStarted)}
        waiting.update(dict.fromkeys(sorted(children - known), 0))
        known |= children
    return sorted(found, key=lambda event: event.event_timestamp)


def kept_view(journal: Journal, execution_id: str, show_activities: ShowActivities = "compact") -> SavedView:
    """What the last snapshot says; the empty view where there is none that can be used, or it shows activities otherwise."""
    snapshot = journal.snapshot(execution_id, NAME)
    if snapshot is not None:
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            data: dict[str, Any] = from_json(snapshot.data)
            if data["view"].get("show_activities", "compact") == show_activities:
                return SavedView(data["view"], data["positions"])
    return SavedView(empty_view(execution_id, show_activities=show_activities), {execution_id: 0})


def keep_view(journal: Journal, saved: SavedView) -> None:
    """Make a snapshot."""
    execution_id = saved.view["execution_id"]
    view = {**saved.view, "branch": None, "resumed": False, "can_rewind": False}  # of one showing, not of the conversation
    data = to_json({"view": view, "positions": saved.positions})
    with suppress(JournalUnavailable):  # a full disk costs the time next time, nothing else
        journal.keep_snapshot(execution_id, NAME, Snapshot(saved.positions[execution_id], data))
