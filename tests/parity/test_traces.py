"""The same source gives the same events here as on the real SDK, ids and times aside.

Where nbconvo does something else on purpose, the case stands in one of the tests below the table, with the reason.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from nbconvo.engine import KernelEngine
from nbconvo.errors import NoPendingInput, StartInputInvalid, WorkflowCanceled, WorkflowFailed
from nbconvo.protocol.envelope import Event
from tests.parity import cases, cases_tasks
from tests.parity.test_talking import TALKING
from tests.parity.traces import TRACES, UUID, actual, expected, joins_the_same
from tests.support.executions import all_events, answer, open_asks

FINISHING: dict[str, tuple[type[Any], Any]] = {
    "w-timeout": (cases.WTimeout, None),
    "w-none": (cases.WNone, None),
    "w-badreturn": (cases.WBadReturn, None),
    'w-in-model({"name": "x"})': (cases.WInModel, {"name": "x"}),
    'w-in-multi({"a": 1})': (cases.WInMulti, {"a": 1}),
    "w-in-prim(5)": (cases.WInPrim, 5),
    "w-todo": (cases_tasks.WTodo, None),
    "w-task": (cases_tasks.WTask, None),
}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cases.calls.clear()


@pytest.mark.parametrize("name", FINISHING)
async def test_a_case_gives_the_recorded_result_and_events(engine: KernelEngine, name: str) -> None:
    cls, value = FINISHING[name]
    handle = await engine.start(cls, value)
    await handle.result()
    assert await actual(handle) == expected(name)
    ours: list[Event] = await all_events(handle)
    assert ours[-1].to_json()["attributes"]["result"]["value"] == TRACES[name]["result"]


@pytest.mark.parametrize("name", ["w-timeout", "w-cancel", "w-todo", "w-task", "submit-after-done"])
async def test_ids_join_the_same_events(engine: KernelEngine, name: str) -> None:
    cls = {"w-cancel": cases.WCancel, "submit-after-done": cases.WTwice}.get(name) or FINISHING[name][0]
    handle = await engine.start(cls)
    if name == "w-cancel":
        await open_asks(handle)
        await handle.cancel()
    if name == "submit-after-done":
        await answer(handle, {"approved": True, "note": "x"})
    assert await joins_the_same(handle, name)


async def test_cancel_while_waiting(engine: KernelEngine) -> None:
    handle = await engine.start(cases.WCancel)
    await open_asks(handle)
    await handle.cancel()
    with pytest.raises(WorkflowCanceled):
        await handle.result()
    assert await actual(handle) == expected("w-cancel")


async def test_submit_after_done(engine: KernelEngine) -> None:
    handle = await engine.start(cases.WTwice)
    task_id = await answer(handle, {"approved": True, "note": "x"})
    await handle.result()
    with pytest.raises(NoPendingInput) as caught:
        await handle.submit_input(task_id, {"approved": True, "note": "y"})
    assert f"ApplicationError: {UUID.sub('ID', str(caught.value))}" == UUID.sub("ID", TRACES["submit-after-done"]["result"])
    assert await actual(handle) == expected("submit-after-done")


async def test_time_ids_and_chance(engine: KernelEngine) -> None:
    """The drawn id and number differ, of course."""
    handle = await engine.start(cases.WSleep)
    await handle.result()
    assert masked(await actual(handle)) == masked(expected("w-sleep"))


def masked(events: list[dict[str, Any]]) -> Any:
    return json.loads(re.sub(r"ID 0\.\d+", "ID NUMBER", json.dumps(events)))


# On purpose otherwise


@pytest.mark.parametrize(("name", "cls"), [("w-raise-valueerror", cases.WRaise), ("w-raise-wfexc", cases.WRaise2)])
async def test_an_exception_ends_the_run(engine: KernelEngine, name: str, cls: type[Any]) -> None:
    """Upstream tells the same events, but the run hangs for ever after them. Here the failure that was told is the end."""
    handle = await engine.start(cls)
    with pytest.raises(WorkflowFailed):
        await handle.result()
    assert await actual(handle) == expected(name)
    assert "STUCK" in TRACES[name]["result"]


async def test_an_input_that_does_not_fit_is_refused(engine: KernelEngine) -> None:
    """Upstream starts the run, tells STARTED and FAILED, and hangs. Here nothing is started; the text is the same."""
    with pytest.raises(StartInputInvalid) as caught:
        await engine.start(cases.WInModel, {"n": 1}, id="x")
    assert list(engine.journal.read("x")) == []
    told = expected('w-in-model({"n": 1})')[-1]["failure"]["message"]
    assert told.partition(" [type=")[0] in str(caught.value)


@pytest.mark.parametrize(
    ("cls", "value", "model", "text"),
    [
        (cases.WInMulti, {"a": 1, "x": 2}, "run_Input", "Extra inputs are not permitted"),
        (cases.WInMulti, {"b": "y"}, "run_Input", "Field required"),
        (cases.WNone, {"x": 1}, "run_Input", "Extra inputs are not permitted"),
        (cases.WInModel, {}, "P1", "Field required"),
    ],
)
async def test_keys_too_many_and_too_few_are_told(
    engine: KernelEngine, cls: type[Any], value: Any, model: str, text: str
) -> None:
    with pytest.raises(StartInputInvalid) as caught:
        await engine.start(cls, value)
    assert f"1 validation error for {model}\n" in str(caught.value)
    assert text in str(caught.value)


@pytest.mark.parametrize("value", [5, {"a": 5}])
async def test_a_lone_parameter_takes_its_bare_value_too(engine: KernelEngine, value: Any) -> None:
    handle = await engine.start(cases.WInPrim, value)
    assert await handle.result() == 6


async def test_a_class_with_its_own_init_can_ask(engine: KernelEngine) -> None:
    """Upstream keeps the asks on the instance, so a forgotten super().__init__() fails and hangs. Here nothing is kept there."""
    handle = await engine.start(cases.WNoSuper)
    await answer(handle, {"approved": True})
    assert await handle.result() == "ok"
    assert expected("w-no-super")[-1]["failure"]["message"] == "'WNoSuper' object has no attribute '_pending_inputs'"


async def test_chance_of_its_own_is_not_forbidden(engine: KernelEngine) -> None:
    """Upstream's sandbox stops `random.random()`, and the run hangs. Here there is no sandbox: a replay tells when it matters."""
    handle = await engine.start(cases.WDet)
    assert 0 <= float(await handle.result()) < 1
    assert expected("w-det")[-1]["event_type"] == "WORKFLOW_EXECUTION_FAILED"


