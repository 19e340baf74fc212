"""Events fold into a transcript: a pure function from a view and an event to the next view.

A local run and a remote one fold by the same code; internal events only make the picture richer (why a wait ended, a countdown,
a traceback). An unknown event changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, assert_never, cast

from nbconvo.protocol import events as ev
from nbconvo.protocol.envelope import Event
from nbconvo.protocol.outputs import is_chat_output
from nbconvo.protocol.patch import apply
from nbconvo.views.asks import Kind, answer_text, ask_kind, ask_prompt, ask_view
from nbconvo.views.model import (
    ActivityItem,
    AnswerItem,
    AnswerState,
    AskView,
    Chunk,
    ErrorItem,
    Item,
    MessageItem,
    RunStatus,
    TaskItem,
    TranscriptView,
)

WAIT_FOR_INPUT = "wait_for_input"
ASSISTANT_MESSAGE = "assistant_message"
_HIDDEN_ACTIVITIES = ("__emit_", "__internal__")
_CUT_OFF = "The run ended before this did."
_CLOSED: dict[str, AnswerState] = {"timed_out": "timed_out", "canceled": "canceled"}


def empty_view(execution_id: str = "", workflow: str = "", title: str = "") -> TranscriptView:
    """The view before the first event."""
    return {
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
        case ev.WorkflowExecutionStarted(_, name, title):
            if any(item["id"] == line for item in view["items"]):
                return view  # continued as new
            item: ActivityItem = {
                "kind": "activity", "id": line, "name": title or name, "status": "running", "attempt": 1, "error": None, "at": at,
            }  # fmt: skip
            return _append(view, item)
        case ev.WorkflowExecutionCompleted():
            return _change(view, line, {"status": "completed"})
        case ev.WorkflowExecutionFailed(_, failure):
            return _change(view, line, {"status": "failed", "error": failure})
        case ev.WorkflowExecutionCanceled():
            return _change(view, line, {"status": "failed", "error": "cancelled"})
        case ev.FailureTraced():
            return view
        case (
            ev.ActivityTaskStarted()
            | ev.ActivityTaskRetrying()
            | ev.ActivityTaskCompleted()
            | ev.ActivityTaskFailed() as activity
        ):
            return _activity(view, replace(activity, task_id=f"{child_id}-{activity.task_id}"), at)
        case ev.ActivityCanceled(task_id):
            return _fold_own(view, replace(event, attributes=ev.ActivityCanceled(f"{child_id}-{task_id}")))
        case _:
            return _fold_own(view, event)


def _change(view: TranscriptView, item_id: str, changes: dict[str, Any]) -> TranscriptView:
    return _replace_item(view, item_id, lambda item: cast("Item", {**item, **changes}))


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
            return _activity(view, activity, at)
        case ev.ActivityCanceled(task_id):
            return _change(view, f"activity-{task_id}", {"status": "failed", "error": "stopped: nothing waits for it any more"})
        case ev.InputDeadlineSet(task_id, deadline):
            return _with_ask(view, task_id, lambda ask: {**ask, "deadline": deadline})
        case ev.InputClosed(task_id, reason):
            return _close_ask(view, task_id, _CLOSED.get(reason, "failed"), at)
        case ev.FailureTraced(kind, traceback, None):
            error: ErrorItem = {"kind": "error", "id": "error", "type": kind, "message": "", "traceback": traceback, "at": at}
            return _append(view, error)
        case ev.FailureTraced() | ev.InputReceived() | ev.TimerStarted() | ev.TimerFired() | ev.CancelRequested():
            return view
        case ev.SignalReceived() | ev.UpdateAccepted() | ev.UpdateCompleted() | ev.UpdateFailed() | ev.SearchKeysChanged():
            return view
        case ev.ChildStarted() | ev.ChildCompleted() | ev.ChildFailed():
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
        if result["content"] or result["isError"]:
            view = _append(view, _message("result", result["content"], at, is_error=bool(result["isError"])))
    elif result is not None:
        plain = result.keys() == {"result"} if isinstance(result, dict) else False
        view = _append(view, {"kind": "result", "id": "result", "value": result["result"] if plain else result, "at": at})
    return _ended(view, "completed", at)


def _failed(view: TranscriptView, failure: str, at: float) -> TranscriptView:
    last = view["items"][-1] if view["items"] else None
    if last is not None and last["kind"] == "error":
        view = _replace_item(view, "error", lambda item: cast("Item", {**item, "message": failure}))
    else:
        view = _append(view, {"kind": "error", "id": "error", "type": "", "message": failure, "traceback": "", "at": at})
    return _ended(view, "failed", at)


def _ended(view: TranscriptView, status: RunStatus, at: float) -> TranscriptView:
    for ask in view["asks"]:  # a remote stream may end without closing them
        view = _close_ask(view, ask["task_id"], "canceled", at)
    return {**view, "items": [_settled(item) for item in view["items"]], "status": status, "ended_at": at}


def _settled(item: Item) -> Item:
    """What was under way when the run ended goes on no more."""
    match item["kind"]:
        case "message" if item["streaming"]:
            return {**item, "streaming": False}
        case "task" if item["status"] == "running":
            return {**item, "status": "failed", "error": _CUT_OFF}
        case "activity" if item["status"] in ("running", "retrying"):
            return {**item, "status": "failed", "error": item["error"] or _CUT_OFF}
        case _:
            return item


# Custom tasks: asks, messages, anything else


_TaskEvent = ev.CustomTaskStarted | ev.CustomTaskInProgress | ev.CustomTaskCompleted | ev.CustomTaskFailed


def _task(view: TranscriptView, task: _TaskEvent, at: float) -> TranscriptView:
    match task.custom_task_type:
        case "wait_for_input":
            return _ask(view, task, at)
        case "assistant_message":
            return _assistant(view, task, at)
        case _:
            return _other_task(view, task, at)


def _ask(view: TranscriptView, task: _TaskEvent, at: float) -> TranscriptView:
    match task:
        case ev.CustomTaskStarted(task_id, _, payload):
            ask = ask_view(task_id, payload["input_schema"], payload["label"], at)
            return {**view, "status": "waiting", "asks": [*view["asks"], ask]}
        case ev.CustomTaskCompleted(task_id, _, payload):
            return _drop_ask(_append(view, _answered(task_id, payload, at)), task_id)
        case ev.CustomTaskFailed(task_id):
            return _close_ask(view, task_id, "failed", at)
        case ev.CustomTaskInProgress():
            return view


def _answered(task_id: str, payload: Any, at: float) -> AnswerItem:
    schema, value = payload["input_schema"], payload["input"]
    kind = ask_kind(schema)
    prompt, text = ask_prompt(schema, kind), answer_text(schema, value)
    return _answer(task_id, kind, payload["label"], prompt, at, state="answered", text=text, value=value)


def _answer(
    task_id: str,
    ask: Kind,
    label: str | None,
    prompt: str | None,
    at: float,
    *,
    state: AnswerState,
    text: str = "",
    value: Any = None,
) -> AnswerItem:
    return AnswerItem(kind="answer", id=task_id, ask=ask, label=label, prompt=prompt, text=text, value=value, state=state, at=at)


def _close_ask(view: TranscriptView, task_id: str, state: AnswerState, at: float) -> TranscriptView:
    """The ask ended without an answer; nothing happens when it is not open any more."""
    for ask in view["asks"]:
        if ask["task_id"] == task_id:
            item = _answer(task_id, ask["kind"], ask["label"], ask["prompt"], at, state=state)
            return _drop_ask(_append(view, item), task_id)
    return view


def _drop_ask(view: TranscriptView, task_id: str) -> TranscriptView:
    asks = [ask for ask in view["asks"] if ask["task_id"] != task_id]
    return {**view, "status": "waiting" if asks else "running", "asks": asks}


def _with_ask(view: TranscriptView, task_id: str, change: Callable[[AskView], AskView]) -> TranscriptView:
    return {**view, "asks": [change(ask) if ask["task_id"] == task_id else ask for ask in view["asks"]]}


def _assistant(view: TranscriptView, task: _TaskEvent, at: float) -> TranscriptView:
    """An agent's turn that only calls tools leaves an empty message: it is dropped when it ends."""
    match task:
        case ev.CustomTaskStarted(task_id, _, payload):
            return _append(view, _message(task_id, payload["contentChunks"], at, streaming=True))
        case ev.CustomTaskInProgress(task_id, _, patches, payload):
            return _replace_item(view, task_id, lambda item: _message_state(item, patches, payload))
        case ev.CustomTaskCompleted(task_id, _, payload) if payload["contentChunks"]:
            return _replace_item(
                view, task_id, lambda item: cast("Item", {**item, "chunks": payload["contentChunks"], "streaming": False})
            )
        case ev.CustomTaskCompleted(task_id):
            return {**view, "items": [item for item in view["items"] if item["id"] != task_id]}
        case ev.CustomTaskFailed(task_id):
            return _replace_item(view, task_id, lambda item: cast("Item", {**item, "streaming": False, "is_error": True}))


