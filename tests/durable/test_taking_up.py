"""An execution of the journal is taken up by its id: whatever it was, it is that again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from nbconvo.engine import KernelEngine, KernelHandle, Status
from nbconvo.errors import ExecutionMismatch, NondeterminismError, WorkflowCanceled, WorkflowFailed
from nbconvo.journal.sqlite import SqliteJournal
from nbconvo.protocol.envelope import Event
from nbconvo.testing import JumpingClock
from nbconvo.testing.clock import START, settled
from nbconvo.workflows import InteractiveWorkflow, activity, workflow
from nbconvo.workflows.conversational import send_assistant_message
from tests.support.executions import answer, open_asks
from tests.support.workflows import Approval, Note, OneAsk

ID = "mine"
Restarted = Callable[..., Any]


@pytest.fixture
def kernel(tmp_path: Path) -> Restarted:
    """An engine over the same file each time: `async with kernel() as engine`, once per life of the process."""

    @asynccontextmanager
    async def kernel(now: float = START, *, jumps: bool = False) -> AsyncIterator[KernelEngine]:
        async with KernelEngine(tmp_path / "runs" / "j.sqlite3", clock=JumpingClock(jumps=jumps, start=now)) as engine:
            yield engine

    return kernel


def recorded(engine: KernelEngine) -> list[Event]:
    return list(engine.journal.read(ID))


def changing(body: Callable[[Any], Any], name: str = "changing") -> type[Any]:
    """A workflow of one name whose code is `body`."""

    async def run(self: Any) -> Any:
        return await body(self)

    return workflow.define(name=name)(type("Changing", (InteractiveWorkflow,), {"run": workflow.entrypoint(run)}))


async def to_the_ask(engine: KernelEngine, cls: type[Any], asks: int = 1) -> KernelHandle:
    handle = await engine.start(cls, id=ID)
    await open_asks(handle, asks)
    return handle


async def test_a_finished_one_gives_its_result_and_runs_nothing(kernel: Restarted) -> None:
    async with kernel() as engine:
        handle = await engine.start(OneAsk, id=ID)
        await answer(handle, {"approved": True, "note": "done"})
        assert await handle.result() == "done"
        before = recorded(engine)
    async with kernel() as engine:
        handle = await engine.start(OneAsk, id=ID)
        assert (handle.status, await handle.result()) == (Status.COMPLETED, "done")
        assert recorded(engine) == before


async def test_a_failed_one_fails_with_the_recorded_text(kernel: Restarted) -> None:
    async def fails(self: Any) -> None:
        raise ValueError("no such thing")

    texts = []
    for _ in range(2):
        async with kernel() as engine:
            handle = await engine.start(changing(fails), id=ID)
            with pytest.raises(WorkflowFailed) as caught:
                await handle.result()
            texts.append(str(caught.value))
    assert texts == ["Workflow changing failed: ValueError: no such thing"] * 2


async def test_a_cancelled_one_is_cancelled_for_the_recorded_reason(kernel: Restarted) -> None:
    async with kernel() as engine:
        await (await to_the_ask(engine, OneAsk)).cancel("too late")
        with pytest.raises(WorkflowCanceled, match="too late"):
            await engine.handle(ID).result()
    async with kernel() as engine:
        with pytest.raises(WorkflowCanceled, match="too late"):
            await (await engine.start(OneAsk, id=ID)).result()


async def test_the_ask_that_waits_is_the_same_one(kernel: Restarted) -> None:
    async with kernel() as engine:
        asked = await (await to_the_ask(engine, OneAsk)).pending_inputs()
    async with kernel() as engine:
        handle = await engine.start(OneAsk, id=ID)
        assert await handle.pending_inputs() == asked
        await handle.submit_input(asked[0]["task_id"], {"approved": True, "note": "later"})
        assert await handle.result() == "later"


async def test_an_id_of_another_workflow_is_refused(kernel: Restarted) -> None:
    async with kernel() as engine:
        await to_the_ask(engine, OneAsk)
    async with kernel() as engine:
        with pytest.raises(ExecutionMismatch, match=r"workflow 'one-ask', not of 'other'"):
            await engine.start(changing(lambda self: self.wait_for_input(Approval), "other"), id=ID)


async def test_a_timer_that_is_overdue_fires_at_once(kernel: Restarted) -> None:
    async def sleeps(self: Any) -> float:
        start = workflow.now()
        await asyncio.sleep(60)
        return (workflow.now() - start).total_seconds()

    async with kernel() as engine:
        await engine.start(changing(sleeps), id=ID)
        await asyncio.sleep(0)
    async with kernel(START + 3600) as engine:
        assert await (await engine.start(changing(sleeps), id=ID)).result() == 3600


async def test_an_ask_whose_time_has_passed_times_out(kernel: Restarted) -> None:
    async def impatient(self: Any) -> str:
        try:
            return (await self.wait_for_input(Approval, timeout=60)).note
        except TimeoutError:
            return "timed out"

    async with kernel() as engine:
        await to_the_ask(engine, changing(impatient))
    async with kernel(START + 61) as engine:
        assert await (await engine.start(changing(impatient), id=ID)).result() == "timed out"


async def test_an_answer_in_time_beats_a_restart_after_the_deadline(kernel: Restarted) -> None:
    """The answer is recorded and the process dies before the workflow sees it: it is not late."""

    async def impatient(self: Any) -> str:
        return (await self.wait_for_input(Approval, timeout=60)).note

    async with kernel() as engine:
        handle = await to_the_ask(engine, changing(impatient))
        await answer(handle, {"approved": True, "note": "in time"})
    async with kernel(START + 3600) as engine:
        assert await (await engine.start(changing(impatient), id=ID)).result() == "in time"


async def test_a_clock_that_was_set_back_is_harmless(kernel: Restarted) -> None:
    """The workflow's time never goes back, and neither do its timestamps."""

    async def notes_the_time(self: Any) -> list[str]:
        times = [workflow.now()]
        for _ in range(3):
            await self.wait_for_input(Note)
            times.append(workflow.now())
            await asyncio.sleep(5)
            times.append(workflow.now())
        assert times == sorted(times)
        return [time.isoformat() for time in times]

    for now in (START, START - 3600):
        async with kernel(now) as engine:
            await answer(await to_the_ask(engine, changing(notes_the_time)), {"note": ""})
            await settled()
            engine.clock.jump()
            await open_asks(engine.handle(ID))
    async with kernel(START - 7200, jumps=True) as engine:
        await answer(await to_the_ask(engine, changing(notes_the_time)), {"note": ""})
        assert len(await engine.handle(ID).result()) == 7
        stamps = [event.event_timestamp for event in recorded(engine)]
        assert stamps == sorted(stamps)


