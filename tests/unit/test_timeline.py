"""The timeline of a run: which spans events make, and how they are drawn."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

import nbconvo
from nbconvo import workflows
from nbconvo.engine import KernelEngine
from nbconvo.protocol.envelope import Event
from nbconvo.testing import NO_ANSWER, JumpingClock
from nbconvo.testing.play import converse
from nbconvo.views.saved import family_events
from nbconvo.views.timeline import Span, Timeline
from nbconvo.workflows import InteractiveWorkflow, execute_workflow, workflow
from nbconvo.workflows.conversational import ChatInput

attempts: list[int] = []
HOSTILE = '<img src=x onerror=alert(1)>"&'


@workflows.activity(retry_policy_max_attempts=3)
async def pay() -> str:
    attempts.append(1)
    if len(attempts) < 3:
        raise ConnectionError("no bank")
    return "receipt"


@workflows.activity(retry_policy_max_attempts=1)
async def break_down() -> None:
    raise ValueError("no")


@workflow.define(name="child", workflow_display_name="The child")
class Child(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        return (await self.wait_for_input(ChatInput("Child?"), label="of child")).message[0].text


@workflow.define(name="long", workflow_display_name="Long one")
class Long(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        await asyncio.sleep(10)
        await pay()
        await self.wait_for_input(ChatInput("Name?"), label="name", timeout=60)
        try:
            await self.wait_for_input(ChatInput("Sure?"), timeout=timedelta(minutes=2))
        except TimeoutError:
            await asyncio.wait_for(execute_workflow(Child), 1000)
        return "done"


@workflow.define(name="failing", workflow_display_name=HOSTILE)
class Failing(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> None:
        asked = asyncio.ensure_future(self.wait_for_input(ChatInput("?"), label=HOSTILE))
        await asyncio.sleep(1)
        await break_down()
        await asked


@pytest.fixture(autouse=True)
def no_attempts_yet() -> None:
    attempts.clear()


async def events_of(workflow_class: type[Any], *replies: Any) -> list[Event]:
    """All events of a run that is played, internal ones included; it may fail."""
    clock = JumpingClock()
    async with KernelEngine(clock=clock) as engine:
        handle = await engine.start(workflow_class, id="run")
        with suppress(nbconvo.errors.WorkflowFailed):
            await converse(engine, handle, clock, replies)
        return family_events(engine.journal, {"run": 0})


async def test_spans_of_a_run_with_everything() -> None:
    timeline = Timeline(await events_of(Long, "Ada", NO_ANSWER, "hello"))
    assert timeline.title == "Long one"
    assert timeline.spans == [
        Span("timer", "sleep", 0, 10, "fired"),
        Span("activity", "pay", 10, 13, "completed", (10, 11)),
        Span("wait", "name", 13, 13, "answered"),
        Span("wait", "ChatInput", 13, 133, "timed out"),
        Span("child", "The child", 133, 133, "completed"),
        Span("wait", "of child", 133, 133, "answered"),
    ]
    assert timeline.seconds == 133


async def test_the_text_has_a_bar_for_each_span() -> None:
    lines = str(Timeline(await events_of(Long, "Ada", NO_ANSWER, "hello"))).splitlines()
    assert lines[0] == "Long one: 2 min 13 s"
    assert lines[1].split() == ["from", "what", "name", "took", "outcome"]
    assert lines[3] == "·█······················  10 s        activity  pay        3 s    completed, tried 3 times"
    assert all(len(line[:24].strip("·█")) == 0 for line in lines[2:])


async def test_what_was_under_way_ends_with_the_run() -> None:
    timeline = Timeline(await events_of(Failing))
    assert [(span.name, span.end, span.outcome) for span in timeline.spans] == [
        ("sleep", 1, "fired"),
        (HOSTILE, 1, "canceled"),
        ("break_down", 1, "failed"),
    ]


async def test_what_goes_on_is_drawn_up_to_now() -> None:
    events = await events_of(Long, "Ada", NO_ANSWER, "hello")
    asked = next(index for index, event in enumerate(events) if event.event_type == "CUSTOM_TASK_STARTED")
    timeline = Timeline(events[: asked + 1])
    assert timeline.spans[-1] == Span("wait", "name", 13)
    assert "goes on" in str(timeline)
    assert 'opacity="0.55"' in timeline.to_html()


async def test_public_events_are_enough_for_all_but_timers() -> None:
    events = [event for event in await events_of(Long, "Ada", NO_ANSWER, "hello") if not event.internal]
    assert [span.kind for span in Timeline(events).spans] == ["activity", "wait", "wait", "child", "wait"]


async def test_the_drawing_is_well_formed_and_passive() -> None:
    html = Timeline(await events_of(Failing)).to_html()
    svg = html[html.index("<svg") : html.index("</svg>") + 6]
    tree = ET.fromstring(svg)
    names = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert names <= {"svg", "g", "title", "text", "rect", "line"}
    assert HOSTILE in tree.attrib["aria-label"]
    assert "<img" not in html
    assert len(tree.findall("{*}g")) == html.count("<tr>") - 1, "a row of the table for each bar"


async def test_retries_are_marked() -> None:
    html = Timeline(await events_of(Long, "Ada", NO_ANSWER, "hello")).to_html()
    assert html.count("<line ") == 2


async def test_a_run_has_one() -> None:
    run = nbconvo.run(Child, replies=["hello"])
    await run
    (span,) = run.timeline().spans
    assert (span.kind, span.name, span.outcome) == ("wait", "of child", "answered")


def test_nothing_yet() -> None:
    assert str(Timeline([])) == "Nothing has happened yet."
    assert Timeline([]).to_html() == "<p>Nothing has happened yet.</p>"
