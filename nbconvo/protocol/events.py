"""What can happen to an execution: one frozen class per event type, its fields those of Mistral's event stream.

The public ones have Mistral's names and JSON (workflows specification, "Event stream"). The ones marked `internal` are what a
local journal needs beyond them: they never leave the machine, and a view may use them to say more than the stream can.
Values are JSON (dict, list, str, int, float, bool, None); the envelope around them is in `envelope.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any, ClassVar

from nbconvo.protocol.patch import Patch


@cache
def field_names(kind: type[Any]) -> tuple[str, ...]:
    """The fields of an event class, in their order; asked for with every event, so it is kept."""
    return tuple(field.name for field in fields(kind))


class Attributes:
    """Base of all event attributes. `event_type` is the wire name; `internal` ones stay in the local journal."""

    __slots__ = ()
    event_type: ClassVar[str]
    internal: ClassVar[bool] = False


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
class ActivityCanceled(Attributes):
    """The workflow does not wait for this activity any more; its attempt was stopped."""

    event_type: ClassVar = "NBCONVO_ACTIVITY_CANCELED"
    internal: ClassVar = True
    task_id: str


@dataclass(frozen=True, slots=True)
class UnknownEvent(Attributes):
    """An event of a type this version does not know, kept as it came (a newer platform, a newer journal)."""

    event_type: ClassVar = "UNKNOWN"
    name: str
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class InputReceived(Attributes):
    """A valid reply to the ask `custom_task_id` was accepted; recorded before the workflow sees it."""

    event_type: ClassVar = "NBCONVO_INPUT_RECEIVED"
    internal: ClassVar = True
    custom_task_id: str
    input: Any


@dataclass(frozen=True, slots=True)
class InputDeadlineSet(Attributes):
    """The ask `custom_task_id` closes at `deadline`, in seconds since the epoch; `on_timeout` is its answer then, if any."""

    event_type: ClassVar = "NBCONVO_INPUT_DEADLINE_SET"
    internal: ClassVar = True
    custom_task_id: str
    deadline: float
    on_timeout: Any = None


@dataclass(frozen=True, slots=True)
class InputClosed(Attributes):
    """Why the ask ended without an answer: "timed_out", "canceled" or "failed"."""

    event_type: ClassVar = "NBCONVO_INPUT_CLOSED"
    internal: ClassVar = True
    custom_task_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class TimerStarted(Attributes):
    """Workflow code waits until `deadline`, in seconds since the epoch."""

    event_type: ClassVar = "NBCONVO_TIMER_STARTED"
    internal: ClassVar = True
    timer_id: int
    deadline: float


@dataclass(frozen=True, slots=True)
class TimerFired(Attributes):
    """The timer's deadline has passed and its callback runs."""

    event_type: ClassVar = "NBCONVO_TIMER_FIRED"
    internal: ClassVar = True
    timer_id: int


@dataclass(frozen=True, slots=True)
class CancelRequested(Attributes):
    """Someone asked the run to stop; the workflow sees a CancelledError next."""

    event_type: ClassVar = "NBCONVO_CANCEL_REQUESTED"
    internal: ClassVar = True
    reason: str | None


@dataclass(frozen=True, slots=True)
class SignalReceived(Attributes):
    """A signal was accepted; its handler runs next."""

    event_type: ClassVar = "NBCONVO_SIGNAL_RECEIVED"
    internal: ClassVar = True
    name: str
    input: Any


@dataclass(frozen=True, slots=True)
class UpdateAccepted(Attributes):
    """An update was accepted; its handler runs next."""

    event_type: ClassVar = "NBCONVO_UPDATE_ACCEPTED"
    internal: ClassVar = True
    update_id: str
    name: str
    input: Any


@dataclass(frozen=True, slots=True)
class UpdateCompleted(Attributes):
    """The handler of an update returned."""

    event_type: ClassVar = "NBCONVO_UPDATE_COMPLETED"
    internal: ClassVar = True
    update_id: str
    result: Any


@dataclass(frozen=True, slots=True)
class UpdateFailed(Attributes):
    """The handler of an update raised; the run goes on."""

    event_type: ClassVar = "NBCONVO_UPDATE_FAILED"
    internal: ClassVar = True
    update_id: str
    failure: str


@dataclass(frozen=True, slots=True)
class ChildStarted(Attributes):
    """Workflow code started a child under the execution id `child_id`; `close_policy` tells what the parent's end does to it."""

    event_type: ClassVar = "NBCONVO_CHILD_STARTED"
    internal: ClassVar = True
    child_id: str
    workflow_name: str
    input: Any
    close_policy: str


@dataclass(frozen=True, slots=True)
class ChildCompleted(Attributes):
    """A child workflow returned."""

    event_type: ClassVar = "NBCONVO_CHILD_COMPLETED"
    internal: ClassVar = True
    child_id: str
    result: Any


@dataclass(frozen=True, slots=True)
class ChildFailed(Attributes):
    """A child workflow failed or was cancelled (`kind` names the exception)."""

    event_type: ClassVar = "NBCONVO_CHILD_FAILED"
    internal: ClassVar = True
    child_id: str
    kind: str
    failure: str


@dataclass(frozen=True, slots=True)
class SearchKeysChanged(Attributes):
    """Keys that people can find the execution by; a value of None takes a key away."""

    event_type: ClassVar = "NBCONVO_SEARCH_KEYS_CHANGED"
    internal: ClassVar = True
    keys: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FailureTraced(Attributes):
    """Type and traceback of what the next failure event tells by its text alone; `task_id` is the activity's, None for the run."""

    event_type: ClassVar = "NBCONVO_FAILURE_TRACED"
    internal: ClassVar = True
    type: str
    traceback: str
    task_id: str | None = None


@dataclass(frozen=True, slots=True)
class TurnCommitted(Attributes):
    """A turn ended that made no event of its own; without this, a replay could not tell where it ended."""

    event_type: ClassVar = "NBCONVO_TURN_COMMITTED"
    internal: ClassVar = True


@dataclass(frozen=True, slots=True)
class Forked(Attributes):
    """Everything before this was taken over from execution `origin`, up to its event `sequence`.

    `children` are the ids of children that were forked with it, by the ids that workflow code draws for them.
    """

    event_type: ClassVar = "NBCONVO_FORKED"
    internal: ClassVar = True
    origin: str
    sequence: int
    children: dict[str, str]


@dataclass(frozen=True, slots=True)
class CellBound(Attributes):
    """The execution belongs to this cell of this notebook."""

    event_type: ClassVar = "NBCONVO_CELL_BOUND"
    internal: ClassVar = True
    notebook: str
    cell_id: str


@dataclass(frozen=True, slots=True)
class FlowNoted(Attributes):
    """Something a flow tells about its turn: a route, a step, a part of a reply. `kind` says what, `data` is JSON."""

    event_type: ClassVar = "NBCONVO_FLOW_NOTED"
    internal: ClassVar = True
    kind: str
    data: Any


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
