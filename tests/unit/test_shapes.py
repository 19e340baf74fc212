"""How arguments and results look as JSON: the table of input and output shapes."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from datetime import date
from enum import Enum
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from nbconvo.workflows.shapes import HandlerShape, shape_of


class Person(BaseModel):
    name: str
    n: int = 2


class Company(BaseModel):
    vat: str


class Holder(BaseModel):
    result: int


class Colour(Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    y: int


async def nothing() -> None: ...
async def model(p: Person) -> str: ...  # type: ignore[empty-body]
async def union(p: Person | Company) -> str: ...  # type: ignore[empty-body]
async def maybe(p: Person | None) -> str: ...  # type: ignore[empty-body]
async def maybe_default(p: Person | None = None) -> str: ...  # type: ignore[empty-body]
async def primitive(a: int) -> int: ...  # type: ignore[empty-body]
async def default(a: int = 7) -> int: ...  # type: ignore[empty-body]
async def several(a: int, b: str = "z") -> dict[str, Any]: ...  # type: ignore[empty-body]
async def defaults(a: int = 1, b: str = "z") -> dict[str, Any]: ...  # type: ignore[empty-body]
async def dataclass(p: Point) -> Point: ...  # type: ignore[empty-body]
async def mapping(data: dict[str, int]) -> None: ...
async def listing(data: list[int]) -> None: ...
async def modelled(a: Person, b: Person) -> None: ...
async def bounded(a: Annotated[int, Field(ge=1)]) -> None: ...
async def awkward(schema: str, json: int, _x: int, model_config: str) -> None: ...
async def returns_model() -> Person: ...  # type: ignore[empty-body]
async def returns_holder() -> Holder: ...  # type: ignore[empty-body]
async def returns_union() -> Person | None: ...
async def returns_any() -> Any: ...
async def returns_date() -> date: ...  # type: ignore[empty-body]
async def returns_list() -> list[Person]: ...  # type: ignore[empty-body]
async def returns_tuple() -> tuple[int, str]: ...  # type: ignore[empty-body]


def shape(function: Callable[..., Any], *, wrap: bool = True) -> HandlerShape:
    return shape_of(function, wrap=wrap, skip_self=False)


@pytest.mark.parametrize(
    ("function", "wire", "arguments"),
    [
        (nothing, None, []),
        (nothing, {}, []),
        (model, {"name": "x"}, [Person(name="x")]),
        (model, {"name": "x", "n": 3}, [Person(name="x", n=3)]),
        (union, {"name": "x"}, [Person(name="x")]),
        (union, {"vat": "1"}, [Company(vat="1")]),
        (maybe, None, [None]),
        (maybe, {"name": "x"}, [Person(name="x")]),
        (maybe_default, None, []),
        (primitive, {"a": 5}, [5]),
        (primitive, 5, [5]),
        (primitive, "5", [5]),
        (default, None, []),
        (default, {}, [7]),
        (default, 8, [8]),
        (several, {"a": 1}, [1, "z"]),
        (several, {"a": 1, "b": "y"}, [1, "y"]),
        (defaults, None, []),
        (defaults, {}, [1, "z"]),
        (dataclass, {"p": {"x": 1, "y": 2}}, [Point(1, 2)]),
        (mapping, {"data": {"k": 1}}, [{"k": 1}]),
        (listing, [1, 2], [[1, 2]]),
        (listing, {"data": [1, 2]}, [[1, 2]]),
        (modelled, {"a": {"name": "x"}, "b": {"name": "y"}}, [Person(name="x"), Person(name="y")]),
        (awkward, {"schema": "s", "json": 1, "_x": 2, "model_config": "m"}, ["s", 1, 2, "m"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_input_becomes_arguments(function: Callable[..., Any], wire: Any, arguments: list[Any]) -> None:
    assert shape(function).decode(wire) == arguments


@pytest.mark.parametrize(
    ("function", "wire", "title", "location", "text"),
    [
        (nothing, {"x": 1}, "nothing_Input", ("x",), "Extra inputs are not permitted"),
        (model, {"n": 1}, "Person", ("name",), "Field required"),
        (model, None, "Person", (), "Input should be a valid dictionary or instance of Person"),
        (model, 5, "Person", (), "Input should be a valid dictionary or instance of Person"),
        (primitive, {}, "primitive_Input", ("a",), "Field required"),
        (primitive, None, "primitive_Input", ("a",), "Input should be a valid integer"),
        (primitive, {"a": 1, "c": 2}, "primitive_Input", ("c",), "Extra inputs are not permitted"),
        (several, {"a": "x"}, "several_Input", ("a",), "Input should be a valid integer, unable to parse string as an integer"),
        (several, {"b": "y"}, "several_Input", ("a",), "Field required"),
        (several, {"a": 1, "c": 2}, "several_Input", ("c",), "Extra inputs are not permitted"),
        (bounded, {"a": 0}, "bounded_Input", ("a",), "Input should be greater than or equal to 1"),
        (awkward, {"json": 1, "_x": 1, "model_config": ""}, "awkward_Input", ("schema",), "Field required"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_input_that_does_not_fit_is_refused(
    function: Callable[..., Any], wire: Any, title: str, location: tuple[str, ...], text: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        shape(function).decode(wire)
    (row,) = caught.value.errors()
    assert (caught.value.title, row["loc"], row["msg"]) == (title, location, text)


@pytest.mark.parametrize(
    ("function", "value", "wire"),
    [
        (nothing, None, None),
        (model, "x2", {"result": "x2"}),
        (several, {"a": 1, "b": "z"}, {"result": {"a": 1, "b": "z"}}),
        (returns_model, Person(name="x"), {"name": "x", "n": 2}),
        (returns_union, Person(name="x"), {"name": "x", "n": 2}),
        (returns_union, None, None),
        (returns_any, Person(name="x"), {"name": "x", "n": 2}),
        (returns_any, [1], {"result": [1]}),
        (returns_list, [Person(name="x")], {"result": [{"name": "x", "n": 2}]}),
        (returns_date, date(2025, 1, 15), {"result": "2025-01-15"}),
        (dataclass, Point(1, 2), {"result": {"x": 1, "y": 2}}),
        (returns_tuple, (1, "a"), {"result": [1, "a"]}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_result_becomes_json_and_comes_back(function: Callable[..., Any], value: Any, wire: Any) -> None:
    assert shape(function).encode(value) == wire
    back = shape(function).decode_result(wire)
    assert back == (wire if function is returns_any and isinstance(value, BaseModel) else value)


def test_a_model_with_a_field_named_result_comes_back() -> None:
    assert shape(returns_holder).decode_result(shape(returns_holder).encode(Holder(result=5))) == Holder(result=5)


def test_a_result_that_does_not_fit_is_passed_through_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert shape(primitive).encode("notint") == "notint"
    assert "does not match the return annotation" in caplog.text
    assert shape(primitive).decode_result("notint") == "notint"


def test_a_result_is_not_wrapped_where_no_wrapping_is_wanted() -> None:
    assert shape(primitive, wrap=False).encode(5) == 5
    assert shape(dataclass, wrap=False).decode_result({"x": 1, "y": 2}) == Point(1, 2)


def test_an_unwrapped_result_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(ValidationError):
        shape(primitive, wrap=False).decode_result("notint")


@pytest.mark.parametrize(
    ("function", "values", "arguments"),
    [
        (nothing, [], []),
        (model, [{"name": "x"}], [Person(name="x")]),
        (maybe, [None], [None]),
        (primitive, [5], [5]),
        (several, [1, "y"], [1, "y"]),
        (mapping, [{"k": 1}], [{"k": 1}]),
        (modelled, [{"name": "x"}, {"name": "y"}], [Person(name="x"), Person(name="y")]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_list_of_values_becomes_arguments(function: Callable[..., Any], values: list[Any], arguments: list[Any]) -> None:
    assert shape(function).decode_positional(values) == arguments


def test_self_is_left_out() -> None:
    async def run(self: Any, a: int) -> None: ...

    assert shape_of(run, wrap=True, skip_self=True).parameters == ("a",)
