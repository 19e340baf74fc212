"""Search keys: what may be one."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import date
from enum import Enum
from typing import Any

import pytest

from nbconvo.engine import KernelEngine
from nbconvo.errors import ApplicationError
from nbconvo.workflows import activity, workflow
from tests.support.executions import all_events
from tests.support.workflows import workflow_of


class Tier(Enum):
    GOLD = "gold"


async def recorded(engine: KernelEngine, body: Callable[[], Awaitable[Any]]) -> list[dict[str, Any]]:
    handle = await engine.start(workflow_of(body))
    await handle.result()
    events = await all_events(handle, internal=True)
    return [event.attributes.keys for event in events if event.event_type == "NBCONVO_SEARCH_KEYS_CHANGED"]


@activity()
async def tagged() -> None:
    await workflow.add_search_keys({"by": "activity"})


async def test_keys_become_text_and_can_be_taken_away(engine: KernelEngine) -> None:
    async def body() -> None:
        await workflow.add_search_keys({"n": 1, "yes": True, "tier": Tier.GOLD, "day": date(2026, 1, 2), "long": "x" * 9000})
        await workflow.delete_search_keys(["n", "n"])
        await tagged()
        await workflow.add_search_keys({})

    first, second, third = await recorded(engine, body)
    assert first == {"n": "1", "yes": "true", "tier": "gold", "day": "2026-01-02", "long": "x" * 8192}
    assert (second, third) == ({"n": None}, {"by": "activity"})


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: workflow.add_search_keys({f"k{n}": n for n in range(21)}),
            "add_search_keys accepts at most 20 keys per call, got 21.",
        ),
        (lambda: workflow.add_search_keys({" a": 1}), "Search key ` a` must not be empty or padded with whitespace."),
        (
            lambda: workflow.add_search_keys({"a:b": 1, "c=": 2}),
            "Search key `a:b` must not contain ':'.\nSearch key `c=` must not end",
        ),
        (lambda: workflow.add_search_keys({"internal.x": 1}), "Search key `internal.x` must not start with `internal.`"),
        (lambda: workflow.add_search_keys({"a" * 257: 1}), f"Search key `{'a' * 257}` must be at most 256 characters"),
        (lambda: workflow.add_search_keys({"a": [1]}), "Search key `a` must map to a scalar value, got list."),
        (lambda: workflow.add_search_keys([1]), "add_search_keys expects a mapping, got list."),  # type: ignore[arg-type]
        (lambda: workflow.add_search_keys({1: 1}), "Search key must be a string, got int."),  # type: ignore[dict-item]
        (lambda: workflow.delete_search_keys("ab"), "delete_search_keys expects a list or tuple of keys, got str."),
    ],
)
async def test_what_cannot_be_a_key_is_told(call: Callable[[], Awaitable[None]], text: str) -> None:
    with pytest.raises(ApplicationError) as caught:
        await call()
    assert str(caught.value).startswith(text)
    assert caught.value.non_retryable


async def test_where_nothing_runs_they_are_not_kept(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        await workflow.add_search_keys({"a": 1})
    assert "these search keys are not kept: ['a']" in caplog.text
