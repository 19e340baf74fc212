"""Stores of histories."""

from __future__ import annotations

from os import PathLike

from nbconvo.journal.contract import Journal
from nbconvo.journal.memory import MemoryJournal
from nbconvo.journal.summary import ExecutionSummary


def open_journal(journal: Journal | str | PathLike[str]) -> Journal:
    """A journal from ":memory:" or the path of a file, made when something is recorded; a journal is returned as it is."""
    if journal == ":memory:":
        return MemoryJournal()
    if isinstance(journal, str | PathLike):
        from nbconvo.journal.sqlite import SqliteJournal  # noqa: PLC0415 - only durable runs need SQLite

        return SqliteJournal(journal)
    return journal


__all__ = ["ExecutionSummary", "Journal", "MemoryJournal", "open_journal"]
