"""What every journal and every engine must do, as tests to inherit. They need pytest.

A journal of your own:

    from nbconvo.testing.conformance import DurableJournalConformance

    class TestMyJournal(DurableJournalConformance):   # JournalConformance for one that forgets
        def make_journal(self, path):                 # called any number of times for one path
            return MyJournal(path / "journal")

An engine of your own:

    from nbconvo.testing.conformance import EngineConformance

    class TestMyEngine(EngineConformance):
        def make_engine(self, path):                  # an async context manager of an `nbconvo.engine.Engine`
            return MyEngine(path / "journal")

nbconvo's own implementations pass the same suites.
"""

from nbconvo.testing.engine_conformance import EngineConformance
from nbconvo.testing.journal_conformance import DurableJournalConformance, JournalConformance

__all__ = ["DurableJournalConformance", "EngineConformance", "JournalConformance"]
