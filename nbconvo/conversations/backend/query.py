"""Values of a query string, checked: numbers, flags, and the metadata filter with the official client's slip."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from nbconvo.conversations.backend.wire import Problem, Request, invalid
from nbconvo.conversations.jsons import Json

_UNSET = "~?~unset~?~sentinel~?~"
"""What the official client sends for a metadata filter that was not given, in every version tried."""


def number(request: Request, name: str, default: int, least: int, most: int = 1_000_000) -> int:
    """A number of the query. Raises `Problem` 422."""
    text = request.query.get(name, str(default))
    if not text.isdecimal() or not least <= int(text) <= most:
        raise invalid_query(name, f"Input should be an integer from {least} to {most}", text)
    return int(text)


def flag(request: Request, name: str) -> bool | None:
    """True, False, or None when the query does not say."""
    return {"true": True, "false": False}.get(request.query.get(name, "").lower())


def invalid_query(name: str, message: str, value: object) -> Problem:
    """422 for a value of the query."""
    return invalid("value_error", ("query", name), message, value)


def metadata_filter(request: Request) -> Json:
    """The metadata that what is listed has to contain; empty for all. Raises `Problem` 422."""
    text = request.query.get("metadata") or "null"
    try:
        wanted = json.loads(text)
    except ValueError:
        wanted = text
    if wanted in (None, _UNSET):
        return {}
    if not isinstance(wanted, dict):
        raise invalid_query("metadata", "Input should be a JSON object", text)
    return cast("Json", wanted)


def contains(metadata: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> bool:
    """True when every key that is wanted has its value."""
    return all((metadata or {}).get(key) == value for key, value in wanted.items())
