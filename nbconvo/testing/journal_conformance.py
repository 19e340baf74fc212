"""What every journal must do; see `nbconvo.testing.conformance`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nbconvo.journal.contract import Journal, Snapshot
from nbconvo.protocol import events as ev
from nbconvo.protocol.envelope import Event, Lineage
from nbconvo.testing.builders import NOW


class JournalConformance:
    """Tests that every journal must pass."""

    def make_journal(self, path: Path) -> Journal:
        """A journal that keeps its data in the folder `path`, where it keeps any."""
        raise NotImplementedError

    @pytest.fixture
    def journal(self, tmp_path: Path) -> Iterator[Journal]:
        """The journal under test."""
        journal = self.make_journal(tmp_path)
        yield journal
        journal.close()

    def test_what_was_appended_is_read(self, journal: Journal) -> None:
        events = history("a", *EVERYTHING)
        journal.append("a", events[:1])
        journal.append("a", events[1:])
        assert list(journal.read("a")) == events

    def test_reading_begins_after_a_sequence_number(self, journal: Journal) -> None:
        events = history("a", *EVERYTHING)
        journal.append("a", events)
        assert list(journal.read("a", after=2)) == events[2:]
        assert list(journal.read("a", after=len(events))) == []
        assert list(journal.read("unknown")) == []

    def test_a_gap_is_refused_and_nothing_is_kept_of_it(self, journal: Journal) -> None:
        events = history("a", *EVERYTHING)
        with pytest.raises(ValueError, match="does not follow"):
            journal.append("a", events[1:])
        assert list(journal.read("a")) == []
        journal.append("a", events[:2])
        for wrong in ([events[3]], events[:2], [events[1]], [events[2], events[4]]):
            with pytest.raises(ValueError, match="does not follow"):
                journal.append("a", wrong)
        assert list(journal.read("a")) == events[:2]
        journal.append("a", events[2:])
        assert list(journal.read("a")) == events

    def test_a_snapshot_is_kept_until_the_next_one(self, journal: Journal) -> None:
        journal.append("a", history("a", *EVERYTHING))
        assert journal.snapshot("a", "view") is None
        for kept in (Snapshot(2, b"two"), Snapshot(3, bytes(range(256)))):
            journal.keep_snapshot("a", "view", kept)
            assert journal.snapshot("a", "view") == kept
        assert journal.snapshot("a", "state") is None
        assert list(journal.read("a")) == history("a", *EVERYTHING)

    def test_a_snapshot_goes_with_its_execution(self, journal: Journal) -> None:
        journal.keep_snapshot("a", "view", Snapshot(1, b"of nothing"))
        assert journal.snapshot("a", "view") is None
        journal.append("a", history("a", *EVERYTHING))
        journal.keep_snapshot("a", "view", Snapshot(1, b"one"))
        journal.forget("a")
        assert journal.snapshot("a", "view") is None

    def test_appending_nothing_is_nothing(self, journal: Journal) -> None:
        journal.append("a", [])
        assert list(journal.read("a")) == []
        assert list(journal.summaries()) == []

    def test_histories_are_apart(self, journal: Journal) -> None:
        for number in range(3):
            for name in ("a", "b"):
                journal.append(name, history(name, STARTED, ASKED, ANSWERED)[number : number + 1])
        assert list(journal.read("a")) == history("a", STARTED, ASKED, ANSWERED)
        assert list(journal.read("b")) == history("b", STARTED, ASKED, ANSWERED)

    def test_a_history_may_have_several_runs(self, journal: Journal) -> None:
        first = history("a", STARTED)
        second = Lineage("a", "run-2", "w", "a", continued_run_id="run-1", first_execution_run_id="run-1")
        later = [Event(2, NOW, second, STARTED), Event(3, NOW, second, ANSWERED)]
        journal.append("a", first)
        journal.append("a", later)
        assert list(journal.read("a")) == [*first, *later]

    def test_a_summary_follows_the_history(self, journal: Journal) -> None:
        told: list[tuple[str, int]] = []
        for event in history("a", STARTED, ASKED, ASKED_AGAIN, ANSWERED, TIMED_OUT, COMPLETED):
            journal.append("a", [event])
            so_far = journal.summary("a")
            assert so_far is not None
            told.append((so_far.status, so_far.open_asks))
        assert told == [("running", 0), ("waiting", 1), ("waiting", 2), ("waiting", 1), ("running", 0), ("completed", 0)]
        summary = journal.summary("a")
        assert summary is not None
        assert (summary.workflow_name, summary.display_name, summary.has_ended) == ("w", "W", True)
        assert summary.started_at == pytest.approx(NOW / 1e9)
        assert summary.updated_at == pytest.approx(NOW / 1e9 + 5)

    def test_a_summary_knows_the_cell(self, journal: Journal) -> None:
        journal.append("a", history("a", STARTED, ev.CellBound("n.ipynb", "cell-1")))
        summary = journal.summary("a")
        assert summary is not None
        assert (summary.notebook, summary.cell_id) == ("n.ipynb", "cell-1")

    @pytest.mark.parametrize("end", ["completed", "failed", "canceled"])
    def test_every_end_is_told(self, journal: Journal, end: str) -> None:
        ends = {"completed": COMPLETED, "failed": ev.WorkflowExecutionFailed("t", "no"), "canceled": CANCELED}
        journal.append("a", history("a", STARTED, ASKED, ends[end]))
        summary = journal.summary("a")
        assert summary is not None
        assert (summary.status, summary.open_asks, summary.has_ended) == (end, 0, True)

    def test_summaries_come_oldest_first(self, journal: Journal) -> None:
        for name in ("c", "a", "b"):
            journal.append(name, history(name, STARTED))
        journal.append("c", history("c", STARTED, ASKED)[1:])
        assert [summary.id for summary in journal.summaries()] == ["c", "a", "b"]
        assert journal.summary("unknown") is None

    def test_a_forgotten_execution_is_gone_and_may_begin_again(self, journal: Journal) -> None:
        journal.append("a", history("a", STARTED, ASKED))
        journal.append("b", history("b", STARTED))
        journal.forget("a")
        journal.forget("unknown")
        assert list(journal.read("a")) == []
        assert [summary.id for summary in journal.summaries()] == ["b"]
        journal.append("a", history("a", STARTED))
        assert len(journal.read("a")) == 1

    def test_rights_can_be_taken_and_given_back(self, journal: Journal) -> None:
        journal.acquire("unknown")
        journal.append("a", history("a", STARTED))
        journal.acquire("a")
        journal.acquire("a")  # it is ours already
        journal.release("a")
        journal.release("a")
        journal.release("unknown")
        journal.append("a", history("a", STARTED, ASKED)[1:])
        assert len(journal.read("a")) == 2

    def test_closing_twice_is_harmless(self, journal: Journal) -> None:
        journal.append("a", history("a", STARTED))
        journal.close()
        journal.close()


class DurableJournalConformance(JournalConformance):
    """The same, and what a journal must do that outlives its process: two of them on one path have the same histories."""

    def test_all_of_an_append_is_kept_or_none(self, journal: Journal) -> None:
        """The second event cannot be written down: the first one is not there either, and the history goes on."""
        journal.append("a", history("a", STARTED))
        with pytest.raises(ValueError, match="object"):
            journal.append("a", history("a", STARTED, ev.SignalReceived("s", 1), ev.SignalReceived("s", object()))[1:])
        assert len(journal.read("a")) == 1
        journal.append("a", history("a", STARTED, ev.SignalReceived("s", 1))[1:])
        assert len(journal.read("a")) == 2

    def test_what_is_committed_is_seen_by_another(self, journal: Journal, tmp_path: Path) -> None:
        events = history("a", *EVERYTHING)
        journal.append("a", events[:2])
        other = self.make_journal(tmp_path)
        assert list(other.read("a")) == events[:2]
        journal.append("a", events[2:])
        assert list(other.read("a")) == events
        assert other.summary("a") == journal.summary("a")
        other.close()

    def test_a_closed_journal_can_be_opened_again(self, journal: Journal, tmp_path: Path) -> None:
        events = history("a", *EVERYTHING)
        journal.append("a", events[:3])
        journal.close()
        again = self.make_journal(tmp_path)
        again.acquire("a")
        again.append("a", events[3:])
        assert list(again.read("a")) == events
        again.close()


def history(execution_id: str, *attributes: ev.EventAttributes) -> list[Event]:
    """A history of these events, a second apart."""
    lineage = Lineage(execution_id, f"run of {execution_id}", "w", execution_id, parent_workflow_exec_id="above")
    return [Event(n, NOW + (n - 1) * 1_000_000_000, lineage, one) for n, one in enumerate(attributes, start=1)]


STARTED = ev.WorkflowExecutionStarted("t", "w", "W", [{"n": 1}])
ASKED = ev.CustomTaskStarted("ask-1", "wait_for_input", {"input_schema": {"title": "A"}, "label": None})
ASKED_AGAIN = ev.CustomTaskStarted("ask-2", "wait_for_input", {"input_schema": {"title": "A"}, "label": "L"})
ANSWERED = ev.CustomTaskCompleted("ask-1", "wait_for_input", {"input_schema": {}, "label": None, "input": {"ü": "🙂\n"}})
TIMED_OUT = ev.CustomTaskFailed("ask-2", "wait_for_input", "")
COMPLETED = ev.WorkflowExecutionCompleted("t", {"result": None})
CANCELED = ev.WorkflowExecutionCanceled("t", "enough")
EVERYTHING: tuple[ev.EventAttributes, ...] = (
    STARTED,
    ASKED,
    ANSWERED,
    ev.CustomTaskInProgress("x", "todo_list", [{"op": "replace", "path": "/n", "value": 2.5}]),
    ev.CustomTaskInProgress("x", "todo_list", None, {"n": [1, None, True, -(2**53), "\u2028"]}),
    ev.ActivityTaskStarted("1", "look_up", ["word", None, {"a": []}]),
    ev.FailureTraced("ValueError", "Traceback ...", "1"),
    ev.TimerStarted(1, 1_750_000_000.25),
    ev.UnknownEvent("OF_A_NEWER_VERSION", {"anything": [1, {"deep": None}]}),
    ev.TurnCommitted(),
    COMPLETED,
)
"""One event of each form there is."""
