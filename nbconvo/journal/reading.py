"""Look into the journal of another notebook without disturbing whoever has it: nothing is created, migrated or cleaned up.

A write-ahead log that is there is read through its index, as any reader does: writers do not wait for readers. Without one, the
file cannot be changing and is read as it is. The right to run an execution is looked at and never taken.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbconvo.errors import JournalUnavailable
from nbconvo.journal.owners import SUFFIX
from nbconvo.journal.sqlite import SqliteJournal
from nbconvo.journal.summary import ExecutionSummary


@dataclass(frozen=True, slots=True)
class WaitingExecution:
    """An execution with open asks. `holder` names the living process that runs it; None when none does."""

    summary: ExecutionSummary
    holder: str | None


class JournalReader(SqliteJournal):
    """A journal's file to read and nothing else; writing raises `JournalUnavailable`. Raises as `SqliteJournal`.

    >>> JournalReader("nowhere.sqlite3").waiting()
    []
    """

    def waiting(self) -> Sequence[WaitingExecution]:
        """The executions that wait for an answer, oldest first."""
        query = "SELECT id, owner FROM executions WHERE open_asks > 0"
        owners: dict[str, str | None] = self._reading({}, lambda database: dict(database.execute(query).fetchall()))
        holders = {owner: owner if owner and is_held(self.path.parent, owner) else None for owner in set(owners.values())}
        return [WaitingExecution(one, holders[owners[one.id]]) for one in self.summaries() if one.id in owners]

    def _open(self) -> sqlite3.Connection:
        log, index = (self.path.with_name(f"{self.path.name}-{name}") for name in ("wal", "shm"))
        has_log = log.exists() and log.stat().st_size > 0
        if has_log and not index.exists():
            raise JournalUnavailable(self.path, "its last changes are in a log that only its own notebook may take in")
        connection = _read_only(self.path, "" if index.exists() and log.exists() else "&immutable=1", timeout=1)
        try:
            self._version(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def is_held(directory: Path, owner_id: str) -> bool:
    """True when the process behind `owner_id` lives: its lock lets nobody read. Unlike `owners.is_alive`, nothing is locked."""
    path = directory / f"{owner_id}{SUFFIX}"
    if not path.exists():
        return False
    probe = _read_only(path, "", timeout=0)
    try:
        probe.execute("SELECT 1 FROM sqlite_master")
    except sqlite3.OperationalError:
        return True
    finally:
        probe.close()
    return False


def _read_only(path: Path, more: str, *, timeout: float) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=ro{more}"
    return sqlite3.connect(address, uri=True, timeout=timeout, isolation_level=None, check_same_thread=False)
