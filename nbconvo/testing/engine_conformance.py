"""What every engine must do; see `nbconvo.testing.conformance`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from nbconvo.engine.contract import Engine, ExecutionHandle
from nbconvo.errors import (
    ExecutionEnded,
    HandlerNotFound,
    HandlerRejected,
    InputRejected,
    NoPendingInput,
    StartInputInvalid,
    UpdateFailedError,
    WorkflowCanceled,
    WorkflowFailed,
)
from nbconvo.protocol.envelope import Event
from nbconvo.testing.builders import wait_for_pending_inputs
from nbconvo.workflows import InteractiveWorkflow, activity, workflow


class Reply(BaseModel):
    """What the workflows of the engine's suite ask for."""

    text: str
    number: int = 0


@activity(name="conformance-shout")
async def shout(text: str) -> str:
    """An activity."""
    return text.upper()


@activity(name="conformance-fail", retry_policy_max_attempts=1)
async def fail() -> None:
    """An activity that fails."""
    raise ValueError("the activity cannot")


class ConformanceWorkflow(InteractiveWorkflow):
    """Asks by label."""

    async def ask(self, label: str | None = None, timeout: float | None = None) -> str:
        """The text of the reply."""
        return (await self.wait_for_input(Reply, label=label, timeout=timeout)).text


@workflow.define(name="conformance-ask")
class AskOnce(ConformanceWorkflow):
    """Asks, shouts, returns."""

    @workflow.entrypoint
    async def run(self) -> str:
        """The entrypoint."""
        return await shout(await self.ask())


@workflow.define(name="conformance-two")
class AskTwo(ConformanceWorkflow):
    """Asks two things at once."""

    @workflow.entrypoint
    async def run(self) -> list[str]:
        """The entrypoint."""
        return list(await asyncio.gather(self.ask("one"), self.ask("two")))


@workflow.define(name="conformance-fail")
class Fails(ConformanceWorkflow):
    """Fails after a question, or by its activity."""

    @workflow.entrypoint
    async def run(self, by_activity: bool) -> None:
        """The entrypoint."""
        if by_activity:
            await fail()
        raise ValueError(await self.ask())


@workflow.define(name="conformance-impatient")
class Impatient(ConformanceWorkflow):
    """Waits for a hundredth of a second."""

    @workflow.entrypoint
    async def run(self) -> str:
        """The entrypoint."""
        try:
            return await self.ask(timeout=0.01)
        except TimeoutError:
            return "nobody"


@workflow.define(name="conformance-counter")
class Counter(ConformanceWorkflow):
    """Counts what it is told until it is told to stop; cleans up when it is cancelled."""

    def __init__(self) -> None:
        self.count = 0
        self.is_done = False

    @workflow.entrypoint
    async def run(self) -> int:
        """The entrypoint."""
        try:
            await workflow.wait_condition(lambda: self.is_done)
        except asyncio.CancelledError:
            await shout("cleaned up")
            raise
        return self.count

    @workflow.signal(name="finish")
    async def finish(self) -> None:
        """Stop counting."""
        self.is_done = True

    @workflow.signal(name="add")
    async def add(self, number: int) -> None:
        """Count."""
        self.count += number

    @workflow.query(name="count")
    def counted(self) -> int:
        """How far it is."""
        return self.count

    @workflow.update(name="set")
    async def set_to(self, number: int) -> int:
        """Go on from another number; the last one is returned."""
        if number < 0:
            raise ValueError("too small")
        before, self.count = self.count, number
        return before


