"""The envelope of an event, and its JSON: exactly Mistral's for public events, the same form for internal ones.

Source: workflows specification, "Envelope and types"; the JSON schema of the union is in `tests/data/schemas`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, get_args

from nbconvo.protocol import events
from nbconvo.protocol.events import EventAttributes, UnknownEvent, field_names

_CLASSES: dict[str, type[Any]] = {kind.event_type: kind for kind in get_args(EventAttributes) if kind is not UnknownEvent}
_PAYLOADS = frozenset({"input", "result", "payload"})


@dataclass(frozen=True, slots=True)
class Lineage:
    """Whose event it is; one object shared by all events of a run."""

    workflow_exec_id: str
    workflow_run_id: str
    workflow_name: str
    root_workflow_exec_id: str
    parent_workflow_exec_id: str | None = None
    continued_run_id: str | None = None
    first_execution_run_id: str | None = None
    chain_run_id: str | None = None
    schedule_id: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One record of the journal.

    `sequence` counts from 1 within the execution, `event_timestamp` is in nanoseconds since the epoch. `origin` is the
    task id of the activity whose code made the event, None for workflow code and for what happens to it.
    """

    sequence: int
    event_timestamp: int
    lineage: Lineage
    attributes: EventAttributes
    origin: str | None = None

    @property
    def event_type(self) -> str:
        """The wire name, for example "CUSTOM_TASK_STARTED"."""
        return self.attributes.name if isinstance(self.attributes, UnknownEvent) else self.attributes.event_type

    @property
    def internal(self) -> bool:
        """True for what only the local journal knows."""
        return self.attributes.internal

    @property
    def event_id(self) -> str:
        """A UUID made of run and sequence: the same event has the same id wherever it is read again."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.lineage.workflow_run_id}/{self.sequence}"))

    def to_json(self) -> dict[str, Any]:
        """The event as Mistral's stream has it."""
        lineage = {field.name: getattr(self.lineage, field.name) for field in fields(Lineage)}
        head = {"event_id": self.event_id, "event_timestamp": self.event_timestamp, **lineage}
        return {**head, "event_type": self.event_type, "attributes": attributes_to_json(self.attributes)}

    @classmethod
    def from_json(cls, data: dict[str, Any], sequence: int) -> Event:
        """Read an event of the stream; unknown types become `UnknownEvent`. Raises KeyError when the envelope is incomplete."""
        lineage = Lineage(**{field.name: data[field.name] for field in fields(Lineage)})
        attributes = attributes_from_json(data["event_type"], data["attributes"])
        return cls(sequence, data["event_timestamp"], lineage, attributes)


def json_payload(value: Any) -> dict[str, Any]:
    """Mistral's wrapping of a JSON value."""
    return {"type": "json", "value": value, "encoding_options": None}


def attributes_to_json(attributes: EventAttributes) -> dict[str, Any]:
    """The `attributes` object of the wire form."""
    if isinstance(attributes, UnknownEvent):
        return attributes.attributes
    if isinstance(attributes, events.CustomTaskInProgress) and attributes.patches is not None:
        head = {"custom_task_id": attributes.custom_task_id, "custom_task_type": attributes.custom_task_type}
        return {**head, "payload": {"type": "json_patch", "value": attributes.patches, "encoding_options": None}}
    kind = type(attributes)
    values = {name: getattr(attributes, name) for name in field_names(kind)}
    for name in _wrapped(kind):
        values[name] = {"message": values[name]} if name == "failure" else json_payload(values[name])
    values.pop("patches", None)
    return values


def attributes_from_json(event_type: str, data: dict[str, Any]) -> EventAttributes:
    """Attributes of a wire event; what this version cannot read becomes `UnknownEvent`, never an exception."""
    kind = _CLASSES.get(event_type)
    if kind is None:
        return UnknownEvent(event_type, data)
    try:
        return kind(**_unwrap(kind, data))
    except (AttributeError, KeyError, TypeError):
        return UnknownEvent(event_type, data)


@cache
def _wrapped(kind: type[Any]) -> tuple[str, ...]:
    """The fields of an event class that the wire puts into an object of their own."""
    return tuple(name for name in field_names(kind) if name == "failure" or name in _PAYLOADS)


def _unwrap(kind: type[Any], data: dict[str, Any]) -> dict[str, Any]:
    values = {name: data[name] for name in field_names(kind) if name in data}
    for name in _wrapped(kind):
        if name in values:
            wrapped = values.pop(name)
            values[_unwrapped_name(name, wrapped)] = wrapped["message" if name == "failure" else "value"]
    if kind is events.CustomTaskInProgress:
        values.setdefault("patches", None)
    return values


def _unwrapped_name(name: str, wrapped: dict[str, Any]) -> str:
    if wrapped.get("encoding_options"):
        raise TypeError("an encoded payload is opaque here")
    return "patches" if wrapped.get("type") == "json_patch" else name
