"""Exceptions end a run as failed; nothing hangs, and nothing else is hurt."""

from __future__ import annotations

import asyncio
import json

import pytest

from nbconvo.engine import KernelEngine, Status
from nbconvo.errors import WorkflowCanceled, WorkflowError, WorkflowFailed
from nbconvo.protocol.events import FailureTraced
from nbconvo.workflows import InteractiveWorkflow, activity, workflow
from nbconvo.workflows.conversational import send_assistant_message
from tests.support.executions import all_events, answer, failure, kinds, view_of
from tests.support.workflows import AskNote, Note, workflow_of

# Failures


@pytest.mark.parametrize(
    "error",
    [ValueError("boom"), WorkflowError("boom"), AssertionError("boom"), RecursionError("boom"), StopAsyncIteration("boom")],
    ids=lambda error: type(error).__name__,
)
async def test_an_exception_fails_the_run(engine: KernelEngine, error: Exception) -> None:
    async def body() -> None:
        raise error

    handle = await engine.start(workflow_of(body))
    caught = await failure(handle)
    assert (caught.workflow, caught.failure_type, caught.message) == ("w", type(error).__name__, "boom")
    assert caught.__cause__ is error
    assert handle.status is Status.FAILED
    assert (await all_events(handle))[-1].to_json()["attributes"]["failure"] == {"message": "boom"}


async def test_a_chain_of_causes_that_leads_back_to_itself_is_told(engine: KernelEngine) -> None:
    async def body() -> None:
        first, second = ValueError("first"), ValueError("second")
        first.__cause__, second.__cause__ = second, first
        raise first

    assert (await failure(await engine.start(workflow_of(body)))).message == "first"


async def test_an_exception_in_the_constructor_fails_the_run(engine: KernelEngine) -> None:
    @workflow.define(name="w")
    class Sample:
        def __init__(self) -> None:
            raise ValueError("no instance")

        @workflow.entrypoint
        async def run(self) -> None: ...

    assert (await failure(await engine.start(Sample))).message == "no instance"


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), StopIteration(5)], ids=repr)
@pytest.mark.parametrize("after", [0, 1])
async def test_leaving_in_a_hurry_fails_the_run_and_nothing_else(engine: KernelEngine, error: BaseException, after: int) -> None:
    other = await engine.start(AskNote)

    async def body() -> None:
        await asyncio.sleep(after)
        raise error

    handle = await engine.start(workflow_of(body))
    await failure(handle)
    assert (await kinds(handle))[-1] == "WORKFLOW_EXECUTION_FAILED"
    await answer(other, {"note": "alive"})
    assert await other.result() == "alive"


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=repr)
async def test_leaving_in_a_hurry_from_an_inner_task_does_not_hang(engine: KernelEngine, error: BaseException) -> None:
    async def hurry() -> None:
        raise error

    async def body() -> None:
        await asyncio.create_task(hurry())

    await failure(await engine.start(workflow_of(body)))


async def test_a_cancelled_error_of_its_own_ends_the_run(engine: KernelEngine) -> None:
    async def body() -> None:
        raise asyncio.CancelledError

    handle = await engine.start(workflow_of(body))
    with pytest.raises((WorkflowCanceled, WorkflowFailed)):
        await handle.result()
    assert (await kinds(handle))[-1] in ("WORKFLOW_EXECUTION_CANCELED", "WORKFLOW_EXECUTION_FAILED")


async def test_the_traceback_shows_the_authors_code_alone(engine: KernelEngine) -> None:
    async def body() -> None:
        await deeper()

    async def deeper() -> None:
        raise ValueError("deep inside")

    handle = await engine.start(workflow_of(body))
    await failure(handle)
    (traced,) = (
        each.attributes for each in await all_events(handle, internal=True) if isinstance(each.attributes, FailureTraced)
    )
    assert traced.type == "ValueError"
    assert "await deeper()" in traced.traceback
    assert "deep inside" in traced.traceback
    assert "nbconvo/engine" not in traced.traceback.replace("\\", "/")
    (item,) = (await view_of(handle))["items"]
    assert (item["kind"], item["type"], item["message"]) == ("error", "ValueError", "deep inside")  # type: ignore[typeddict-item]


async def test_the_newest_exception_wins_when_one_follows_another(engine: KernelEngine) -> None:
    async def body() -> None:
        try:
            raise ValueError("first")
        except ValueError as error:
            raise LookupError("second") from error

    error = await failure(await engine.start(workflow_of(body)))
    assert (error.failure_type, error.message) == ("LookupError", "second")


@pytest.mark.parametrize("where", ["message", "result", "failure", "label", "activity"])
async def test_half_a_character_does_not_get_into_the_record(engine: KernelEngine, where: str) -> None:
    half = "caf\ud800"

    @activity(retry_policy_max_attempts=1)
    async def echo(text: str) -> str:
        return text

    @workflow.define(name="w")
    class Sample(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> str:
            match where:
                case "message":
                    await send_assistant_message(half)
                case "failure":
                    raise ValueError(half)
                case "label":
                    await self.wait_for_input(Note, label=half, timeout=1)
                case "activity":
                    await echo(half)
            return half

    handle = await engine.start(Sample)
    events = [event.to_json() for event in await all_events(handle, internal=True)]
    assert json.dumps(events, ensure_ascii=False).encode()
    assert events[-1]["event_type"] in ("WORKFLOW_EXECUTION_COMPLETED", "WORKFLOW_EXECUTION_FAILED")
