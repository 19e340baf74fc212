"""One activity over many items, as a child workflow named `__parallel_execution__`, results in the order of the items.

Source: workflows specification, `execute_activities_in_parallel`; texts and wire formats are those of the SDK. The child lives in
the journal like any other: after a restart it goes on, and items that were done are not done again. Upstream splits long work
over several children and runs, because a server limits their size; here one child does it all.
"""

from __future__ import annotations

import asyncio
import functools
import typing
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, cast

from pydantic import ValidationError

from nbconvo.engine.context import current_or_none
from nbconvo.errors import ApplicationError, WorkflowError
from nbconvo.protocol.definition import ActivityDefinition, activity_of
from nbconvo.workflows.activities import activity as make_activity
from nbconvo.workflows.children import execute_workflow
from nbconvo.workflows.parallel_params import (
    MOST_AT_ONCE,
    BatchParams,
    BatchResult,
    ChainExecutorParams,
    ExecutorParams,
    ExtraItemParams,
    GetItemFromIndexParams,
    ListExecutorParams,
    OffsetPaginationExecutorParams,
    WorkflowParams,
    WorkflowResults,
)
from nbconvo.workflows.workflow import define, entrypoint

Activity = Callable[..., Awaitable[Any]]

PARALLEL_EXECUTION = "__parallel_execution__"
_BATCH = "__internal_execute_activity_in_batch"


async def execute_activities_in_parallel(
    activity: Activity,
    *,
    get_item_from_prev_item_activity: Activity | None = None,
    get_item_from_index_activity: Activity | None = None,
    items: Sequence[Any] | None = None,
    n_items: int | None = None,
    max_concurrent_scheduled_tasks: int = MOST_AT_ONCE,
    max_concurrent_executions_per_worker: int = MOST_AT_ONCE,
    extra_params: dict[str, Any] | None = None,
) -> list[Any] | None:
    """Run `activity` once per item, at most `max_concurrent_scheduled_tasks` at a time.

    Returns the results in item order, None when the activity returns None. The items are given (`items`; a dict of arguments
    each when the activity has several), or each is made from the one before (`get_item_from_prev_item_activity`; the first from
    None, and None ends them), or from its number (`get_item_from_index_activity`, `n_items`; then
    `max_concurrent_executions_per_worker` of them are one activity). `extra_params` reaches an activity that takes
    `ExtraItemParams`. Outside of a workflow it all runs here, at once.
    Raises `ApplicationError`, not retryable, for any other mix and for items that do not fit; `ChildWorkflowError` when an item
    has used up its attempts; the others are then cancelled.
    """
    definition = _definition_of(activity, "activity")
    if not definition.shape.takes_input:
        text = "takes no input parameters, so items provided by the executor would be silently ignored."
        raise _wrong(f"Activity '{activity.__name__}' {text}")
    source = get_item_from_prev_item_activity or get_item_from_index_activity or activity
    name, limit, extra = activity.__name__, max_concurrent_scheduled_tasks, extra_params
    params: ExecutorParams
    if items is not None:
        _check_items(definition, activity, items)
        params = ListExecutorParams(
            activity_name=name, items=list(items), max_concurrent_scheduled_tasks=limit, extra_params=extra
        )
    elif get_item_from_prev_item_activity is not None:
        made_by = _source_name(source, "get_item_from_prev_item_activity")
        params = ChainExecutorParams(activity_name=name, get_item_from_prev_item_activity_name=made_by)
    elif get_item_from_index_activity is not None and n_items is not None:
        made_by = _source_name(source, "get_item_from_index_activity")
        params = OffsetPaginationExecutorParams(
            activity_name=name,
            get_item_from_index_activity_name=made_by,
            n_items=n_items,
            max_concurrent_scheduled_tasks=limit,
            batch_size=max_concurrent_executions_per_worker,
            extra_params=extra,
        )
    else:
        raise _wrong(
            "Must specify one execution pattern: 'items' (list), "
            "'get_item_from_prev_item_activity' (chain), or 'get_item_from_index_activity' (offset pagination)"
        )
    results = await _run(_Job(activity, definition, source), params)
    return None if _hints(activity)["return"] is NoneType else [definition.shape.decode_result(value) for value in results.values]


async def _run(job: _Job, params: ExecutorParams) -> WorkflowResults:
    if current_or_none() is None:
        return await job.run(params)

    @define(name=PARALLEL_EXECUTION, workflow_display_name="parallel-execution", is_technical=True)
    class ParallelExecution:
        """Made for each call, around its activities; a parent that runs again after a restart makes the same one."""

        @entrypoint
        async def run(self, params: WorkflowParams) -> WorkflowResults:
            """Do the items."""
            return await job.run(params.params)

    return await execute_workflow(ParallelExecution, WorkflowParams(params=params))


