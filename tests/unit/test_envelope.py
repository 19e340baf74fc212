"""Events as JSON: Mistral's form for the public ones, a round trip for all, and patience with what is new."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, get_args

import jsonschema
import pytest

from nbconvo.protocol import events as ev
from nbconvo.protocol.envelope import Event, Lineage, attributes_from_json, json_payload

LINEAGE = Lineage("exec-1", "run-1", "greeting", "exec-1")
PATCHES: list[Any] = [{"path": "/text", "value": "lo", "op": "append"}]
VALUES = {
    "str": "text",
    "str | None": "text",
    "int": 1,
    "float": 1.5,
    "Any": {"a": [1]},
    "list[Any]": [1, None],
    "dict[str, Any]": {"a": [1]},
    "dict[str, str]": {"a": "b"},
}
INTERNAL: list[ev.EventAttributes] = [
    kind(*(VALUES[str(field.type)] for field in dataclasses.fields(kind)))
    for kind in get_args(ev.EventAttributes)
    if kind.internal
]
EXAMPLES: list[ev.EventAttributes] = [
    ev.WorkflowExecutionStarted("t0", "greeting", "Greeting", [{"name": "x"}]),
    ev.WorkflowExecutionStarted("t0", "greeting", None, []),
    ev.WorkflowExecutionCompleted("t0", {"result": 5}),
    ev.WorkflowExecutionCompleted("t0", None),
    ev.WorkflowExecutionFailed("t0", "boom"),
    ev.WorkflowExecutionCanceled("t0", None),
    ev.WorkflowExecutionCanceled("t0", "enough"),
    ev.CustomTaskStarted("t1", "assistant_message", {"contentChunks": []}),
    ev.CustomTaskInProgress("t1", "assistant_message", PATCHES),
    ev.CustomTaskInProgress("t1", "assistant_message", []),
    ev.CustomTaskInProgress("t1", "assistant_message", None, {"contentChunks": []}),
    ev.CustomTaskCompleted("t1", "assistant_message", {"contentChunks": []}),
    ev.CustomTaskFailed("t2", "wait_for_input", ""),
    ev.ActivityTaskStarted("1", "price", ["tea"]),
    ev.ActivityTaskRetrying("1", "price", 1, "no line"),
    ev.ActivityTaskCompleted("1", "price", 4.5),
    ev.ActivityTaskFailed("1", "price", 3, "no line"),
    *INTERNAL,
]
PUBLIC = [attributes for attributes in EXAMPLES if not attributes.internal]


def event(attributes: ev.EventAttributes, sequence: int = 7) -> Event:
    return Event(sequence, 1_750_000_000_000_000_123, LINEAGE, attributes)


def name(attributes: ev.EventAttributes) -> str:
    return type(attributes).__name__


def test_there_is_an_example_of_every_event() -> None:
    assert {type(each) for each in EXAMPLES} == set(get_args(ev.EventAttributes)) - {ev.UnknownEvent}


@pytest.mark.parametrize("attributes", PUBLIC, ids=name)
def test_a_public_event_fits_upstreams_schema(attributes: ev.EventAttributes, data: Callable[[str], Any]) -> None:
    schema = data("schemas/protocol_WorkflowEvent.json")
    wire = event(attributes).to_json()
    jsonschema.Draft202012Validator(schema).validate(wire)
    (title,) = {row["properties"]["event_type"].get("const") for row in schema["$defs"].values() if fits(schema, row, wire)}
    assert title == attributes.event_type


def fits(schema: dict[str, Any], row: dict[str, Any], wire: dict[str, Any]) -> bool:
    whole = {**row, "$defs": schema["$defs"]}
    return "event_type" in row.get("properties", {}) and jsonschema.Draft202012Validator(whole).is_valid(wire)


@pytest.mark.parametrize("attributes", PUBLIC, ids=name)
def test_a_public_event_has_exactly_upstreams_keys(attributes: ev.EventAttributes, data: Callable[[str], Any]) -> None:
    definitions = data("schemas/protocol_WorkflowEvent.json")["$defs"]
    wire = event(attributes).to_json()
    (row,) = (
        each
        for each in definitions.values()
        if each.get("properties", {}).get("event_type", {}).get("const") == wire["event_type"]
    )
    assert wire.keys() == row["properties"].keys()
    reference = row["properties"]["attributes"]["$ref"].rsplit("/", 1)[-1]
    assert wire["attributes"].keys() == definitions[reference]["properties"].keys()


@pytest.mark.parametrize("attributes", EXAMPLES, ids=name)
def test_every_event_comes_back_from_its_json(attributes: ev.EventAttributes) -> None:
    assert Event.from_json(event(attributes).to_json(), 7) == event(attributes)


def test_the_whole_lineage_comes_back() -> None:
    lineage = Lineage("child", "run-2", "w", "root", "parent", "run-1", "run-0", "chain", "schedule")
    told = Event(1, 5, lineage, ev.CustomTaskFailed("t", "x", ""))
    assert Event.from_json(told.to_json(), 1).lineage == lineage


def test_a_failure_is_wrapped_as_upstream_wraps_it() -> None:
    assert event(ev.CustomTaskFailed("t", "x", "boom")).to_json()["attributes"]["failure"] == {"message": "boom"}


def test_a_payload_is_wrapped_as_upstream_wraps_it() -> None:
    assert json_payload([1]) == {"type": "json", "value": [1], "encoding_options": None}
    wire = event(ev.CustomTaskInProgress("t", "x", PATCHES)).to_json()["attributes"]
    assert wire["payload"] == {"type": "json_patch", "value": PATCHES, "encoding_options": None}


def test_the_id_of_an_event_depends_on_run_and_place_alone() -> None:
    one, other = event(EXAMPLES[0]), event(EXAMPLES[5])
    assert one.event_id == other.event_id
    assert event(EXAMPLES[0], 8).event_id != one.event_id
    moved = dataclasses.replace(one, lineage=dataclasses.replace(LINEAGE, workflow_run_id="run-2"))
    assert moved.event_id != one.event_id


def test_an_unknown_event_is_kept_as_it_is() -> None:
    wire = event(EXAMPLES[0]).to_json() | {"event_type": "WORKFLOW_EXECUTION_PONDERED", "attributes": {"depth": 3}}
    read = Event.from_json(wire, 7)
    assert read.attributes == ev.UnknownEvent("WORKFLOW_EXECUTION_PONDERED", {"depth": 3})
    assert read.event_type == "WORKFLOW_EXECUTION_PONDERED"
    assert not read.internal
    assert read.to_json() == wire


def test_attributes_that_a_newer_version_added_are_left_out() -> None:
    wire = event(ev.CustomTaskFailed("t", "x", "")).to_json()["attributes"]
    assert attributes_from_json("CUSTOM_TASK_FAILED", wire | {"mood": "bad"}) == ev.CustomTaskFailed("t", "x", "")


@pytest.mark.parametrize(
    ("event_type", "attributes"),
    [
        ("CUSTOM_TASK_FAILED", {}),
        ("CUSTOM_TASK_FAILED", {"custom_task_id": "t", "custom_task_type": "x", "failure": None}),
        ("CUSTOM_TASK_FAILED", {"custom_task_id": "t", "custom_task_type": "x", "failure": "text"}),
        ("CUSTOM_TASK_COMPLETED", {"custom_task_id": "t", "custom_task_type": "x", "payload": None}),
        ("CUSTOM_TASK_COMPLETED", {"custom_task_id": "t", "custom_task_type": "x", "payload": {}}),
        ("CUSTOM_TASK_COMPLETED", {"custom_task_id": "t", "custom_task_type": "x", "payload": "text"}),
    ],
)
def test_what_cannot_be_read_is_an_unknown_event(event_type: str, attributes: dict[str, Any]) -> None:
    assert attributes_from_json(event_type, attributes) == ev.UnknownEvent(event_type, attributes)


@pytest.mark.parametrize("encoding", ["offloaded", "encrypted", "encrypted-partial", "compressed"])
@pytest.mark.parametrize("form", ["json", "json_patch"])
def test_an_encoded_payload_is_not_taken_for_its_content(form: str, encoding: str) -> None:
    payload = {"type": form, "value": "gibberish", "encoding_options": [encoding]}
    attributes = {"custom_task_id": "t", "custom_task_type": "x", "payload": payload}
    assert isinstance(attributes_from_json("CUSTOM_TASK_IN_PROGRESS", attributes), ev.UnknownEvent)


def test_an_incomplete_envelope_is_an_error() -> None:
    wire = event(EXAMPLES[0]).to_json()
    del wire["workflow_run_id"]
    with pytest.raises(KeyError, match="workflow_run_id"):
        Event.from_json(wire, 1)
