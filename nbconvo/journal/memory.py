"""A journal in memory: it forgets when the process ends."""

from __future__ import annotations

from collections.abc import Sequence

from nbconvo.journal.contract import Snapshot
from nbconvo.journal.summary import ExecutionSummary, summarize
from nbconvo.protocol.envelope import Event


class MemoryJournal:
    """Histories in lists, for tests and for runs that nobody needs tomorrow.

    >>> MemoryJournal().summaries()
    []
    """

    def __init__(self) -> None:
        self._histories: dict[str, list[Event]] = {}
        self._snapshots: dict[str, dict[str, Snapshot]] = {}

    def append(self, execution_id: str, events: Sequence[Event]) -> None:
        """Add `events` to the history. Raises ValueError when their sequence numbers do not continue it."""
        history = self._histories.setdefault(execution_id, [])
        check_sequence(execution_id, len(history), events)
        history.extend(events)

    def read(self, execution_id: str, after: int = 0) -> Sequence[Event]:
        """The events above `after`."""
        return self._histories.get(execution_id, [])[after:]

    def summaries(self) -> Sequence[ExecutionSummary]:
        """All executions, oldest first."""
        return [summary for history in self._histories.values() if (summary := summarize(history)) is not None]

    def summary(self, execution_id: str) -> ExecutionSummary | None:
        """One execution."""
        return summarize(self._histories.get(execution_id, []))

    def forget(self, execution_id: str) -> None:
        """Delete an execution."""
        self._histories.pop(execution_id, None)
        self._snapshots.pop(execution_id, None)

    def snapshot(self, execution_id: str, name: str) -> Snapshot | None:
        """The snapshot that was last kept under this name."""
        return self._snapshots.get(execution_id, {}).get(name)

    def keep_snapshot(self, execution_id: str, name: str, snapshot: Snapshot) -> None:
        """Keep a snapshot in the place of the last one."""
        if execution_id in self._histories:
            self._snapshots.setdefault(execution_id, {})[name] = snapshot

    def acquire(self, execution_id: str) -> None:
        """No other process can see this journal."""

    def release(self, execution_id: str) -> None:
        """Nothing is held."""

    def close(self) -> None:
        """Nothing is held open."""


def check_sequence(execution_id: str, last: int, events: Sequence[Event]) -> None:
    """Raise ValueError when `events` do not continue a history of `last` events."""
    for expected, event in enumerate(events, start=last + 1):
        if event.sequence != expected:
            raise ValueError(f"event {event.sequence} of {execution_id} does not follow event {expected - 1}")
