"""`${path}` in a text becomes a value: dots and `[index]` over dicts, lists and models, and nothing else. No code runs.

>>> interpolate("Order ${order.items[0]} of ${name}", {"order": {"items": ["tea"]}, "name": "Ada"})
'Order tea of Ada'
>>> interpolate("${order}", {"order": {"id": 7}})
{'id': 7}
>>> interpolate("$${as} it is, ${missing}", {})
'${as} it is, ${missing}'

Source: document 002 (operation prompts, triggers, navigation); flow specification, "`${expr}` interpolation".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

from pydantic import BaseModel
from pydantic_core import to_json

Missing = Literal["keep", "empty", "error"]
"""What becomes of a placeholder without a value: it stays, it becomes nothing, or KeyError is raised."""

_PLACEHOLDER = re.compile(r"\$\$\{|\$\{([^{}]*)\}")
_PART = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
_NOTHING: Any = object()


def interpolate(template: Any, scope: Mapping[str, Any], missing: Missing = "keep") -> Any:
    """`template` with its placeholders replaced; in dicts and lists, every text in them.

    A text that is one placeholder becomes the value itself; inside a longer text a dict or list is written as JSON. `$${` is a
    literal `${`. Values are not looked at again. Raises KeyError for a missing one with `missing="error"`.
    """
    if isinstance(template, Mapping):
        items = cast("Mapping[str, Any]", template).items()
        return {key: interpolate(value, scope, missing) for key, value in items}
    if isinstance(template, list):
        return [interpolate(value, scope, missing) for value in cast("list[Any]", template)]
    if not isinstance(template, str):
        return template
    whole = _PLACEHOLDER.fullmatch(template)
    if whole is not None and whole[1] is not None:
        value = look_up(whole[1], scope, _NOTHING)
        return _absent(whole[0], whole[1], missing) if value is _NOTHING else value
    return _PLACEHOLDER.sub(lambda match: _text(match, scope, missing), template)


def references(template: str) -> list[str]:
    """The paths that a text refers to, in order.

    >>> references("${a.b} and ${c}, not $${d}")
    ['a.b', 'c']
    """
    return [match[1].strip() for match in _PLACEHOLDER.finditer(template) if match[1] is not None]


def look_up(path: str, scope: Mapping[str, Any], default: Any = None) -> Any:
    """The value at a path; `default` where there is none, or where the path is no path."""
    value: Any = scope
    position, path = 0, path.strip()
    while position < len(path):
        part = _PART.match(path, position)
        if part is None or (position == 0 and part[0].startswith(".")):
            return default
        value = _inside(value, part[1]) if part[2] is None else _item(value, int(part[2]))
        if value is _NOTHING:
            return default
        position = part.end()
    return value if path else default


def _inside(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return cast("Mapping[str, Any]", value).get(name, _NOTHING)
    if isinstance(value, BaseModel):  # fields only: never a method, never something private
        known = name in type(value).model_fields or name in (value.model_extra or {})
        return getattr(value, name) if known else _NOTHING
    return _NOTHING


def _item(value: Any, index: int) -> Any:
    if isinstance(value, Sequence) and not isinstance(value, str | bytes) and index < len(cast("Sequence[Any]", value)):
        return value[index]  # pyright: ignore[reportUnknownVariableType]
    return _NOTHING


def _text(match: re.Match[str], scope: Mapping[str, Any], missing: Missing) -> str:
    if match[1] is None:
        return "${"
    value = look_up(match[1], scope, _NOTHING)
    if value is _NOTHING:
        return _absent(match[0], match[1], missing)
    return to_text(value)


def to_text(value: Any) -> str:
    """A value inside a text: containers and models as JSON, None as nothing."""
    if value is None:
        return ""
    if isinstance(value, Mapping | list | tuple | BaseModel | bool):
        return to_json(value).decode()
    return str(value)


def _absent(placeholder: str, path: str, missing: Missing) -> str:
    if missing == "error":
        raise KeyError(f"nothing is at {path.strip()!r} for {placeholder}")
    return "" if missing == "empty" else placeholder
