"""Following the events of a run."""

from __future__ import annotations

import asyncio

from nbconvo.engine import KernelEngine
from nbconvo.protocol.envelope import Event
from nbconvo.views.fold import fold_all
from tests.support.executions import all_events, answer, open_asks, until
from tests.support.workflows import AskNote, TakesOptional


def summary(events: list[Event]) -> list[tuple[int, str]]:
    return [(event.sequence, event.event_type) for event in events]


async def test_events_are_numbered_and_in_the_order_of_time(engine: KernelEngine) -> None:
    handle = await engine.start(AskNote)
    await answer(handle, {})
    events = await all_events(handle, internal=True)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert sorted(event.event_timestamp for event in events) == [event.event_timestamp for event in events]
    assert len({event.event_id for event in events}) == len(events)


async def test_early_and_late_followers_see_the_same(engine: KernelEngine) -> None:
    handle = await engine.start(AskNote)
    early = asyncio.create_task(all_events(handle))
    await open_asks(handle)
    middle = asyncio.create_task(all_events(handle))
    await answer(handle, {})
    late = await all_events(handle)
    assert await early == await middle == late
    assert len(late) == 4


async def test_a_follower_may_begin_anywhere(engine: KernelEngine) -> None:
    handle = await engine.start(AskNote)
    await answer(handle, {})
    whole = await all_events(handle, internal=True)
    for after in range(len(whole) + 2):
        assert [event async for event in handle.events(after, internal=True)] == whole[after:]


async def test_only_who_asks_for_them_sees_internal_events(engine: KernelEngine) -> None:
    handle = await engine.start(AskNote)
    await answer(handle, {})
    public, whole = await all_events(handle), await all_events(handle, internal=True)
    assert summary(public) == summary([event for event in whole if not event.internal])
    assert len(public) < len(whole)


async def test_a_follower_may_leave(engine: KernelEngine) -> None:
    handle = await engine.start(AskNote)
    stream = handle.events()
    first = await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]
    assert first.event_type == "WORKFLOW_EXECUTION_STARTED"
    await answer(handle, {})
    assert len(await all_events(handle)) == 4


async def test_a_follower_gets_each_event_when_it_is_recorded(engine: KernelEngine) -> None:
    handle = await engine.start(AskNote)
    seen: list[str] = []

    async def follow() -> None:
        async for event in handle.events():
            seen.append(event.event_type)

    following = asyncio.create_task(follow())
    await until(lambda: len(seen) == 2)
    assert seen == ["WORKFLOW_EXECUTION_STARTED", "CUSTOM_TASK_STARTED"]
    await answer(handle, {})
    await following
    assert seen[2:] == ["CUSTOM_TASK_COMPLETED", "WORKFLOW_EXECUTION_COMPLETED"]


async def test_the_events_of_one_run_are_not_those_of_another(engine: KernelEngine) -> None:
    one, other = await engine.start(AskNote), await engine.start(TakesOptional)
    await answer(one, {})
    assert {event.lineage.workflow_name for event in await all_events(one)} == {"ask-note"}
    assert {event.lineage.workflow_name for event in await all_events(other)} == {"optional"}


async def test_the_events_as_json_give_the_same_view(engine: KernelEngine) -> None:
    import json

    handle = await engine.start(AskNote)
    await answer(handle, {"note": "x"})
    events = await all_events(handle, internal=True)
    read = [Event.from_json(json.loads(json.dumps(event.to_json())), event.sequence) for event in events]
    assert fold_all(read) == fold_all(events)
