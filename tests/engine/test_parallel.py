"""One activity over many items, in a child workflow."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic_core import to_jsonable_python

from nbconvo.engine import KernelEngine, KernelHandle
from nbconvo.errors import ApplicationError, ChildWorkflowError
from nbconvo.workflows import execute_activities_in_parallel
from tests.support.executions import failure, kinds
from tests.support.items import (
    Page,
    busy,
    double,
    fragile,
    greet,
    join,
    next_page,
    note,
    nothing,
    plain,
    read,
    seen,
    square,
    using,
)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    seen.clear()
    busy.clear()


CALLS: dict[str, tuple[Any, dict[str, Any], Any]] = {
    "items": (double, {"items": [3, 1, 2]}, [6, 2, 4]),
    "no items": (double, {"items": []}, []),
    "models": (read, {"items": [Page(number=1), {"number": 2}]}, [Page(number=101), Page(number=102)]),
    "dicts of arguments": (join, {"items": [{"a": "x"}, {"a": "y", "b": 2}]}, ["x0", "y2"]),
    "extra params": (greet, {"items": [{"name": "Ada"}], "extra_params": {"greeting": "Hello"}}, ["Hello Ada"]),
    "no results": (note, {"items": [1, 2]}, None),
    "from the one before": (
        read,
        {"get_item_from_prev_item_activity": next_page},
        [Page(number=100), Page(number=101), Page(number=102)],
    ),
    "from the number": (
        double,
        {"get_item_from_index_activity": square, "n_items": 5, "max_concurrent_executions_per_worker": 2},
        [0, 2, 8, 18, 32],
    ),
    "from the number and more": (
        double,
        {"get_item_from_index_activity": square, "n_items": 2, "extra_params": {"plus": 10}},
        [20, 22],
    ),
}


@pytest.mark.parametrize("name", CALLS)
async def test_results_come_in_the_order_of_the_items(engine: KernelEngine, name: str) -> None:
    act, options, expected = CALLS[name]
    handle = await engine.start(using(act, **options))
    assert await handle.result() == to_jsonable_python(expected)


@pytest.mark.parametrize("name", CALLS)
async def test_outside_of_a_workflow_it_does_the_same(name: str) -> None:
    act, options, expected = CALLS[name]
    assert await execute_activities_in_parallel(act, **options) == expected


async def test_the_items_of_a_batch_are_one_activity(engine: KernelEngine) -> None:
    options = {"get_item_from_index_activity": square, "n_items": 5, "max_concurrent_executions_per_worker": 2}
    handle = await engine.start(using(double, **options))
    await handle.result()
    batch = "__internal_execute_activity_in_batch"
    assert (await kinds(child_of(engine))).count(f"ACTIVITY_TASK_COMPLETED:{batch}") == 3


def child_of(engine: KernelEngine) -> KernelHandle:
    (child,) = [handle for handle in engine.handles if handle.workflow_name == "__parallel_execution__"]
    return child


async def test_no_more_run_at_once_than_is_allowed(engine: KernelEngine) -> None:
    handle = await engine.start(using(double, items=list(range(20)), max_concurrent_scheduled_tasks=3))
    assert await handle.result() == [2 * n for n in range(20)]
    assert busy["most"] == 3


WRONG: dict[str, tuple[Any, dict[str, Any], str]] = {
    "no activity": (plain, {"items": [1]}, "`activity` must be an activity, please decorate it with @workflows.activity"),
    "nothing to give it": (
        nothing,
        {"items": [1]},
        "Activity 'nothing' takes no input parameters, so items provided by the executor would be silently ignored.",
    ),
    "no items": (
        double,
        {},
        "Must specify one execution pattern: 'items' (list), 'get_item_from_prev_item_activity' (chain), "
        "or 'get_item_from_index_activity' (offset pagination)",
    ),
    "no number of items": (double, {"get_item_from_index_activity": square}, "Must specify one execution pattern: "),
    "no activity before": (
        double,
        {"get_item_from_prev_item_activity": plain},
        "`get_item_from_prev_item_activity` must be an activity, please decorate it with @workflows.activity",
    ),
    "nothing before": (
        double,
        {"get_item_from_prev_item_activity": nothing},
        "`get_item_from_prev_item_activity` must accept at least one parameter (the previous item), but it takes none",
    ),
    "no number": (
        double,
        {"get_item_from_index_activity": double, "n_items": 1},
        "`get_item_from_index_activity` must take a single parameter of type GetItemFromIndexParams, got <class 'int'>",
    ),
    "item": (
        double,
        {"items": [1, "x"]},
        "Item at index 1 is not compatible with activity 'double' parameter type <class 'int'>: 1 validation error",
    ),
    "no dict": (
        join,
        {"items": ["x"]},
        "Item at index 0 must be a dict mapping parameter names to values for multi-parameter activity 'join', got str",
    ),
    "arguments": (join, {"items": [{"b": 1}]}, "Item at index 0 is not compatible with activity 'join' parameters ['a', 'b']: "),
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_call_starts_nothing_and_is_not_tried_again(engine: KernelEngine, name: str) -> None:
    act, options, text = WRONG[name]
    handle = await engine.start(using(act, **options))
    cause = (await failure(handle)).__cause__
    assert isinstance(cause, ApplicationError)
    assert str(cause).startswith(text)
    assert cause.non_retryable
    assert len(engine.handles) == 1


async def test_an_item_that_fails_ends_the_others(engine: KernelEngine) -> None:
    handle = await engine.start(using(fragile, items=[1, 2, 3]))
    error = (await failure(handle)).__cause__
    assert isinstance(error, ChildWorkflowError)
    assert (str(error), str(error.__cause__)) == (
        "Child Workflow execution failed",
        "ApplicationError: ValueError: two is too much",
    )
    assert seen.count(2) == 2
    last = (await kinds(child_of(engine)))[-1]
    assert last == "WORKFLOW_EXECUTION_FAILED"
