"""Events made by hand are what an execution makes, and waiting for asks says what is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from nbconvo import testing
from nbconvo.engine import KernelEngine
from nbconvo.protocol.envelope import Event
from nbconvo.testing import numbered, wait_for_pending_inputs
from nbconvo.views.fold import fold_all
from tests.support.executions import all_events, answer
from tests.support.workflows import Concurrent, OneAsk

BUILDERS: list[tuple[Callable[..., Event], tuple[Any, ...], str]] = [
    (testing.workflow_started, ("w", {"n": 1}), "WORKFLOW_EXECUTION_STARTED"),
    (testing.workflow_completed, ({"result": 1},), "WORKFLOW_EXECUTION_COMPLETED"),
    (testing.workflow_failed, ("no",), "WORKFLOW_EXECUTION_FAILED"),
    (testing.workflow_canceled, ("enough",), "WORKFLOW_EXECUTION_CANCELED"),
    (testing.activity_started, ("1", "a", [1]), "ACTIVITY_TASK_STARTED"),
    (testing.activity_completed, ("1", "a", 2), "ACTIVITY_TASK_COMPLETED"),
    (testing.activity_failed, ("1", "a", "no"), "ACTIVITY_TASK_FAILED"),
    (testing.custom_task_started, ("t", "note", {"n": 1}), "CUSTOM_TASK_STARTED"),
    (testing.custom_task_in_progress, ("t", "note", [{"op": "replace", "path": "/n", "value": 2}]), "CUSTOM_TASK_IN_PROGRESS"),
    (testing.custom_task_completed, ("t", "note", {"n": 2}), "CUSTOM_TASK_COMPLETED"),
    (testing.custom_task_failed, ("t", "note", "no"), "CUSTOM_TASK_FAILED"),
]


@pytest.mark.parametrize(("builder", "arguments", "kind"), BUILDERS, ids=[builder.__name__ for builder, _, _ in BUILDERS])
def test_a_builder_makes_an_event_of_the_stream(builder: Callable[..., Event], arguments: tuple[Any, ...], kind: str) -> None:
    event = builder(*arguments)
    assert event.event_type == kind
    assert Event.from_json(event.to_json(), event.sequence) == event


def test_built_events_fold_as_those_of_a_run() -> None:
    events = numbered([BUILDERS[0][0]("greeting", display_name="Greeting"), testing.workflow_failed("it cannot")])
    view = fold_all(events)
    assert (view["status"], view["title"]) == ("failed", "Greeting")
    assert [event.event_timestamp - events[0].event_timestamp for event in events] == [0, 1_000_000_000]


async def test_waiting_ends_as_soon_as_the_asks_are_there(engine: KernelEngine) -> None:
    handle = await engine.start(Concurrent)
    assert [ask["label"] for ask in await wait_for_pending_inputs(handle, expected_count=3)] == ["A", "B", None]
    assert [ask["label"] for ask in await wait_for_pending_inputs(handle, label="B")] == ["B"]


async def test_waiting_in_vain_tells_what_is_there(engine: KernelEngine) -> None:
    handle = await engine.start(Concurrent)
    with pytest.raises(TimeoutError, match=r"^concurrent should have 2 open asks labelled 'A', it has 1; it is running\.$"):
        await wait_for_pending_inputs(handle, 2, timeout=0.01, label="A")


async def test_waiting_ends_with_the_execution(engine: KernelEngine) -> None:
    handle = await engine.start(OneAsk)
    waiting = asyncio.ensure_future(wait_for_pending_inputs(handle, expected_count=2, timeout=3600))
    await answer(handle, {"approved": True, "note": "x"})
    with pytest.raises(TimeoutError, match=r"one-ask should have 2 open asks, it has 0; it has completed with 'x'\."):
        await waiting
    assert len(await all_events(handle)) == 4
