"""What every engine must do; see `nbconvo.testing.conformance`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from pydantic import BaseModel

from nbconvo.engine.contract import Engine, ExecutionHandle
from nbconvo.errors import InputRejected, NoPendingInput, StartInputInvalid, WorkflowCanceled, WorkflowFailed
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
