"""A view that keeps up with a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from nbconvo.protocol import events as ev
from nbconvo.protocol.envelope import Event, Lineage
from nbconvo.views.fold import empty_view, fold_all
from nbconvo.views.live import LiveView, follow
from nbconvo.views.model import TranscriptView

LINEAGE = Lineage("e", "r", "w", "e")
EVENTS = [
    Event(1, 1, LINEAGE, ev.WorkflowExecutionStarted("t", "w", "W", [])),
    Event(2, 2, LINEAGE, ev.CustomTaskStarted("m", "assistant_message", {"contentChunks": [{"type": "text", "text": "Hi"}]})),
    Event(3, 3, LINEAGE, ev.WorkflowExecutionCompleted("t", None)),
]


async def stream(*, breaks: bool = False) -> AsyncIterator[Event]:
    for event in EVENTS:
        yield event
    if breaks:
        raise ConnectionError("gone")


async def test_it_shows_its_observers_every_view_on_the_way() -> None:
    live = LiveView(empty_view())
    seen: list[TranscriptView] = []
    live.observe(seen.append)
    await follow(live, stream())
    assert seen == [fold_all(EVENTS[:count]) for count in (1, 2, 3)]
    assert live.view is seen[-1]
    assert live.events == EVENTS


async def test_a_stream_that_breaks_leaves_the_view_as_far_as_it_came() -> None:
    live = LiveView(empty_view())
    with pytest.raises(ConnectionError, match="gone"):
        await follow(live, stream(breaks=True))
    assert live.view == fold_all(EVENTS)
