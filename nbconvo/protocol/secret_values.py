"""Secrets in pydantic values: what may be written down of them, and what may not.

A secret is what the JSON schema says is one (`nbconvo.protocol.secrets`), so also a plain text field of `format: password`.
"""

from __future__ import annotations

from typing import Any, cast
from weakref import WeakKeyDictionary

from pydantic import BaseModel, SecretBytes, SecretStr
from pydantic_core import to_jsonable_python

from nbconvo.protocol.inputs import input_schema
from nbconvo.protocol.secrets import at_pointer, without_secrets

MASK = "**********"
"""What stands in the place of a secret; pydantic's own."""

_known: WeakKeyDictionary[type[BaseModel], bool] = WeakKeyDictionary()


def holds_secrets(model: type[BaseModel]) -> bool:
    """True when a field of the model, at any depth, is a secret."""
    found = _known.get(model)
    if found is None:
        found = _known[model] = _names_secret(input_schema(model))
    return found


def masked(answer: BaseModel) -> Any:
    """The answer as JSON, as it may be written down: each secret is a mask.

    >>> class Login(BaseModel):
    ...     user: str
    ...     key: SecretStr
    >>> masked(Login(user="ada", key="hunter2"))
    {'user': 'ada', 'key': '**********'}
    """
    if not holds_secrets(type(answer)):
        return answer.model_dump(mode="json")
    value, places = without_secrets(revealed(answer), input_schema(type(answer)))
    for place in places:
        value = _with_mask(value, _steps(place))
    return value


def revealed(value: Any, found: set[str] | None = None) -> Any:
    """A value as JSON with its secrets in it: for the way to who needs them, never to be written down.

    The secrets are added to `found`. Raises PydanticSerializationError for what is no JSON.
    """
    return to_jsonable_python(_open(value, set() if found is None else found))


def secret_texts(answer: BaseModel) -> set[str]:
    """The secrets in an answer."""
    if not holds_secrets(type(answer)):
        return set()
    value = revealed(answer)
    _, places = without_secrets(value, input_schema(type(answer)))
    return {text for place in places if isinstance(text := at_pointer(value, place), str)}


def _names_secret(schema: Any) -> bool:
    match schema:
        case {"format": "password"} | {"writeOnly": True}:
            return True
        case {**members}:
            return any(_names_secret(member) for member in members.values())
        case [*members]:
            return any(_names_secret(member) for member in members)
        case _:
            return False


def _open(value: Any, found: set[str]) -> Any:
    match value:
        case str() | int() | float() | None:
            return value
        case SecretStr():
            found.add(value.get_secret_value())
            return value.get_secret_value()
        case SecretBytes():
            return _open(SecretStr(value.get_secret_value().decode()), found)
        case BaseModel():
            return _open(value.model_dump(mode="python"), found) if holds_secrets(type(value)) else value
        case dict():
            return {key: _open(member, found) for key, member in cast("dict[Any, Any]", value).items()}
        case list() | tuple():
            return [_open(member, found) for member in cast("list[Any]", value)]
        case _:
            return value


def _steps(place: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in place.split("/")[1:]]


def _with_mask(value: Any, steps: list[str]) -> Any:
    """A copy with the mask at a place that is there."""
    if not steps:
        return MASK
    head, *rest = steps
    if isinstance(value, list):
        members = cast("list[Any]", value)
        return [_with_mask(member, rest) if str(index) == head else member for index, member in enumerate(members)]
    return {**value, head: _with_mask(value[head], rest)}
