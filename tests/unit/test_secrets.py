"""Secrets are found wherever a schema can put them, and nowhere else."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, SecretStr

from nbconvo.protocol.secrets import at_pointer, pointer, without_secrets


class Key(BaseModel):
    value: SecretStr
    name: str = ""


class Everything(BaseModel):
    plain: str = "seen"
    direct: SecretStr | None = None
    nested: Key | None = None
    several: list[Key] = []
    pair: tuple[str, SecretStr] | None = None
    by_name: dict[str, SecretStr] = {}
    either: Annotated[Key | int, Field()] = 1
    marked: Annotated[str, Field(json_schema_extra={"writeOnly": True})] = ""


SCHEMA = Everything.model_json_schema()


@pytest.mark.parametrize(
    ("value", "places"),
    [
        ({"plain": "hunter2"}, []),
        ({"direct": "hunter2"}, ["/direct"]),
        ({"direct": None}, []),
        ({"nested": {"value": "hunter2", "name": "n"}}, ["/nested/value"]),
        ({"several": [{"value": "hunter2"}, {"value": "hunter3"}]}, ["/several/0/value", "/several/1/value"]),
        ({"pair": ["seen", "hunter2"]}, ["/pair/1"]),
        ({"by_name": {"a/b": "hunter2"}}, ["/by_name/a~1b"]),
        ({"either": {"value": "hunter2"}}, ["/either/value"]),
        ({"marked": "hunter2"}, ["/marked"]),
        ("not an object", []),
    ],
)
def test_every_secret_is_taken_out(value: Any, places: list[str]) -> None:
    shown, found = without_secrets(value, SCHEMA)
    assert found == places
    assert "hunter" not in str(shown) or not places
    assert [at_pointer(value, place) for place in places] != [None] * len(places) or not places
    assert [at_pointer(shown, place) for place in places] == [None] * len(places)


def test_the_value_itself_may_be_one() -> None:
    assert without_secrets("hunter2", {"type": "string", "format": "password"}) == (None, [""])


def test_a_model_that_holds_itself_ends() -> None:
    class Tree(BaseModel):
        key: SecretStr
        below: list[Tree] = []

    shown, found = without_secrets({"key": "a", "below": [{"key": "b", "below": []}]}, Tree.model_json_schema())
    assert shown == {"key": None, "below": [{"key": None, "below": []}]}
    assert sorted(found) == ["/below/0/key", "/key"]


def test_a_schema_that_refers_to_itself_ends() -> None:
    around = {"$ref": "#/$defs/A", "$defs": {"A": {"anyOf": [{"$ref": "#/$defs/A"}, {"format": "password"}]}}}
    assert without_secrets("hunter2", around) == (None, [""])


def test_pointers() -> None:
    assert pointer(("a/b", 0, "c~d")) == "/a~1b/0/c~0d"
    assert at_pointer({"a/b": [{"c~d": 1}]}, "/a~1b/0/c~0d") == 1
    assert [at_pointer([1], place) for place in ("/1", "/x", "/0/deeper", "")] == [None, None, None, [1]]