async def test_a_result_of_another_type_is_an_activitys_failure(engine: KernelEngine) -> None:
    """Upstream records the result, cannot decode it in the workflow, and hangs. Here the attempt failed, and is tried again."""
    handle = await engine.start(cases.WBadRet)
    assert (await handle.result())["e"].startswith(
        "ActivityError|Activity task failed|ValidationError: 1 validation error for int"
    )
    kinds = [event["event_type"] for event in await actual(handle)]
    retries = ["ACTIVITY_TASK_RETRYING", "ACTIVITY_TASK_RETRYING", "ACTIVITY_TASK_FAILED"]
    assert kinds == ["WORKFLOW_EXECUTION_STARTED", "ACTIVITY_TASK_STARTED", *retries, "WORKFLOW_EXECUTION_COMPLETED"]


async def test_activities(engine: KernelEngine) -> None:
    """Upstream loses the component that an activity returns. Here the workflow gets what was recorded."""
    handle = await engine.start(cases.WActs)
    result = await handle.result()
    events, recorded = await actual(handle), expected("w-acts")
    assert events[:-1] == recorded[:-1]
    (component,) = (event["result"]["value"] for event in events if event.get("activity_name") == "echo_ui" and "result" in event)
    assert result.pop("ui") == component
    assert result == {name: value for name, value in TRACES["w-acts"]["result"]["result"].items() if name not in ("ui", "badarg")}
    assert TRACES["w-acts"]["result"]["result"]["ui"] != component


async def test_the_order_of_a_list_may_change(engine: KernelEngine) -> None:
    """Upstream makes a "move" of it, which its own reader refuses: the task fails and the run hangs."""
    handle = await engine.start(cases_tasks.WMove)
    assert await handle.result() == "ok"
    events, recorded = await actual(handle), expected("w-move")
    assert events[:2] == recorded[:2]
    assert {patch["op"] for patch in events[2]["payload"]["value"]} <= {"add", "remove", "replace", "append"}
    assert events[3]["payload"]["value"] == {"l": ["c", "a", "b"]}
    assert recorded[2]["failure"]["message"] == "Unknown operation: move"


async def test_an_argument_of_another_type_is_told(engine: KernelEngine) -> None:
    """Upstream tells nothing of an activity whose argument cannot be decoded. Here call and failure are in the history."""
    from nbconvo.workflows import workflow

    @workflow.define(name="w-badarg")
    class WBadArg:
        @workflow.entrypoint
        async def run(self) -> str:
            try:
                await cases.dbl("x")  # type: ignore[arg-type]
            except Exception as e:
                return f"{type(e).__name__}|{e}"
            return ""

    handle = await engine.start(WBadArg)
    assert await handle.result() == TRACES["w-acts"]["result"]["result"]["badarg"]
    assert [event["event_type"] for event in await actual(handle)][1:-1] == ["ACTIVITY_TASK_STARTED", "ACTIVITY_TASK_FAILED"]


def test_every_recorded_case_is_used() -> None:
    here = {"w-cancel", "submit-after-done", "w-sleep", "w-raise-valueerror", "w-raise-wfexc", 'w-in-model({"n": 1})'}
    here |= {"w-no-super", "w-det", "w-badret", "w-acts", "w-move"}
    assert TRACES.keys() == FINISHING.keys() | here | TALKING
