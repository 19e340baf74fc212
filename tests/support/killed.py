"""Runs one workflow again and again, each time in a process that is killed at another journal write and one that resumes it.

`python -m tests.support.killed FOLDER before|after` prints what came of each as JSON. The processes are forks of this one, which
has no threads: a fork takes milliseconds where a new Python takes half a second. The kill is a real SIGKILL.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nbconvo.engine import KernelEngine, Status
from nbconvo.journal.sqlite import SqliteJournal
from nbconvo.protocol.envelope import Event
from nbconvo.workflows import InteractiveWorkflow, activity, execute_workflow, workflow
from tests.support.workflows import Approval

MARKS = "marks.txt"
ID = "victim"
REPLIES = {"left": "L", "right": "R", "child": "C", "again": "A"}
folder = Path()


@activity()
async def marked(word: str) -> str:
    """Leaves a mark that survives anything, just before it returns."""
    await asyncio.sleep(0.001)
    with (folder / MARKS).open("a") as marks:
        marks.write(f"{word}\n")
        marks.flush()
        os.fsync(marks.fileno())
    return word.lower()


class Asking(InteractiveWorkflow):
    async def ask(self, label: str) -> str:
        return (await self.wait_for_input(Approval, label=label)).note


@workflow.define(name="child-of-the-victim")
class Child(Asking):
    @workflow.entrypoint
    async def run(self) -> str:
        return await marked(await self.ask("child"))


@workflow.define(name="victim")
class Victim(Asking):
    @workflow.entrypoint
    async def run(self) -> list[Any]:
        first = await marked("FIRST")
        await asyncio.sleep(0.002)
        both = await asyncio.gather(self.ask("left"), self.ask("right"), execute_workflow(Child))
        more = await asyncio.gather(*(marked(word) for word in both[:2]))
        await workflow.sleep(0.002)
        return [first, *both, *more, await marked(await self.ask("again")), str(workflow.uuid4())]


class Deadly(SqliteJournal):
    """Kills its process just before or just after append number `at`."""

    def __init__(self, path: Path, at: int | None, before: bool) -> None:
        super().__init__(path)
        self.count = 0
        self._at = at
        self._before = before

    def append(self, execution_id: str, events: Sequence[Event]) -> None:
        self.count += 1
        if self.count == self._at and self._before:
            os.kill(os.getpid(), signal.SIGKILL)
        super().append(execution_id, events)
        if self.count == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


async def live(journal: SqliteJournal) -> list[Any]:
    """Take the execution up, or begin it; answer what is asked; the result."""
    async with KernelEngine(journal) as engine:
        handle = await engine.start(Victim, id=ID)
        while handle.status is Status.RUNNING:
            for each in engine.handles:
                for ask in each.pending_inputs_nowait():
                    reply = {"approved": True, "note": REPLIES[ask["label"] or ""]}
                    each.submit_input_nowait(ask["task_id"], reply)
            await asyncio.sleep(0.0005)
        return await handle.result()


def in_a_process(work: Callable[[], None]) -> int:
    """Run `work` in a fork; the signal that ended it, 0 for none."""
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    status = os.waitpid(pid, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def one_life(place: Path, at: int | None, before: bool) -> int:
    """A process that dies at write `at`; leaves its result and the number of its writes when it does not."""

    def work() -> None:
        global folder  # noqa: PLW0603 - of this process
        folder = place
        journal = Deadly(place / "journal.sqlite3", at, before)
        result = asyncio.run(live(journal))
        (place / "result.json").write_text(json.dumps([result, journal.count]))

    return in_a_process(work)


def told(place: Path) -> dict[str, Any]:
    """What came of it."""
    journal = SqliteJournal(place / "journal.sqlite3")
    events = {summary.id: journal.read(summary.id) for summary in journal.summaries()}
    journal.close()
    result, writes = json.loads((place / "result.json").read_text())
    return {
        "result": result,
        "writes": writes,
        "marks": sorted((place / MARKS).read_text().split()),
        "sequences": [[event.sequence for event in history] for history in events.values()],
        "tasks": [tasks_of(history) for history in events.values()],
        "leftovers": sorted(path.name for path in place.glob("*.owner")),
    }


def tasks_of(history: Sequence[Event]) -> list[str]:
    """The public events as type and task, sorted: tasks that run side by side may take turns in another way."""
    public = [event for event in history if not event.internal]
    names = ("label", "custom_task_type", "activity_name")
    about = [next((getattr(event.attributes, name) for name in names if hasattr(event.attributes, name)), "") for event in public]
    return sorted(f"{event.event_type} {what}" for event, what in zip(public, about, strict=True))


def main(root: Path, before: bool) -> None:
    """Print what came of a straight run, and of one for each write that a process was killed at."""
    straight = root / "straight"
    straight.mkdir()
    assert one_life(straight, None, before) == 0
    stories = [told(straight) | {"killed": 0}]
    for at in range(1, stories[0]["writes"] + 1):
        place = root / f"at-{at}"
        place.mkdir()
        killed = one_life(place, at, before)
        assert one_life(place, None, before) == 0
        stories.append(told(place) | {"killed": killed})
    print(json.dumps(stories))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] == "before")