def _message(task_id: str, chunks: list[Chunk], at: float, *, streaming: bool = False, is_error: bool = False) -> MessageItem:
    return {"kind": "message", "id": task_id, "chunks": chunks, "streaming": streaming, "is_error": is_error, "at": at}


def _message_state(item: Item, patches: list[Any] | None, payload: Any) -> Item:
    if item["kind"] != "message":
        return item
    state = payload if patches is None else apply({"contentChunks": item["chunks"]}, patches)
    return {**item, "chunks": state["contentChunks"]}


def _other_task(view: TranscriptView, task: _TaskEvent, at: float) -> TranscriptView:
    match task:
        case ev.CustomTaskStarted(task_id, kind, payload):
            item: TaskItem = {
                "kind": "task",
                "id": task_id,
                "type": kind,
                "status": "running",
                "state": payload,
                "error": None,
                "at": at,
            }
            return _append(view, item)
        case ev.CustomTaskInProgress(task_id, _, patches, payload):
            return _replace_item(view, task_id, lambda item: _task_state(item, patches, payload))
        case ev.CustomTaskCompleted(task_id, _, payload):
            return _replace_item(view, task_id, lambda item: cast("Item", {**item, "status": "completed", "state": payload}))
        case ev.CustomTaskFailed(task_id, _, failure):
            return _replace_item(view, task_id, lambda item: cast("Item", {**item, "status": "failed", "error": failure}))


