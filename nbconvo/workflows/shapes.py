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

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, create_model
from pydantic_core import to_jsonable_python

from nbconvo.errors import ErrorCode, WorkflowsException

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class HandlerShape:
    """Arguments and result of one handler. `spread` tells that the input model's fields are the arguments, by name."""

    model: TypeAdapter[Any]
    parameters: tuple[str, ...]
    spread: bool
    returns: Any
    wrap: bool

    def decode(self, value: Any) -> list[Any]:
        """JSON to the list of arguments. Raises pydantic's ValidationError."""
        if not self.parameters:
            self.model.validate_python({} if value is None else value)
            return []
        if not self.spread:
            return [self.model.validate_python(value)]
        bare = len(self.parameters) == 1 and not isinstance(value, dict)
        decoded = self.model.validate_python({self.parameters[0]: value} if bare else value)
        return [getattr(decoded, name) for name in self.parameters]

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
            TypeAdapter(self.returns).validate_python(value, strict=True)
        except ValidationError:
            logger.warning("The result %r does not match the return annotation %s.", value, self.returns)
            return to_jsonable_python(value)
        return {"result": to_jsonable_python(value)}

    def decode_result(self, value: Any) -> Any:
        """The JSON of a result back to what the annotation promises. Raises pydantic's ValidationError."""
        return TypeAdapter(self.returns).validate_python(value)


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
    model, spread = _input_model(name, parameters, hints)
    return HandlerShape(TypeAdapter(model), names, spread, hints["return"], wrap)


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        raise _definition_error(f"An annotation of '{function.__name__}' cannot be resolved: {error}.") from error


def _check_parameter(name: str, parameter: inspect.Parameter, hints: dict[str, Any]) -> None:
    if parameter.kind is inspect.Parameter.VAR_KEYWORD:
        raise _definition_error(f"'{name}' has **kwargs which is not supported for this handler type.")
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
    defaults = {p.name: ... if p.default is inspect.Parameter.empty else p.default for p in parameters}
    fields: dict[str, Any] = {parameter.name: (hints[parameter.name], defaults[parameter.name]) for parameter in parameters}
    config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    return create_model(f"{name}_Input", __config__=config, **fields), True


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
