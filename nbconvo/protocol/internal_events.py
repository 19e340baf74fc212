"""What a local journal needs beyond Mistral's events: these never leave the machine, and a view may use them to say more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from nbconvo.protocol.attributes import Attributes


@dataclass(frozen=True, slots=True)
class ActivityCanceled(Attributes):
    """The workflow does not wait for this activity any more; its attempt was stopped."""

    event_type: ClassVar = "NBCONVO_ACTIVITY_CANCELED"
    internal: ClassVar = True
    task_id: str


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
    """Type and traceback of what the next failure event tells by its text; `task_id` is the activity's, None for the run."""

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