def _task_state(item: Item, patches: list[Any] | None, payload: Any) -> Item:
    if item["kind"] != "task":
        return item
    return {**item, "state": payload if patches is None else apply(item["state"], patches)}


# Activities


_ActivityEvent = ev.ActivityTaskStarted | ev.ActivityTaskRetrying | ev.ActivityTaskCompleted | ev.ActivityTaskFailed


def _activity(view: TranscriptView, event: _ActivityEvent, at: float) -> TranscriptView:
    if event.activity_name.startswith(_HIDDEN_ACTIVITIES):
        return view
    item_id = f"activity-{event.task_id}"
    match event:
        case ev.ActivityTaskStarted(_, name):
            item: ActivityItem = {
                "kind": "activity",
                "id": item_id,
                "name": name,
                "status": "running",
                "attempt": 1,
                "error": None,
                "at": at,
            }
            return _append(view, item)
        case ev.ActivityTaskRetrying(_, _, attempt, failure):
            changes = {"status": "retrying", "attempt": attempt + 1, "error": failure}
        case ev.ActivityTaskCompleted():
            changes = {"status": "completed", "error": None}
        case ev.ActivityTaskFailed(_, _, attempt, failure):
            changes = {"status": "failed", "attempt": attempt, "error": failure}
    return _change(view, item_id, changes)


# Items


def _append(view: TranscriptView, item: Item) -> TranscriptView:
    return {**view, "items": [*view["items"], item]}


def _replace_item(view: TranscriptView, item_id: str, change: Callable[[Item], Item]) -> TranscriptView:
    """Change one item, looked for from the end, where nearly all changes are."""
    items = view["items"]
    for index in range(len(items) - 1, -1, -1):
        if items[index]["id"] == item_id:
            return {**view, "items": [*items[:index], change(items[index]), *items[index + 1 :]]}
    return view
