"""Activities: the functions of a workflow that may touch the world. Mirror of `mistralai.workflows.activity`.

Inside a workflow a call is recorded and run by the engine, with retries; anywhere else it is an ordinary call.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar, cast

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from nbconvo.engine.context import Runtime, current_or_none
from nbconvo.errors import ErrorCode, WorkflowsException
from nbconvo.protocol.definition import ACTIVITY_ATTRIBUTE, ActivityDefinition, RateLimit, RetryPolicy
from nbconvo.protocol.secret_values import revealed
from nbconvo.workflows.depends import dependencies_of, provided
from nbconvo.workflows.shapes import HandlerShape, shape_of

P = ParamSpec("P")
R = TypeVar("R")
_RESERVED_PREFIX = "__internal__"


def activity(
    start_to_close_timeout: timedelta = timedelta(minutes=5),
    retry_policy_max_attempts: int | None = None,
    retry_policy_backoff_coefficient: float | None = None,
    name: str | None = None,
    sticky_to_worker: bool = False,
    rate_limit: RateLimit | None = None,
    heartbeat_timeout: timedelta | None = None,
) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """Make a module-level async function an activity. Always called with parentheses.

    An attempt may take `start_to_close_timeout`; a failed one is tried again, three attempts in all, after 1, 2, 4 ... seconds
    (`retry_policy_backoff_coefficient` is the factor). An attempt that does not call `activity_heartbeat()` for
    `heartbeat_timeout` fails; `rate_limit` lets attempts wait for a place. `sticky_to_worker` is for platforms with workers: one
    process is always the same one.

    >>> @activity(retry_policy_max_attempts=5)
    ... async def price(item: str) -> float:
    ...     return 4.5
    """
    if callable(start_to_close_timeout):
        raise _error("Use @activity() with parentheses.", ErrorCode.ACTIVITY_DEFINITION_ERROR)
    retry = RetryPolicy(retry_policy_max_attempts or 3, retry_policy_backoff_coefficient or 2.0)

    def decorate(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        label = _checked_name(function, name)
        providers = dependencies_of(inspect.signature(function))
        signature = _without(inspect.signature(function), providers)
        shape = shape_of(_with_signature(function, signature), wrap=False, skip_self=False, takes_extra=True)

        named = [signature.parameters[each] for each in shape.parameters]

        async def run(*args: Any) -> R:
            given: dict[str, Any] = {**dict(zip(shape.parameters, args, strict=False)), **(args[-1] if shape.extra else {})}
            if not providers:
                return await cast("Callable[..., Awaitable[R]]", function)(**given)
            async with provided(providers) as values:
                return await cast("Callable[..., Awaitable[R]]", function)(**given, **values)

        definition = ActivityDefinition(label, run, shape, retry, start_to_close_timeout, heartbeat_timeout, rate_limit)

        @functools.wraps(function)
        async def call(*args: P.args, **kwargs: P.kwargs) -> R:
            given, extra = _bind(label, named, shape.extra, args, kwargs)
            runtime = current_or_none()
            if runtime is None:
                result = await run(*given.values(), *([extra] if shape.extra else []))
                _check_result(label, shape, result)
                return result
            wire = [given | extra] if shape.extra else list(given.values())
            return cast("R", await runtime.run_activity(definition, _as_json(runtime, label, wire)))

        setattr(call, ACTIVITY_ATTRIBUTE, definition)
        return call

    return decorate


def _without(signature: inspect.Signature, providers: Mapping[str, Any]) -> inspect.Signature:
    """The signature that callers see: what has a provider is not theirs to give."""
    return signature.replace(parameters=[one for name, one in signature.parameters.items() if name not in providers])


def _with_signature(function: Callable[..., Any], signature: inspect.Signature) -> Callable[..., Any]:
    def stub() -> None:
        """Has the name, the annotations and the module of `function`."""

    functools.update_wrapper(stub, function)
    stub.__signature__ = signature  # type: ignore[attr-defined]
    return stub


def _checked_name(function: Callable[..., Any], name: str | None) -> str:
    if not inspect.isfunction(function):
        kind = type(function)
        raise _error(f"@workflows.activity only supports module-level functions, got {kind}", ErrorCode.ACTIVITY_NOT_MODULE_LEVEL)
    if not inspect.iscoroutinefunction(function):
        raise _error(f"'{function.__name__}' must be async function. Use `async def`.", ErrorCode.ACTIVITY_DEFINITION_ERROR)
    label = name or function.__name__
    if label.startswith(_RESERVED_PREFIX):
        text = f"Activity name '{label}' uses reserved prefix '{_RESERVED_PREFIX}'. "
        raise _error(f"{text}This prefix is reserved for internal framework activities.", ErrorCode.ACTIVITY_RESERVED_NAME)
    return label


def _bind(
    name: str, parameters: list[inspect.Parameter], takes_extra: bool, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The argument values by parameter, in the order of the parameters, and those that no parameter has.

    Raises `WorkflowsException` with upstream's text about what is wrong.
    """
    names = [parameter.name for parameter in parameters]
    extra = {key: value for key, value in kwargs.items() if key not in names}
    if extra and not takes_extra:
        raise _arguments(f"'{name}' got unexpected keyword arguments: {sorted(extra)}.")
    given = dict(zip(names, args, strict=False))
    for key in given.keys() & kwargs.keys():
        raise _arguments(f"'{name}' got multiple values for parameter '{key}': '{given[key]}' and '{kwargs[key]}'")
    if len(args) > len(names):
        text = f"'{name}' expects at most {len(names)} positional parameters. Found: {len(args)} positional arguments."
        raise _arguments(text)
    given |= kwargs
    return {parameter.name: _value(name, parameter, given) for parameter in parameters}, extra


def _value(name: str, parameter: inspect.Parameter, given: dict[str, Any]) -> Any:
    if parameter.name in given:
        return given[parameter.name]
    if parameter.default is inspect.Parameter.empty:
        raise _arguments(f"'{name}' missing required parameter: '{parameter.name}'.")
    return parameter.default


def _check_result(name: str, shape: HandlerShape, result: Any) -> None:
    """Where no engine records the result. Raises `WorkflowsException` for one that is not what the annotation says."""
    try:
        shape.result.validate_python(result, strict=True)
    except ValidationError as error:
        raise _error(f"'{name}' return type validation failed: {error}", ErrorCode.ACTIVITY_DEFINITION_ERROR) from error


def _as_json(runtime: Runtime, name: str, values: list[Any]) -> list[Any]:
    """The arguments for the attempt, with the secrets that are among them: those are recorded as masks."""
    secrets: set[str] = set()
    try:
        arguments = revealed(values, secrets)
    except PydanticSerializationError as error:
        raise _arguments(f"An argument of '{name}' cannot be recorded as JSON: {error}") from error
    if secrets:
        runtime.keep_secrets(secrets)
    return arguments


def _arguments(message: str) -> WorkflowsException:
    return _error(message, ErrorCode.INVALID_ARGUMENTS_ERROR)


def _error(message: str, code: ErrorCode) -> WorkflowsException:
    return WorkflowsException(message, code=code)
