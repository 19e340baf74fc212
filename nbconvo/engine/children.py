"""Child workflows: executions of their own, started by workflow code; their outcome comes back as an event of the parent."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from pydantic import ValidationError

from nbconvo.engine.history import History
from nbconvo.errors import (
    ApplicationError,
    ChildWorkflowError,
    EngineClosed,
    ExecutionMismatch,
    WorkflowCanceled,
    WorkflowFailed,
)
from nbconvo.protocol.definition import ParentClosePolicy, WorkflowDefinition
from nbconvo.protocol.envelope import Event, Lineage
from nbconvo.protocol.events import (
    CancelRequested,
    ChildCompleted,
    ChildFailed,
    ChildStarted,
    WorkflowExecutionCanceled,
    WorkflowExecutionStarted,
)

PARENT_ENDED = "the parent ended"


class ChildHandle(Protocol):
    """What a parent needs of a running child."""

    def when_ended(self, callback: Callable[[], None]) -> None:
        """Call back when it has ended; at once if it has."""
        ...

    def outcome_nowait(self) -> Any:
        """Its result as JSON. Raises what it failed with."""
        ...

    @property
    def is_canceling(self) -> bool:
        """True when it was asked to stop."""
        ...

    def cancel_nowait(self, reason: str | None = None) -> None:
        """Ask it to stop."""
        ...

    def terminate_nowait(self, reason: str | None = None) -> None:
        """End it at once."""
        ...


Spawn = Callable[[WorkflowDefinition, str, Any, Lineage], ChildHandle]
"""Start (or take up again) a child under an id, with an input and the parent's lineage."""


class ChildCall:
    """One child of one parent; `outcome` is on the parent's loop."""

    __slots__ = ("_definition", "_handle", "_history", "_input", "child_id", "outcome", "policy")

    def __init__(
        self,
        child_id: str,
        definition: WorkflowDefinition,
        value: Any,
        policy: ParentClosePolicy,
        history: History,
        outcome: Future[Any],
    ) -> None:
        self.child_id = child_id
        self.policy = policy
        self.outcome = outcome
        self._definition = definition
        self._input = value
        self._history = history
        self._handle: ChildHandle | None = None

    def started(self) -> ChildStarted:
        """The event that records the call."""
        return ChildStarted(self.child_id, self._definition.name, self._input, self.policy.value)

    def start(self, spawn: Spawn) -> None:
        """Start the child, once."""
        if self._handle is None and not self.outcome.done():
            try:
                self._handle = spawn(self._definition, self.child_id, self._input, self._history.lineage)
            except ExecutionMismatch as error:  # the id is that of another workflow's execution
                self._failed(type(error).__name__, str(error), error)
            else:
                self._handle.when_ended(self._ended)

    def give_up(self, spawn: Spawn) -> None:
        """The parent's wait was cancelled, so the child is, too; once, however often the parent is taken up again."""
        if self._handle is None:
            self._handle = spawn(self._definition, self.child_id, self._input, self._history.lineage)
        if not self._handle.is_canceling:
            self._handle.cancel_nowait("the parent was cancelled")

    def parent_closed(self) -> None:
        """The parent has ended."""
        if self._handle is None or self.outcome.done():
            return
        match self.policy:
            case ParentClosePolicy.TERMINATE:
                self._handle.terminate_nowait(PARENT_ENDED)
            case ParentClosePolicy.REQUEST_CANCEL:
                self._handle.cancel_nowait(PARENT_ENDED)
            case ParentClosePolicy.ABANDON:
                pass

    def completed(self, result: Any) -> None:
        """The recorded result goes to the parent. Raises pydantic's ValidationError when it does not fit the annotation."""
        if not self.outcome.done():
            self.outcome.set_result(self._definition.shape.decode_result(result))

    def failed(self, kind: str, message: str, cause: BaseException | None = None) -> None:
        """The recorded failure goes to the parent."""
        if not self.outcome.done():
            failure = ChildWorkflowError(self._definition.name, self.child_id)
            failure.__cause__ = ApplicationError(message, type=kind)
            failure.__cause__.__cause__ = cause
            self.outcome.set_exception(failure)
            self.outcome.exception()  # a parent that went on without it is not told of by asyncio

    def _ended(self) -> None:
        if self._handle is None or self._history.closed or self.outcome.done():
            return  # the parent does not wait for it any more
        try:
            result = self._handle.outcome_nowait()
            self._history.happened(ChildCompleted(self.child_id, result))
            self._history.commit_or_crash()
            self.completed(result)
        except WorkflowFailed as error:
            self._failed(error.failure_type, error.message, error)
        except WorkflowCanceled as error:
            self._failed("CancelledError", error.reason or "cancelled", error)
        except ValidationError as error:
            self._failed("ValidationError", str(error), error)
        except EngineClosed:
            pass  # the parent stops, too
        except Exception as error:  # the child cannot go on, so nor can who waits for it
            self._history.crash(error)

    def _failed(self, kind: str, message: str, error: Exception) -> None:
        self._history.happened(ChildFailed(self.child_id, kind, message))
        self._history.commit_or_crash()
        self.failed(kind, message, error)


def orphans(recorded: Iterable[Event]) -> list[ChildStarted]:
    """The children that end with their parent and have no end in its history."""
    begun: dict[str, ChildStarted] = {}
    for event in recorded:
        match event.attributes:
            case ChildStarted(child_id, close_policy=policy) if policy != ParentClosePolicy.ABANDON.value:
                begun[child_id] = event.attributes
            case ChildCompleted(child_id) | ChildFailed(child_id):
                begun.pop(child_id, None)
            case _:
                pass
    return list(begun.values())


def closed_by_parent(child: ChildStarted, recorded: Sequence[Event], now: int) -> list[Event]:
    """What to add to the record of a child whose parent died as it ended: nothing, or the end that the parent owed it."""
    started = next((event for event in reversed(recorded) if isinstance(event.attributes, WorkflowExecutionStarted)), None)
    if started is None or not isinstance(started.attributes, WorkflowExecutionStarted):
        return []
    asked = any(isinstance(event.attributes, CancelRequested) for event in recorded)
    if child.close_policy == ParentClosePolicy.TERMINATE.value:
        end = WorkflowExecutionCanceled(started.attributes.task_id, PARENT_ENDED)
    elif not asked:
        end = CancelRequested(PARENT_ENDED)
    else:
        return []
    return [Event(recorded[-1].sequence + 1, now, started.lineage, end)]
