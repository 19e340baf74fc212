"""Events fold into a transcript: each event type, both the stream of a remote run and the journal of a local one."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from pydantic import BaseModel

from nbconvo.protocol import events as ev
from nbconvo.protocol.envelope import Event, Lineage
from nbconvo.protocol.inputs import AcceptDeclineConfirmation, ChatInput, input_schema
from nbconvo.views.fold import empty_view, fold, fold_all
from nbconvo.views.model import TranscriptView

LINEAGE = Lineage("exec-1", "run-1", "greeting", "exec-1")
START = ev.WorkflowExecutionStarted("t0", "greeting", "Greeting", [])
CHAT = input_schema(ChatInput("Your name?"))
CONFIRM = input_schema(AcceptDeclineConfirmation("Proceed?", accept_label="Yes"))


AMOUNT = [{"label": "Amount", "text": "4.5"}]


class Expense(BaseModel):
    amount: float


def events(*attributes: ev.EventAttributes) -> list[Event]:
    """One event a second, from 1 on."""
    return [Event(number, number * 10**9, LINEAGE, each) for number, each in enumerate(attributes, start=1)]


def view_after(*attributes: ev.EventAttributes) -> TranscriptView:
    return fold_all(events(*attributes))


def ask(task_id: str = "a1", schema: dict[str, Any] = CHAT, label: str | None = None) -> ev.CustomTaskStarted:
    return ev.CustomTaskStarted(task_id, "wait_for_input", {"input_schema": schema, "label": label})


def answered(value: Any, task_id: str = "a1", schema: dict[str, Any] = CHAT, label: str | None = None) -> ev.CustomTaskCompleted:
    return ev.CustomTaskCompleted(task_id, "wait_for_input", {"input_schema": schema, "label": label, "input": value})


def says(text: str) -> dict[str, Any]:
    return {"message": [{"type": "text", "text": text}]}


def message(*texts: str) -> dict[str, Any]:
    return {"contentChunks": [{"type": "text", "text": text} for text in texts]}


# The run


def test_nothing_has_happened_yet() -> None:
    view = empty_view("exec-1", "greeting")
    assert (view["title"], view["status"], view["items"], view["asks"], view["started_at"]) == (
        "greeting",
        "running",
        [],
        [],
        None,
    )


def test_a_run_starts() -> None:
    view = view_after(START)
    assert (view["execution_id"], view["workflow"], view["title"]) == ("exec-1", "greeting", "Greeting")
    assert (view["status"], view["started_at"], view["ended_at"]) == ("running", 1.0, None)


def test_a_run_without_a_display_name_is_called_by_its_name() -> None:
    assert view_after(ev.WorkflowExecutionStarted("t0", "greeting", None, []))["title"] == "greeting"


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        ({"result": 5}, [{"kind": "result", "id": "result", "value": 5, "at": 2.0}]),
        ({"result": None}, [{"kind": "result", "id": "result", "value": None, "at": 2.0}]),
        ({"name": "x", "n": 2}, [{"kind": "result", "id": "result", "value": {"name": "x", "n": 2}, "at": 2.0}]),
        ("notint", [{"kind": "result", "id": "result", "value": "notint", "at": 2.0}]),
        (None, []),
        ({"content": [], "structuredContent": None, "isError": None}, []),
        ({"content": [], "structuredContent": {}, "isError": None}, []),
    ],
    ids=str,
)
def test_a_result_is_shown(result: Any, shown: list[Any]) -> None:
    view = view_after(START, ev.WorkflowExecutionCompleted("t0", result))
    assert (view["items"], view["status"], view["ended_at"]) == (shown, "completed", 2.0)


@pytest.mark.parametrize(("is_error", "flag"), [(None, False), (False, False), (True, True)])
def test_a_chat_output_is_a_message(is_error: bool | None, flag: bool) -> None:
    chunks = message("Bye")["contentChunks"]
    output = {"content": chunks, "structuredContent": None, "isError": is_error}
    (item,) = view_after(START, ev.WorkflowExecutionCompleted("t0", output))["items"]
    assert item == {"kind": "message", "id": "result", "chunks": chunks, "streaming": False, "is_error": flag, "at": 2.0}


def test_a_remote_failure_has_its_text_alone() -> None:
    view = view_after(START, ev.WorkflowExecutionFailed("t0", "boom"))
    assert view["items"] == [{"kind": "error", "id": "error", "type": "", "message": "boom", "traceback": "", "at": 2.0}]
    assert (view["status"], view["ended_at"]) == ("failed", 2.0)


def test_a_local_failure_has_type_and_traceback_and_is_one_item() -> None:
    view = view_after(START, ev.FailureTraced("ValueError", "Traceback ..."), ev.WorkflowExecutionFailed("t0", "boom"))
    error = {"kind": "error", "id": "error", "type": "ValueError", "message": "boom", "traceback": "Traceback ...", "at": 2.0}
    assert view["items"] == [error]


def test_a_cancelled_run() -> None:
    view = view_after(START, ev.CancelRequested("enough"), ev.WorkflowExecutionCanceled("t0", "enough"))
    assert (view["status"], view["items"], view["ended_at"]) == ("canceled", [], 3.0)


# Asks


def test_an_ask_opens() -> None:
    view = view_after(START, ask(label="Name"))
    assert (view["status"], view["items"]) == ("waiting", [])
    (opened,) = view["asks"]
    assert (opened["task_id"], opened["kind"], opened["label"], opened["prompt"]) == ("a1", "chat", "Name", "Your name?")
    assert (opened["deadline"], opened["at"]) == (None, 2.0)


def test_a_deadline_is_told_of_the_ask_it_is_for() -> None:
    view = view_after(START, ask("a1"), ask("a2"), ev.InputDeadlineSet("a2", 99.5))
    assert [opened["deadline"] for opened in view["asks"]] == [None, 99.5]


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (CHAT, says("Ada"), {"ask": "chat", "prompt": "Your name?", "text": "Ada"}),
        (CONFIRM, {"choice": "accept"}, {"ask": "confirmation", "prompt": "Proceed?", "text": "Yes"}),
        (input_schema(Expense), {"amount": 4.5}, {"ask": "form", "prompt": None, "text": "", "rows": AMOUNT}),
    ],
    ids=["chat", "confirmation", "form"],
)
def test_an_answer_closes_its_ask(schema: dict[str, Any], value: Any, expected: dict[str, Any]) -> None:
    view = view_after(START, ask("a1", schema, "L"), answered(value, "a1", schema, "L"))
    common = {"kind": "answer", "id": "a1", "label": "L", "value": value, "state": "answered", "at": 3.0}
    assert view["items"] == [{**common, **expected}]
    assert (view["asks"], view["status"]) == ([], "running")


def test_a_run_waits_as_long_as_one_ask_is_open() -> None:
    view = view_after(START, ask("a1"), ask("a2"), answered(says("x"), "a1"))
    assert (view["status"], [opened["task_id"] for opened in view["asks"]]) == ("waiting", ["a2"])


@pytest.mark.parametrize(("reason", "state"), [("timed_out", "timed_out"), ("canceled", "canceled"), ("failed", "failed")])
def test_the_journal_knows_why_an_ask_ended(reason: str, state: str) -> None:
    view = view_after(START, ask(), ev.InputClosed("a1", reason), ev.CustomTaskFailed("a1", "wait_for_input", ""))
    (item,) = view["items"]
    assert (item["kind"], item["id"], item["state"]) == ("answer", "a1", state)
    assert (view["asks"], view["status"]) == ([], "running")


def test_a_remote_stream_only_knows_that_an_ask_ended() -> None:
    (item,) = view_after(START, ask(), ev.CustomTaskFailed("a1", "wait_for_input", ""))["items"]
    assert (item["kind"], item["state"]) == ("answer", "failed")


@pytest.mark.parametrize(
    "end",
    [ev.WorkflowExecutionCanceled("t0", None), ev.WorkflowExecutionFailed("t0", "x"), ev.WorkflowExecutionCompleted("t0", None)],
)
def test_a_run_that_ends_takes_its_asks_with_it(end: ev.EventAttributes) -> None:
    view = view_after(START, ask("a1"), ask("a2"), end)
    assert view["asks"] == []
    assert [item["state"] for item in view["items"] if item["kind"] == "answer"] == ["canceled", "canceled"]
    assert view["status"] in ("canceled", "failed", "completed")


def test_an_answer_after_the_end_of_its_ask_changes_nothing_about_asks() -> None:
    view = view_after(START, ask(), ev.InputReceived("a1", says("x")))
    assert len(view["asks"]) == 1


# Messages


def test_a_message_comes_and_stays() -> None:
    state = message("Hello!")
    whole = view_after(
        START, ev.CustomTaskStarted("m1", "assistant_message", state), ev.CustomTaskCompleted("m1", "assistant_message", state)
    )
    chunks = state["contentChunks"]
    assert whole["items"] == [{"kind": "message", "id": "m1", "chunks": chunks, "streaming": False, "is_error": False, "at": 2.0}]


def streaming(*patches: list[Any]) -> list[ev.EventAttributes]:
    head = ev.CustomTaskStarted("m1", "assistant_message", message())
    return [START, head, *(ev.CustomTaskInProgress("m1", "assistant_message", each) for each in patches)]


FIRST: list[Any] = [{"path": "/contentChunks/0", "value": {"type": "text", "text": "He"}, "op": "add"}]
NEXT: list[Any] = [{"path": "/contentChunks/0/text", "value": "llo", "op": "append"}]


def test_a_message_streams_in() -> None:
    (item,) = view_after(*streaming(FIRST, NEXT))["items"]
    assert (item["kind"], item["streaming"], item["chunks"]) == ("message", True, [{"type": "text", "text": "Hello"}])


def test_a_whole_state_replaces_a_streamed_one() -> None:
    whole = ev.CustomTaskInProgress("m1", "assistant_message", None, message("New"))
    (item,) = view_after(*streaming(FIRST), whole)["items"]
    assert (item["kind"], item["chunks"]) == ("message", [{"type": "text", "text": "New"}])


def test_a_streamed_message_settles() -> None:
    done = ev.CustomTaskCompleted("m1", "assistant_message", message("Hello!"))
    (item,) = view_after(*streaming(FIRST, NEXT), done)["items"]
    assert (item["kind"], item["streaming"], item["chunks"]) == ("message", False, [{"type": "text", "text": "Hello!"}])


def test_a_message_that_stayed_empty_is_dropped() -> None:
    empty = ev.CustomTaskCompleted("m1", "assistant_message", message())
    assert view_after(*streaming(), empty)["items"] == []


def test_a_message_that_broke_off_is_marked() -> None:
    (item,) = view_after(*streaming(FIRST), ev.CustomTaskFailed("m1", "assistant_message", "gone"))["items"]
    assert (item["kind"], item["streaming"], item["is_error"]) == ("message", False, True)


def test_a_message_stops_streaming_when_the_run_ends() -> None:
    (item,) = view_after(*streaming(FIRST), ev.WorkflowExecutionCanceled("t0", None))["items"]
    assert (item["kind"], item["streaming"]) == ("message", False)


# Other tasks and activities


def test_what_was_under_way_when_the_run_ended_is_not_shown_as_going_on() -> None:
    under_way = [ev.CustomTaskStarted("j1", "job", 1), ev.ActivityTaskStarted("1", "a", []), ev.ActivityTaskStarted("2", "b", [])]
    view = view_after(
        START, *under_way, ev.ActivityTaskRetrying("2", "b", 1, "no line"), ev.WorkflowExecutionCanceled("t0", None)
    )
    shown = [(item["status"], item["error"]) for item in view["items"] if item["kind"] in ("task", "activity")]  # type: ignore[typeddict-item]
    cut_off = "The run ended before this did."
    assert shown == [("failed", cut_off), ("failed", cut_off), ("failed", "no line")]


def test_what_had_ended_before_the_run_is_left_as_it_was() -> None:
    begun = view_after(START, ev.CustomTaskStarted("j1", "job", 1), ev.CustomTaskCompleted("j1", "job", 2))
    ended = fold(begun, events(ev.WorkflowExecutionCompleted("t0", None))[0])
    assert ended["items"][0] is begun["items"][0]


def test_a_task_of_another_type_shows_its_state() -> None:
    begun = [START, ev.CustomTaskStarted("j1", "job", {"p": 0, "s": ""})]
    moved = [*begun, ev.CustomTaskInProgress("j1", "job", [{"path": "/p", "value": 1, "op": "replace"}])]
    task = {"kind": "task", "id": "j1", "type": "job", "status": "running", "state": {"p": 0, "s": ""}, "error": None, "at": 2.0}
    assert view_after(*begun)["items"] == [task]
    assert view_after(*moved)["items"] == [{**task, "state": {"p": 1, "s": ""}}]
    assert view_after(*begun, ev.CustomTaskInProgress("j1", "job", None, 5))["items"] == [{**task, "state": 5}]
    done = {**task, "status": "completed", "state": {"p": 2}}
    assert view_after(*moved, ev.CustomTaskCompleted("j1", "job", {"p": 2}))["items"] == [done]
    failed = {**task, "status": "failed", "state": {"p": 1, "s": ""}, "error": "boom"}
    assert view_after(*moved, ev.CustomTaskFailed("j1", "job", "boom"))["items"] == [failed]


def test_news_of_a_task_that_nobody_saw_begin_change_nothing() -> None:
    view = view_after(START)
    for late in (
        ev.CustomTaskInProgress("j9", "job", FIRST),
        ev.CustomTaskCompleted("j9", "job", 1),
        ev.ActivityTaskCompleted("9", "x", 1),
    ):
        assert fold(view, events(late)[0]) == view


def test_an_activity_and_its_attempts() -> None:
    begun = [START, ev.ActivityTaskStarted("1", "price", ["tea"])]
    activity = {
        "kind": "activity",
        "id": "activity-1",
        "name": "price",
        "status": "running",
        "attempt": 1,
        "error": None,
        "at": 2.0,
    }
    assert view_after(*begun)["items"] == [activity]
    again = [*begun, ev.ActivityTaskRetrying("1", "price", 1, "no line")]
    assert view_after(*again)["items"] == [{**activity, "status": "retrying", "attempt": 2, "error": "no line"}]
    done = ev.ActivityTaskCompleted("1", "price", 4.5)
    assert view_after(*again, done)["items"] == [{**activity, "status": "completed", "attempt": 2}]
    failed = ev.ActivityTaskFailed("1", "price", 2, "no line")
    assert view_after(*again, failed)["items"] == [{**activity, "status": "failed", "attempt": 2, "error": "no line"}]


@pytest.mark.parametrize("name", ["__emit_task_started", "__internal__register"])
def test_the_platforms_own_activities_are_hidden(name: str) -> None:
    activity = [
        ev.ActivityTaskStarted("1", name, []),
        ev.ActivityTaskRetrying("1", name, 1, "x"),
        ev.ActivityTaskCompleted("1", name, 1),
    ]
    assert view_after(START, *activity) == view_after(START)


# The fold itself


@pytest.mark.parametrize(
    "attributes",
    [
        ev.UnknownEvent("WORKFLOW_EXECUTION_PONDERED", {"depth": 3}),
        ev.TimerStarted(1, 2.0),
        ev.TimerFired(1),
        ev.CancelRequested(None),
        ev.InputReceived("a1", says("x")),
        ev.TurnCommitted(),
        ev.CellBound("a.ipynb", "c1"),
        ev.FailureTraced("ValueError", "Traceback", "1"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_people_do_not_see_changes_nothing(attributes: ev.EventAttributes) -> None:
    view = view_after(START, ask())
    assert fold(view, events(attributes)[0]) is view


STORY: list[ev.EventAttributes] = [
    START,
    ev.CustomTaskStarted("m1", "assistant_message", message()),
    ev.CustomTaskInProgress("m1", "assistant_message", FIRST),
    ev.CustomTaskInProgress("m1", "assistant_message", NEXT),
    ev.CustomTaskCompleted("m1", "assistant_message", message("Hello")),
    ask("a1", label="Name"),
    ev.InputDeadlineSet("a1", 99.5),
    ask("a2", CONFIRM),
    answered(says("Ada"), "a1", label="Name"),
    ev.ActivityTaskStarted("1", "price", ["tea"]),
    ev.ActivityTaskRetrying("1", "price", 1, "no line"),
    ev.ActivityTaskCompleted("1", "price", 4.5),
    ev.CustomTaskStarted("j1", "job", {"p": 0}),
    ev.CustomTaskInProgress("j1", "job", [{"path": "/p", "value": 1, "op": "replace"}]),
    ev.CustomTaskFailed("j1", "job", "boom"),
    ev.InputClosed("a2", "timed_out"),
    ev.CustomTaskFailed("a2", "wait_for_input", ""),
    ev.FailureTraced("ValueError", "Traceback ..."),
    ev.WorkflowExecutionFailed("t0", "boom"),
]


def test_a_fold_leaves_what_it_is_given_as_it_is() -> None:
    view = empty_view()
    for event in events(*STORY):
        before, told = copy.deepcopy(view), copy.deepcopy(event)
        after = fold(view, event)
        assert view == before
        assert event == told
        view = after


def test_a_view_is_json() -> None:
    view = view_after(*STORY)
    assert json.loads(json.dumps(view)) == view


def test_events_read_again_fold_to_the_same_view() -> None:
    live = view_after(*STORY)
    read = [Event.from_json(json.loads(json.dumps(event.to_json())), event.sequence) for event in events(*STORY)]
    assert fold_all(read) == live


def test_a_fold_can_go_on_from_any_view() -> None:
    told = events(*STORY)
    for cut in range(len(told)):
        assert fold_all(told[cut:], fold_all(told[:cut])) == fold_all(told)


def test_a_remote_stream_gives_the_same_conversation() -> None:
    remote = fold_all(event for event in events(*STORY) if not event.internal)
    local = fold_all(events(*STORY))
    assert [item["id"] for item in remote["items"]] == [item["id"] for item in local["items"]]
    assert (remote["status"], remote["asks"]) == (local["status"], local["asks"])


def test_what_an_event_does_not_touch_is_shared() -> None:
    told = events(*STORY)
    before = fold_all(told[:9])
    after = fold(before, told[9])
    assert after["items"][0] is before["items"][0]
    assert after["asks"] is before["asks"]
