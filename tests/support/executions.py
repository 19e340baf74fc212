"""What tests do with an execution, through the public contract alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from nbconvo.engine import ExecutionHandle, PendingInput
from nbconvo.errors import WorkflowFailed
from nbconvo.protocol.envelope import Event
from nbconvo.protocol.events import CustomTaskCompleted, CustomTaskFailed, CustomTaskStarted
from nbconvo.views.fold import fold_all
from nbconvo.views.model import TranscriptView


def says(text: str) -> dict[str, Any]:
    """The input that a person's chat message is."""
    return {"message": [{"type": "text", "text": text}]}


async def until(condition: Callable[[], bool], what: str = "the condition") -> None:
    """Let the loop run until `condition` holds. Counted in rounds of the loop: no time passes on a jumping clock."""
    for _ in range(10_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError(f"{what} did not come true")


async def open_asks(handle: ExecutionHandle, count: int = 1) -> list[PendingInput]:
    """The open asks, as soon as there are `count`."""
    for _ in range(10_000):
        asks = await handle.pending_inputs()
        if len(asks) == count:
            return asks
        await asyncio.sleep(0)
    raise AssertionError(f"{count} open asks were expected, there are {len(asks)}: {asks}")


async def answer(handle: ExecutionHandle, value: Any) -> str:
    """Answer the one open ask; returns its task id."""
    (ask,) = await open_asks(handle)
    await handle.submit_input(ask["task_id"], value)
    return ask["task_id"]


async def all_events(handle: ExecutionHandle, *, internal: bool = False) -> list[Event]:
    """Every event of an execution, once it has ended."""
    return [event async for event in handle.events(internal=internal)]


async def kinds(handle: ExecutionHandle) -> list[str]:
    """The public events of an execution, once it has ended, each as type and subject."""
    return [kind(event) for event in await all_events(handle)]


def kind(event: Event) -> str:
    subject = getattr(event.attributes, "custom_task_type", None) or getattr(event.attributes, "activity_name", None)
    return f"{event.event_type}:{subject}" if subject else event.event_type


def closings(events: list[Event]) -> list[Any]:
    """The attributes of the events with which tasks begin and end."""
    kinds = (CustomTaskStarted, CustomTaskCompleted, CustomTaskFailed)
    return [event.attributes for event in events if isinstance(event.attributes, kinds)]


async def view_of(handle: ExecutionHandle) -> TranscriptView:
    """What a person sees of an execution, once it has ended."""
    return fold_all(await all_events(handle, internal=True))


async def failure(handle: ExecutionHandle) -> WorkflowFailed:
    """How an execution failed."""
    with pytest.raises(WorkflowFailed) as caught:
        await handle.result()
    return caught.value
