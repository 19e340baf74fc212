"""Events to bytes and back. The attributes are stored as their wire JSON, so a record can be read without this package."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic_core import from_json, to_json

from nbconvo.protocol.envelope import Lineage, attributes_from_json, attributes_to_json
from nbconvo.protocol.events import EventAttributes


def encode_attributes(attributes: EventAttributes) -> bytes:
    """The wire JSON of an event's attributes."""
    return to_json(attributes_to_json(attributes))


def decode_attributes(event_type: str, data: bytes) -> EventAttributes:
    """Attributes from their bytes; a type that this version does not know becomes an `UnknownEvent`."""
    return attributes_from_json(event_type, from_json(data))


def encode_lineage(lineage: Lineage) -> bytes:
    """Whose events they are, once per run."""
    return to_json(asdict(lineage))


def decode_lineage(data: bytes) -> Lineage:
    """The same back."""
    fields: dict[str, Any] = from_json(data)
    return Lineage(**fields)
