"""Secrets in JSON: which parts of a value must never be written down, by what its JSON schema says.

A secret is what pydantic's `SecretStr` declares: `format: password` or `writeOnly` (source: workflows specification, "Form
fields").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

Path = tuple[str | int, ...]


def without_secrets(value: Any, schema: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """`value` with None in the place of every secret that the schema names, and the JSON pointers of those places.

    >>> schema = {"properties": {"user": {"type": "string"}, "key": {"type": "string", "format": "password"}}}
    >>> without_secrets({"user": "ada", "key": "hunter2"}, schema)
    ({'user': 'ada', 'key': None}, ['/key'])
    """
    paths = sorted(set(_secrets(value, schema, schema, ())), key=str)
    for path in paths:
        value = _with_none(value, path)
    return value, [pointer(path) for path in paths]


def pointer(path: Path) -> str:
    """A path as JSON pointer (RFC 6901)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def at_pointer(value: Any, text: str) -> Any:
    """What stands at a JSON pointer; None where nothing does.

    >>> at_pointer({"rows": [{"a/b": 1}]}, "/rows/0/a~1b")
    1
    """
    for step in text.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        try:
            index: Any = int(key) if isinstance(value, list) else key
            value = cast("dict[Any, Any]", value)[index]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return value


def _secrets(value: Any, schema: Any, root: Mapping[str, Any], path: Path) -> Iterator[Path]:
    """The paths of the secrets in `value`. Of several possible schemas each counts: better one too many than one too few."""
    if value is None:
        return
    for possible in _possible(schema, root, []):
        if possible.get("format") == "password" or possible.get("writeOnly") is True:
            yield path
        elif isinstance(value, dict):
            properties, rest = possible.get("properties", {}), possible.get("additionalProperties")
            for key, member in cast("dict[str, Any]", value).items():
                yield from _secrets(member, properties.get(key, rest), root, (*path, key))
        elif isinstance(value, list):
            first, rest = possible.get("prefixItems", []), possible.get("items")
            for index, member in enumerate(cast("list[Any]", value)):
                yield from _secrets(member, first[index] if index < len(first) else rest, root, (*path, index))


def _possible(schema: Any, root: Mapping[str, Any], known: list[Any]) -> Iterator[Mapping[str, Any]]:
    """The schema and those it refers to, each once. Only references into the same document are followed: others are not made."""
    if not isinstance(schema, Mapping) or any(schema is each for each in known):
        return
    schema = cast("Mapping[str, Any]", schema)
    known.append(schema)
    yield schema
    if reference := schema.get("$ref"):
        yield from _possible(at_pointer(root, reference.removeprefix("#")), root, known)
    for name in ("anyOf", "oneOf", "allOf"):
        for member in schema.get(name, ()):
            yield from _possible(member, root, known)


def _with_none(value: Any, path: Path) -> Any:
    """A copy with None at `path`."""
    if not path or value is None:  # None: all around it is a secret already
        return None
    head, rest = path[0], path[1:]
    if isinstance(value, list):
        members = cast("list[Any]", value)
        return [_with_none(member, rest) if index == head else member for index, member in enumerate(members)]
    return {**value, head: _with_none(value[head], rest)}
