"""What was recorded on the real SDK, and how ours is compared with it: ids, times and lineage aside."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbconvo.engine import KernelHandle
from tests.support.executions import all_events

TRACES: dict[str, Any] = json.loads((Path(__file__).parents[1] / "data" / "traces.json").read_text())
IDS = ("task_id", "custom_task_id")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def comparable(wire: Mapping[str, Any]) -> dict[str, Any]:
    """An event without ids and times."""
    attributes = {name: value for name, value in wire["attributes"].items() if name not in IDS}
    event = {"event_type": wire["event_type"], "workflow_name": wire["workflow_name"], **attributes}
    return json.loads(UUID.sub("ID", json.dumps(event)))


def expected(name: str, execution_id: str | None = None) -> list[dict[str, Any]]:
    """The recorded events of a case, or those of one of its executions."""
    events = TRACES[name]["events"]
    return [comparable(event) for event in events if execution_id in (None, event["workflow_exec_id"])]


async def actual(handle: KernelHandle) -> list[dict[str, Any]]:
    """Our events of an execution, once it has ended."""
    return [comparable(event.to_json()) for event in await all_events(handle)]


def subject(event: dict[str, Any], wire: list[dict[str, Any]]) -> list[int]:
    """Which events are about the same task, as positions: ids differ, what they join must not."""
    return [
        index
        for index, other in enumerate(wire)
        if any(other["attributes"].get(key) == event["attributes"].get(key, 0) for key in IDS)
    ]


async def joins_the_same(handle: KernelHandle, name: str) -> bool:
    """True when our ids join the same events as the recorded ones."""
    ours, theirs = [event.to_json() for event in await all_events(handle)], TRACES[name]["events"]
    return [subject(event, ours) for event in ours] == [subject(event, theirs) for event in theirs]
