"""JSON of the service, read carefully: what is missing is empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from nbconvo.conversations.jsons import Json


def objects(value: Mapping[str, Any], key: str) -> list[Json]:
    """The objects in the list under `key`; none where there is none.

    >>> objects({"calls": [{"id": 1}]}, "calls"), objects({"calls": None}, "calls")
    ([{'id': 1}], [])
    """
    found = value.get(key)
    return cast("list[Json]", found) if isinstance(found, list) else []
