"""What a journal is: append-only histories of executions, the only truth there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from nbconvo.journal.summary import ExecutionSummary
from nbconvo.protocol.envelope import Event


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What somebody made of an execution's events up to `sequence`. A cache: without it, the same is made again."""

    sequence: int
    data: bytes


class Journal(Protocol):
    """A store of histories. What `append` returned from is committed: it is there after whatever the store survives."""

    def append(self, execution_id: str, events: Sequence[Event]) -> None:
        """Commit `events`, all or none. Raises ValueError when their sequence numbers do not continue the history."""
        ...

    def read(self, execution_id: str, after: int = 0) -> Sequence[Event]:
        """The events of an execution with a sequence number above `after`, in order; empty when it is unknown."""
        ...

    def summaries(self) -> Sequence[ExecutionSummary]:
        """All executions, oldest first."""
        ...

    def summary(self, execution_id: str) -> ExecutionSummary | None:
        """One execution, None when it is unknown."""
        ...

    def forget(self, execution_id: str) -> None:
        """Delete an execution and its history, for good; harmless when it is unknown."""
        ...

    def snapshot(self, execution_id: str, name: str) -> Snapshot | None:
        """The snapshot that was last kept under this name; None when there is none (any more)."""
        ...

    def keep_snapshot(self, execution_id: str, name: str, snapshot: Snapshot) -> None:
        """Keep a snapshot in the place of the last one; harmless when the execution is unknown."""
        ...

    def acquire(self, execution_id: str) -> None:
        """Take the right to run an execution, until `release` or the end of this process.

        Raises `ExecutionInUse` when another process that is alive has it.
        """
        ...

    def release(self, execution_id: str) -> None:
        """Give the right back; harmless when this journal does not have it."""
        ...

    def close(self) -> None:
        """Give back what the store holds open, rights included."""
        ...
