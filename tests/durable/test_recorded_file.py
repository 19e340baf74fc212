"""A file that an earlier version wrote is brought to the present version when it is opened, and its run goes on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from nbconvo.engine import KernelEngine
from nbconvo.journal.contract import Snapshot
from nbconvo.journal.sqlite import VERSION, SqliteJournal
from nbconvo.workflows import InteractiveWorkflow, workflow
from nbconvo.workflows.conversational import ChatInput
from tests.support.executions import answer

DATA = Path(__file__).parents[1] / "data"


@workflow.define(name="recorded")
class Recorded(InteractiveWorkflow):
    """What ran when the file was written."""

    @workflow.entrypoint
    async def run(self) -> str:
        first = await self.wait_for_input(ChatInput("First?"))
        second = await self.wait_for_input(ChatInput("Second?"))
        return f"{first.message[0].text} and {second.message[0].text}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of version 1, with a run that waits at its second question."""
    path = tmp_path / "journal.sqlite3"
    database = sqlite3.connect(path)
    database.executescript((DATA / "journal_v1.sql").read_text())
    database.close()
    return path


def version_of(path: Path) -> int:
    database = sqlite3.connect(path)
    (version,) = database.execute("PRAGMA user_version").fetchone()
    database.close()
    return int(version)


async def test_a_run_of_version_1_goes_on(path: Path) -> None:
    assert version_of(path) == 1
    async with KernelEngine(path) as engine:
        handle = await engine.start(Recorded, id="recorded")
        await answer(handle, {"message": [{"type": "text", "text": "Bob"}]})
        assert await handle.result() == "Ada and Bob"
    assert version_of(path) == VERSION


def test_two_processes_may_open_it_at_once(path: Path) -> None:
    """The second finds the work done while it waited for the lock."""
    first, second = SqliteJournal(path), SqliteJournal(path)
    assert first.read("recorded") == second.read("recorded")
    first.keep_snapshot("recorded", "view", Snapshot(5, b"x"))
    assert second.snapshot("recorded", "view") == Snapshot(5, b"x")
    first.close()
    second.close()
