"""The kernel engine passes the suite that others can run on theirs, over both journals."""

from __future__ import annotations

from pathlib import Path

from nbconvo.engine import KernelEngine
from nbconvo.testing.conformance import EngineConformance


class TestKernelEngine(EngineConformance):
    def make_engine(self, path: Path) -> KernelEngine:
        return KernelEngine()


class TestDurableKernelEngine(EngineConformance):
    def make_engine(self, path: Path) -> KernelEngine:
        return KernelEngine(path / "journal.sqlite3")
