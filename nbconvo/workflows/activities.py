"""Activities: the functions of a workflow that may touch the world. Mirror of `mistralai.workflows.activity`.

Inside a workflow a call is recorded and run by the engine, with retries; anywhere else it is an ordinary call.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar, cast

from pydantic_core import PydanticSerializationError, to_jsonable_python

from nbconvo.engine.context import current_or_none
from nbconvo.errors import ErrorCode, WorkflowsException
from nbconvo.protocol.definition import ActivityDefinition, RateLimit, RetryPolicy
from nbconvo.workflows.depends import dependencies_of, provided
from nbconvo.workflows.shapes import shape_of

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
        shape = shape_of(_with_signature(function, signature), wrap=False, skip_self=False)

        async def run(*args: Any) -> R:
            async with provided(providers) as values:
                return await cast("Callable[..., Awaitable[R]]", function)(
                    **dict(zip(signature.parameters, args, strict=True)), **values
                )

        definition = ActivityDefinition(label, run, shape, retry, start_to_close_timeout, heartbeat_timeout, rate_limit)

        @functools.wraps(function)
        async def call(*args: P.args, **kwargs: P.kwargs) -> R:
            values = _bind(label, signature, args, kwargs)
            runtime = current_or_none()
            if runtime is None:
                return await run(*values)
            return cast("R", await runtime.run_activity(definition, _as_json(label, values)))

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
        raise _error(f"Activity names cannot start with '{_RESERVED_PREFIX}'.", ErrorCode.ACTIVITY_RESERVED_NAME)
    return label


def _bind(name: str, signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """The argument values in the order of the parameters, or upstream's text about what is wrong."""
    parameters = signature.parameters
    if len(args) > len(parameters):
        raise _arguments(
            f"'{name}' expects at most {len(parameters)} positional parameters. Found: {len(args)} positional arguments."
        )
    if unknown := [key for key in kwargs if key not in parameters]:
        raise _arguments(f"'{name}' got unexpected keyword arguments: {unknown}.")
    if twice := [key for key in list(parameters)[: len(args)] if key in kwargs]:
        raise _arguments(f"'{name}' got multiple values for parameter: '{twice[0]}'.")
    given = dict(zip(parameters, args, strict=False)) | kwargs
    return [_value(name, parameter, given) for parameter in parameters.values()]


def _value(name: str, parameter: inspect.Parameter, given: dict[str, Any]) -> Any:
    if parameter.name in given:
        return given[parameter.name]
    if parameter.default is inspect.Parameter.empty:
        raise _arguments(f"'{name}' missing required parameter: '{parameter.name}'.")
    return parameter.default


def _as_json(name: str, values: list[Any]) -> list[Any]:
    try:
        return to_jsonable_python(values)
    except PydanticSerializationError as error:
        raise _arguments(f"An argument of '{name}' cannot be recorded as JSON: {error}") from error


def _arguments(message: str) -> WorkflowsException:
    return _error(message, ErrorCode.INVALID_ARGUMENTS_ERROR)


def _error(message: str, code: ErrorCode) -> WorkflowsException:
    return WorkflowsException(message, code=code)
