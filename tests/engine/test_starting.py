"""Starting and ending: inputs, ids and results."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from nbconvo.engine import KernelEngine, Status
from nbconvo.errors import ExecutionMismatch, FieldProblem, StartInputInvalid
from nbconvo.workflows import workflow
from tests.support.executions import all_events, answer, failure, kinds, open_asks
from tests.support.workflows import AskNote, Person, TakesModel, TakesOptional, TakesSeveral, workflow_of

# Start


@pytest.mark.parametrize(
    ("cls", "value", "wire", "result"),
    [
        (TakesModel, {"name": "x"}, [{"name": "x"}], "x2"),
        (TakesModel, Person(name="x", n=3), [{"name": "x", "n": 3}], "x3"),
        (TakesSeveral, {"a": 1}, [{"a": 1}], {"a": 1, "b": "z"}),
        (TakesOptional, None, [], 7),
        (TakesOptional, {}, [{}], 7),
        (TakesOptional, 5, [5], 5),
        (TakesOptional, {"a": 5}, [{"a": 5}], 5),
    ],
)
async def test_an_input_is_taken_and_told(engine: KernelEngine, cls: type[Any], value: Any, wire: Any, result: Any) -> None:
    handle = await engine.start(cls, value)
    assert await handle.result() == result
    started, completed = (event.to_json()["attributes"] for event in await all_events(handle))
    assert started["input"]["value"] == wire
    assert completed["result"]["value"] == {"result": result}


@pytest.mark.parametrize(
    ("cls", "value", "path", "text"),
    [
        (TakesModel, {"n": 1}, ("name",), "Field required"),
        (TakesModel, None, (), "Input should be a valid dictionary or instance of Person"),
        (TakesSeveral, {"a": 1, "c": 2}, ("c",), "Extra inputs are not permitted"),
        (TakesSeveral, {"a": "x"}, ("a",), "Input should be a valid integer, unable to parse string as an integer"),
        (AskNote, {"x": 1}, ("x",), "Extra inputs are not permitted"),
    ],
)
async def test_an_input_that_does_not_fit_starts_nothing(
    engine: KernelEngine, cls: type[Any], value: Any, path: tuple[str, ...], text: str
) -> None:
    with pytest.raises(StartInputInvalid, match=r"^Invalid input for workflow") as caught:
        await engine.start(cls, value, id="mine")
    assert caught.value.errors == [FieldProblem(path, text)]
    assert list(engine.journal.read("mine")) == []


async def test_an_input_that_is_no_json_starts_nothing(engine: KernelEngine) -> None:
    @workflow.define(name="w")
    class Sample:
        @workflow.entrypoint
        async def run(self, a: Any) -> None: ...

    with pytest.raises(StartInputInvalid):
        await engine.start(Sample, {"a": object()}, id="mine")
    assert list(engine.journal.read("mine")) == []


async def test_what_is_no_workflow_cannot_be_started(engine: KernelEngine) -> None:
    with pytest.raises(TypeError, match="int is not a workflow"):
        await engine.start(int)


async def test_nothing_of_the_workflow_runs_before_the_loop_does(engine: KernelEngine) -> None:
    log: list[str] = []

    async def body() -> None:
        log.append("run")

    handle = engine.start_nowait(workflow_of(body))
    assert (log, handle.status) == ([], Status.RUNNING)
    await handle.result()
    assert (log, handle.status) == (["run"], Status.COMPLETED)


async def test_the_id_can_be_given(engine: KernelEngine) -> None:
    handle = await engine.start(AskNote, id="mine")
    assert (handle.id, handle.workflow_name) == ("mine", "ask-note")
    await answer(handle, {})
    assert {event.lineage.workflow_exec_id for event in await all_events(handle)} == {"mine"}


async def test_an_id_that_runs_is_taken_up(engine: KernelEngine) -> None:
    first, again = await engine.start(AskNote, id="mine"), await engine.start(AskNote, id="mine")
    await open_asks(first)
    await answer(again, {"note": "once"})
    assert await first.result() == await again.result() == "once"
    assert (await kinds(again)).count("WORKFLOW_EXECUTION_STARTED") == 1


async def test_an_id_that_has_ended_gives_its_result(engine: KernelEngine) -> None:
    first = await engine.start(AskNote, id="mine")
    await answer(first, {"note": "once"})
    await first.result()
    again = await engine.start(AskNote, id="mine")
    assert await again.result() == "once"
    assert await kinds(again) == await kinds(first)


async def test_ids_are_made_fresh(engine: KernelEngine) -> None:
    assert (await engine.start(AskNote)).id != (await engine.start(AskNote)).id


# Results


@pytest.mark.parametrize(
    ("annotation", "value", "wire"),
    [
        (None, None, None),
        (int, 6, {"result": 6}),
        (dict, {"a": 1}, {"result": {"a": 1}}),
        (Person, Person(name="x"), {"name": "x", "n": 2}),
        (list[Person], [Person(name="x")], {"result": [{"name": "x", "n": 2}]}),
        (int, "notint", "notint"),
    ],
    ids=str,
)
async def test_a_result_is_told_in_its_shape(engine: KernelEngine, annotation: Any, value: Any, wire: Any) -> None:
    async def body() -> Any:
        return value

    handle = await engine.start(workflow_of(body, annotation))
    assert await handle.result() == value
    assert (await all_events(handle))[-1].to_json()["attributes"]["result"]["value"] == wire


async def test_a_result_that_is_no_json_fails_the_run(engine: KernelEngine) -> None:
    async def body() -> Any:
        return object()

    error = await failure(await engine.start(workflow_of(body)))
    assert error.__cause__ is not None
    assert any("cannot be written as JSON" in note for note in error.__cause__.__notes__)


async def test_a_result_can_be_asked_for_often(engine: KernelEngine) -> None:
    handle = await engine.start(TakesOptional)
    assert await asyncio.gather(*(handle.result() for _ in range(3))) == [7, 7, 7]
    assert await handle.result() == 7


async def test_giving_up_on_a_result_leaves_the_run_alone(engine: KernelEngine) -> None:
    handle = await engine.start(AskNote)
    waiter = asyncio.create_task(handle.result())
    await open_asks(handle)
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)
    assert handle.status is Status.RUNNING
    await answer(handle, {"note": "still here"})
    assert await handle.result() == "still here"


async def test_an_id_belongs_to_one_workflow(engine: KernelEngine) -> None:
    await engine.start(AskNote, id="mine")
    with pytest.raises(ExecutionMismatch, match="Give another id"):
        await engine.start(TakesOptional, id="mine")
