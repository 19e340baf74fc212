"""The fold of asks: they open, are answered, and end in other ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nbconvo.protocol import events as ev
from nbconvo.views import canvases, items
from nbconvo.views.asks import answer_item, ask_view
from nbconvo.views.form_model import FieldView
from nbconvo.views.model import AnswerItem, AnswerState, AskView, TranscriptView
from nbconvo.views.task_event import TaskEvent

_CLOSED: dict[str, AnswerState] = {"timed_out": "timed_out", "canceled": "canceled"}


def ask_event(view: TranscriptView, task: TaskEvent, at: float) -> TranscriptView:
    """An ask opens, or ends."""
    match task:
        case ev.CustomTaskStarted(task_id, _, payload):
            ask = _as_it_stands(view, ask_view(task_id, payload["input_schema"], payload["label"], at))
            asks = [ask, *view["asks"]] if ask.get("again") else [*view["asks"], ask]
            return {**view, "status": "waiting", "asks": asks}
        case ev.CustomTaskCompleted(task_id, _, payload):
            return _answered(view, task_id, payload, at)
        case ev.CustomTaskFailed(task_id):
            return close_ask(view, task_id, "failed", at)
        case ev.CustomTaskInProgress():
            return view


def input_closed(view: TranscriptView, closed: ev.InputClosed, at: float) -> TranscriptView:
    """The journal knows why an ask ended without an answer."""
    return close_ask(view, closed.custom_task_id, _CLOSED.get(closed.reason, "failed"), at)


def deadline_set(view: TranscriptView, deadline: ev.InputDeadlineSet) -> TranscriptView:
    """The ask closes at a time; what it is then answered with, if anything, is known before."""

    def change(ask: AskView) -> AskView:
        changed: AskView = {**ask, "deadline": deadline.deadline}
        if deadline.on_timeout is not None:
            changed["on_timeout"] = deadline.on_timeout
        return changed

    return _with_ask(view, deadline.custom_task_id, change)


def close_ask(view: TranscriptView, task_id: str, state: AnswerState, at: float) -> TranscriptView:
    """The ask ended without an answer; nothing happens when it is not open any more."""
    for ask in view["asks"]:
        if ask["task_id"] == task_id:
            instead = ask.get("on_timeout") if state == "timed_out" else None
            return _drop_ask(_ended(view, answer_item(ask, state, at, instead)), task_id)
    return view


def _as_it_stands(view: TranscriptView, ask: AskView) -> AskView:
    """The ask with what the conversation knows: what is on its canvas, and what was answered when it was asked before."""
    if "canvas" in ask and (content := canvases.newest(view, ask["canvas"]["uri"])) is not None:
        ask["canvas"] = {**ask["canvas"], "canvas": content}
    before = items.find(view, ask["task_id"])
    if before is not None and before["kind"] == "answer" and "form" in ask:
        ask["again"] = True
        ask["form"] = _prefilled(ask["form"], before["value"])
    return ask


def _prefilled(form: FieldView, value: Any) -> FieldView:
    """The form with what was answered before; secrets were not kept."""
    if "fields" not in form or not isinstance(value, dict):
        return form if form["kind"] == "secret" else {**form, "default": value}
    fields = [_prefilled(field, value[field["key"]]) if field["key"] in value else field for field in form["fields"]]
    return {**form, "fields": fields}


def _answered(view: TranscriptView, task_id: str, payload: Any, at: float) -> TranscriptView:
    """An answer that stands already (the default that a deadline brought) stays as it is."""
    is_open = any(ask["task_id"] == task_id for ask in view["asks"])
    if not is_open and items.find(view, task_id) is not None:
        return view
    ask = ask_view(task_id, payload["input_schema"], payload["label"], at)
    answer = answer_item(ask, "answered", at, payload["input"])
    return _drop_ask(canvases.canvas_edited(_ended(view, answer), answer), task_id)


def _ended(view: TranscriptView, answer: AnswerItem) -> TranscriptView:
    """One ask is one item, also when it was asked again."""
    if items.find(view, answer["id"]) is None:
        return items.append(view, answer)
    return view if answer["state"] != "answered" else items.replace(view, answer["id"], lambda _: answer)


def _drop_ask(view: TranscriptView, task_id: str) -> TranscriptView:
    asks = [ask for ask in view["asks"] if ask["task_id"] != task_id]
    return {**view, "status": "waiting" if asks else "running", "asks": asks}


def _with_ask(view: TranscriptView, task_id: str, change: Callable[[AskView], AskView]) -> TranscriptView:
    return {**view, "asks": [change(ask) if ask["task_id"] == task_id else ask for ask in view["asks"]]}
