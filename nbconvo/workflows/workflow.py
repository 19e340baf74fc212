"""Defining a workflow, and what its code may ask while it runs. Mirror of `mistralai.workflows.workflow`.

>>> from nbconvo.workflows import workflow
>>> @workflow.define(name="greeting")
... class Greeting:
...     @workflow.entrypoint
...     async def run(self, name: str) -> str:
...         return f"Hello, {name}!"

Source: workflows specification, "Definition". Two mistakes that upstream accepts in silence are errors here: the decorator
without parentheses, and two entrypoints in one class.
"""

from __future__ import annotations

import asyncio
import inspect
import random as _random
import re
import uuid
import warnings
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, TypeAdapter

from nbconvo.engine.context import ContinueAsNew, current, current_or_none
from nbconvo.errors import ErrorCode, WorkflowsException
from nbconvo.protocol.definition import DEFINITION_ATTRIBUTE, WorkflowDefinition
from nbconvo.workflows import unsafe
from nbconvo.workflows.children import execute_workflow
from nbconvo.workflows.handlers import HANDLER_ATTRIBUTE, HandlerKind, checked_handler, handlers_of
from nbconvo.workflows.schedules import Schedule
from nbconvo.workflows.search_keys import MOST_KEYS, add_search_keys, delete_search_keys
from nbconvo.workflows.shapes import shape_of

ClassT = TypeVar("ClassT", bound=type[Any])
FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])

_ENTRYPOINT = "__nbconvo_entrypoint__"
_NAME = re.compile(r"[a-zA-Z0-9_-]+")
_LONGEST_NAME = 128
LONG_HISTORY = 10_000


def define(  # noqa: PLR0917 - upstream's signature
    name: str,
    workflow_description: str | None = None,
    schedules: Sequence[Schedule] | None = None,
    workflow_display_name: str | None = None,
    is_technical: bool = False,
    enforce_determinism: bool | None = None,
    execution_timeout: timedelta | None = None,
    on_behalf_of: bool = False,
    search_keys: Sequence[str] | None = None,
) -> Callable[[ClassT], ClassT]:
    """Make a class a workflow definition.

    `name` is letters, digits, `-` and `_`, at most 128. `workflow_display_name` is what people see. The other options are kept
    with the definition for the platforms that use them; the kernel engine does not. `schedules` is deprecated upstream, and warns
    here as there; `search_keys` are paths into the input, at most 20.
    Raises `WorkflowsException` when the class has no entrypoint, more than one, or one that cannot be called.
    """
    if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise _error("Use @workflow.define(name=...) with parentheses and a name; without them no workflow is defined.")
    if not _NAME.fullmatch(name):
        raise _error(
            "Workflow name is invalid. Names can only contain alphanumeric characters, hyphens (-), and underscores (_)."
        )
    if len(name) > _LONGEST_NAME:
        raise _error(f"Workflow name is invalid. Names can have at most {_LONGEST_NAME} characters, this one has {len(name)}.")
    if on_behalf_of and schedules:
        raise _error("on_behalf_of=True cannot be combined with schedules because scheduled workflows lack user identity")
    if search_keys and len(search_keys) > MOST_KEYS:
        raise _error(f"A workflow may declare at most {MOST_KEYS} search_keys, got {len(search_keys)}.")
    options = {"is_technical": is_technical, "enforce_determinism": enforce_determinism, "on_behalf_of": on_behalf_of}
    options |= {"schedules": _checked_schedules(schedules), "search_keys": list(search_keys or [])}

    def decorate(cls: ClassT) -> ClassT:
        if not isinstance(cls, type):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise _error(f"@workflow.define only supports classes, got {type(cls)}")
        function = _entrypoint_of(cls)
        shape = shape_of(function, wrap=True, skip_self=True)
        timeout = None if execution_timeout is None else execution_timeout.total_seconds()
        definition = WorkflowDefinition(
            name, workflow_display_name, workflow_description, cls, function, shape, timeout, options, handlers_of(cls)
        )
        setattr(cls, DEFINITION_ATTRIBUTE, definition)
        return cls

    return decorate


def _checked_schedules(schedules: Sequence[Schedule] | None) -> list[Schedule]:
    """Raises pydantic's ValidationError for what is not a schedule."""
    if schedules is None:
        return []
    text = "The 'schedules' parameter in @workflow.define is deprecated: the platform's API manages schedules"
    warnings.warn(f"{text}, and here nothing starts by itself. They are kept with the definition.", DeprecationWarning, 3)
    return TypeAdapter(list[Schedule]).validate_python(schedules)


