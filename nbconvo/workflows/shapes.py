"""How arguments and results of a handler look as JSON, derived from its annotations.

Source: workflows specification, "Input and output shapes": no parameter takes nothing; one pydantic model takes that model's
object; a union of models takes any member's object; anything else takes an object keyed by parameter name (one lone parameter
also takes its bare value). A model result is its own JSON, any other is wrapped as `{"result": value}`, None is null.
"""

from __future__ import annotations

import inspect
import logging
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, PydanticSchemaGenerationError, TypeAdapter, ValidationError, create_model
from pydantic_core import to_jsonable_python

from nbconvo.errors import ErrorCode, WorkflowsException

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class HandlerShape:
    """Arguments and result of one handler.

    `spread` tells that the input model's fields are the arguments, in order; `optional`, that each has a default.
    """

    model: TypeAdapter[Any]
    parameters: tuple[str, ...]
    spread: bool
    optional: bool
    returns: Any
    result: TypeAdapter[Any]
    wrap: bool

    @property
    def takes_input(self) -> bool:
        """True when the handler has a parameter."""
        return bool(self.parameters)

    def decode(self, value: Any) -> list[Any]:
        """JSON to the list of arguments, empty where the handler's own defaults serve. Raises pydantic's ValidationError."""
        if value is None and self.optional:
            return []
        if not self.parameters:
            self.model.validate_python(value)
            return []
        if not self.spread:
            return [self.model.validate_python(value)]
        bare = len(self.parameters) == 1 and not isinstance(value, dict)
        decoded = self.model.validate_python({self.parameters[0]: value} if bare else value)
        return [getattr(decoded, _field(index)) for index in range(len(self.parameters))]

    def decode_positional(self, values: list[Any]) -> list[Any]:
        """The same for a list with one JSON value per parameter. Raises pydantic's ValidationError."""
        if not self.spread and values:
            return self.decode(values[0])
        return self.decode(dict(zip(self.parameters, values, strict=True)))

    def encode(self, value: Any) -> Any:
        """The result as JSON; one that does not fit the annotation is logged and passed through unwrapped, as upstream does."""
        if value is None:
            return None
        if isinstance(value, BaseModel):
            return value.model_dump(mode="json")
        if not self.wrap:
            return to_jsonable_python(value)
        try:
            self.result.validate_python(value, strict=True)
        except ValidationError:
            logger.warning("The result %r does not match the return annotation %s.", value, self.returns)
            return to_jsonable_python(value)
        return {"result": to_jsonable_python(value)}

    def decode_result(self, value: Any) -> Any:
        """The JSON of a result back to what the annotation promises. Raises pydantic's ValidationError.

        Not for a wrapped result: one that did not fit its annotation was recorded as it was, and comes back so.
        """
        if not self.wrap:
            return self.result.validate_python(value)
        try:
            return self.result.validate_python(value if _is_model(self.returns) else _unwrapped(value))
        except ValidationError:
            return value


def _unwrapped(value: Any) -> Any:
    match value:
        case {"result": inner, **rest} if not rest:
            return inner
        case _:
            return value


def shape_of(function: Callable[..., Any], *, wrap: bool, skip_self: bool) -> HandlerShape:
    """The shape of `function`; `wrap` puts plain results into `{"result": ...}`, `skip_self` leaves out the first parameter.

    Raises `WorkflowsException` with upstream's text when an annotation is missing or cannot be used.
    """
    name = function.__name__
    hints = _hints(function)
    parameters = list(inspect.signature(function).parameters.values())[1 if skip_self else 0 :]
    for parameter in parameters:
        _check_parameter(name, parameter, hints)
    if "return" not in hints:
        raise _definition_error(f"'{name}' must have a return type annotation, use `-> None` if no return type is expected.")
    names = tuple(parameter.name for parameter in parameters)
    optional = all(parameter.default is not inspect.Parameter.empty for parameter in parameters)
    model, spread = _input_model(name, parameters, hints)
    returns = hints["return"]
    return HandlerShape(TypeAdapter(model), names, spread, optional, returns, _result_adapter(name, returns), wrap)


def _result_adapter(name: str, returns: Any) -> TypeAdapter[Any]:
    try:
        return TypeAdapter(returns)
    except PydanticSchemaGenerationError as error:
        kind = getattr(returns, "__name__", str(returns))
        text = f"The result of '{name}' is recorded as JSON, and {kind} cannot be."
        raise _definition_error(f"{text} Return a pydantic model, a dataclass or plain data.") from error


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        raise _definition_error(f"An annotation of '{function.__name__}' cannot be resolved: {error}.") from error


def _check_parameter(name: str, parameter: inspect.Parameter, hints: dict[str, Any]) -> None:
    match parameter.kind:
        case inspect.Parameter.VAR_KEYWORD:
            raise _definition_error(f"'{name}' has **kwargs which is not supported for this handler type.")
        case inspect.Parameter.VAR_POSITIONAL:
            raise _definition_error(f"'{name}' has *args which is not supported for this handler type.")
        case inspect.Parameter.KEYWORD_ONLY:
            raise _definition_error(f"Parameter '{parameter.name}' of '{name}' is keyword-only. Remove the `*` before it.")
        case _:
            pass
    if parameter.name not in hints:
        raise _definition_error(f"Parameter '{parameter.name}' in '{name}' must have a type annotation.")


def _input_model(name: str, parameters: list[inspect.Parameter], hints: dict[str, Any]) -> tuple[Any, bool]:
    if len(parameters) == 1:
        annotation = hints[parameters[0].name]
        if _is_model(annotation):
            return annotation, False
        if _is_union(annotation) and any(_is_model(member) for member in get_args(annotation)):
            _check_union(name, parameters[0].name, annotation)
            return annotation, False
    fields: dict[str, Any] = {}
    for index, parameter in enumerate(parameters):
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[_field(index)] = (hints[parameter.name], Field(default, alias=parameter.name))
    config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    return create_model(f"{name}_Input", __config__=config, **fields), True


def _field(index: int) -> str:
    """The input model's name for a parameter, whose own is an alias: `schema`, `json` or `_x` would clash with the model's."""
    return f"parameter_{index}"


def _check_union(name: str, parameter: str, annotation: Any) -> None:
    others = [member for member in get_args(annotation) if not _is_model(member) and member is not types.NoneType]
    if others:
        names = ", ".join(getattr(member, "__name__", str(member)) for member in others)
        raise _definition_error(
            f"Parameter '{parameter}' of '{name}' has unsupported union members: {names}. "
            "Union inputs only support Pydantic BaseModel subclasses and None."
        )


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)


def _definition_error(message: str) -> WorkflowsException:
    return WorkflowsException(message, code=ErrorCode.ACTIVITY_DEFINITION_ERROR)
