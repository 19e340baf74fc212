"""What a journal is: append-only histories of executions, the only truth there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from nbconvo.protocol.envelope import Event


class Journal(Protocol):
    """A store of histories. What `append` returned from is committed: it is there after whatever the store survives."""

    def append(self, execution_id: str, events: Sequence[Event]) -> None:
        """Commit `events`, all or none. Raises ValueError when their sequence numbers do not continue the history."""
        ...

    def read(self, execution_id: str, after: int = 0) -> Sequence[Event]:
        """The events of an execution with a sequence number above `after`, in order; empty when it is unknown."""
        ...

    def executions(self) -> Sequence[str]:
        """The ids of all executions, oldest first."""
        ...

    def close(self) -> None:
        """Give back what the store holds open."""
        ...