def entrypoint(func: FunctionT) -> FunctionT:
    """Mark the one method that runs when the workflow is started. Raises `WorkflowsException` when it is not async."""
    if not inspect.iscoroutinefunction(func):
        message = f"'{func.__name__}' must be async function. Use `async def`."
        raise WorkflowsException(message, code=ErrorCode.ACTIVITY_DEFINITION_ERROR)
    setattr(func, _ENTRYPOINT, True)
    return func


def signal(name: str | None = None, description: str | None = None) -> Callable[[FunctionT], FunctionT]:
    """Mark a method (sync or async) that people and programs call to steer a running workflow; it returns nothing."""
    return _handler("signal", name, description)


def query(name: str | None = None, description: str | None = None) -> Callable[[FunctionT], FunctionT]:
    """Mark a sync method that tells something about a running workflow and changes nothing."""
    return _handler("query", name, description)


def update(name: str | None = None, description: str | None = None) -> Callable[[FunctionT], FunctionT]:
    """Mark a method (sync or async) that changes a running workflow and answers the caller."""
    return _handler("update", name, description)


def _handler(kind: HandlerKind, name: str | None, description: str | None) -> Callable[[FunctionT], FunctionT]:
    if callable(name):
        raise _error(f"Use @workflow.{kind}() with parentheses.")

    def decorate(function: FunctionT) -> FunctionT:
        setattr(function, HANDLER_ATTRIBUTE, checked_handler(kind, name or function.__name__, description, function))
        return function

    return decorate


async def wait_condition(
    predicate: Callable[[], bool], timeout: timedelta | float | None = None, timeout_summary: str | None = None
) -> None:
    """Wait until `predicate` is true; it is asked after every change. Raises asyncio.TimeoutError after `timeout`."""
    limit = None if timeout is None else seconds(timeout)
    await current("workflow.wait_condition").wait_condition(predicate, limit)


def continue_as_new(params: BaseModel | None = None) -> NoReturn:
    """End this run and begin the next one of the same execution with `params` and an empty history."""
    current_or_raise_continue()
    raise ContinueAsNew(None if params is None else params.model_dump(mode="json"))


def should_continue_as_new() -> bool:
    """True when the history of this run has grown long (10,000 events), and a fresh run would be wise."""
    runtime = current_or_none()
    return runtime is not None and runtime.history_length > LONG_HISTORY


async def sleep(duration: timedelta | float, *, summary: str | None = None) -> None:
    """Wait on a recorded timer, `duration` in seconds; `asyncio.sleep` in workflow code is the same. `summary` is for people."""
    current("workflow.sleep")
    await asyncio.sleep(seconds(duration))  # noqa: TID251 - on the workflow's own loop: a recorded timer


def now() -> datetime:
    """The time of the current turn in UTC, the same on replay."""
    return current("workflow.now").now()


def uuid4() -> uuid.UUID:
    """A fresh id, the same on replay."""
    return current("workflow.uuid4").uuid4()


def random() -> _random.Random:
    """A source of chance, the same on replay."""
    return current("workflow.random").random


def current_or_raise_continue() -> None:
    """Upstream's text when there is no workflow to continue."""
    if current_or_none() is None:
        raise _error("continue_as_new can only be called from within a workflow")


def seconds(duration: timedelta | float) -> float:
    """A duration in seconds. Raises TypeError for anything that is not a timedelta or a number."""
    if isinstance(duration, timedelta):
        return duration.total_seconds()
    if isinstance(duration, bool) or not isinstance(duration, int | float):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"a duration is a timedelta or a number of seconds, not {duration!r}")
    return float(duration)


def _entrypoint_of(cls: type[Any]) -> Callable[..., Any]:
    found = [member for _, member in inspect.getmembers(cls, inspect.isfunction) if getattr(member, _ENTRYPOINT, False)]
    if not found:
        raise _error(
            f"Workflow class {cls} must have an entrypoint method. Use @workflow.entrypoint on one method in the class {cls}"
        )
    if len(found) > 1:
        names = " and ".join(f"'{function.__name__}'" for function in found)
        raise _error(f"Workflow class '{cls.__name__}' has more than one entrypoint: {names}. Keep one.")
    return found[0]


def _error(message: str) -> WorkflowsException:
    return WorkflowsException(message, code=ErrorCode.WORKFLOW_DEFINITION_ERROR)


__all__ = [
    "add_search_keys",
    "continue_as_new",
    "define",
    "delete_search_keys",
    "entrypoint",
    "execute_workflow",
    "now",
    "query",
    "random",
    "seconds",
    "should_continue_as_new",
    "signal",
    "sleep",
    "unsafe",
    "update",
    "uuid4",
    "wait_condition",
]
