"""What every event has: fields, a wire name, and whether it may leave the machine."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any, ClassVar


@cache
def field_names(kind: type[Any]) -> tuple[str, ...]:
    """The fields of an event class, in their order; asked for with every event, so it is kept."""
    return tuple(field.name for field in fields(kind))


class Attributes:
    """Base of all event attributes. `event_type` is the wire name; `internal` ones stay in the local journal."""

    __slots__ = ()
    event_type: ClassVar[str]
    internal: ClassVar[bool] = False