async def test_a_sleep_lasts_as_long_as_ever_when_the_clock_was_set_back(kernel: Restarted) -> None:
    async def sleeps(self: Any) -> float:
        await self.wait_for_input(Note)
        start = workflow.now()
        await asyncio.sleep(5)
        return (workflow.now() - start).total_seconds()

    async with kernel() as engine:
        await to_the_ask(engine, changing(sleeps))
    async with kernel(START - 3600) as engine:
        handle = await to_the_ask(engine, changing(sleeps))
        engine.clock.advance(60)
        await answer(handle, {"note": ""})
        for _ in range(6):
            await settled()
            assert handle.is_running
            engine.clock.advance(1)
        assert await handle.result() == pytest.approx(5, abs=1.5)
        assert engine.clock.elapsed == 66


class SetBack(JumpingClock):
    """Like the machine's clock: `back` seconds may be taken off it at any time, and a timer that waits does not notice."""

    back = 0

    def time_ns(self) -> int:
        return super().time_ns() - round(self.back * 1e9)

    def call_at(self, when: float, callback: Callable[[], object]) -> Any:
        return super().call_at(when + self.back, callback)


async def test_a_clock_that_is_set_back_during_a_sleep_does_not_make_it_an_hour() -> None:
    async def sleeps(self: Any) -> None:
        for _ in range(3):
            await asyncio.sleep(5)

    async with KernelEngine(clock=SetBack(jumps=False)) as engine:
        handle = await engine.start(changing(sleeps), id=ID)
        await settled()
        engine.clock.back = 3600
        for _ in range(30):
            engine.clock.advance(1)
            await settled()
        assert not handle.is_running


