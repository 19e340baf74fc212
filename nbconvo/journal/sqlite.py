"""A journal in one SQLite file, with a write-ahead log.

`durability="normal"` (the default) survives the death of the process; "full" survives a power cut as well and costs a disk flush
per commit. The file is made at the first append and not before, with a `.gitignore` beside it when its folder is new.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import uuid
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TypeVar

from nbconvo.errors import ExecutionInUse, JournalCorrupted, JournalTooNew, JournalUnavailable
from nbconvo.journal.codec import decode_attributes, decode_lineage, encode_attributes, encode_lineage
from nbconvo.journal.contract import Snapshot
from nbconvo.journal.memory import check_sequence
from nbconvo.journal.owners import Owner, is_alive
from nbconvo.journal.summary import ExecutionSummary, only_time_passed, summarize
from nbconvo.protocol.envelope import Event, Lineage

T = TypeVar("T")

_STEPS = [
    """
    CREATE TABLE executions (
        key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT,
        workflow_name TEXT NOT NULL, display_name TEXT, status TEXT NOT NULL, open_asks INTEGER NOT NULL,
        started_at REAL NOT NULL, notebook TEXT, cell_id TEXT
    ) STRICT;
    CREATE TABLE runs (
        execution INTEGER NOT NULL REFERENCES executions ON DELETE CASCADE, run_id TEXT NOT NULL, lineage BLOB NOT NULL,
        PRIMARY KEY (execution, run_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE events (
        execution INTEGER NOT NULL REFERENCES executions ON DELETE CASCADE, sequence INTEGER NOT NULL, run_id TEXT NOT NULL,
        timestamp INTEGER NOT NULL, type TEXT NOT NULL, attributes BLOB NOT NULL, origin TEXT, PRIMARY KEY (execution, sequence)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE snapshots (
        execution INTEGER NOT NULL REFERENCES executions ON DELETE CASCADE, name TEXT NOT NULL,
        sequence INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (execution, name)
    ) STRICT, WITHOUT ROWID;
    """,
]
"""What makes a file of version n out of one of version n - 1; an empty file has version 0. Steps are added, never changed."""

VERSION = len(_STEPS)
"""Of the schema, in the file's `user_version`."""

_UPDATED_AT = "(SELECT timestamp / 1e9 FROM events WHERE execution = key ORDER BY sequence DESC LIMIT 1)"
_COLUMNS = f"id, workflow_name, display_name, status, open_asks, started_at, {_UPDATED_AT}, notebook, cell_id"
"""Those of `ExecutionSummary`, in its order."""

_ROW = "(?, ?, ?, ?, ?, ?, ?)"
_FEW = 8
_INSERTS = [f"INSERT INTO events VALUES {', '.join([_ROW] * count)}" for count in range(_FEW + 1)]
"""By the number of events."""

_GITIGNORE = "# Records of conversations: they hold what people typed.\n*\n"


class SqliteJournal:
    """Histories in a file. Raises `JournalCorrupted`, `JournalTooNew` or `JournalUnavailable`, each naming the file."""

    def __init__(self, path: str | os.PathLike[str], *, durability: Literal["normal", "full"] = "normal") -> None:
        self.path = Path(path)
        self._synchronous = durability.upper()
        self._connection: sqlite3.Connection | None = None
        self._owner: Owner | None = None
        self._known: dict[str, _Known] = {}

    def append(self, execution_id: str, events: Sequence[Event]) -> None:
        """Commit `events`, in one transaction with what they change in the execution's summary."""
        if not events:
            return
        known = self._known.get(execution_id)
        if known is not None and len(events) <= _FEW and known.stays(events):
            check_sequence(execution_id, known.last, events)
            self._insert_events(known.key, events)
            known.last = events[-1].sequence
            return
        with self._transaction() as database:
            known = known or self._load(database, execution_id)
            check_sequence(execution_id, known.last if known else 0, events)
            known = self._write(database, known, events)
        self._known[execution_id] = known

    def read(self, execution_id: str, after: int = 0) -> Sequence[Event]:
        """The events above `after`."""
        return self._reading(list[Event](), lambda database: self._read(database, execution_id, after))

    def summaries(self) -> Sequence[ExecutionSummary]:
        """All executions, oldest first."""
        query = f"SELECT {_COLUMNS} FROM executions ORDER BY key"
        return self._reading(
            list[ExecutionSummary](), lambda database: [ExecutionSummary(*row) for row in database.execute(query)]
        )

    def summary(self, execution_id: str) -> ExecutionSummary | None:
        """One execution."""
        query = f"SELECT {_COLUMNS} FROM executions WHERE id = ?"
        rows: list[Any] = self._reading([], lambda database: database.execute(query, (execution_id,)).fetchall())
        return ExecutionSummary(*rows[0]) if rows else None

    def forget(self, execution_id: str) -> None:
        """Delete an execution. Raises `ExecutionInUse` when another living process has it."""
        self._known.pop(execution_id, None)
        if self.path.exists():
            with self._transaction() as database:
                self._check_free(database, execution_id)
                database.execute("DELETE FROM executions WHERE id = ?", (execution_id,))

    def snapshot(self, execution_id: str, name: str) -> Snapshot | None:
        """The snapshot that was last kept under this name."""
        query = "SELECT sequence, data FROM snapshots JOIN executions ON execution = key WHERE id = ? AND name = ?"
        rows = self._reading(list[Any](), lambda database: database.execute(query, (execution_id, name)).fetchall())
        return Snapshot(*rows[0]) if rows else None

    def keep_snapshot(self, execution_id: str, name: str, snapshot: Snapshot) -> None:
        """Keep a snapshot in the place of the last one."""
        statement = "INSERT OR REPLACE INTO snapshots SELECT key, ?, ?, ? FROM executions WHERE id = ?"
        values = (name, snapshot.sequence, snapshot.data, execution_id)
        self._reading(None, lambda database: database.execute(statement, values))

    def acquire(self, execution_id: str) -> None:
        """Take the right to run an execution. Raises `ExecutionInUse` when a living process has it."""
        if not self.path.exists():
            return  # nothing is recorded yet: the first append makes it ours
        with self._transaction() as database:
            self._check_free(database, execution_id)
            database.execute("UPDATE executions SET owner = ? WHERE id = ?", (self._me().id, execution_id))

    def _check_free(self, database: sqlite3.Connection, execution_id: str) -> None:
        row = database.execute("SELECT owner FROM executions WHERE id = ?", (execution_id,)).fetchone()
        holder = row[0] if row else None
        mine = self._owner is not None and holder == self._owner.id
        if holder and not mine and is_alive(self.path.parent, holder):
            raise ExecutionInUse(execution_id, holder)

    def release(self, execution_id: str) -> None:
        """Give the right back."""
        if self._owner is not None:
            with self._transaction() as database:
                database.execute("UPDATE executions SET owner = NULL WHERE id = ? AND owner = ?", (execution_id, self._owner.id))

    def close(self) -> None:
        """Close the file and give all rights back."""
        if self._owner is not None:
            self._owner.close()
            self._owner = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._known.clear()

    # Reading and writing

    def _write(self, database: sqlite3.Connection, known: _Known | None, events: Sequence[Event]) -> _Known:
        lineage = events[0].lineage
        summary = summarize(events, known.summary if known else None)
        assert summary is not None
        key = self._insert(database, summary) if known is None else known.key
        run = (key, lineage.workflow_run_id, encode_lineage(lineage))
        database.execute("INSERT OR IGNORE INTO runs VALUES (?, ?, ?)", run)
        database.executemany(f"INSERT INTO events VALUES {_ROW}", [_row(key, event) for event in events])
        changes = (summary.status, summary.open_asks, summary.notebook, summary.cell_id, key)
        database.execute("UPDATE executions SET status = ?, open_asks = ?, notebook = ?, cell_id = ? WHERE key = ?", changes)
        return _Known(key, events[-1].sequence, lineage.workflow_run_id, summary)

    def _insert_events(self, key: int, events: Sequence[Event]) -> None:
        """The short way for what changes no summary: one statement is a transaction of its own."""
        values: list[Any] = []
        for event in events:
            values += _row(key, event)
        try:
            self._database().execute(_INSERTS[len(events)], values)
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def _insert(self, database: sqlite3.Connection, summary: ExecutionSummary) -> int:
        values = (summary.id, self._me().id, summary.workflow_name, summary.display_name, summary.started_at)
        columns = "id, owner, workflow_name, display_name, status, open_asks, started_at"
        cursor = database.execute(f"INSERT INTO executions ({columns}) VALUES (?, ?, ?, ?, 'running', 0, ?)", values)
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def _load(self, database: sqlite3.Connection, execution_id: str) -> _Known | None:
        last = "(SELECT max(sequence) FROM events WHERE execution = key)"
        row = database.execute(f"SELECT key, {last}, {_COLUMNS} FROM executions WHERE id = ?", (execution_id,)).fetchone()
        if row is None:
            return None
        self._check_free(database, execution_id)
        return _Known(row[0], row[1], "", ExecutionSummary(*row[2:]))

    def _read(self, database: sqlite3.Connection, execution_id: str, after: int) -> list[Event]:
        row = database.execute("SELECT key FROM executions WHERE id = ?", (execution_id,)).fetchone()
        if row is None:
            return []
        runs = database.execute("SELECT run_id, lineage FROM runs WHERE execution = ?", row)
        lineages: dict[str, Lineage] = {run_id: decode_lineage(data) for run_id, data in runs}
        columns, order = "sequence, timestamp, run_id, type, attributes, origin", "ORDER BY sequence"
        query = f"SELECT {columns} FROM events WHERE execution = ? AND sequence > ? {order}"
        try:
            return [
                Event(sequence, timestamp, lineages[run_id], decode_attributes(event_type, data), origin)
                for sequence, timestamp, run_id, event_type, data, origin in database.execute(query, (row[0], after))
            ]
        except (KeyError, ValueError) as error:
            raise JournalCorrupted(self.path, f"an event of {execution_id} cannot be read ({error})") from error

    def _reading(self, nothing: T, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run a query; where no file is, nothing is recorded and none is made."""
        if self._connection is None and not self.path.exists():
            return nothing
        with self._explained():
            return query(self._database())

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        with self._explained():
            database = self._database()
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                if database.in_transaction:
                    database.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise self._explain(error) from error

    def _explain(self, error: Exception) -> Exception:
        """SQLite's error as ours, with the file and what to do."""
        if isinstance(error, sqlite3.IntegrityError):
            return JournalUnavailable(self.path, "another process has changed or forgotten this execution")
        if isinstance(error, sqlite3.OperationalError | OSError):
            return JournalUnavailable(self.path, str(error))
        return JournalCorrupted(self.path, str(error))

    # Opening

    def _database(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._open()
        return self._connection

    def _open(self) -> sqlite3.Connection:
        _make_private(self.path)
        connection: Any = sqlite3.connect(
            self.path, timeout=5, isolation_level=None, cached_statements=64, check_same_thread=False
        )  # whoever shares a journal between threads takes turns
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={self._synchronous}")
            connection.execute("PRAGMA foreign_keys=ON")
            self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        if self._version(connection) == VERSION:
            return
        connection.execute("BEGIN IMMEDIATE")  # another process may be doing the same
        for step in _STEPS[self._version(connection) :]:
            for statement in step.split(";")[:-1]:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")

    def _version(self, connection: sqlite3.Connection) -> int:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise JournalTooNew(self.path, version, VERSION)
        if version == 0 and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise JournalCorrupted(self.path, "it is an SQLite file of something else")
        return version

    def _me(self) -> Owner:
        if self._owner is None:
            self._owner = Owner(self.path.parent, f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}")
        return self._owner


class _Known:
    """What this process knows of an execution it writes to, so that an append reads nothing."""

    __slots__ = ("key", "last", "run_id", "summary")

    def __init__(self, key: int, last: int, run_id: str, summary: ExecutionSummary) -> None:
        self.key = key
        self.last = last
        self.run_id = run_id
        self.summary = summary

    def stays(self, events: Sequence[Event]) -> bool:
        """True when `events` change no other row: they are of the same run, and the summary stays what it was."""
        if events[0].lineage.workflow_run_id != self.run_id:
            return False
        if only_time_passed(events):
            return True
        after = summarize(events, self.summary)
        return after is not None and after.same_but_for_time(self.summary)


def _row(key: int, event: Event) -> tuple[Any, ...]:
    data = encode_attributes(event.attributes)
    return key, event.sequence, event.lineage.workflow_run_id, event.event_timestamp, event.event_type, data, event.origin


def _make_private(path: Path) -> None:
    """An empty file that only its owner reads (SQLite gives its other files the same rights), in a folder that is there."""
    if not path.parent.exists():
        path.parent.mkdir(parents=True)
        (path.parent / ".gitignore").write_text(_GITIGNORE)
    with suppress(OSError):  # where it cannot be made or is there already, SQLite says more
        path.touch(0o600, exist_ok=False)
