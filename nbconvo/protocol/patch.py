"""JSON patches as Mistral's event stream has them: add, replace, remove, and `append` for a string that grew. Never move.

Source: workflows specification, "JSON patches". `diff` compares by identity first, so values that share structure cost only
what changed; `apply` copies along the path and shares the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, cast

from typing_extensions import TypedDict

Key = str | int


class Patch(TypedDict):
    """One operation. `path` is a JSON pointer ("" is the whole value); `value` is None for a remove."""

    path: str
    value: Any
    op: Literal["add", "replace", "remove", "append"]


def diff(before: Any, after: Any) -> list[Patch]:
    """The patches that turn `before` into `after`, to be applied in order.

    >>> diff({"text": "He"}, {"text": "Hello"})
    [{'path': '/text', 'value': 'llo', 'op': 'append'}]
    """
    patches: list[Patch] = []
    _diff(before, after, "", patches)
    return patches


def apply(value: Any, patches: Iterable[Patch]) -> Any:
    """`value` with `patches` applied in order; the original is left as it is.

    Raises KeyError, IndexError, TypeError or ValueError when a path does not fit the value.

    >>> apply({"text": "He"}, [{"path": "/text", "value": "llo", "op": "append"}])
    {'text': 'Hello'}
    """
    for patch in patches:
        value = _apply(value, _split(patch["path"]), patch)
    return value


def _diff(before: Any, after: Any, path: str, out: list[Patch]) -> None:
    if before is after:
        return
    match before, after:
        case dict(), dict():
            _diff_dict(cast("dict[str, Any]", before), cast("dict[str, Any]", after), path, out)
        case list(), list():
            _diff_list(cast("list[Any]", before), cast("list[Any]", after), path, out)
        case str(), str() if (
            len(after) > len(before) and after.startswith(before) and "~" not in path
        ):  # upstream replaces behind "~"
            out.append({"path": path, "value": after[len(before) :], "op": "append"})
        case _ if before != after or type(before) is not type(after):
            out.append({"path": path, "value": after, "op": "replace"})
        case _:
            pass


def _diff_dict(before: dict[str, Any], after: dict[str, Any], path: str, out: list[Patch]) -> None:
    for key in before:
        if key not in after:
            out.append({"path": _join(path, key), "value": None, "op": "remove"})
    for key, value in after.items():
        if key not in before:
            out.append({"path": _join(path, key), "value": value, "op": "add"})
    for key, value in after.items():
        if key in before:
            _diff(before[key], value, _join(path, key), out)


def _diff_list(before: Sequence[Any], after: Sequence[Any], path: str, out: list[Patch]) -> None:
    """Items that left are cut where the lists start to differ, so an answered ask costs one remove, not a rewrite."""
    start = _same_prefix(before, after)
    gone = len(before) - len(after)
    if gone > 0 and _same(before[start + gone :], after[start:]):
        out.extend({"path": f"{path}/{start}", "value": None, "op": "remove"} for _ in range(gone))
        return
    shared = min(len(before), len(after))
    for index in range(start, shared):
        _diff(before[index], after[index], f"{path}/{index}", out)
    out.extend({"path": f"{path}/{index}", "value": None, "op": "remove"} for index in range(len(before) - 1, shared - 1, -1))
    out.extend({"path": f"{path}/{index}", "value": after[index], "op": "add"} for index in range(shared, len(after)))


def _same_prefix(before: Sequence[Any], after: Sequence[Any]) -> int:
    count = 0
    for one, other in zip(before, after, strict=False):
        if not _equal(one, other):
            break
        count += 1
    return count


def _equal(one: Any, other: Any) -> bool:
    """Equal as JSON, where 1, 1.0 and true are three different values. Nearly every answer comes from the first two lines."""
    if one is other or one != other:
        return one is other
    match one:
        case dict():
            return all(_equal(value, other[key]) for key, value in cast("dict[str, Any]", one).items())
        case list():
            return all(map(_equal, cast("list[Any]", one), other))
        case _:
            return type(one) is type(other)


def _same(before: Sequence[Any], after: Sequence[Any]) -> bool:
    return len(before) == len(after) and _same_prefix(before, after) == len(before)


def _apply(value: Any, keys: list[str], patch: Patch) -> Any:
    if not keys:
        return _leaf(value, patch)
    head, *rest = keys
    if isinstance(value, list):
        return _apply_list(cast("list[Any]", value), head, rest, patch)
    if not isinstance(value, dict):
        raise TypeError(f"patch path {patch['path']!r} leads into a {type(value).__name__}")
    return _apply_dict(cast("dict[str, Any]", value), head, rest, patch)


def _apply_dict(value: dict[str, Any], head: str, rest: list[str], patch: Patch) -> dict[str, Any]:
    if not rest and patch["op"] == "remove":
        return {key: item for key, item in value.items() if key != head}
    if not rest and patch["op"] in ("add", "replace"):
        return {**value, head: patch["value"]}
    return {**value, head: _apply(value[head], rest, patch)}


def _apply_list(value: list[Any], head: str, rest: list[str], patch: Patch) -> list[Any]:
    index = len(value) if head == "-" else int(head)
    adding = not rest and patch["op"] == "add"
    if not 0 <= index < len(value) + adding:
        raise IndexError(f"patch path {patch['path']!r} does not exist")
    if adding:
        return [*value[:index], patch["value"], *value[index:]]
    if not rest and patch["op"] == "remove":
        return [*value[:index], *value[index + 1 :]]
    return [*value[:index], _apply(value[index], rest, patch), *value[index + 1 :]]


def _leaf(value: Any, patch: Patch) -> Any:
    match patch["op"]:
        case "append" if not isinstance(value, str):
            raise TypeError(f"patch path {patch['path']!r} is not a text")
        case "append":
            return value + patch["value"]
        case "remove":
            return None
        case _:
            return patch["value"]


def _join(path: str, key: str) -> str:
    return f"{path}/{key.replace('~', '~0').replace('/', '~1')}"


def _split(path: str) -> list[str]:
    return [key.replace("~1", "/").replace("~0", "~") for key in path.split("/")[1:]]
