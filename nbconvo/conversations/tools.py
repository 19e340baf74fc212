"""Python functions as tools: their schema for a model, and a model's arguments for them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, get_type_hints, overload

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.json_schema import GenerateJsonSchema

from nbconvo.conversations.docstrings import read_docstring
from nbconvo.conversations.jsons import Json

_UNSUITABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD, inspect.Parameter.POSITIONAL_ONLY)


@dataclass(frozen=True)
class Tool:
    """A function, sync or async, that a model may call. Calling the tool calls the function.

    The parameters' types make the JSON schema (pydantic models, enums, `Annotated[..., Field(...)]`), the docstring the
    descriptions. With `requires_confirmation` a person is asked before each call. `timeout` is in seconds; None for the box's.
    """

    function: Callable[..., Any]
    name: str
    requires_confirmation: bool = False
    timeout: float | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function returns."""
        return self.function(*args, **kwargs)

    def __get__(self, instance: object, owner: type | None = None) -> Tool:
        """As a method: the tool of the bound method."""
        return self if instance is None else replace(self, function=self.function.__get__(instance, owner))

    @property
    def schema(self) -> dict[str, Any]:
        """As the API wants it in `tools`. Raises TypeError when the function's parameters cannot be described."""
        schema = self._arguments.model_json_schema(schema_generator=_Untitled)
        parameters = Json(type="object", properties=Json()) | {key: schema[key] for key in schema if key != "title"}
        description = read_docstring(inspect.getdoc(_plain(self.function)) or "").text
        function: Json = {"name": self.name, "description": description, "parameters": parameters}
        return {"type": "function", "function": function}

    def parse(self, arguments: str) -> dict[str, Any]:
        """The function's keyword arguments from the JSON text of a call. Raises pydantic's ValidationError."""
        model = self._arguments.model_validate_json(arguments.strip() or "{}")
        fields = type(model).model_fields
        return {str(field.alias): getattr(model, name) for name, field in fields.items()}

    @cached_property
    def _arguments(self) -> type[BaseModel]:
        """A model of the parameters. Its fields have names of their own, for a parameter may be called `copy` or `_x`."""
        plain = _plain(self.function)
        hints = get_type_hints(plain, include_extras=True)
        described = read_docstring(inspect.getdoc(plain) or "").parameters
        fields: dict[str, Any] = {}
        for number, parameter in enumerate(inspect.signature(self.function).parameters.values()):
            if parameter.kind in _UNSUITABLE:
                raise TypeError(
                    f"Tool {self.name}: {parameter} cannot be filled by a model; give every parameter a name of its own."
                )
            default = ... if parameter.default is inspect.Parameter.empty else parameter.default
            more: Json = {"description": described[parameter.name]} if parameter.name in described else {}
            field = Field(default, alias=parameter.name, **more)
            fields[f"p{number}"] = (hints.get(parameter.name, str), field)
        return create_model(self.name, __config__=ConfigDict(extra="forbid"), **fields)


class _Untitled(GenerateJsonSchema):
    """Titles only repeat the names, and every one is paid for in tokens."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function itself: of a bound method, a partial, or an object that is called."""
    while isinstance(function, functools.partial):
        function = function.func
    return function if inspect.isroutine(function) else type(function).__call__


@overload
def tool(function: Callable[..., Any], /) -> Tool: ...
@overload
def tool(
    *, name: str | None = None, requires_confirmation: bool = False, timeout: float | None = None
) -> Callable[[Callable[..., Any]], Tool]: ...
def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    requires_confirmation: bool = False,
    timeout: float | None = None,
) -> Tool | Callable[[Callable[..., Any]], Tool]:
    """Make a function, or a method, a tool.

    >>> @tool
    ... def add(a: int, b: int = 1) -> int:
    ...     '''Add two numbers.
    ...
    ...     Args:
    ...         a: The first one.
    ...     '''
    ...     return a + b
    >>> add(1, 2), add.parse('{"a": "5"}')
    (3, {'a': 5, 'b': 1})
    >>> add.schema["function"]["parameters"]["properties"]["a"]
    {'description': 'The first one.', 'type': 'integer'}
    """

    def make(function: Callable[..., Any]) -> Tool:
        return Tool(function, name or _name(function), requires_confirmation, timeout)

    return make if function is None else make(function)


def _name(function: Callable[..., Any]) -> str:
    plain = function
    while isinstance(plain, functools.partial):
        plain = plain.func
    return getattr(plain, "__name__", type(plain).__name__)


def as_tool(function: Callable[..., Any]) -> Tool:
    """A tool as it is, any other function made one."""
    return function if isinstance(function, Tool) else tool(function)
