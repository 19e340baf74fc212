"""`nbconvo.inbox()`: the open asks of a folder of notebooks, read without a trace in journals of others."""

from __future__ import annotations

import hashlib
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import nbconvo
from nbconvo.engine import KernelEngine
from nbconvo.errors import ExecutionInUse, InputRejected, JournalUnavailable, UnknownExecution
from nbconvo.ipython import inbox as inboxes
from nbconvo.ipython.notebook import Notebook
from nbconvo.journal.contract import Snapshot
from nbconvo.journal.reading import JournalReader
from nbconvo.journal.sqlite import VERSION
from nbconvo.workflows import InteractiveWorkflow, execute_workflow, workflow
from nbconvo.workflows.conversational import AcceptDeclineConfirmation, ChatInput
from tests.support.executions import open_asks

ROOT = Path(__file__).parents[2]

ELSEWHERE = """
import asyncio, sys
from nbconvo.engine import KernelEngine
from tests.durable.test_inbox import Two

async def main():
    async with KernelEngine(sys.argv[1]) as engine:
        handle = await engine.start(Two, id="elsewhere")
        while len(await handle.pending_inputs()) < 1:
            await asyncio.sleep(0)
        print("waits", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)

asyncio.run(main())
"""


@workflow.define(name="two", workflow_display_name="<b>Two</b> questions")
class Two(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        sure = await self.wait_for_input(AcceptDeclineConfirmation("Pay <i>it</i> out?"), label="Approval")
        why = await self.wait_for_input(ChatInput("Why?"))
        return f"{sure.choice}: {why.message[0].text}"


@workflow.define(name="above")
class Above:
    @workflow.entrypoint
    async def run(self) -> str:
        return await execute_workflow(Two)


@workflow.define(name="doubling")
class Doubling:
    @workflow.entrypoint
    async def run(self, number: int) -> int:
        return 2 * number


@contextmanager
def another_kernel(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that runs `Two` on this journal and waits at its first ask."""
    command = [sys.executable, "-c", ELSEWHERE, str(path)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "waits\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The journals' folder of a notebook of this process."""
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "mine.ipynb"))
    return tmp_path / ".nbconvo"


@pytest.fixture
async def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    """This process's notebook, new."""
    notebook = Notebook()
    monkeypatch.setattr(inboxes, "notebook", lambda: notebook)
    return notebook


def state_of(folder: Path) -> dict[str, str]:
    """Every file with what is in it; the index of a log is a cache that readers write, too."""
    files = [path for path in sorted(folder.iterdir()) if not path.name.endswith("-shm")]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.usefixtures("folder", "notebook")
def test_an_empty_inbox_makes_nothing(tmp_path: Path) -> None:
    found = nbconvo.inbox()
    assert (len(found), str(found), found._repr_html_()) == (0, "Nothing waits for you.", "<p>Nothing waits for you.</p>")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("folder")
async def test_this_kernels_own_asks_are_answered_here(notebook: Notebook) -> None:
    run = notebook.run(Two)
    await run.settle()
    while not run.pending:
        await run.settle()
    (item,) = nbconvo.inbox()
    assert (item.notebook, item.workflow, item.where, item.run) == ("mine.ipynb", "<b>Two</b> questions", "here", run)
    with pytest.raises(InputRejected):
        item.reply("perhaps")
    item.reply("accept")
    run.reply("because")
    assert await run == "accept: because"
    assert len(nbconvo.inbox()) == 0
    await notebook.engine.close()


@pytest.mark.usefixtures("folder")
async def test_asks_of_children_and_of_a_workflow_that_has_not_started_are_there(notebook: Notebook) -> None:
    run = notebook.run(Above)
    while not run.pending:
        await run.settle()
    form = notebook.run_in_cell(Doubling, None, [], fresh=True)
    of_child, of_form = nbconvo.inbox()
    of_child.reply("decline")
    run.reply("why not")
    assert await run == "decline: why not"
    assert (of_form.workflow, of_form.where) == ("doubling", "here")
    of_form.reply({"number": 4})
    assert await form == 8
    await notebook.engine.close()


