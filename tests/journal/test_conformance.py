"""Both journals pass the suite that others can run on theirs."""

from __future__ import annotations

from pathlib import Path

from nbconvo.journal import Journal, MemoryJournal
from nbconvo.journal.sqlite import SqliteJournal
from nbconvo.testing.conformance import DurableJournalConformance, JournalConformance


class TestMemoryJournal(JournalConformance):
    def make_journal(self, path: Path) -> Journal:
        return MemoryJournal()


class TestSqliteJournal(DurableJournalConformance):
    def make_journal(self, path: Path) -> Journal:
        return SqliteJournal(path / "made" / "journal.sqlite3")


class TestSqliteJournalWithFlushes(DurableJournalConformance):
    def make_journal(self, path: Path) -> Journal:
        return SqliteJournal(path / "made" / "journal.sqlite3", durability="full")
