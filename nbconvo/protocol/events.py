"""What can happen to an execution: one frozen class per event type, its fields those of Mistral's event stream.

The public ones have Mistral's names and JSON (workflows specification, "Event stream"). The internal ones are in
`internal_events.py`, and part of the same union. Values are JSON (dict, list, str, int, float, bool, None); the envelope around
them is in `envelope.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from nbconvo.protocol.attributes import Attributes, field_names
from nbconvo.protocol.internal_events import (
    ActivityCanceled,
    CancelRequested,
    CellBound,
    ChildCompleted,
    ChildFailed,
    ChildStarted,
    FailureTraced,
    FlowNoted,
    Forked,
    InputClosed,
    InputDeadlineSet,
    InputReceived,
    SearchKeysChanged,
    SignalReceived,
    TimerFired,
    TimerStarted,
    TurnCommitted,
    UpdateAccepted,
    UpdateCompleted,
    UpdateFailed,
)
from nbconvo.protocol.patch import Patch


@dataclass(frozen=True, slots=True)
class WorkflowExecutionStarted(Attributes):
    """A run began. `input` is the list of arguments: empty, or one JSON object."""

    event_type: ClassVar = "WORKFLOW_EXECUTION_STARTED"
    task_id: str
    workflow_name: str
    display_name: str | None
    input: list[Any]
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class WorkflowExecutionCompleted(Attributes):
    """The entrypoint returned. `result` is the model's JSON, or `{"result": value}`, or None."""

    event_type: ClassVar = "WORKFLOW_EXECUTION_COMPLETED"
    task_id: str
    result: Any
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class WorkflowExecutionFailed(Attributes):
    """The entrypoint raised. `failure` is the exception's text."""

    event_type: ClassVar = "WORKFLOW_EXECUTION_FAILED"
    task_id: str
    failure: str
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class WorkflowExecutionCanceled(Attributes):
    """The run ended because someone cancelled it."""

    event_type: ClassVar = "WORKFLOW_EXECUTION_CANCELED"
    task_id: str
    reason: str | None
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class CustomTaskStarted(Attributes):
    """A task that people see began: a message, an ask, a todo list, anything with a state."""

    event_type: ClassVar = "CUSTOM_TASK_STARTED"
    custom_task_id: str
    custom_task_type: str
    payload: Any


@dataclass(frozen=True, slots=True)
class CustomTaskInProgress(Attributes):
    """The task's state changed by `patches`; when `patches` is None, `payload` is the whole new state."""

    event_type: ClassVar = "CUSTOM_TASK_IN_PROGRESS"
    custom_task_id: str
    custom_task_type: str
    patches: list[Patch] | None
    payload: Any = None


@dataclass(frozen=True, slots=True)
class CustomTaskCompleted(Attributes):
    """The task ended well; `payload` is its whole last state."""

    event_type: ClassVar = "CUSTOM_TASK_COMPLETED"
    custom_task_id: str
    custom_task_type: str
    payload: Any


@dataclass(frozen=True, slots=True)
class CustomTaskFailed(Attributes):
    """The task ended by an exception. The text is empty for a timeout and a cancellation, as upstream."""

    event_type: ClassVar = "CUSTOM_TASK_FAILED"
    custom_task_id: str
    custom_task_type: str
    failure: str


@dataclass(frozen=True, slots=True)
class ActivityTaskStarted(Attributes):
    """An activity was scheduled with these arguments."""

    event_type: ClassVar = "ACTIVITY_TASK_STARTED"
    task_id: str
    activity_name: str
    input: list[Any]


@dataclass(frozen=True, slots=True)
class ActivityTaskRetrying(Attributes):
    """Attempt number `attempt` (from 1) failed, another will follow."""

    event_type: ClassVar = "ACTIVITY_TASK_RETRYING"
    task_id: str
    activity_name: str
    attempt: int
    failure: str


@dataclass(frozen=True, slots=True)
class ActivityTaskCompleted(Attributes):
    """The activity returned."""

    event_type: ClassVar = "ACTIVITY_TASK_COMPLETED"
    task_id: str
    activity_name: str
    result: Any


@dataclass(frozen=True, slots=True)
class ActivityTaskFailed(Attributes):
    """The last attempt failed."""

    event_type: ClassVar = "ACTIVITY_TASK_FAILED"
    task_id: str
    activity_name: str
    attempt: int
    failure: str


@dataclass(frozen=True, slots=True)
class UnknownEvent(Attributes):
    """An event of a type this version does not know, kept as it came (a newer platform, a newer journal)."""

    event_type: ClassVar = "UNKNOWN"
    name: str
    attributes: dict[str, Any]


EventAttributes = (
    WorkflowExecutionStarted
    | WorkflowExecutionCompleted
    | WorkflowExecutionFailed
    | WorkflowExecutionCanceled
    | CustomTaskStarted
    | CustomTaskInProgress
    | CustomTaskCompleted
    | CustomTaskFailed
    | ActivityTaskStarted
    | ActivityTaskRetrying
    | ActivityTaskCompleted
    | ActivityTaskFailed
    | ActivityCanceled
    | UnknownEvent
    | InputReceived
    | InputDeadlineSet
    | InputClosed
    | TimerStarted
    | TimerFired
    | CancelRequested
    | FailureTraced
    | TurnCommitted
    | CellBound
    | Forked
    | SignalReceived
    | UpdateAccepted
    | UpdateCompleted
    | UpdateFailed
    | ChildStarted
    | ChildCompleted
    | ChildFailed
    | SearchKeysChanged
    | FlowNoted
)
"""Every event there is; dispatch on it with `match` and end with `assert_never`."""

__all__ = [
    "ActivityCanceled",
    "ActivityTaskCompleted",
    "ActivityTaskFailed",
    "ActivityTaskRetrying",
    "ActivityTaskStarted",
    "Attributes",
    "CancelRequested",
    "CellBound",
    "ChildCompleted",
    "ChildFailed",
    "ChildStarted",
    "CustomTaskCompleted",
    "CustomTaskFailed",
    "CustomTaskInProgress",
    "CustomTaskStarted",
    "EventAttributes",
    "FailureTraced",
    "FlowNoted",
    "Forked",
    "InputClosed",
    "InputDeadlineSet",
    "InputReceived",
    "SearchKeysChanged",
    "SignalReceived",
    "TimerFired",
    "TimerStarted",
    "TurnCommitted",
    "UnknownEvent",
    "UpdateAccepted",
    "UpdateCompleted",
    "UpdateFailed",
    "WorkflowExecutionCanceled",
    "WorkflowExecutionCompleted",
    "WorkflowExecutionFailed",
    "WorkflowExecutionStarted",
    "field_names",
]
