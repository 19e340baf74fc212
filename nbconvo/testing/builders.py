"""Events made by hand, for tests of what reads them, and waiting for what a workflow asks.

The names are those of `mistralai.workflows.testing`.

>>> from nbconvo.testing import custom_task_completed, custom_task_started, numbered, workflow_completed, workflow_started
>>> events = [workflow_started("greeting"), custom_task_started("t1", "note", {"n": 1}),
...           custom_task_completed("t1", "note", {"n": 2}), workflow_completed({"result": "done"})]
>>> [event.event_type for event in numbered(events)]
['WORKFLOW_EXECUTION_STARTED', 'CUSTOM_TASK_STARTED', 'CUSTOM_TASK_COMPLETED', 'WORKFLOW_EXECUTION_COMPLETED']
>>> numbered(events)[3].sequence
4
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import replace
from typing import Any

from nbconvo.engine.contract import ExecutionHandle, PendingInput
from nbconvo.protocol import events as ev
from nbconvo.protocol.envelope import Event, Lineage
from nbconvo.protocol.patch import Patch

NOW = 1_750_000_000_000_000_000
EXECUTION = Lineage("execution-1", "run-1", "workflow", "execution-1")
"""Whose events the builders make, unless another lineage is given."""


def event(attributes: ev.EventAttributes, sequence: int = 1, *, lineage: Lineage = EXECUTION, origin: str | None = None) -> Event:
    """An event with any attributes; each comes a second after the one before."""
    return Event(sequence, NOW + (sequence - 1) * 1_000_000_000, lineage, attributes, origin)


def numbered(events: Iterable[Event]) -> list[Event]:
    """The same events as one history: counted from 1, a second apart."""
    return [replace(one, sequence=n, event_timestamp=NOW + (n - 1) * 1_000_000_000) for n, one in enumerate(events, start=1)]


def workflow_started(workflow_name: str = "workflow", input: Any = None, *, display_name: str | None = None) -> Event:  # noqa: A002
    """A run began, with an input as JSON."""
    lineage = replace(EXECUTION, workflow_name=workflow_name)
    arguments = [] if input is None else [input]
    return event(ev.WorkflowExecutionStarted("run-task", workflow_name, display_name, arguments), lineage=lineage)


def workflow_completed(result: Any = None) -> Event:
    """The entrypoint returned."""
    return event(ev.WorkflowExecutionCompleted("run-task", result))


def workflow_failed(failure: str = "") -> Event:
    """The entrypoint raised."""
    return event(ev.WorkflowExecutionFailed("run-task", failure))


def workflow_canceled(reason: str | None = None) -> Event:
    """A cancel ended the run."""
    return event(ev.WorkflowExecutionCanceled("run-task", reason))


def activity_started(task_id: str = "1", activity_name: str = "activity", input: Sequence[Any] = ()) -> Event:  # noqa: A002
    """An activity was called."""
    return event(ev.ActivityTaskStarted(task_id, activity_name, list(input)))


def activity_completed(task_id: str = "1", activity_name: str = "activity", result: Any = None) -> Event:
    """An activity returned."""
    return event(ev.ActivityTaskCompleted(task_id, activity_name, result))


def activity_failed(task_id: str = "1", activity_name: str = "activity", failure: str = "", attempt: int = 1) -> Event:
    """The last attempt of an activity failed."""
    return event(ev.ActivityTaskFailed(task_id, activity_name, attempt, failure))


def custom_task_started(custom_task_id: str, custom_task_type: str, payload: Any = None) -> Event:
    """A task that people see began."""
    return event(ev.CustomTaskStarted(custom_task_id, custom_task_type, payload))


def custom_task_in_progress(
    custom_task_id: str, custom_task_type: str, patches: list[Patch] | None = None, *, payload: Any = None
) -> Event:
    """Its state changed, by patches or as a whole."""
    return event(ev.CustomTaskInProgress(custom_task_id, custom_task_type, patches, payload))


def custom_task_completed(custom_task_id: str, custom_task_type: str, payload: Any = None) -> Event:
    """It ended well."""
    return event(ev.CustomTaskCompleted(custom_task_id, custom_task_type, payload))


def custom_task_failed(custom_task_id: str, custom_task_type: str, failure: str = "") -> Event:
    """It ended by an exception."""
    return event(ev.CustomTaskFailed(custom_task_id, custom_task_type, failure))


async def wait_for_pending_inputs(
    handle: ExecutionHandle, expected_count: int = 1, timeout: float = 5.0, label: str | None = None
) -> list[PendingInput]:
    """The open asks of an execution as soon as there are `expected_count`; with `label`, only the asks of that label count.

    `timeout` is in real seconds. Raises TimeoutError with what is open, at once when the execution ends before.
    """
    asks = await _open_asks(handle, label)
    events = handle.events()
    try:
        async with asyncio.timeout(timeout):
            while len(asks) < expected_count:
                await anext(events)  # nothing changes without one
                asks = await _open_asks(handle, label)
            return asks
    except TimeoutError:
        state = "it is running"
    except StopAsyncIteration:
        state = await _outcome(handle)
    finally:
        if isinstance(events, AsyncGenerator):
            await events.aclose()
    wanted = f"{expected_count} open ask{'s' if expected_count != 1 else ''}{f' labelled {label!r}' if label is not None else ''}"
    raise TimeoutError(f"{handle.workflow_name} should have {wanted}, it has {len(asks)}; {state}.")


async def _open_asks(handle: ExecutionHandle, label: str | None) -> list[PendingInput]:
    return [ask for ask in await handle.pending_inputs() if label is None or ask["label"] == label]


async def _outcome(handle: ExecutionHandle) -> str:
    try:
        return f"it has completed with {await handle.result()!r}"
    except Exception as error:
        return f"it has ended: {error}"
