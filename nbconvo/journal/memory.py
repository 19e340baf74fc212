"""A journal in memory: it forgets when the process ends."""

from __future__ import annotations

from collections.abc import Sequence

from nbconvo.protocol.envelope import Event


class MemoryJournal:
    """Histories in lists, for tests and for runs that nobody needs tomorrow.

    >>> MemoryJournal().executions()
    []
    """

    def __init__(self) -> None:
        self._histories: dict[str, list[Event]] = {}

    def append(self, execution_id: str, events: Sequence[Event]) -> None:
        """Add `events` to the history. Raises ValueError when their sequence numbers do not continue it."""
        history = self._histories.setdefault(execution_id, [])
        for offset, event in enumerate(events, start=len(history) + 1):
            if event.sequence != offset:
                raise ValueError(f"event {event.sequence} of {execution_id} does not follow event {len(history)}")
        history.extend(events)

    def read(self, execution_id: str, after: int = 0) -> Sequence[Event]:
        """The events above `after`."""
        return self._histories.get(execution_id, [])[after:]

    def executions(self) -> Sequence[str]:
        """All execution ids, oldest first."""
        return list(self._histories)

    def close(self) -> None:
        """Nothing is held open."""
