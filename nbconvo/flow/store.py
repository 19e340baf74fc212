"""Where sessions are kept: a journal that the sessions of this process share, whatever thread they run in.

Sessions with the same id on the same store share one log, so two objects never disagree about what was said. Another process is
kept out by the journal's lock as long as this one lives.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, cast
from weakref import WeakValueDictionary, finalize

from nbconvo.flow.line import Line
from nbconvo.flow.log import SessionLog
from nbconvo.journal import open_journal
from nbconvo.journal.contract import Journal
from nbconvo.protocol.envelope import Event


class Store:
    """A journal with a lock. One that is `owned` is closed when nobody uses the store any more."""

    def __init__(self, journal: Journal, *, owned: bool = False) -> None:
        self.journal = journal
        self.lock = threading.RLock()
        self._lines: WeakValueDictionary[str, Line] = WeakValueDictionary()
        if owned:
            finalize(self, journal.close)

    def line(self, session_id: str) -> Line:
        """The session with this id, read from the journal when nobody here has it yet."""
        with self.lock:
            line = self._lines.get(session_id)
            if line is None:
                log = SessionLog(session_id)
                log.extend(self.journal.read(session_id))
                line = self._lines[session_id] = Line(log)
            return line

    def append(self, line: Line, events: Sequence[Event]) -> None:
        """Record events of a session, numbered on from what it has. Raises what the journal fails with; then nothing happened."""
        with self.lock:
            self.journal.append(line.log.id, events)
            line.log.extend(events)

    def has(self, session_id: str) -> bool:
        """True when something was recorded of this session."""
        with self.lock:
            return bool(self.line(session_id).log.turns)

    def sessions(self) -> list[str]:
        """The ids of what the journal holds, oldest first."""
        with self.lock:
            return [summary.id for summary in self.journal.summaries()]


_lock = threading.Lock()
_files: WeakValueDictionary[Path, Store] = WeakValueDictionary()
_others: WeakValueDictionary[int, Store] = WeakValueDictionary()


def open_store(store: Store | Journal | str | PathLike[str] | Any | None = None) -> Store:
    """The store behind a path, a journal, ":memory:" (a new one), or something that has a `store`, as a persistence has."""
    if isinstance(store, Store):
        return store
    if store is None or store == ":memory:":
        return Store(open_journal(":memory:"))
    with _lock:
        if isinstance(store, str | PathLike):
            path = Path(cast("str", store)).resolve()
            return _files.get(path) or _files.setdefault(path, Store(open_journal(path), owned=True))
        inner = getattr(store, "store", None)
        if isinstance(inner, Store):
            return inner
        return _others.get(id(store)) or _others.setdefault(id(store), Store(store))  # which keeps `store`, and so its id
