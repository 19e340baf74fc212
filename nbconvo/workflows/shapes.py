"""How arguments and results of a handler look as JSON, derived from its annotations.

Source: workflows specification, "Input and output shapes": no parameter takes nothing; one pydantic model takes that model's
object; a union of models takes any member's object; anything else takes an object keyed by parameter name (one lone parameter
also takes its bare value). A model result is its own JSON, any other is wrapped as `{"result": value}`, None is null. A signal,
query or update may have `**kwargs`: keys that no parameter has go there, and a model has its parameter's name as a key, too.
"""

from __future__ import annotations

import inspect
import logging
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Union, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, PydanticSchemaGenerationError, TypeAdapter, ValidationError, create_model
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic_core import to_jsonable_python

from nbconvo.errors import ErrorCode, WorkflowsException

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class HandlerShape:
    """Arguments and result of one handler.

    `spread` tells that the input model's fields are the arguments, in order; `optional`, that each has a default; `extra`, that
    what no parameter takes is kept, as one more argument: a dict.
    """

    name: str
    model: TypeAdapter[Any]
    parameters: tuple[str, ...]
    spread: bool
    optional: bool
    returns: Any
    result: TypeAdapter[Any]
    wrap: bool
    extra: bool = False

    @property
    def takes_input(self) -> bool:
        """True when the handler has a parameter."""
        return bool(self.parameters)

    def input_schema(self) -> dict[str, Any]:
        """The JSON schema of the input, as upstream registers it; empty for types that have none."""
        try:
            return {"title": f"{self.name}_Input"} | self.model.json_schema()
        except PydanticInvalidForJsonSchema:
            return {}

    def output_schema(self) -> dict[str, Any] | None:
        """The JSON schema of the result, as upstream registers it; None when there is no result."""
        members = tuple(member for member in get_args(self.returns) if member is not types.NoneType)
        promised = cast("Any", Union)[members] if _is_union(self.returns) else self.returns
        if promised in (None, types.NoneType):
            return None
        if _is_model(promised):
            return promised.model_json_schema()
        return create_model(f"{self.name}_Output", result=(promised, ...)).model_json_schema()

    def decode(self, value: Any) -> list[Any]:
        """JSON to the list of arguments, empty where the handler's own defaults serve. Raises pydantic's ValidationError."""
        if self.extra:
            return self._decode_extra(value)
        if value is None and self.optional:
            return []
        if not self.parameters:
            self.model.validate_python(value)
            return []
        if not self.spread:
            return [self.model.validate_python(value)]
        return self._arguments(value)

    def _arguments(self, value: Any) -> list[Any]:
        bare = len(self.parameters) == 1 and not isinstance(value, dict)
        decoded = self.model.validate_python({self.parameters[0]: value} if bare else value)
        return [getattr(decoded, _field(index)) for index in range(len(self.parameters))]

    def _decode_extra(self, value: Any) -> list[Any]:
        given = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        extra = {name: item for name, item in given.items() if name not in self.parameters}
        return [*self._arguments({} if value is None else value), extra]

    def decode_positional(self, values: list[Any]) -> list[Any]:
        """The same for a list with one JSON value per parameter (or with one object of all of them, when there may be more).

        Raises pydantic's ValidationError.
        """
        if (self.extra or not self.spread) and values:
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


Refusal = Callable[[str, str], WorkflowsException]
"""The error for the parameters of a function: from its name and what is wrong with them."""


def _refused(name: str, reason: str) -> WorkflowsException:
    return _definition_error(f"Cannot generate Pydantic model from parameters of '{name}': {reason}")


def shape_of(
    function: Callable[..., Any], *, wrap: bool, skip_self: bool, takes_extra: bool = False, refused: Refusal = _refused
) -> HandlerShape:
    """The shape of `function`; `wrap` puts plain results into `{"result": ...}`, `skip_self` leaves out the first parameter,
    `takes_extra` lets it have `**kwargs`.

    Raises `WorkflowsException` with upstream's text when an annotation is missing or cannot be used.
    """
    name = function.__name__
    hints = _hints(function)
    parameters = list(inspect.signature(function).parameters.values())[1 if skip_self else 0 :]
    extra = takes_extra and any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters)
    if extra:
        parameters.pop()
    for parameter in parameters:
        _check_parameter(name, parameter, hints)
    if "return" not in hints:
        raise _definition_error(f"'{name}' must have a return type annotation, use `-> None` if no return type is expected.")
    names = tuple(parameter.name for parameter in parameters)
    optional = all(parameter.default is not inspect.Parameter.empty for parameter in parameters)
    if (problem := _union_problem(name, parameters, hints)) is not None and not extra:
        raise refused(name, problem)
    model, spread = _input_model(name, parameters, hints, extra)
    returns = hints["return"]
    return HandlerShape(name, TypeAdapter(model), names, spread, optional, returns, _result_adapter(name, returns), wrap, extra)


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


def _input_model(name: str, parameters: list[inspect.Parameter], hints: dict[str, Any], extra: bool) -> tuple[Any, bool]:
    if len(parameters) == 1 and not extra:
        annotation = hints[parameters[0].name]
        if _is_model(annotation) or _has_models(annotation):
            return annotation, False
    fields: dict[str, Any] = {}
    for index, parameter in enumerate(parameters):
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[_field(index)] = (hints[parameter.name], Field(default, alias=parameter.name))
    config = ConfigDict(extra="ignore" if extra else "forbid", arbitrary_types_allowed=True)
    return create_model(f"{name}_Input", __config__=config, **fields), True


def _field(index: int) -> str:
    """The input model's name for a parameter, whose own is an alias: `schema`, `json` or `_x` would clash with the model's."""
    return f"parameter_{index}"


def _union_problem(name: str, parameters: list[inspect.Parameter], hints: dict[str, Any]) -> str | None:
    """What is wrong with a lone parameter that is a union of models and others; None when nothing is."""
    if len(parameters) != 1 or not _has_models(hints[parameters[0].name]):
        return None
    others = [one for one in get_args(hints[parameters[0].name]) if not _is_model(one) and one is not types.NoneType]
    if not others:
        return None
    names = ", ".join(getattr(member, "__name__", str(member)) for member in others)
    return (
        f"Parameter '{parameters[0].name}' of '{name}' has unsupported union members: {names}. "
        "Union inputs only support Pydantic BaseModel subclasses and None. Use a dedicated BaseModel instead."
    )


def _has_models(annotation: Any) -> bool:
    """True for a union with a model among its members."""
    return _is_union(annotation) and any(_is_model(member) for member in get_args(annotation))


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _definition_error(message: str) -> WorkflowsException:
    return WorkflowsException(message, code=ErrorCode.ACTIVITY_DEFINITION_ERROR)
