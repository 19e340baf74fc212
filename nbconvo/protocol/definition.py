"""What the engine needs to know of a workflow class and of an activity: plain data, made by the decorators of `workflows`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any, Literal, Protocol

from pydantic import BaseModel, Field

DEFINITION_ATTRIBUTE = "__nbconvo_workflow__"
"""Where the decorator leaves the definition on the class."""

ACTIVITY_ATTRIBUTE = "__nbconvo_activity__"
"""Where the decorator leaves the definition on the function."""


class Shape(Protocol):
    """How a handler's arguments and result look as JSON (made by `workflows.shapes`)."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters."""
        ...

    @property
    def takes_input(self) -> bool:
        """True when there is something to give."""
        ...

    def input_schema(self) -> dict[str, Any]:
        """The JSON schema of what is given; empty where there is none."""
        ...

    def output_schema(self) -> dict[str, Any] | None:
        """The JSON schema of the result; None where there is none."""
        ...

    def decode(self, value: Any) -> list[Any]:
        """JSON to the argument list; raises pydantic's ValidationError."""
        ...

    def decode_positional(self, values: list[Any]) -> list[Any]:
        """One JSON value per parameter to the argument list; raises pydantic's ValidationError."""
        ...

    def encode(self, value: Any) -> Any:
        """The result as JSON."""
        ...

    def decode_result(self, value: Any) -> Any:
        """The JSON of a result to what the annotation promises; raises pydantic's ValidationError."""
        ...


class ParentClosePolicy(Enum):
    """What becomes of a child when its parent ends."""

    TERMINATE = "terminate"
    """It ends at once."""
    ABANDON = "abandon"
    """It goes on alone."""
    REQUEST_CANCEL = "request_cancel"
    """It is asked to stop."""


@dataclass(frozen=True, slots=True)
class HandlerDefinition:
    """A signal, query or update of a workflow class."""

    kind: Literal["signal", "query", "update"]
    name: str
    description: str | None
    function: Callable[..., Any]
    shape: Shape


@dataclass(frozen=True, slots=True)
class WorkflowDefinition:
    """A workflow class and how to run it. `execution_timeout` is in seconds, None when the author gave none.
    `handlers` are by kind and name.

    `options` holds what upstream accepts and the kernel engine does not need (schedules, search keys and such).
    """

    name: str
    display_name: str | None
    description: str | None
    cls: type[Any]
    entrypoint: Callable[..., Awaitable[Any]]
    shape: Shape
    execution_timeout: float | None
    options: dict[str, Any]
    handlers: dict[tuple[str, str], HandlerDefinition] = field(default_factory=dict[tuple[str, str], HandlerDefinition])

    @property
    def title(self) -> str:
        """What people call it."""
        return self.display_name or self.name


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a failed activity is tried again: after `initial_interval * coefficient**(attempt - 1)` seconds."""

    max_attempts: int = 3
    coefficient: float = 2.0
    initial_interval: float = 1.0

    def delay(self, attempt: int) -> float:
        """Seconds to wait after failed attempt number `attempt` (from 1)."""
        return self.initial_interval * self.coefficient ** (attempt - 1)


def undescribed(schema: dict[str, Any]) -> None:
    """The `json_schema_extra` of a model whose docstring is for its reader and not for its schema (upstream's has none)."""
    schema.pop("description", None)


class RateLimit(BaseModel, json_schema_extra=undescribed):
    """At most `max_execution` attempts begin in any `time_window_in_sec` seconds; activities with the same `key` share it."""

    time_window_in_sec: int = Field(ge=1, le=3600, description="The time window in seconds.")
    max_execution: int = Field(ge=1, le=100_000, description="The maximum number of executions allowed within the time window.")
    key: str | None = Field(default=None, description="The key to identify the rate limit.")


@dataclass(frozen=True, slots=True)
class ActivityDefinition:
    """An activity: the function, and what its reliability is."""

    name: str
    function: Callable[..., Awaitable[Any]]
    shape: Shape
    retry: RetryPolicy
    start_to_close: timedelta
    heartbeat: timedelta | None = None
    rate_limit: RateLimit | None = None


def activity_of(function: object) -> ActivityDefinition | None:
    """The definition that `@activity()` left on `function`, None when it is no activity."""
    return getattr(function, ACTIVITY_ATTRIBUTE, None)


def definition_of(cls: type[Any]) -> WorkflowDefinition:
    """The definition that `@workflow.define` left on `cls`; raises TypeError when there is none."""
    definition = cls.__dict__.get(DEFINITION_ATTRIBUTE) if isinstance(cls, type) else None  # pyright: ignore[reportUnnecessaryIsInstance]
    if not isinstance(definition, WorkflowDefinition):
        name = getattr(cls, "__name__", repr(cls))
        raise TypeError(f"{name} is not a workflow: decorate the class with @workflow.define(name=...).")
    return definition
