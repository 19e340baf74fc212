"""What workflow code can ask of whoever runs it, and how it finds that.

Author-side modules know only this contract; each engine implements it. The running event loop carries it, so it is there
in every task of a workflow and nowhere else.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from asyncio import Future
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from nbconvo.errors import NotInWorkflow
from nbconvo.protocol.definition import ActivityDefinition, ParentClosePolicy, WorkflowDefinition
from nbconvo.protocol.events import EventAttributes

ModelT = TypeVar("ModelT", bound=BaseModel)


class Runtime(Protocol):
    """One running execution, seen from the inside."""

    @property
    def execution_id(self) -> str:
        """The id people use for this execution."""
        ...

    @property
    def history_length(self) -> int:
        """How many events the execution has."""
        ...

    @property
    def random(self) -> random.Random:
        """Chance that comes out the same when the execution is replayed."""
        ...

    def now(self) -> datetime:
        """The time of the current turn, in UTC; it stands still between two awaits."""
        ...

    def uuid4(self) -> uuid.UUID:
        """An id that comes out the same when the execution is replayed."""
        ...

    def new_id(self) -> str:
        """The same as text."""
        ...

    def keep_secrets(self, texts: set[str]) -> None:
        """These texts are secrets: where they come by in an event, a mask is recorded instead."""
        ...

    def emit(self, attributes: EventAttributes) -> None:
        """Record an event; it is committed and shown when the current turn ends."""
        ...

    def at_end(self, ending: Callable[[], Awaitable[None]]) -> None:
        """Await `ending` when the entrypoint returns, raises or is cancelled; not when the run is terminated."""
        ...

    @property
    def speaks_alone(self) -> bool:
        """True while nobody but the code of this run can have sent anything: it has no parent, earlier run or child."""
        ...

    async def wait_for_input(
        self, schema: type[ModelT], label: str | None, timeout: float | None, on_timeout: ModelT | None = None
    ) -> ModelT:
        """Ask and wait. When `timeout` seconds pass first, gives `on_timeout`; raises TimeoutError when that is None."""
        ...

    async def wait_condition(self, predicate: Callable[[], bool], timeout: float | None) -> None:
        """Wait until `predicate` is true. Raises TimeoutError when `timeout` seconds pass first."""
        ...

    def start_child(self, workflow: WorkflowDefinition, value: Any, child_id: str, policy: ParentClosePolicy) -> Future[Any]:
        """Start a child workflow with an input as JSON; the future has its result, or `ChildWorkflowError`."""
        ...

    async def within(self, outcome: Future[Any], timeout: float | None) -> Any:
        """The result of a future. Raises TimeoutError when `timeout` seconds pass first; the future is cancelled then."""
        ...

    async def run_activity(self, activity: ActivityDefinition, arguments: list[Any]) -> Any:
        """Run an activity; one JSON value per parameter. Raises `ActivityError` when its attempts are used up."""
        ...


class ContinueAsNew(BaseException):
    """Ends the run and begins the next one with another input. Not an Exception, so that workflow code does not catch it."""

    __match_args__ = ("value",)

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.value = value


class ActivityContext(Protocol):
    """One running attempt of an activity, seen from the inside."""

    def emit(self, attributes: EventAttributes) -> None:
        """Record and show an event at once."""
        ...

    def heartbeat(self) -> None:
        """Say that the attempt is alive."""
        ...

    def new_id(self) -> str:
        """An id that the same step of every attempt has, also in another process."""
        ...


current_activity: ContextVar[ActivityContext | None] = ContextVar("nbconvo_activity", default=None)
"""The attempt whose code is running."""


def current_or_none() -> Runtime | None:
    """The execution whose code is running now, or None outside of one."""
    return getattr(asyncio._get_running_loop(), "runtime", None)  # noqa: SLF001 - the one way that does not raise


def current(what: str) -> Runtime:
    """The execution whose code is running now. Raises `NotInWorkflow`, naming `what` was tried."""
    runtime = current_or_none()
    if runtime is None:
        raise NotInWorkflow(what)
    return runtime
