"""The backend's memory: conversations, agents and files in one SQLite database, in a file or in memory.

Everything is kept as the JSON that the API answers with. One thread uses a store, not always the one that opened it; several
processes may use one file.
"""

from __future__ import annotations

import json
import sqlite3
import weakref
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbconvo.conversations.jsons import Json

VERSION = 1
"""Of the tables, in the file's `user_version`."""

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS conversations (id TEXT PRIMARY KEY, owner TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS entries (
    position INTEGER PRIMARY KEY AUTOINCREMENT, conversation TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
    id TEXT NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS entries_of ON entries (conversation, position);
CREATE TABLE IF NOT EXISTS agents (id TEXT PRIMARY KEY, owner TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS versions (
    agent TEXT NOT NULL REFERENCES agents ON DELETE CASCADE, version INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (agent, version)
) STRICT;
CREATE TABLE IF NOT EXISTS aliases (
    agent TEXT NOT NULL REFERENCES agents ON DELETE CASCADE, alias TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (agent, alias)
) STRICT;
CREATE TABLE IF NOT EXISTS files (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, body TEXT NOT NULL, content BLOB NOT NULL
) STRICT;
PRAGMA user_version = {VERSION};
"""


@dataclass(frozen=True, slots=True)
class Commit:
    """What one turn changes: the conversation itself, entries behind its history, and calls that were confirmed or denied."""

    conversation: Json
    entries: tuple[Json, ...]
    changed: tuple[Json, ...] = ()


class Store:
    """The tables. Raises sqlite3.Error when the file cannot be used, ValueError when a newer nbconvo wrote it."""

    def __init__(self, path: str) -> None:
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path, isolation_level=None, timeout=20, check_same_thread=False)
        weakref.finalize(self, self._database.close)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute("PRAGMA foreign_keys = ON")
        found = self._database.execute("PRAGMA user_version").fetchone()[0]
        if found > VERSION:
            raise ValueError(f"{path} was written by a newer nbconvo (version {found}, known is {VERSION}): update nbconvo.")
        if found < VERSION:
            self._database.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    # Conversations

    def commit(self, owner: str, turn: Commit) -> None:
        """All of a turn, or nothing of it."""
        conversation = turn.conversation
        with self._transaction() as database:
            database.execute(
                "INSERT INTO conversations VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                (conversation["id"], owner, _dump(conversation)),
            )
            database.executemany(
                "INSERT INTO entries (conversation, id, body) VALUES (?, ?, ?)",
                [(conversation["id"], entry["id"], _dump(entry)) for entry in turn.entries],
            )
            database.executemany(
                "UPDATE entries SET body = ? WHERE conversation = ? AND id = ?",
                [(_dump(entry), conversation["id"], entry["id"]) for entry in turn.changed],
            )

    def conversation(self, owner: str, id: str) -> Json | None:  # noqa: A002 - the API's word
        """One conversation."""
        return self._one("SELECT body FROM conversations WHERE id = ? AND owner = ?", id, owner)

    def conversations(self, owner: str) -> Iterator[Json]:
        """All of them, newest first."""
        return self._all("SELECT body FROM conversations WHERE owner = ? ORDER BY id DESC", owner)

    def history(self, id: str) -> list[Json]:  # noqa: A002 - the API's word
        """The entries of a conversation in the order they were appended."""
        return list(self._all("SELECT body FROM entries WHERE conversation = ? ORDER BY position", id))

    def delete_conversation(self, owner: str, id: str) -> bool:  # noqa: A002 - the API's word
        """False when there was none."""
        return self._change("DELETE FROM conversations WHERE id = ? AND owner = ?", id, owner)

    # Agents

    def save_agent(self, owner: str, agent: Json, version: Json | None = None) -> None:
        """The agent as it is now, and the version that is new."""
        with self._transaction() as database:
            database.execute(
                "INSERT INTO agents VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                (agent["id"], owner, _dump(agent)),
            )
            if version is not None:
                database.execute("INSERT INTO versions VALUES (?, ?, ?)", (agent["id"], version["version"], _dump(version)))

    def agent(self, owner: str, id: str) -> Json | None:  # noqa: A002 - the API's word
        """One agent in its current version."""
        return self._one("SELECT body FROM agents WHERE id = ? AND owner = ?", id, owner)

    def agents(self, owner: str) -> Iterator[Json]:
        """All of them, newest first."""
        return self._all("SELECT body FROM agents WHERE owner = ? ORDER BY id DESC", owner)

    def versions(self, agent_id: str) -> list[Json]:
        """Every version of an agent, newest first."""
        return list(self._all("SELECT body FROM versions WHERE agent = ? ORDER BY version DESC", agent_id))

    def delete_agent(self, owner: str, id: str) -> bool:  # noqa: A002 - the API's word
        """False when there was none."""
        return self._change("DELETE FROM agents WHERE id = ? AND owner = ?", id, owner)

    def save_alias(self, agent_id: str, alias: Json) -> None:
        """Point an alias to a version."""
        self._database.execute(
            "INSERT INTO aliases VALUES (?, ?, ?) ON CONFLICT (agent, alias) DO UPDATE SET body = excluded.body",
            (agent_id, alias["alias"], _dump(alias)),
        )

    def aliases(self, agent_id: str) -> list[Json]:
        """The aliases of an agent, by name."""
        return list(self._all("SELECT body FROM aliases WHERE agent = ? ORDER BY alias", agent_id))

    def delete_alias(self, agent_id: str, alias: str) -> bool:
        """False when there was none."""
        return self._change("DELETE FROM aliases WHERE agent = ? AND alias = ?", agent_id, alias)

    # Files

    def save_file(self, owner: str, file: Json, content: bytes) -> None:
        """Keep a file."""
        self._database.execute("INSERT INTO files VALUES (?, ?, ?, ?)", (file["id"], owner, _dump(file), content))

    def file(self, owner: str, id: str) -> Json | None:  # noqa: A002 - the API's word
        """What is known about a file."""
        return self._one("SELECT body FROM files WHERE id = ? AND owner = ?", id, owner)

    def files(self, owner: str) -> Iterator[Json]:
        """All of them, newest first."""
        return self._all("SELECT body FROM files WHERE owner = ? ORDER BY id DESC", owner)

    def content(self, id: str) -> bytes:  # noqa: A002 - the API's word
        """The bytes of a file that is there."""
        return self._database.execute("SELECT content FROM files WHERE id = ?", (id,)).fetchone()[0]

    def delete_file(self, owner: str, id: str) -> bool:  # noqa: A002 - the API's word
        """False when there was none."""
        return self._change("DELETE FROM files WHERE id = ? AND owner = ?", id, owner)

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def _one(self, query: str, *values: str) -> Json | None:
        return next(self._all(query, *values), None)

    def _all(self, query: str, *values: str) -> Iterator[Json]:
        return (json.loads(row[0]) for row in self._rows(query, values))

    def _rows(self, query: str, values: tuple[str, ...]) -> Iterable[Any]:
        return self._database.execute(query, values)

    def _change(self, query: str, *values: str) -> bool:
        return self._database.execute(query, values).rowcount > 0


def _dump(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
