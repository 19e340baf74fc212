"""Defining and calling activities where no workflow runs."""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from nbconvo.engine import KernelEngine
from nbconvo.errors import ErrorCode, WorkflowsException
from nbconvo.protocol.definition import RetryPolicy
from nbconvo.workflows import activity, workflow
from tests.support.executions import all_events


@activity()
async def dbl(n: int) -> int:
    return n * 2


@activity()
async def named(a: int, b: str = "z") -> str:
    """Its own words."""
    return f"{a}{b}"


@pytest.mark.parametrize(
    ("args", "kwargs", "text"),
    [
        ((1, 2), {}, "'dbl' expects at most 1 positional parameters. Found: 2 positional arguments."),
        ((1,), {"z": 2}, "'dbl' got unexpected keyword arguments: ['z']."),
        ((), {}, "'dbl' missing required parameter: 'n'."),
        ((1,), {"n": 2}, "'dbl' got multiple values for parameter 'n': '1' and '2'"),
    ],
)
async def test_wrong_arguments_are_named(args: tuple[Any, ...], kwargs: dict[str, Any], text: str) -> None:
    with pytest.raises(WorkflowsException) as caught:
        await dbl(*args, **kwargs)
    assert (caught.value.code, caught.value.message) == (ErrorCode.INVALID_ARGUMENTS_ERROR, text)


async def test_outside_a_workflow_it_is_an_ordinary_call() -> None:
    assert await named(1) == "1z"
    assert await named(1, b="y") == "1y"
    assert await named(b="x", a=2) == "2x"


@activity()
async def badret(n: int) -> int:
    return "x"  # type: ignore[return-value]


async def test_outside_a_workflow_its_result_is_checked() -> None:
    with pytest.raises(WorkflowsException) as caught:
        await badret(1)
    assert caught.value.code is ErrorCode.ACTIVITY_DEFINITION_ERROR
    assert caught.value.message.startswith("'badret' return type validation failed: 1 validation error for int")


@activity()
async def spelled(a: int, **rest: str) -> str:
    return f"{a} {rest}"


async def test_it_may_take_any_keywords(engine: KernelEngine) -> None:
    """On the wire they are one object with the others, as upstream has it."""

    @workflow.define(name="spelling")
    class Spelling:
        @workflow.entrypoint
        async def run(self) -> list[str]:
            return [await spelled(1, b="x"), await spelled(a=2)]

    handle = await engine.start(Spelling)
    assert await handle.result() == ["1 {'b': 'x'}", "2 {}"] == [await spelled(1, b="x"), await spelled(a=2)]
    started = [event.attributes for event in await all_events(handle) if event.event_type == "ACTIVITY_TASK_STARTED"]
    assert [each.input for each in started] == [[{"a": 1, "b": "x"}], [{"a": 2}]]


async def test_outside_a_workflow_its_error_is_its_own() -> None:
    @activity()
    async def failing() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        await failing()


def test_it_keeps_name_and_docstring() -> None:
    assert (named.__name__, named.__doc__) == ("named", "Its own words.")
    assert inspect.iscoroutinefunction(named)


def refused(make: Any) -> WorkflowsException:
    with pytest.raises(WorkflowsException) as caught:
        make()
    return caught.value


def test_it_is_always_called_with_parentheses() -> None:
    async def plain() -> None: ...

    error = refused(lambda: activity(plain))  # type: ignore[arg-type]
    assert (error.code, error.message) == (ErrorCode.ACTIVITY_DEFINITION_ERROR, "Use @activity() with parentheses.")


def test_it_is_async() -> None:
    def plain() -> None: ...

    error = refused(lambda: activity()(plain))  # type: ignore[arg-type]
    assert (error.code, error.message) == (
        ErrorCode.ACTIVITY_DEFINITION_ERROR,
        "'plain' must be async function. Use `async def`.",
    )


def test_a_class_is_no_activity() -> None:
    error = refused(lambda: activity()(BaseModel))  # type: ignore[arg-type]
    assert error.code is ErrorCode.ACTIVITY_NOT_MODULE_LEVEL
    assert error.message.startswith("@workflows.activity only supports module-level functions, got <class ")


@pytest.mark.parametrize("by", ["name", "option"])
def test_the_prefix_of_the_platform_is_reserved(by: str) -> None:
    async def plain() -> None: ...

    plain.__name__ = "__internal__x" if by == "name" else "plain"
    error = refused(lambda: activity(name=None if by == "name" else "__internal__x")(plain))
    assert error.code is ErrorCode.ACTIVITY_RESERVED_NAME


async def no_annotation(x) -> None: ...  # type: ignore[no-untyped-def]
async def no_return(x: int): ...  # type: ignore[no-untyped-def]


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (no_annotation, "Parameter 'x' in 'no_annotation' must have a type annotation."),
        (no_return, "'no_return' must have a return type annotation, use `-> None` if no return type is expected."),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_signature_that_cannot_be_recorded_is_refused(function: Any, text: str) -> None:
    error = refused(lambda: activity()(function))
    assert (error.code, error.message) == (ErrorCode.ACTIVITY_DEFINITION_ERROR, text)


async def test_upstreams_options_are_taken() -> None:
    async def plain() -> int:
        return 5

    call = activity(
        start_to_close_timeout=timedelta(seconds=1),
        retry_policy_max_attempts=5,
        retry_policy_backoff_coefficient=1.5,
        name="other",
        sticky_to_worker=True,
        heartbeat_timeout=timedelta(seconds=1),
    )(plain)
    assert await call() == 5


def test_the_pauses_between_attempts_grow() -> None:
    assert [RetryPolicy().delay(attempt) for attempt in (1, 2, 3)] == [1.0, 2.0, 4.0]
    assert [RetryPolicy(coefficient=1.5, initial_interval=2).delay(attempt) for attempt in (1, 2, 3)] == [2.0, 3.0, 4.5]
    assert RetryPolicy().max_attempts == 3
