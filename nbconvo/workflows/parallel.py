"""One activity over many items, as a child workflow named `__parallel_execution__`, results in the order of the items.

Source: workflows specification, `execute_activities_in_parallel`. Upstream's three ways to name the items are all here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pydantic import BaseModel

from nbconvo.errors import ApplicationError


class ExtraItemParams(BaseModel):
    """Arguments that each call of the item activities gets besides its own; subclass it."""


class GetItemFromIndexParams(BaseModel):
    """The argument of an activity that makes item number `idx`."""

    idx: int
    extra_params: Any = None


async def execute_activities_in_parallel(
    activity: Callable[[Any], Awaitable[Any]],
    *,
    items: Sequence[Any] | None = None,
    get_item_from_index_activity: Callable[[Any], Awaitable[Any]] | None = None,
    get_item_from_prev_item_activity: Callable[[Any], Awaitable[Any]] | None = None,
    n_items: int | None = None,
    max_concurrent_scheduled_tasks: int = 100,
    extra_params: ExtraItemParams | None = None,
) -> list[Any]:
    """Run `activity` once per item, at most `max_concurrent_scheduled_tasks` at a time; results in item order.

    Items are given, or made by an activity from their index (with `n_items`), or each from the one before (None ends them).
    Raises `ApplicationError` for any other mix, and what the first failing activity raised.
    """
    if items is not None and get_item_from_index_activity is None and get_item_from_prev_item_activity is None:
        given = list(items)
    elif get_item_from_index_activity is not None and n_items is not None and items is None:
        made = (GetItemFromIndexParams(idx=index, extra_params=extra_params) for index in range(n_items))
        given = await _bounded(get_item_from_index_activity, list(made), max_concurrent_scheduled_tasks)
    elif get_item_from_prev_item_activity is not None and items is None:
        given = await _chain(get_item_from_prev_item_activity)
    else:
        text = "Give either items, or get_item_from_index_activity with n_items, or get_item_from_prev_item_activity."
        raise ApplicationError(text, non_retryable=True)
    return await _bounded(activity, given, max_concurrent_scheduled_tasks)


async def _bounded(activity: Callable[[Any], Awaitable[Any]], items: list[Any], limit: int) -> list[Any]:
    gate = asyncio.Semaphore(limit)

    async def one(item: Any) -> Any:
        async with gate:
            return await activity(item)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(item)) for item in items]
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from failed.exceptions[0].__cause__
    return [task.result() for task in tasks]


async def _chain(activity: Callable[[Any], Awaitable[Any]]) -> list[Any]:
    items: list[Any] = []
    item = await activity(None)
    while item is not None:
        items.append(item)
        item = await activity(item)
    return items