@dataclass(frozen=True, slots=True)
class _Job:
    """An activity, and the activity that makes its items where they are not given."""

    activity: Activity
    definition: ActivityDefinition
    source: Activity

    async def run(self, params: ExecutorParams) -> WorkflowResults:
        """The results. Raises `ApplicationError`: what the first item that failed failed with."""
        try:
            match params:
                case ListExecutorParams():
                    return WorkflowResults(values=await self._given(params))
                case ChainExecutorParams():
                    return WorkflowResults(values=await self._chain())
                case OffsetPaginationExecutorParams():
                    return WorkflowResults(values=await self._batches(params))
        except ApplicationError:
            raise
        except Exception as error:
            failures = sorted(_application_errors(error), key=lambda one: not one.non_retryable)
            raise (failures[0] if failures else WorkflowError(f"Error executing workflow: {error}")) from error

    async def _given(self, params: ListExecutorParams) -> list[Any]:
        call = functools.partial(self._call, extra_params=params.extra_params)
        return await _bounded(call, params.items, params.max_concurrent_scheduled_tasks)

    async def _chain(self) -> list[Any]:
        item: Any = None
        async with asyncio.TaskGroup() as group:
            tasks: list[asyncio.Task[Any]] = []
            while (item := await self.source(item)) is not None:
                tasks.append(group.create_task(self._call(item)))
        return [task.result() for task in tasks]

    async def _batches(self, params: OffsetPaginationExecutorParams) -> list[Any]:
        common = params.model_dump(include={"activity_name", "get_item_from_index_activity_name", "extra_params"})
        batches = [
            BatchParams(idx=start, batch_size=min(params.batch_size, params.n_items - start), **common)
            for start in range(0, params.n_items, params.batch_size)
        ]
        done: list[BatchResult] = await _bounded(self._batch_activity(), batches, params.max_concurrent_scheduled_tasks)
        return [value for each in done for _, value in sorted(each.results.items())]

    def _batch_activity(self) -> Activity:
        @make_activity(name=_BATCH)
        async def batch(params: BatchParams) -> BatchResult:
            async def one(idx: int) -> Any:
                item = await self.source(GetItemFromIndexParams(idx=idx, extra_params=params.extra_params))
                return self.definition.shape.encode(await self._call(item))

            numbers = range(params.idx, params.idx + params.batch_size)
            return BatchResult(results=dict(zip(numbers, await asyncio.gather(*map(one, numbers)), strict=True)))

        return batch

    async def _call(self, item: Any, extra_params: Any = None) -> Any:
        try:
            arguments = _arguments(self.definition, item)
        except ValidationError as error:
            raise _wrong(f"Type coercion failed for item: {error}") from error
        if isinstance(arguments[0], ExtraItemParams):
            arguments[0] = arguments[0].model_copy(update={"extra_params": extra_params or arguments[0].extra_params})
        return await self.activity(*arguments)


async def _bounded(function: Activity, items: Iterable[Any], limit: int) -> list[Any]:
    """The results of `function` for the items, in their order, at most `limit` calls under way."""
    gate = asyncio.Semaphore(limit)

    async def one(item: Any) -> Any:
        try:
            return await function(item)
        finally:
            gate.release()

    async with asyncio.TaskGroup() as group:
        tasks: list[asyncio.Task[Any]] = []
        for item in items:
            await gate.acquire()
            tasks.append(group.create_task(one(item)))
    return [task.result() for task in tasks]


def _definition_of(activity: Activity, role: str) -> ActivityDefinition:
    definition = activity_of(activity)
    if definition is None:
        raise _wrong(f"`{role}` must be an activity, please decorate it with @workflows.activity")
    return definition


def _source_name(source: Activity, role: str) -> str:
    """The name of the activity that makes the items, checked."""
    takes: list[Any] = [kind for name, kind in _hints(source).items() if name in _definition_of(source, role).shape.parameters]
    if role == "get_item_from_index_activity" and not (
        len(takes) == 1 and isinstance(takes[0], type) and issubclass(takes[0], GetItemFromIndexParams)
    ):
        text = f"must take a single parameter of type {GetItemFromIndexParams.__name__}"
        raise _wrong(f"`{role}` {text}, got {takes[0] if takes else None}")
    if not takes:
        raise _wrong(f"`{role}` must accept at least one parameter (the previous item), but it takes none")
    return source.__name__


def _check_items(definition: ActivityDefinition, activity: Activity, items: Sequence[Any]) -> None:
    """Raises `ApplicationError` for the first item that does not fit, before anything is started."""
    parameters = list(definition.shape.parameters)
    for index, item in enumerate(items):
        if len(parameters) > 1 and not isinstance(item, dict):
            text = f"must be a dict mapping parameter names to values for multi-parameter activity '{activity.__name__}'"
            raise _wrong(f"Item at index {index} {text}, got {type(item).__name__}")
        try:
            _arguments(definition, item)
        except ValidationError as error:
            of = f"parameters {parameters}" if len(parameters) > 1 else f"parameter type {_hints(activity)[parameters[0]]}"
            text = f"Item at index {index} is not compatible with activity '{activity.__name__}' {of}: {error}"
            raise _wrong(text) from error


def _arguments(definition: ActivityDefinition, item: Any) -> list[Any]:
    """An item as the arguments of the activity. Raises pydantic's ValidationError."""
    single = len(definition.shape.parameters) == 1
    return definition.shape.decode_positional([item]) if single else definition.shape.decode(item)


def _application_errors(error: BaseException | None) -> Iterator[ApplicationError]:
    """The `ApplicationError`s among an exception's members and causes."""
    if isinstance(error, ApplicationError):
        yield error
    elif isinstance(error, BaseExceptionGroup):
        for one in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from _application_errors(one)
    elif error is not None:
        yield from _application_errors(error.__cause__)


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    return typing.get_type_hints(function)


def _wrong(message: str) -> ApplicationError:
    return ApplicationError(message, non_retryable=True)
