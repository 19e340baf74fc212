"""Text that any reader can read: halves of characters (lone surrogates) come from broken file names and cut strings, and no
UTF-8 writer takes them. Where events are recorded they become the replacement character."""

from __future__ import annotations

from typing import Any, cast

from pydantic_core import PydanticSerializationError, to_json


def readable(value: Any) -> Any:
    """The same JSON value, without halves of characters; the very same object when there are none.

    >>> readable({"name": "caf\\ud800"})
    {'name': 'caf\ufffd'}
    """
    if value is None or isinstance(value, str):
        return value and _readable_text(value)
    try:
        to_json(value)  # the quickest look at all of it
    except (PydanticSerializationError, UnicodeEncodeError):
        return _readable_tree(value)
    return value


def _readable_text(text: str) -> str:
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text


def _readable_tree(value: Any) -> Any:
    match value:
        case str():
            return _readable_text(value)
        case dict():
            items = cast("dict[Any, Any]", value).items()
            return {_readable_tree(key): _readable_tree(item) for key, item in items}
        case list() | tuple():
            return [_readable_tree(item) for item in cast("list[Any]", value)]
        case _:
            return value
