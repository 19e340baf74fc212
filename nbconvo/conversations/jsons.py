"""JSON as Python has it after `json.loads`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
"""A JSON object."""


def inner(value: Mapping[str, Any], *keys: str) -> Json:
    """The object under `keys`, one inside the other; empty where there is none.

    >>> inner({"a": {"b": {"c": 1}}}, "a", "b"), inner({"a": None}, "a", "b")
    ({'c': 1}, {})
    """
    found: Any = value
    for key in keys:
        found = found.get(key) or {}
    return found
