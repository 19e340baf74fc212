"""Asks, signals, queries, updates and children, against the recorded traces and the table of twenty-five parity cases.

A case without a recorded trace has its events spelt out, as the table has them: T is the run, C a task, A an activity.
Where nbconvo does something else on purpose, the test says what and why.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from nbconvo.engine import KernelEngine, KernelHandle
from nbconvo.engine.execution import Status
from nbconvo.errors import (
    HandlerNotFound,
    HandlerRejected,
    InputRejected,
    NoPendingInput,
    UpdateFailedError,
    WorkflowCanceled,
    WorkflowFailed,
)
from tests.parity import cases, cases_talk, cases_tasks
from tests.parity.traces import TRACES, actual, expected
from tests.support.executions import answer, kinds, open_asks, says, until
from tests.support.workflows import Greeting

TALKING = {"w-parent", "poison-signal", "poison-update", "poison-update_raise", "poison-submit-input"}
YES = {"approved": True}


async def short(handle: KernelHandle) -> list[str]:
    """The events as the table writes them."""
    long = {"WORKFLOW_EXECUTION": "T", "CUSTOM_TASK": "C", "ACTIVITY_TASK": "A"}
    return [
        re.sub("WORKFLOW_EXECUTION|CUSTOM_TASK|ACTIVITY_TASK", lambda found: long[found[0]], kind) for kind in await kinds(handle)
    ]


# 1 to 5: asks


async def test_greeting(engine: KernelEngine) -> None:
    handle = await engine.start(Greeting)
    await answer(handle, says("Ada"))
    await handle.result()
    tasks = [f"C_{what}:{of}" for of in ("assistant_message", "wait_for_input") for what in ("STARTED", "COMPLETED")]
    assert await short(handle) == ["T_STARTED", *tasks, "T_COMPLETED"]
    first, *_, last = await actual(handle)
    assert first["display_name"] == "Greeting"
    text = [{"type": "text", "text": "Nice to meet you, Ada!"}]
    assert last["result"]["value"] == {"content": text, "structuredContent": None, "isError": None}


async def test_the_pending_query(engine: KernelEngine, data: Any) -> None:
    handle = await engine.start(Greeting)
    ((ask),) = await open_asks(handle)
    expected_ask = {"task_id": ask["task_id"], "input_schema": data("schemas/chat_input_default.json"), "label": None}
    assert await handle.query("__get_pending_inputs") == {"pending_inputs": [expected_ask]}
    assert await handle.update("__submit_input", {"task_id": ask["task_id"], "input": says("Ada")}) == {}
    assert await handle.query("__get_pending_inputs") == {"pending_inputs": []}
    await handle.result()
    events = [event.to_json() async for event in handle.events()]
    waits = [event for event in events if event["attributes"].get("custom_task_type") == "wait_for_input"]
    assert {event["attributes"]["custom_task_id"] for event in waits} == {ask["task_id"]}


@pytest.mark.parametrize(
    ("said", "name", "recorded"),
    [([{"text": "Ada"}], "Ada", [{"type": "text", "text": "Ada"}]), ([], "friend", [])],
    ids=["no type", "empty"],
)
async def test_a_message_may_leave_out_its_type_or_be_empty(engine: KernelEngine, said: Any, name: str, recorded: Any) -> None:
    handle = await engine.start(Greeting)
    await answer(handle, {"message": said})
    assert (await handle.result()).content[0].text == f"Nice to meet you, {name}!"
    assert (await actual(handle))[-2]["payload"]["value"]["input"] == {"message": recorded}


async def test_an_invalid_answer_leaves_no_trace(engine: KernelEngine) -> None:
    handle = await engine.start(cases.WTwice)
    (ask,) = await open_asks(handle)
    with pytest.raises(InputRejected) as caught:
        await handle.submit_input(ask["task_id"], {"approved": "perhaps"})
    assert str(caught.value).startswith(f"Invalid input for task {ask['task_id']}: 1 validation error for Approval")
    assert await open_asks(handle) == [ask]
    assert await handle.update("__submit_input", {"task_id": ask["task_id"], "input": {"approved": True, "note": "x"}}) == {}
    await handle.result()
    assert await actual(handle) == expected("submit-after-done")


async def test_a_second_submit_finds_nothing(engine: KernelEngine) -> None:
    handle = await engine.start(cases.WTwice)
    task_id = await answer(handle, {"approved": True, "note": "first"})
    for wrong in (task_id, "unknown"):
        with pytest.raises(NoPendingInput, match=f"^No pending input request found for task {wrong}$"):
            await handle.submit_input(wrong, {"approved": True, "note": "second"})
    assert await handle.result() == "first"


# 7 to 9: ends


async def test_a_timeout_that_nobody_catches(engine: KernelEngine) -> None:
    handle = await engine.start(cases_talk.WTimeoutUncaught)
    with pytest.raises(WorkflowFailed):
        await handle.result()
    assert await short(handle) == ["T_STARTED", "C_STARTED:wait_for_input", "C_FAILED:wait_for_input", "T_FAILED"]
    assert [event["failure"]["message"] for event in (await actual(handle))[2:]] == ["", ""]


async def test_three_asks_at_once(engine: KernelEngine) -> None:
    handle = await engine.start(cases_talk.WConcurrent)
    a, b, c = await open_asks(handle, 3)
    assert [ask["label"] for ask in (a, b, c)] == ["A", "B", None]
    await handle.submit_input(b["task_id"], YES | {"note": "b"})
    assert await open_asks(handle, 2) == [a, c]
    await handle.submit_input(c["task_id"], YES | {"note": "c"})
    await handle.submit_input(a["task_id"], YES | {"note": "a"})
    await handle.result()
    *_, first, second, third, last = await actual(handle)
    assert [event["payload"]["value"]["label"] for event in (first, second, third)] == ["B", None, "A"]
    assert last["result"]["value"] == {"result": {"a": "a", "b": "b", "c": "c"}}


async def test_cancel_inside_an_open_task(engine: KernelEngine) -> None:
    handle = await engine.start(cases_tasks.WCancelTask)
    await open_asks(handle)
    await handle.cancel()
    with pytest.raises(WorkflowCanceled):
        await handle.result()
    begun, ended = ["C_STARTED:job", "C_STARTED:wait_for_input"], ["C_FAILED:wait_for_input", "C_FAILED:job"]
    assert await short(handle) == ["T_STARTED", *begun, *ended, "T_CANCELED"]
    wait, job, run = (await actual(handle))[-3:]
    assert (wait["failure"], job["failure"], run["reason"]) == ({"message": ""}, {"message": ""}, None)
    assert handle.status is Status.CANCELED


async def test_an_exception_leaves_the_todo_list(engine: KernelEngine) -> None:
    handle = await engine.start(cases_tasks.WTodoExc)
    with pytest.raises(WorkflowFailed) as caught:
        await handle.result()
    assert str(caught.value.__cause__) == "inside"
    assert await short(handle) == [
        "T_STARTED",
        "C_STARTED:todo_list",
        "C_IN_PROGRESS:todo_list",
        "C_FAILED:todo_list",
        "T_FAILED",
    ]
    assert [event["failure"] for event in (await actual(handle))[-2:]] == [{"message": "inside"}, {"message": "inside"}]


async def test_work_on_a_tool(engine: KernelEngine) -> None:
    handle = await engine.start(cases_tasks.WWorking)
    await handle.result()
    work = [f"C_{what}:working" for what in ("STARTED", "IN_PROGRESS", "COMPLETED", "STARTED", "COMPLETED")]
    assert await short(handle) == ["T_STARTED", *work, "T_COMPLETED"]
    _, _, patched, _, thinking, *_ = await actual(handle)
    assert patched["payload"]["value"] == [
        {"path": "/toolUIState/result/output", "value": "ok", "op": "add"},
        {"path": "/toolUIState/result/status", "value": "success", "op": "replace"},
    ]
    assert (thinking["payload"]["value"]["type"], thinking["payload"]["value"]["toolUIState"]) == ("thinking", None)


# 22: signals, queries, updates


async def test_handlers(engine: KernelEngine) -> None:
    handle = await engine.start(cases_talk.WHandlers)
    await handle.signal("add", {"message": "hi"})
    assert await handle.query("get") == [["hi", 1]]
    assert await handle.query("get_n", {"n": 3}) == 4
    assert await handle.query("get_n", 3) == 4
    assert await handle.update("upd", {"v": 4}) == {"v": 8}
    await handle.signal("finish")
    await handle.result()
    assert await short(handle) == ["T_STARTED", "T_COMPLETED"]
    assert (await actual(handle))[-1]["result"]["value"] == {"result": {"msgs": [["hi", 1]]}}


async def test_a_wrong_query_is_told_to_its_sender_alone(engine: KernelEngine) -> None:
    handle = await engine.start(cases_talk.WHandlers)
    with pytest.raises(HandlerRejected, match="1 validation error for get_n_Input\nn\n  Input should be a valid integer"):
        await handle.query("get_n", {"n": "x"})
    missing = "handler for 'nope' expected but not found, known"
    with pytest.raises(HandlerNotFound, match=rf"^Query {missing} queries: \[get get_n\]$"):
        await handle.query("nope")
    with pytest.raises(HandlerNotFound, match=rf"^Update {missing} updates: \[upd upd_raise\]$"):
        await handle.update("nope")
    assert handle.is_running


POISON: dict[str, tuple[str, str, Any, type[Exception]]] = {
    "poison-signal": ("signal", "add", {"bogus": 1}, HandlerRejected),
    "poison-update": ("update", "upd", {"v": "zz"}, HandlerRejected),
    "poison-update_raise": ("update", "upd_raise", None, UpdateFailedError),
    "poison-submit-input": ("update", "__submit_input", {"bogus": 1}, ValidationError),
}


@pytest.mark.parametrize("name", POISON)
async def test_a_poisoned_message_is_refused_and_the_run_goes_on(engine: KernelEngine, name: str) -> None:
    """Upstream lets it into the run, which then hangs for ever. Here its sender gets the same text and the run goes on."""
    kind, handler, value, error = POISON[name]
    handle = await engine.start(cases.WTwice if handler == "__submit_input" else cases_talk.WHandlers)
    with pytest.raises(error) as caught:
        await getattr(handle, kind)(handler, value)
    told = TRACES[name]["result"]["stuck"][0].partition(": ")[2].partition(": ")[2]
    assert told[:60] in str(caught.value)
    if handler == "__submit_input":
        await answer(handle, YES)
    else:
        await handle.signal("finish")
    await handle.result()
    assert (await actual(handle))[: len(expected(name))] == expected(name)


# 24: children and runs that go on as new


async def test_a_childs_ask_is_answered_on_the_child(engine: KernelEngine) -> None:
    """Upstream loses the component on its way to the parent. Here it arrives."""
    handle = await engine.start(cases_talk.WParent, {"name": "x"}, id="w-parent")
    await open_asks_of_child(engine, "child-1")
    await answer(engine.handle("child-1"), YES | {"note": "n"})
    result = await handle.result()
    child = await actual(engine.handle("child-1"))
    assert child == expected("w-parent", "child-1")
    assert (await actual(handle))[:-1] == expected("w-parent", "w-parent")[:-1]
    assert result == child[-1]["result"]["value"]
    assert {"name": "UIComponent", "props": {}} in [
        each["resource"]["component"] for each in TRACES["w-parent"]["result"]["result"]["content"] if "resource" in each
    ]


async def test_a_childs_events_name_its_parent(engine: KernelEngine) -> None:
    """As the production stack has it. The recorded trace comes from a test stack, where children look like roots."""
    handle = await engine.start(cases_talk.WParent, {"name": "x"}, id="w-parent")
    await open_asks_of_child(engine, "child-1")
    await answer(engine.handle("child-1"), YES)
    await handle.result()
    wire = [event.to_json() async for event in engine.handle("child-1").events()]
    assert {(event["root_workflow_exec_id"], event["parent_workflow_exec_id"]) for event in wire} == {("w-parent", "w-parent")}


async def test_a_child_that_nobody_waits_for_outlives_its_parent(engine: KernelEngine) -> None:
    handle = await engine.start(cases_talk.WParentNoWait, {"name": "x"})
    assert await handle.result() == "child-2"
    await open_asks_of_child(engine, "child-2")
    assert engine.handle("child-2").is_running
    await answer(engine.handle("child-2"), YES)
    assert (await short(engine.handle("child-2")))[-1] == "T_COMPLETED"


async def open_asks_of_child(engine: KernelEngine, child_id: str) -> None:
    """Wait until the child has asked."""
    await until(lambda: any(each.id == child_id for each in engine.handles), "the child's start")
    await open_asks(engine.handle(child_id))


async def test_a_run_continues_as_new(engine: KernelEngine) -> None:
    handle = await engine.start(cases_talk.CAN, {"i": 0}, id="can")
    assert await handle.result() == 2
    assert await short(handle) == ["T_STARTED", "T_STARTED", "T_STARTED", "T_COMPLETED"]
    wire = [event.to_json() async for event in handle.events()]
    runs = [event["workflow_run_id"] for event in wire[:3]]
    assert [event["attributes"]["input"]["value"] for event in wire[:3]] == [[{"i": 0}], [{"i": 1}], [{"i": 2}]]
    assert [event["continued_run_id"] for event in wire[:3]] == [None, runs[0], runs[1]]
    assert [event["first_execution_run_id"] for event in wire[:3]] == [None, runs[0], runs[0]]
    assert {event["workflow_exec_id"] for event in wire} == {"can"}
    assert {event["chain_run_id"] for event in wire} == {None}


async def test_activities_in_parallel(engine: KernelEngine) -> None:
    handle = await engine.start(cases_talk.Parallel)
    assert await handle.result() == [2, 4, 6]
    assert await short(handle) == ["T_STARTED", "T_COMPLETED"]
    (child,) = [each for each in engine.handles if each is not handle]
    assert child.workflow_name == "__parallel_execution__"
    first, *activities, last = await actual(child)
    assert [event["event_type"] for event in activities] == ["ACTIVITY_TASK_STARTED"] * 3 + ["ACTIVITY_TASK_COMPLETED"] * 3
    assert first["display_name"] == "parallel-execution"
    params = {"activity_name": "dbl", "items": [1, 2, 3], "max_concurrent_scheduled_tasks": 100}
    rest = {"extra_params": None, "prev_idx": -1, "prev_results": None}
    assert first["input"]["value"] == [{"params": params | rest}]
    assert last["result"]["value"] == {"values": [2, 4, 6]}
