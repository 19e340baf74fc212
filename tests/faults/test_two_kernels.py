"""Two kernels have one notebook open: an execution belongs to one of them, and to the other as soon as that one is gone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nbconvo.engine import KernelEngine
from nbconvo.errors import ExecutionInUse
from nbconvo.testing import activity_started, numbered
from tests.support.executions import answer, open_asks
from tests.support.workflows import OneAsk

ID = "mine"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "journal.sqlite3"


HOLDER = """
import asyncio, sys
from nbconvo.engine import KernelEngine
from tests.support.workflows import OneAsk

async def main():
    async with KernelEngine(sys.argv[1]) as engine:
        await engine.start(OneAsk, id="mine")
        while not await engine.handle("mine").pending_inputs():
            await asyncio.sleep(0)
        print("holds", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)

asyncio.run(main())
"""


@contextmanager
def another_kernel(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that runs the execution and waits at its ask, until it is told to go or killed."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "holds\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


async def test_an_execution_belongs_to_the_kernel_that_runs_it(path: Path) -> None:
    with another_kernel(path) as other:
        async with KernelEngine(path) as engine:
            with pytest.raises(ExecutionInUse, match=rf"Execution mine is being run by another kernel \(.*-{other.pid}-.*\)"):
                await engine.start(OneAsk, id=ID)
            with pytest.raises(ExecutionInUse):
                engine.journal.forget(ID)
            with pytest.raises(ExecutionInUse):
                engine.journal.append(ID, numbered([activity_started()] * 9)[8:])
            mine = await engine.start(OneAsk)  # another one in the same file is no problem
            await answer(mine, {"approved": True, "note": "both write"})
            assert await mine.result() == "both write"
            assert [summary.status for summary in engine.journal.summaries()] == ["waiting", "completed"]


async def test_a_dead_kernels_execution_is_taken_over_at_once(path: Path) -> None:
    with another_kernel(path) as other:
        other.kill()
        other.wait()
        async with KernelEngine(path) as engine:
            await answer(await engine.start(OneAsk, id=ID), {"approved": True, "note": "mine now"})
            assert await engine.handle(ID).result() == "mine now"
            assert len(list(path.parent.glob("*.owner"))) == 1  # what the dead one left is gone
    assert list(path.parent.glob("*.owner")) == []


async def test_a_kernel_that_closes_gives_its_executions_back(path: Path) -> None:
    with another_kernel(path) as other:
        other.communicate("go\n")
        async with KernelEngine(path) as engine:
            assert len(await open_asks(await engine.start(OneAsk, id=ID))) == 1