@pytest.mark.usefixtures("notebook")
def test_another_living_kernel_is_named_and_left_alone(folder: Path) -> None:
    folder.mkdir()
    with another_kernel(folder / "other.sqlite3") as process:
        before = state_of(folder)
        (item,) = nbconvo.inbox()
        assert (item.notebook, item.ask["label"], item.run) == ("other.ipynb", "Approval", None)
        assert f"-{process.pid}-" in item.where
        assert item.where.startswith("in the kernel that runs it (")
        with pytest.raises(ExecutionInUse, match=f"-{process.pid}-"):
            item.reply("accept")
        assert state_of(folder) == before
        assert process.poll() is None


@pytest.mark.usefixtures("notebook")
@pytest.mark.parametrize("how", ["killed", "closed"])
async def test_an_ask_whose_kernel_has_ended_says_how_to_go_on(folder: Path, how: str) -> None:
    folder.mkdir()
    path = folder / "other.sqlite3"
    if how == "killed":
        with another_kernel(path) as process:
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert path.with_name("other.sqlite3-wal").exists()
    else:
        async with KernelEngine(path) as engine:
            handle = await engine.start(Two, id="elsewhere")
            engine.bind_to_cell("elsewhere", "/elsewhere/renamed.ipynb", "cell-1")
            await open_asks(handle)
        assert not path.with_name("other.sqlite3-wal").exists()
    before = state_of(folder)
    (item,) = nbconvo.inbox()
    name = "other.ipynb" if how == "killed" else "renamed.ipynb"
    assert item.where == f"open {name} and run its cell"
    with pytest.raises(UnknownExecution, match=f"no kernel runs it: open {name} and run its cell"):
        item.reply("accept")
    assert state_of(folder) == before, "a file was made, migrated or cleaned up"
    async with KernelEngine(path) as engine:
        handle = await engine.start(Two, id="elsewhere")
        assert [ask["label"] for ask in await handle.pending_inputs()] == ["Approval"]


@pytest.mark.usefixtures("notebook")
def test_a_journal_that_cannot_be_read_is_named_beside_the_others(folder: Path) -> None:
    folder.mkdir()
    with another_kernel(folder / "good.sqlite3"):
        (folder / "broken.sqlite3").write_bytes(b"not a database, and long enough to be looked at" * 20)
        with sqlite3.connect(folder / "newer.sqlite3") as newer:
            newer.execute(f"PRAGMA user_version={VERSION + 1}")
        newer.close()
        found = nbconvo.inbox()
        assert [item.notebook for item in found] == ["good.ipynb"]
        assert ["broken.sqlite3" in found.unread[0], "newer.sqlite3" in found.unread[1]] == [True, True]
        assert "update nbconvo" in str(found)


@pytest.mark.usefixtures("notebook")
def test_the_table_escapes_what_it_shows(folder: Path) -> None:
    folder.mkdir()
    with another_kernel(folder / "<other>.sqlite3"):
        found = nbconvo.inbox()
        html = found._repr_html_()
        assert '<td style="text-align:left">&lt;b&gt;Two&lt;/b&gt; questions</td>' in html
        assert "<i>" not in html
        assert "&lt;other&gt;.ipynb" in html
        assert str(found).splitlines()[0].split() == ["notebook", "workflow", "asks", "for", "answer", "it"]
        assert "Approval: Pay <i>it</i> out?" in str(found)


def test_a_reader_writes_nothing(tmp_path: Path) -> None:
    reader = JournalReader(tmp_path / "none.sqlite3")
    assert (list(reader.waiting()), list(reader.summaries())) == ([], [])
    assert list(tmp_path.iterdir()) == []
    with sqlite3.connect(tmp_path / "log.sqlite3") as database:
        database.execute("CREATE TABLE t (a)")
    database.close()
    (tmp_path / "log.sqlite3-wal").write_bytes(b"changes")
    with pytest.raises(JournalUnavailable, match="only its own notebook may take in"):
        JournalReader(tmp_path / "log.sqlite3").waiting()


async def test_a_reader_refuses_to_write(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    async with KernelEngine(path) as engine:
        handle = await engine.start(Two, id="mine")
        await open_asks(handle)
        reader = JournalReader(path)
        events = reader.read("mine")
        with pytest.raises(JournalUnavailable):
            reader.keep_snapshot("mine", "view", Snapshot(1, b""))
        reader.close()
        assert events == engine.journal.read("mine")
