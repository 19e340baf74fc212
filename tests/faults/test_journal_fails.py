"""The disk is full, the file is locked, read-only, broken, from the future: a clear error, nothing lost, the run can go on."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from nbconvo.engine import KernelEngine, KernelHandle, Status
from nbconvo.errors import (
    EngineClosed,
    JournalUnavailable,
)
from nbconvo.journal.sqlite import SqliteJournal
from nbconvo.testing import wait_for_pending_inputs
from nbconvo.testing.builders import EXECUTION
from nbconvo.workflows import InteractiveWorkflow, activity, execute_workflow, workflow
from tests.support.executions import answer, open_asks, until
from tests.support.workflows import Note, OneAsk

ID = "mine"
A = EXECUTION.workflow_exec_id
ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "journal.sqlite3"


@pytest.fixture
async def durable(path: Path) -> AsyncIterator[KernelEngine]:
    async with KernelEngine(impatient(path)) as engine:
        yield engine


def impatient(path: Path) -> SqliteJournal:
    """A journal that waits for a lock for a moment only."""
    journal = SqliteJournal(path)
    open_file = journal._open

    def opened() -> sqlite3.Connection:
        connection = open_file()
        connection.execute("PRAGMA busy_timeout=20")
        return connection

    journal._open = opened  # type: ignore[method-assign]
    return journal


@contextmanager
def full_disk(engine: KernelEngine) -> Iterator[None]:
    """SQLite says of a file with no page left what it says of a full disk."""
    database = engine.journal._database()  # type: ignore[attr-defined]
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count={pages}")
    yield
    database.execute("PRAGMA max_page_count=1000000")


@contextmanager
def locked(engine: KernelEngine) -> Iterator[None]:
    """Another process writes, and does not end."""
    other = sqlite3.connect(engine.journal.path, isolation_level=None)  # type: ignore[attr-defined]
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def read_only(engine: KernelEngine) -> Iterator[None]:
    """The file takes no writes."""
    database = engine.journal._database()  # type: ignore[attr-defined]
    database.execute("PRAGMA query_only=ON")
    yield
    database.execute("PRAGMA query_only=OFF")


Fault = Callable[[KernelEngine], Any]
FAULTS = pytest.mark.parametrize(
    ("fault", "says"), [(full_disk, "is full"), (locked, "locked"), (read_only, "readonly")], ids=["full", "locked", "read-only"]
)
BIG = "x" * 20_000
ran: list[str] = []


@activity()
async def step(word: str) -> str:
    ran.append(word)
    return word + BIG


@workflow.define(name="steps")
class Steps(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        first = await step("one")
        said = await self.wait_for_input(Note)
        second = await step("two")
        return f"{first[:3]} {said.note[:3]} {second[:3]}"


@workflow.define(name="steps-above")
class Above(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        return "above " + await execute_workflow(Steps)


async def failure_of(handle: KernelHandle) -> Exception:
    with pytest.raises(JournalUnavailable) as caught:
        await handle.result()
    return caught.value


@FAULTS
async def test_a_reply_that_cannot_be_recorded_is_not_accepted(durable: KernelEngine, fault: Fault, says: str) -> None:
    handle = await durable.start(Steps, id=ID)
    (ask,) = await wait_for_pending_inputs(handle)
    before = durable.journal.read(ID)
    with fault(durable), pytest.raises(JournalUnavailable, match=f"journal.sqlite3 cannot be used now: .*{says}"):
        await handle.submit_input(ask["task_id"], {"note": BIG})
    assert durable.journal.read(ID) == before
    assert await handle.pending_inputs() == [ask]
    assert handle.status is Status.RUNNING
    await handle.submit_input(ask["task_id"], {"note": "two"})  # the cause is gone: the person says it again
    assert await handle.result() == "one two two"


@FAULTS
async def test_a_run_whose_turn_cannot_be_recorded_stops_and_is_taken_up(durable: KernelEngine, fault: Fault, says: str) -> None:
    handle = await durable.start(Steps, id=ID)
    (ask,) = await wait_for_pending_inputs(handle)
    await handle.submit_input(ask["task_id"], {"note": "two"})  # recorded; its turn comes next
    with fault(durable):
        assert says in str(await failure_of(handle))
        assert handle.status is Status.EVICTED
        with pytest.raises(JournalUnavailable):
            await handle.submit_input(ask["task_id"], {"note": "again"})
    assert not durable.journal.summary(ID).has_ended  # type: ignore[union-attr]
    again = await durable.start(Steps, id=ID)
    assert again is not handle
    assert await again.result() == "one two two"
    sequences = [event.sequence for event in durable.journal.read(ID)]
    assert sequences == list(range(1, len(sequences) + 1))


@activity()
async def held(word: str) -> str:
    await gate[0].wait()
    return await step(word)


gate: list[asyncio.Event] = []


@workflow.define(name="held")
class Held:
    @workflow.entrypoint
    async def run(self) -> str:
        return (await held("x"))[:1]


@workflow.define(name="held-above")
class HeldAbove:
    @workflow.entrypoint
    async def run(self) -> str:
        return "above " + await execute_workflow(Held, execution_id="child")


@FAULTS
async def test_an_activity_whose_result_cannot_be_recorded_stops_the_run(durable: KernelEngine, fault: Fault, says: str) -> None:
    """It must not wait for ever for a result that is lost; taken up again, the activity runs again."""
    gate[:] = [asyncio.Event()]
    handle = await durable.start(HeldAbove, id=ID)
    await until(lambda: any(each.is_busy for each in durable.handles), "the activity runs")
    with fault(durable):
        gate[0].set()
        assert says in str(await failure_of(durable.handle("child")))
        assert says in str(await failure_of(handle))  # who waits for a child that cannot go on cannot, either
    again = await durable.start(HeldAbove, id=ID)
    assert await again.result() == "above x"


@FAULTS
async def test_a_run_that_cannot_be_recorded_at_all_does_not_start(durable: KernelEngine, fault: Fault, says: str) -> None:
    other = await durable.start(OneAsk)
    await open_asks(other)
    value = {"words": [BIG]}
    with fault(durable), pytest.raises(JournalUnavailable, match=says):
        await durable.start(TakesWords, value, id=ID)
    assert durable.journal.read(ID) == []
    assert [each.id for each in durable.handles] == [other.id]
    assert await (await durable.start(TakesWords, value, id=ID)).result() == 1


@workflow.define(name="takes-words")
class TakesWords:
    @workflow.entrypoint
    async def run(self, words: list[str]) -> int:
        return len(words)


@FAULTS
async def test_the_other_runs_of_an_engine_go_on(durable: KernelEngine, fault: Fault, says: str) -> None:
    broken = await durable.start(Steps, id=ID)
    other = await durable.start(OneAsk)
    (ask,) = await wait_for_pending_inputs(broken)
    await open_asks(other)
    await broken.submit_input(ask["task_id"], {"note": "two"})
    with fault(durable):
        await failure_of(broken)
    await answer(other, {"approved": True, "note": "fine"})
    assert await other.result() == "fine"


async def test_closing_an_engine_tells_those_who_wait(path: Path) -> None:
    async with KernelEngine(path) as engine:
        handle = await engine.start(OneAsk)
        (ask,) = await wait_for_pending_inputs(handle)
        waiting = asyncio.ensure_future(handle.result())
        await asyncio.sleep(0)
    with pytest.raises(EngineClosed):
        await waiting
    with pytest.raises(EngineClosed):
        await handle.submit_input(ask["task_id"], {"approved": True})
