"""A view that keeps up with a running execution, and the snapshots it begins at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from pydantic_core import from_json, to_json

from nbconvo.errors import JournalUnavailable
from nbconvo.journal import Journal, MemoryJournal, open_journal
from nbconvo.journal.contract import Snapshot
from nbconvo.protocol import events as ev
from nbconvo.protocol.envelope import Event, Lineage
from nbconvo.protocol.events import EventAttributes
from nbconvo.views import saved as saved_views
from nbconvo.views.fold import empty_view, fold_all
from nbconvo.views.live import LiveView
from nbconvo.views.model import TranscriptView
from nbconvo.views.saved import NAME, SavedView, family_events, keep_view, kept_view, view_of

LINEAGE = Lineage("e", "r", "w", "e")
CHILD = Lineage("c", "rc", "child", "e", "e")


def said(number: int, lineage: Lineage = LINEAGE) -> Event:
    message = {"contentChunks": [{"type": "text", "text": f"{lineage.workflow_exec_id} {number}"}]}
    task_id = f"{lineage.workflow_exec_id}{number}"
    return Event(number, number, lineage, ev.CustomTaskStarted(task_id, "assistant_message", message))


def event(number: int, attributes: EventAttributes, lineage: Lineage = LINEAGE) -> Event:
    return Event(number, number, lineage, attributes)


EVENTS = [event(1, ev.WorkflowExecutionStarted("t", "w", "W", [])), said(2), event(3, ev.WorkflowExecutionCompleted("t", None))]
START = SavedView(empty_view("e"), {"e": 0})


def recorded(journal: Journal, *, breaks: bool = False) -> Callable[[str, int], AsyncIterator[Event]]:
    async def events_of(execution_id: str, after: int) -> AsyncIterator[Event]:
        for one in journal.read(execution_id, after):
            yield one
        if breaks:
            raise ConnectionError("gone")

    return events_of


@pytest.fixture
def journal() -> MemoryJournal:
    journal = MemoryJournal()
    journal.append("e", EVENTS)
    return journal


@pytest.fixture
def family() -> MemoryJournal:
    """A parent whose child speaks in between."""
    journal = MemoryJournal()
    started = event(2, ev.ChildStarted("c", "child", None, "TERMINATE"))
    journal.append("e", [EVENTS[0], started, said(3), said(4), said(5)])
    child = [event(2, ev.WorkflowExecutionStarted("t", "child", "Child", []), CHILD), said(3, CHILD), said(4, CHILD)]
    journal.append("c", [Event(number, one.event_timestamp, CHILD, one.attributes) for number, one in enumerate(child, 1)])
    return journal


async def test_it_shows_its_observers_every_view_on_the_way(journal: Journal) -> None:
    live = LiveView(START, recorded(journal))
    seen: list[TranscriptView] = []
    live.observe(seen.append)
    await live.follow()
    assert seen == [fold_all(EVENTS[:count]) for count in (1, 2, 3)]
    assert live.view is seen[-1]


async def test_a_stream_that_breaks_leaves_the_view_as_far_as_it_came(journal: Journal) -> None:
    live = LiveView(START, recorded(journal, breaks=True))
    with pytest.raises(ConnectionError, match="gone"):
        await live.follow()
    assert live.view == fold_all(EVENTS)


async def test_it_begins_where_the_saved_view_is(journal: Journal) -> None:
    live = LiveView(SavedView(fold_all(EVENTS[:2]), {"e": 2}), recorded(journal))
    seen: list[TranscriptView] = []
    live.observe(seen.append)
    await live.follow()
    assert seen == [fold_all(EVENTS)]


@pytest.mark.parametrize("positions", [{"e": 0}, {"e": 1}, {"e": 3, "c": 1}, {"e": 5, "c": 3}])
async def test_events_of_children_are_found_from_any_position(family: Journal, positions: dict[str, int]) -> None:
    news = family_events(family, positions)
    before = [one for one in family_events(family, {"e": 0}) if one not in news]
    assert len(before) == sum(positions.values())
    assert [one.event_timestamp for one in news] == sorted(one.event_timestamp for one in news)


def items(view: TranscriptView) -> list[str]:
    return sorted(item["id"] for item in view["items"])


async def test_a_live_view_finds_children_from_any_position(family: Journal) -> None:
    everything = items(view_of(family, "e").view)
    assert [name for name in everything if name.startswith("c")] == ["c3", "c4", "child-c"]
    middle = fold_all([one for one in family_events(family, {"e": 0}) if one.event_timestamp <= 3])
    live = LiveView(SavedView(middle, {"e": 3, "c": 2}), recorded(family))
    await live.follow()
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})  # those that follow children
    assert items(live.view) == everything


@pytest.fixture(params=["memory", "file"])
def long(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    monkeypatch.setattr(saved_views, "WORTH_KEEPING", 50)
    monkeypatch.setattr("nbconvo.views.live.WORTH_KEEPING", 50)
    journal = open_journal(":memory:" if request.param == "memory" else tmp_path / "journal.sqlite3")
    journal.append("e", [EVENTS[0], *(said(number) for number in range(2, 102))])
    return journal


def test_a_snapshot_is_made_of_what_was_long_and_changes_nothing_but_time(long: Journal) -> None:
    whole = fold_all(long.read("e"))
    assert view_of(long, "e") == SavedView(whole, {"e": 101})
    kept = long.snapshot("e", NAME)
    assert kept is not None
    assert kept.sequence == 101
    long.append("e", [said(102)])
    after = view_of(long, "e")
    assert after.view == fold_all([said(102)], whole)
    assert long.snapshot("e", NAME) == kept  # one more event is not worth another
    long.close()


def test_a_snapshot_is_what_is_used(long: Journal) -> None:
    """Proved by one that is wrong."""
    wrong = fold_all([EVENTS[0], said(2)])
    keep_view(long, SavedView(wrong, {"e": 101}))
    assert view_of(long, "e").view == wrong
    long.close()


@pytest.mark.parametrize("data", [b"", b"{", b"[1]", b'{"view": 1}'])
def test_a_snapshot_that_cannot_be_read_is_left_alone(long: Journal, data: bytes) -> None:
    long.keep_snapshot("e", NAME, Snapshot(101, data))
    assert kept_view(long, "e") == START
    assert view_of(long, "e").view == fold_all(long.read("e"))
    long.close()


async def test_a_live_view_makes_snapshots_on_its_way(long: Journal) -> None:
    kept: list[SavedView] = []
    await LiveView(START, recorded(long), kept.append).follow()
    assert [one.positions for one in kept] == [{"e": 50}, {"e": 100}]
    assert [one.view for one in kept] == [fold_all(long.read("e")[:count]) for count in (50, 100)]
    long.close()


def test_what_belongs_to_one_showing_is_not_kept(journal: Journal) -> None:
    view = fold_all(EVENTS)
    shown: TranscriptView = {**view, "branch": {"index": 1, "count": 2}, "resumed": True, "can_rewind": True}
    keep_view(journal, SavedView(shown, {"e": 3}))
    assert kept_view(journal, "e").view == view


class FullDisk(MemoryJournal):
    def keep_snapshot(self, execution_id: str, name: str, snapshot: Snapshot) -> None:
        raise JournalUnavailable("journal.sqlite3", "database or disk is full")


def test_a_full_disk_costs_no_more_than_the_snapshot() -> None:
    journal = FullDisk()
    journal.append("e", EVENTS)
    keep_view(journal, SavedView(fold_all(EVENTS), {"e": 3}))
    assert view_of(journal, "e").view == fold_all(EVENTS)


def test_a_view_survives_json_at_any_point() -> None:
    view = empty_view("e")
    for one in EVENTS:
        view = fold_all([one], from_json(to_json(view)))
    assert view == fold_all(EVENTS)
