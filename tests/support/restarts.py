"""One conversation in many processes: each dies after a number of journal writes, and the next one takes the execution up.

A process that is "killed" gets not one instruction further than the append; one that is "closed" goes on until its engine
closes, an instant later. Both are acted out inside this process: what the dead one leaves running is cancelled with its loop.
"""

from __future__ import annotations

import asyncio
import difflib
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbconvo.engine import KernelEngine, KernelHandle, Status
from nbconvo.errors import WorkflowCanceled, WorkflowFailed
from nbconvo.journal.sqlite import SqliteJournal
from nbconvo.protocol.envelope import Event
from nbconvo.protocol.events import TurnCommitted
from nbconvo.testing.clock import START, JumpingClock, settled

ID = "the-execution"

finished: Counter[str] = Counter()
"""How often each activity came to its end in a process that was alive."""

Act = Callable[[KernelEngine], bool]
"""What people and programs do: look at the executions, do at most one thing, tell whether there was one to do."""


def finish(name: str) -> None:
    """An activity of the living process comes to its end."""
    finished[name] += Mortal.latest.is_alive


class Killed(BaseException):
    """The process is dead: nothing of it runs any more."""


@dataclass(frozen=True, slots=True)
class Told:
    """How an execution ended, and every event of it and of its children, the marks of turns left out: where outcomes come one
    by one, a restart may tell them to the workflow in more turns."""

    outcome: str
    events: list[str]
    appends: int


class Mortal:
    """A journal that ends its process after `lives` appends."""

    latest: Mortal

    def __init__(self, path: Path, lives: int | None, die: Callable[[], None] | None) -> None:
        self.appends = 0
        self.is_dead = False
        Mortal.latest = self
        self.torn_down = False
        self._journal = SqliteJournal(path)
        self._lives = lives
        self._die = die
        self._ids = (0, 0)

    def append(self, execution_id: str, events: list[Event]) -> None:
        if self.torn_down:
            return
        if self.is_dead and self._die is None:
            raise Killed
        self._journal.append(execution_id, events)
        self.appends += 1
        if self.appends == self._lives:
            self.is_dead = True
            if self._die is None:
                raise Killed
            self._die()

    @property
    def is_alive(self) -> bool:
        """True until the kill; a process that closes lives until its activities are cancelled."""
        return not self.is_dead or self._die is not None

    def new_id(self) -> str:
        """An id that depends on nothing but the record, so that it comes out the same in a process that repeats a step."""
        events = sum(len(self._journal.read(summary.id)) for summary in self._journal.summaries())
        self._ids = (events, self._ids[1] + 1 if self._ids[0] == events else 0)
        return str(uuid.uuid5(uuid.NAMESPACE_OID, str(self._ids)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)


def told(
    workflow: type[Any], act: Act, path: Path, *, value: Any = None, lives: Iterator[int | None], closing: bool = False
) -> Told:
    """Run to the end, the process dying after each number of appends in `lives` (None: it lives on)."""
    now, appends, outcome = START, 0, None
    while outcome is None:
        outcome, now, count = asyncio.run(_process(workflow, act, path, value, next(lives), closing, now))
        appends += count
    journal = SqliteJournal(path)
    events = [event for summary in journal.summaries() for event in journal.read(summary.id)]
    journal.close()
    events = [event for event in events if not isinstance(event.attributes, TurnCommitted)]
    return Told(outcome, [f"{event.event_type} {event.attributes}" for event in events], appends)


async def _process(
    workflow: type[Any], act: Act, path: Path, value: Any, lives: int | None, closing: bool, now: float
) -> tuple[str | None, float, int]:
    loop, clock = asyncio.get_running_loop(), JumpingClock(jumps=False, start=now)
    closings: list[asyncio.Task[None]] = []
    die = (lambda: loop.call_soon(lambda: closings.append(loop.create_task(engine.close())))) if closing else None
    journal = Mortal(path, lives, die)
    engine = KernelEngine(journal, clock=clock, new_id=journal.new_id)
    engine.open()
    outcome = None
    try:
        handle = await engine.start(workflow, value, id=ID)
        await _live(engine, handle, journal, clock, act)
        outcome = None if handle.status is Status.EVICTED or (journal.is_dead and not closing) else await how_it_ended(handle)
    except Killed:
        pass
    finally:
        journal.torn_down = True
        await asyncio.gather(*closings)
        await engine.close()
    return outcome, clock.time_ns() / 1e9, journal.appends


async def _live(engine: KernelEngine, handle: KernelHandle, journal: Mortal, clock: JumpingClock, act: Act) -> None:
    while True:
        await settled()
        if handle.status is not Status.RUNNING or journal.is_dead:
            return
        if not act(engine) and not clock.jump():
            assert any(handle.is_busy for handle in engine.handles), (
                f"nothing can happen any more: {handle.pending_inputs_nowait()}"
            )
            await asyncio.sleep(0.001)


async def how_it_ended(handle: KernelHandle) -> str:
    """The result, or the failure, as text."""
    try:
        return f"{await handle.result()!r}"
    except WorkflowFailed as error:
        return f"failed: {error.message}"
    except WorkflowCanceled as error:
        return f"canceled: {error.reason}"


def replies(by_label: dict[str | None, Any]) -> Act:
    """Somebody who answers each ask by its label, in the order of the dictionary; an ask without an entry stays open."""

    def act(engine: KernelEngine) -> bool:
        for label, reply in by_label.items():
            for handle in engine.handles:
                for ask in handle.pending_inputs_nowait():
                    if ask["label"] == label:
                        handle.submit_input_nowait(ask["task_id"], reply)
                        return True
        return False

    return act


def forever(lives: int | None) -> Iterator[int | None]:
    """Every process dies after as many appends."""
    while True:
        yield lives


def once(lives: Iterable[int]) -> Iterator[int | None]:
    """The first processes die after these numbers of appends, the last one lives on."""
    yield from lives
    yield from forever(None)


def differences(one: list[str], other: list[str]) -> str:
    """Where two lists of events differ."""
    return "\n".join(line[:200] for line in difflib.unified_diff(one, other, n=1, lineterm=""))
