"""Search keys: words with which people find an execution again. Checked as upstream checks them, kept with the execution.

Source: workflows specification, "Calls available inside a workflow"; limits and texts are those of the SDK.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any

from nbconvo.engine.context import current_activity, current_or_none
from nbconvo.errors import ApplicationError
from nbconvo.protocol.events import SearchKeysChanged

logger = logging.getLogger(__name__)

MOST_KEYS = 20
LONGEST_KEY = 256
LONGEST_VALUE = 8192
_RESERVED = "internal."


async def add_search_keys(search_keys: Mapping[str, Any]) -> None:
    """Set keys, at most 20 at once; values are numbers, texts, dates or enum members, and become text.

    Works in workflows and activities; elsewhere it logs a warning. Raises `ApplicationError` for keys or values that cannot be.
    Do not put secrets into them: they are there to be read.
    """
    _check_count("add_search_keys", search_keys)
    problems = [problem for key in search_keys for problem in _problems(key)]
    problems += [
        f"Search key `{key}` must map to a scalar value, got {type(value).__name__}."
        for key, value in search_keys.items()
        if issubclass(type(value), Mapping | list | tuple | set | frozenset)
    ]
    _raise_if(problems)
    _emit({key: None if value is None else _text(value)[:LONGEST_VALUE] for key, value in search_keys.items()})


async def delete_search_keys(keys: Sequence[str]) -> None:
    """Take keys away; those that are not there are no matter. Raises `ApplicationError` as `add_search_keys` does."""
    if isinstance(keys, str | bytes) or not isinstance(keys, Sequence):  # pyright: ignore[reportUnnecessaryIsInstance]
        _raise_if([f"delete_search_keys expects a list or tuple of keys, got {type(keys).__name__}."])
    _check_count("delete_search_keys", keys)
    _raise_if([problem for key in keys for problem in _problems(key)])
    _emit(dict.fromkeys(keys))


def _check_count(function: str, keys: Mapping[str, Any] | Sequence[str]) -> None:
    if function == "add_search_keys" and not isinstance(keys, Mapping):
        _raise_if([f"add_search_keys expects a mapping, got {type(keys).__name__}."])
    if len(keys) > MOST_KEYS:
        _raise_if([f"{function} accepts at most {MOST_KEYS} keys per call, got {len(keys)}."])


def _problems(key: object) -> list[str]:
    if not isinstance(key, str):
        return [f"Search key must be a string, got {type(key).__name__}."]
    rules = {
        "must not be empty or padded with whitespace.": not key or key != key.strip(),
        "must not contain ':'.": ":" in key,
        "must not end with '='.": key.endswith("="),
        f"must not start with `{_RESERVED}`, which the SDK reserves": key.startswith(_RESERVED),
        f"must be at most {LONGEST_KEY} characters": len(key) > LONGEST_KEY,
    }
    return [f"Search key `{key}` {rule}" for rule, is_broken in rules.items() if is_broken]


def _raise_if(problems: list[str]) -> None:
    if problems:
        raise ApplicationError("\n".join(problems), non_retryable=True)


def _text(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)


def _emit(keys: dict[str, str | None]) -> None:
    runtime = current_or_none() or current_activity.get()
    if runtime is None:
        logger.warning("No execution is running here; these search keys are not kept: %s", sorted(keys))
    elif keys:
        runtime.emit(SearchKeysChanged(keys))
