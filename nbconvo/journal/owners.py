"""Who runs what: a process shows that it is alive by holding a lock that the operating system takes from it when it dies.

The lock is that of a small SQLite file of its own, so it works wherever the journal does; no heartbeat is written and nothing has
to be waited for: a dead owner's lock can be had at once.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

SUFFIX = ".owner"


class Owner:
    """This process, to others that open the same journal. `name` is what they are told about it."""

    def __init__(self, directory: Path, owner_id: str) -> None:
        self.id = owner_id
        self._path = directory / f"{owner_id}{SUFFIX}"
        self._path.touch(0o600)
        self._lock = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
        self._lock.execute("PRAGMA journal_mode=MEMORY")
        self._lock.execute("BEGIN EXCLUSIVE")

    def close(self) -> None:
        """Stop being an owner."""
        with suppress(sqlite3.Error):
            self._lock.rollback()
        self._lock.close()
        with suppress(OSError):
            self._path.unlink()


def is_alive(directory: Path, owner_id: str) -> bool:
    """True when the process behind `owner_id` still holds its lock. Clears away what a dead one left."""
    path = directory / f"{owner_id}{SUFFIX}"
    if not path.exists():
        return False
    probe = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        probe.execute("BEGIN EXCLUSIVE")
        probe.rollback()
    except sqlite3.OperationalError:
        return True
    finally:
        probe.close()
    with suppress(OSError):
        path.unlink()
    return False
