"""Stores of histories."""

from nbconvo.journal.contract import Journal
from nbconvo.journal.memory import MemoryJournal

__all__ = ["Journal", "MemoryJournal"]
