"""Events fold into a transcript: a pure function from a view and an event to the next view.

A local run and a remote one fold by the same code; internal events only make the picture richer (why a wait ended, a countdown,
a traceback). An unknown event changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, assert_never, cast

from nbconvo.protocol import events as ev
from nbconvo.protocol.envelope import Event
from nbconvo.protocol.outputs import is_chat_output
from nbconvo.views import items
from nbconvo.views.fold_asks import ask_event, close_ask, deadline_set, input_closed
from nbconvo.views.fold_messages import final_message, message_event
from nbconvo.views.fold_work import activity_event, activity_started, work_event
from nbconvo.views.model import ErrorItem, Item, RunStatus, ShowActivities, TranscriptView
from nbconvo.views.task_event import TaskEvent

_CUT_OFF = "The run ended before this did."


def empty_view(
    execution_id: str = "", workflow: str = "", title: str = "", *, show_activities: ShowActivities = "compact"
) -> TranscriptView:
    """The view before the first event; `show_activities` says how activities will be shown."""
    view: TranscriptView = {
        "execution_id": execution_id,
        "workflow": workflow,
        "title": title or workflow,
        "status": "running",
        "items": [],
        "asks": [],
        "started_at": None,
        "ended_at": None,
        "branch": None,
        "resumed": False,
        "can_rewind": False,
    }
    if show_activities != "compact":
        view["show_activities"] = show_activities
    return view


def fold_all(events: Iterable[Event], view: TranscriptView | None = None) -> TranscriptView:
    """The view after `events`."""
    view = empty_view() if view is None else view
    for event in events:
        view = fold(view, event)
    return view


def fold(view: TranscriptView, event: Event) -> TranscriptView:
    """The view after one more event; `view` itself is left as it is. Events of children join their parent's conversation."""
    if view["execution_id"] in ("", event.lineage.workflow_exec_id):
        return _fold_own(view, event)
    return _fold_child(view, event)


def _fold_child(view: TranscriptView, event: Event) -> TranscriptView:  # noqa: PLR0911 - one return for each kind of event
    """What a child says and asks belongs into the conversation; its life is one line, as that of an activity."""
    at, child_id = event.event_timestamp / 1e9, event.lineage.workflow_exec_id
    line = f"child-{child_id}"
    match event.attributes:
        case ev.WorkflowExecutionStarted(_, name, title, arguments):
            if any(item["id"] == line for item in view["items"]):
                return view  # continued as new
            return activity_started(view, line, title or name, at, arguments)
        case ev.WorkflowExecutionCompleted():
            return items.change(view, line, {"status": "completed"})
        case ev.WorkflowExecutionFailed(_, failure):
            return items.change(view, line, {"status": "failed", "error": failure})
        case ev.WorkflowExecutionCanceled():
            return items.change(view, line, {"status": "failed", "error": "cancelled"})
        case ev.FailureTraced():
            return view
        case (
            ev.ActivityTaskStarted()
            | ev.ActivityTaskRetrying()
            | ev.ActivityTaskCompleted()
            | ev.ActivityTaskFailed() as activity
        ):
            return activity_event(view, replace(activity, task_id=f"{child_id}-{activity.task_id}"), at)
        case ev.ActivityCanceled(task_id):
            return _fold_own(view, replace(event, attributes=ev.ActivityCanceled(f"{child_id}-{task_id}")))
        case _:
            return _fold_own(view, event)


