"""An ask with a timeout may carry the answer that counts when nobody gives one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from nbconvo.engine import KernelEngine
from nbconvo.protocol.events import CustomTaskCompleted, InputClosed, InputDeadlineSet
from nbconvo.testing import NO_ANSWER, JumpingClock, converse, play
from nbconvo.workflows.conversational import AcceptDeclineConfirmation, ChatInput, FormInput, NumberField
from tests.support.executions import failure, open_asks, says
from tests.support.workflows import saying


class Trip(FormInput):
    days: int = NumberField("Days", minimum=1)


@pytest.mark.parametrize(
    ("schema", "default", "taken"),
    [
        (AcceptDeclineConfirmation("Go?"), "decline", {"choice": "decline"}),
        (AcceptDeclineConfirmation("Go?", accept_label="Yes!"), "yes!", {"choice": "accept"}),
        (AcceptDeclineConfirmation("Go?"), True, {"choice": "accept"}),
        (ChatInput(), "nothing", says("nothing")),
        (Trip, {"days": 3}, {"days": 3}),
        (Trip, Trip(days=2), {"days": 2}),
    ],
)
def test_a_default_is_taken_when_the_time_is_up(schema: Any, default: Any, taken: Any) -> None:
    async def body(self: Any) -> Any:
        return (await self.wait_for_input(schema, timeout=60, on_timeout=default)).model_dump(mode="json")

    played = play(saying(body, dict), replies=[NO_ANSWER])
    assert played.result == taken
    (completed,) = [event.attributes for event in played.events if isinstance(event.attributes, CustomTaskCompleted)]
    assert completed.payload["input"] == taken
    item = played.transcript.view["items"][0]
    assert item["kind"] == "answer"
    assert (item["state"], item["value"]) == ("timed_out", taken)


async def test_a_default_is_known_before_the_time_is_up(engine: KernelEngine, clock: JumpingClock) -> None:
    async def body(self: Any) -> int:
        return (await self.wait_for_input(Trip, timeout=60, on_timeout={"days": 3})).days

    clock.jumps = False
    handle = await engine.start(saying(body, int), id="x")
    (ask,) = await open_asks(handle)
    (deadline,) = [e.attributes for e in engine.journal.read("x") if isinstance(e.attributes, InputDeadlineSet)]
    assert deadline.on_timeout == {"days": 3}
    await handle.submit_input(ask["task_id"], {"days": 5})
    assert await handle.result() == 5
    assert not [e for e in engine.journal.read("x") if isinstance(e.attributes, InputClosed)]


async def test_a_default_comes_out_the_same_after_a_restart(tmp_path: Any) -> None:
    async def body(self: Any) -> str:
        days = (await self.wait_for_input(Trip, timeout=60, on_timeout={"days": 3})).days
        name = (await self.wait_for_input(ChatInput("Name?"))).message[0].text
        return f"{name} {days}"

    cls = saying(body, str)
    clock = JumpingClock(jumps=False)
    async with KernelEngine(tmp_path / "j.sqlite3", clock=clock) as engine:
        handle = await engine.start(cls, id="x")
        await open_asks(handle)
        clock.advance(61)
        for _ in range(100):
            await asyncio.sleep(0)
        assert [ask["input_schema"]["title"] for ask in handle.pending_inputs_nowait()] == ["ChatInput"]
    clock = JumpingClock(jumps=False, start=clock.time_ns() / 1e9)
    async with KernelEngine(tmp_path / "j.sqlite3", clock=clock) as engine:
        assert (await converse(engine, await engine.start(cls, id="x"), clock, ["Ada"])).result == "Ada 3"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"on_timeout": {"days": 3}}, "needs a timeout"),
        ({"on_timeout": {"days": 0}, "timeout": 5}, "greater than or equal to 1"),
        ({"on_timeout": 5, "timeout": 5}, "valid dictionary"),
    ],
)
async def test_a_default_that_does_not_fit_is_told_at_once(engine: KernelEngine, options: Any, why: str) -> None:
    async def body(self: Any) -> None:
        await self.wait_for_input(Trip, **options)

    error = await failure(await engine.start(saying(body)))
    assert error.failure_type in ("ValueError", "ValidationError")
    assert why in error.message
