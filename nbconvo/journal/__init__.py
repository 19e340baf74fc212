"""Stores of histories."""

from __future__ import annotations

from os import PathLike
from typing import Literal

from nbconvo.journal.contract import Journal
from nbconvo.journal.memory import MemoryJournal
from nbconvo.journal.summary import ExecutionSummary


def open_journal(journal: Journal | str | PathLike[str], *, durability: Literal["normal", "full"] = "normal") -> Journal:
    """A journal from ":memory:" or the path of a file, made when something is recorded; a journal is returned as it is.

    `durability="full"` survives a power cut as well, at the price of a disk flush per commit.
    """
    if journal == ":memory:":
        return MemoryJournal()
    if isinstance(journal, str | PathLike):
        from nbconvo.journal.sqlite import SqliteJournal  # noqa: PLC0415 - only durable runs need SQLite

        return SqliteJournal(journal, durability=durability)
    return journal


__all__ = ["ExecutionSummary", "Journal", "MemoryJournal", "open_journal"]