def _fold_own(view: TranscriptView, event: Event) -> TranscriptView:  # noqa: PLR0911, PLR0912 - one return for each kind of event
    at = event.event_timestamp / 1e9
    match event.attributes:
        case ev.WorkflowExecutionStarted() as started:
            return _started(view, event, started, at)
        case ev.WorkflowExecutionCompleted(result=result):
            return _completed(view, result, at)
        case ev.WorkflowExecutionFailed(failure=failure):
            return _failed(view, failure, at)
        case ev.WorkflowExecutionCanceled():
            return _ended(view, "canceled", at)
        case ev.CustomTaskStarted() | ev.CustomTaskInProgress() | ev.CustomTaskCompleted() | ev.CustomTaskFailed() as task:
            return _task(view, task, at)
        case (
            ev.ActivityTaskStarted()
            | ev.ActivityTaskRetrying()
            | ev.ActivityTaskCompleted()
            | ev.ActivityTaskFailed() as activity
        ):
            return activity_event(view, activity, at)
        case ev.ActivityCanceled(task_id):
            return items.change(
                view, f"activity-{task_id}", {"status": "failed", "error": "stopped: nothing waits for it any more"}
            )
        case ev.InputDeadlineSet() as deadline:
            return deadline_set(view, deadline)
        case ev.InputClosed() as closed:
            return input_closed(view, closed, at)
        case ev.FailureTraced(kind, traceback, None):
            error: ErrorItem = {"kind": "error", "id": "error", "type": kind, "message": "", "traceback": traceback, "at": at}
            return items.append(view, error)
        case ev.FailureTraced() | ev.InputReceived() | ev.TimerStarted() | ev.TimerFired() | ev.CancelRequested():
            return view
        case ev.SignalReceived() | ev.UpdateAccepted() | ev.UpdateCompleted() | ev.UpdateFailed() | ev.SearchKeysChanged():
            return view
        case ev.ChildStarted() | ev.ChildCompleted() | ev.ChildFailed() | ev.FlowNoted():
            return view
        case ev.TurnCommitted() | ev.CellBound() | ev.Forked() | ev.UnknownEvent():
            return view
        case _:
            assert_never(event.attributes)


# The run


def _started(view: TranscriptView, event: Event, started: ev.WorkflowExecutionStarted, at: float) -> TranscriptView:
    title = started.display_name or started.workflow_name
    names = {"execution_id": event.lineage.workflow_exec_id, "workflow": started.workflow_name, "title": title}
    return cast("TranscriptView", {**view, **names, "status": "running", "started_at": at})


def _completed(view: TranscriptView, result: Any, at: float) -> TranscriptView:
    if is_chat_output(result):
        view = final_message(view, result, at)
    elif result is not None:
        plain = result.keys() == {"result"} if isinstance(result, dict) else False
        view = items.append(view, {"kind": "result", "id": "result", "value": result["result"] if plain else result, "at": at})
    return _ended(view, "completed", at)


def _failed(view: TranscriptView, failure: str, at: float) -> TranscriptView:
    last = view["items"][-1] if view["items"] else None
    if last is not None and last["kind"] == "error":
        view = items.change(view, "error", {"message": failure})
    else:
        view = items.append(view, {"kind": "error", "id": "error", "type": "", "message": failure, "traceback": "", "at": at})
    return _ended(view, "failed", at)


def _ended(view: TranscriptView, status: RunStatus, at: float) -> TranscriptView:
    for ask in view["asks"]:  # a remote stream may end without closing them
        view = close_ask(view, ask["task_id"], "canceled", at)
    return {**view, "items": [_settled(item) for item in view["items"]], "status": status, "ended_at": at}


def _settled(item: Item) -> Item:
    """What was under way when the run ended goes on no more."""
    match item["kind"]:
        case "message" if item["streaming"]:
            return {**item, "streaming": False}
        case "task" | "todo" | "working" if item["status"] == "running":
            return cast("Item", {**item, "status": "failed", "error": _CUT_OFF})
        case "activity" if item["status"] in ("running", "retrying"):
            return {**item, "status": "failed", "error": item["error"] or _CUT_OFF}
        case _:
            return item


def _task(view: TranscriptView, task: TaskEvent, at: float) -> TranscriptView:
    match task.custom_task_type:
        case "wait_for_input":
            return ask_event(view, task, at)
        case "assistant_message":
            return message_event(view, task, at)
        case _:
            return work_event(view, task, at)