class EngineConformance:
    """Tests that an engine must pass, through nothing but the contract of `nbconvo.engine.Engine`."""

    def make_engine(self, path: Path) -> AbstractAsyncContextManager[Engine]:
        """An engine that keeps its data in the folder `path`, where it keeps any."""
        raise NotImplementedError

    def _with_engine(self, path: Path, scene: Callable[[Engine], Awaitable[None]]) -> None:
        async def play() -> None:
            async with self.make_engine(path) as engine:
                await scene(engine)

        asyncio.run(play())

    def test_a_workflow_asks_and_ends(self, tmp_path: Path) -> None:
        async def scene(engine: Engine) -> None:
            handle = await engine.start(AskOnce)
            (ask,) = await wait_for_pending_inputs(handle)
            assert ask["label"] is None
            assert ask["input_schema"]["title"] == "Reply"
            await handle.submit_input(ask["task_id"], {"text": "hello"})
            assert await handle.result() == "HELLO"
            assert await handle.pending_inputs() == []
            assert handle.workflow_name == "conformance-ask"

        self._with_engine(tmp_path, scene)

    def test_a_reply_may_be_a_model(self, tmp_path: Path) -> None:
        async def scene(engine: Engine) -> None:
            handle = await engine.start(AskOnce)
            (ask,) = await wait_for_pending_inputs(handle)
            await handle.submit_input(ask["task_id"], Reply(text="model"))
            assert await handle.result() == "MODEL"

        self._with_engine(tmp_path, scene)

    def test_a_wrong_reply_leaves_the_ask_open(self, tmp_path: Path) -> None:
        async def scene(engine: Engine) -> None:
            handle = await engine.start(AskOnce)
            (ask,) = await wait_for_pending_inputs(handle)
            with pytest.raises(InputRejected) as caught:
                await handle.submit_input(ask["task_id"], {"text": "x", "number": "many"})
            assert [problem.path for problem in caught.value.errors] == [("number",)]
            with pytest.raises(NoPendingInput):
                await handle.submit_input("unknown", {"text": "x"})
            assert await handle.pending_inputs() == [ask]
            await answer(handle, "right")
            assert await handle.result() == "RIGHT"

        self._with_engine(tmp_path, scene)

    def test_only_the_first_reply_counts(self, tmp_path: Path) -> None:
        async def scene(engine: Engine) -> None:
            handle = await engine.start(AskOnce)
            (ask,) = await wait_for_pending_inputs(handle)
            await handle.submit_input(ask["task_id"], {"text": "first"})
            with pytest.raises(NoPendingInput):
                await handle.submit_input(ask["task_id"], {"text": "second"})
            assert await handle.result() == "FIRST"

        self._with_engine(tmp_path, scene)

    def test_asks_that_are_open_at_once_are_answered_in_any_order(self, tmp_path: Path) -> None:
        async def scene(engine: Engine) -> None:
            handle = await engine.start(AskTwo)
            assert [ask["label"] for ask in await wait_for_pending_inputs(handle, 2)] == ["one", "two"]
            await answer(handle, "2", label="two")
            await answer(handle, "1", label="one")
            assert await handle.result() == ["1", "2"]

        self._with_engine(tmp_path, scene)

    def test_an_ask_times_out(self, tmp_path: Path) -> None:
        async def scene(engine: Engine) -> None:
            assert await (await engine.start(Impatient)).result() == "nobody"

        self._with_engine(tmp_path, scene)

    @pytest.mark.parametrize("by_activity", [True, False])
    def test_an_exception_fails_the_run(self, tmp_path: Path, by_activity: bool) -> None:
        async def scene(engine: Engine) -> None:
            handle = await engine.start(Fails, {"by_activity": by_activity})
            if not by_activity:
                await answer(handle, "it is enough")
            with pytest.raises(WorkflowFailed, match="Activity task failed" if by_activity else "it is enough"):
                await handle.result()

        self._with_engine(tmp_path, scene)

    def test_a_cancel_ends_the_run(self, tmp_path: Path) -> None:
        async def scene(engine: Engine) -> None:
            handle = await engine.start(AskOnce)
            await wait_for_pending_inputs(handle)
            await handle.cancel("no time")
            with pytest.raises(WorkflowCanceled, match="no time"):
                await handle.result()
            await handle.cancel()  # harmless now

        self._with_engine(tmp_path, scene)

    def test_a_cancelled_run_may_clean_up_and_a_terminated_one_may_not(self, tmp_path: Path) -> None:
        async def scene(engine: Engine) -> None:
            asked, ended = await engine.start(Counter), await engine.start(Counter)
            for handle in (asked, ended):
                await handle.query("count")  # its code has begun
            await asked.cancel("no time")
            await ended.terminate("no use")
            with pytest.raises(WorkflowCanceled, match="no time"):
                await asked.result()
            with pytest.raises(WorkflowCanceled, match="no use"):
                await ended.result()
            await ended.terminate()  # harmless now
            kinds = [[event.event_type for event in await collected(handle)] for handle in (asked, ended)]
            assert ["ACTIVITY_TASK_COMPLETED" in kind for kind in kinds] == [True, False]

        self._with_engine(tmp_path, scene)

    def test_signals_and_updates_come_in_order_and_a_query_sees_them(self, tmp_path: Path) -> None:
        async def scene(engine: Engine) -> None:
            handle = await engine.start(Counter)
            assert await handle.query("count") == 0
            for number in (1, 2, 3):
                await handle.signal("add", number)
            assert await handle.update("set", {"number": 10}) == 6
            await handle.signal("add", {"number": 5})
            assert await handle.query("count") == 15
            await handle.signal("finish")
            assert await handle.result() == 15

        self._with_engine(tmp_path, scene)

    @pytest.mark.parametrize(
        ("kind", "name", "value", "error"),
        [
            ("signal", "add", "many", HandlerRejected),
            ("update", "set", {"number": None}, HandlerRejected),
            ("query", "count", {"of": "what"}, HandlerRejected),
            ("signal", "count", None, HandlerNotFound),
            ("update", "nothing", None, HandlerNotFound),
            ("query", "add", None, HandlerNotFound),
            ("update", "set", -1, UpdateFailedError),
        ],
    )
    def test_what_a_handler_refuses_is_told_to_its_sender_and_the_run_goes_on(
        self, tmp_path: Path, kind: str, name: str, value: Any, error: type[Exception]
    ) -> None:
        async def scene(engine: Engine) -> None:
            handle = await engine.start(Counter)
            with pytest.raises(error, match=name):
                await getattr(handle, kind)(name, value)
            await handle.signal("add", 1)
            await handle.signal("finish")
            assert await handle.result() == 1

        self._with_engine(tmp_path, scene)

    def test_an_ended_run_takes_no_signals_and_updates_and_answers_queries(self, tmp_path: Path) -> None:
        async def scene(engine: Engine) -> None:
            handle = await engine.start(Counter)
            await handle.signal("add", 7)
            await handle.signal("finish")
            await handle.result()
            with pytest.raises(ExecutionEnded):
                await handle.signal("add", 1)
            with pytest.raises(ExecutionEnded):
                await handle.update("set", 1)
            assert await handle.query("count") == 7

        self._with_engine(tmp_path, scene)

    def test_a_wrong_input_starts_nothing(self, tmp_path: Path) -> None:
        async def scene(engine: Engine) -> None:
            with pytest.raises(StartInputInvalid):
                await engine.start(Fails, {"by_activity": "perhaps"}, id="wrong")
            handle = await engine.start(Fails, {"by_activity": True}, id="wrong")
            with pytest.raises(WorkflowFailed):
                await handle.result()

        self._with_engine(tmp_path, scene)

    def test_an_id_is_one_execution(self, tmp_path: Path) -> None:
        async def scene(engine: Engine) -> None:
            mine = await engine.start(AskOnce, id="mine")
            other = await engine.start(AskOnce)
            assert mine.id == "mine" != other.id
            await answer(mine, "mine")
            await answer(other, "other")
            again = await engine.start(AskOnce, id="mine")
            assert [await handle.result() for handle in (mine, other, again)] == ["MINE", "OTHER", "MINE"]

        self._with_engine(tmp_path, scene)

    def test_events_are_told_in_order_to_whoever_follows(self, tmp_path: Path) -> None:
        async def scene(engine: Engine) -> None:
            handle = await engine.start(AskOnce)
            early = asyncio.ensure_future(collected(handle))
            await answer(handle, "x")
            await handle.result()
            events = await collected(handle)
            assert [event.event_type for event in events] == [
                "WORKFLOW_EXECUTION_STARTED",
                "CUSTOM_TASK_STARTED",
                "CUSTOM_TASK_COMPLETED",
                "ACTIVITY_TASK_STARTED",
                "ACTIVITY_TASK_COMPLETED",
                "WORKFLOW_EXECUTION_COMPLETED",
            ]
            assert [event.event_id for event in await early] == [event.event_id for event in events]
            after = await collected(handle, after=events[2].sequence)
            assert [event.event_id for event in after] == [event.event_id for event in events[3:]]
            assert {event.lineage.workflow_exec_id for event in events} == {handle.id}

        self._with_engine(tmp_path, scene)


async def answer(handle: ExecutionHandle, text: str, *, label: str | None = None) -> None:
    """Answer the first open ask, or the one with a label."""
    ask = (await wait_for_pending_inputs(handle, label=label))[0]
    await handle.submit_input(ask["task_id"], {"text": text})


async def collected(handle: ExecutionHandle, after: int = 0) -> list[Event]:
    """All events until the execution ends."""
    return [event async for event in handle.events(after)]
