"""What the workflow that runs activities in parallel is given and gives back: the SDK's wire formats.

Source: workflows specification, `execute_activities_in_parallel`.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

MOST_AT_ONCE = 100


class ExtraItemParams(BaseModel):
    """Parameters for the extract_item_activity function."""

    extra_params: Any | None = None


class GetItemFromIndexParams(ExtraItemParams):
    """Parameters for the get_item_from_index_activity function."""

    idx: int


class WorkflowResults(BaseModel):
    """The output of the child workflow: the results in the order of the items."""

    values: list[Any]


class ListExecutorParams(ExtraItemParams):
    """Items that are known; upstream's wire format, as the next two."""

    activity_name: str
    items: list[Any]
    prev_idx: int = -1
    max_concurrent_scheduled_tasks: int = MOST_AT_ONCE
    prev_results: WorkflowResults | None = None


class ChainExecutorParams(BaseModel):
    """Items that are each made from the one before, until there is none."""

    activity_name: str
    get_item_from_prev_item_activity_name: str
    prev_idx: int = -1
    prev_item: Any | None = None
    prev_results: WorkflowResults | None = None


class OffsetPaginationExecutorParams(ExtraItemParams):
    """Items that are made from their numbers, `batch_size` of them in one activity."""

    activity_name: str
    get_item_from_index_activity_name: str
    n_items: int
    prev_idx: int = -1
    max_concurrent_scheduled_tasks: int = MOST_AT_ONCE
    prev_results: WorkflowResults | None = None
    batch_size: int = 10


class WorkflowParams(BaseModel):
    """The input of the child workflow."""

    params: ListExecutorParams | ChainExecutorParams | OffsetPaginationExecutorParams


class BatchParams(ExtraItemParams):
    """The argument of the activity that does a batch."""

    activity_name: str
    get_item_from_index_activity_name: str
    idx: int
    batch_size: int


class BatchResult(BaseModel):
    """What the activity that does a batch returns: results by the number of the item."""

    results: dict[int, Any]


ExecutorParams = ListExecutorParams | ChainExecutorParams | OffsetPaginationExecutorParams
"""One of the three ways to name the items."""