@activity()
async def one() -> int:
    return 1


@activity()
async def two() -> int:
    return 2


async def original(self: Any) -> str:
    await send_assistant_message("Hello!")
    await one()
    await self.wait_for_input(Approval, label="first")
    await self.wait_for_input(Approval, label="second")
    return "original"


async def new_words(self: Any) -> str:
    await send_assistant_message("Good morning, and welcome!")
    await one()
    await self.wait_for_input(Approval, label="first")
    await self.wait_for_input(Approval, label="second")
    return "new words"


async def no_ask(self: Any) -> None:
    await send_assistant_message("Hello!")
    await one()
    await self.wait_for_input(Approval, label="second")


async def other_order(self: Any) -> None:
    await one()
    await send_assistant_message("Hello!")
    await self.wait_for_input(Approval, label="first")


async def other_activity(self: Any) -> None:
    await send_assistant_message("Hello!")
    await two()
    await self.wait_for_input(Approval, label="first")


async def other_question(self: Any) -> None:
    await send_assistant_message("Hello!")
    await one()
    await self.wait_for_input(Note, label="first")


async def ends_early(self: Any) -> None:
    await send_assistant_message("Hello!")
    await one()


async def goes_further(self: Any) -> None:
    await send_assistant_message("Hello!")
    await one()
    await asyncio.gather(self.wait_for_input(Approval, label="first"), two())


@pytest.mark.parametrize(
    ("changed", "at", "was", "now"),
    [
        (no_ask, "CUSTOM_TASK_STARTED", "asks 'first'", "asks 'second'"),
        (other_order, "CUSTOM_TASK_STARTED", "assistant_message", "ACTIVITY_TASK_STARTED (one)"),
        (other_activity, "ACTIVITY_TASK_STARTED", "(one)", "(two)"),
        (other_question, "CUSTOM_TASK_STARTED", "asks 'first'", "asks 'first'"),
        (ends_early, "CUSTOM_TASK_STARTED", "asks 'first'", "the end of the run"),
        (goes_further, "NBCONVO_INPUT_RECEIVED", "NBCONVO_INPUT_RECEIVED", "ACTIVITY_TASK_STARTED (two)"),
    ],
)
async def test_changed_code_is_told_and_the_record_stays(
    kernel: Restarted, changed: Callable[[Any], Any], at: str, was: str, now: str
) -> None:
    async with kernel() as engine:
        handle = await to_the_ask(engine, changing(original))
        await answer(handle, {"approved": True})
        await open_asks(handle)
        before = recorded(engine)
    async with kernel() as engine:
        with pytest.raises(NondeterminismError) as caught:
            await engine.start(changing(changed), id=ID)
        assert recorded(engine) == before
        first = before[caught.value.sequence - 1]
        assert first.event_type == at
        assert was in caught.value.recorded
        assert now in caught.value.made
        assert [summary.status for summary in engine.journal.summaries()] == ["waiting"]
    async with kernel() as engine:  # the old code still takes it up
        handle = await engine.start(changing(original), id=ID)
        await answer(handle, {"approved": True})
        assert await handle.result() == "original"


async def test_code_that_finds_it_changed_may_be_mended_in_the_same_engine(kernel: Restarted) -> None:
    async with kernel() as engine:
        await to_the_ask(engine, changing(original))
    async with kernel() as engine:
        with pytest.raises(NondeterminismError):
            await engine.start(changing(other_activity), id=ID)
        handle = await engine.start(changing(original), id=ID)
        assert (await open_asks(handle))[0]["label"] == "first"


async def test_other_words_are_no_other_code(kernel: Restarted) -> None:
    async with kernel() as engine:
        await answer(await to_the_ask(engine, changing(original)), {"approved": True})
    async with kernel() as engine:
        handle = await engine.start(changing(new_words), id=ID)
        await answer(handle, {"approved": True})
        assert await handle.result() == "new words"
    journal = SqliteJournal(engine.journal.path)  # type: ignore[attr-defined]
    assert [event.sequence for event in journal.read(ID)] == list(range(1, len(journal.read(ID)) + 1))
    journal.close()
