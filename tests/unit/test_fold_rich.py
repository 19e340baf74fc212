"""The fold of what is more than text: canvases and their versions, todo lists, working cards, activities, forms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nbconvo.protocol import events as ev
from nbconvo.protocol.canvas import CanvasInput
from nbconvo.protocol.envelope import Event
from nbconvo.protocol.fields import SingleChoice, TextField
from nbconvo.protocol.forms import FormInput
from nbconvo.protocol.inputs import AcceptDeclineConfirmation, input_schema
from nbconvo.protocol.patch import Patch
from nbconvo.testing import (
    activity_completed,
    activity_failed,
    activity_started,
    custom_task_completed,
    custom_task_failed,
    custom_task_in_progress,
    custom_task_started,
    numbered,
    workflow_completed,
    workflow_started,
)
from nbconvo.testing.builders import event
from nbconvo.views import canvases
from nbconvo.views.fold import empty_view, fold_all
from nbconvo.views.model import ShowActivities, TranscriptView

URI = "file://canvas/draft"
CANVAS = input_schema(CanvasInput(URI, prompt="Any remark?"))


class Trip(FormInput):
    where: str = TextField("Where to?")
    seat: str = SingleChoice([("w", "Window"), ("a", "Aisle")], "Seat")


def view_after(*events: Event, show: ShowActivities = "compact") -> TranscriptView:
    return fold_all(numbered([workflow_started("w"), *events]), empty_view(show_activities=show))


def only(view: TranscriptView) -> Any:
    (item,) = view["items"]
    return item


def canvas_chunk(content: str, title: str = "Draft", uri: str = URI) -> dict[str, Any]:
    canvas = {"type": "code", "title": title, "content": content, "language": "python"}
    resource = {"uri": uri, "mimeType": "application/vnd.mistral.canvas", "canvas": canvas, "readonly": False}
    return {"type": "resource", "resource": resource}


def sent(message_id: str, *chunks: Any) -> list[Event]:
    state = {"contentChunks": [*chunks]}
    return [
        custom_task_started(message_id, "assistant_message", state),
        custom_task_completed(message_id, "assistant_message", state),
    ]


def asked(schema: dict[str, Any] = CANVAS, task_id: str = "a1") -> Event:
    return custom_task_started(task_id, "wait_for_input", {"input_schema": schema, "label": None})


def answered(value: Any, schema: dict[str, Any] = CANVAS, task_id: str = "a1") -> Event:
    return custom_task_completed(task_id, "wait_for_input", {"input_schema": schema, "label": None, "input": value})


def edited(content: str, said: str | None = None) -> dict[str, Any]:
    chat = None if said is None else {"message": [{"type": "text", "text": said}]}
    return {"canvas": {"title": "Mine", "content": content}, "chatInput": chat}


TEXT = {"type": "text", "text": "Look:"}


# Canvases


def test_a_canvas_that_is_sent_again_is_its_next_version() -> None:
    view = view_after(
        *sent("m1", TEXT, canvas_chunk("1")), *sent("m2", canvas_chunk("2")), *sent("m3", canvas_chunk("x", uri="u"))
    )
    assert view.get("canvases") == [
        {"uri": URI, "versions": [{"item": "m1", "chunk": 1}, {"item": "m2", "chunk": 0}]},
        {"uri": "u", "versions": [{"item": "m3", "chunk": 0}]},
    ]
    assert canvases.newest(view, URI) == {"type": "code", "title": "Draft", "content": "2", "language": "python"}
    assert canvases.newest(view, "nowhere") is None


def test_an_ask_for_a_canvas_holds_what_is_on_it() -> None:
    (ask,) = view_after(*sent("m1", canvas_chunk("1")), asked())["asks"]
    assert (ask["kind"], ask["prompt"]) == ("canvas", "Any remark?")
    assert ask.get("canvas") == {
        "uri": URI,
        "canvas": {"type": "code", "title": "Draft", "content": "1", "language": "python"},
        "with_chat": True,
    }


def test_an_ask_for_a_canvas_that_was_not_sent_is_empty() -> None:
    (ask,) = view_after(asked(input_schema(CanvasInput(URI))))["asks"]
    assert ask.get("canvas", {}).get("canvas", {}).get("content") == ""
    assert ask.get("canvas", {}).get("with_chat") is False


def test_what_a_person_leaves_on_a_canvas_is_its_next_version() -> None:
    view = view_after(*sent("m1", canvas_chunk("1")), asked(), answered(edited("2", "shorter")), asked(task_id="a2"))
    answer = view["items"][1]
    assert answer["kind"] == "answer"
    assert (answer["ask"], answer["text"], answer.get("canvas")) == ("canvas", "shorter", URI)
    assert view.get("canvases") == [{"uri": URI, "versions": [{"item": "m1", "chunk": 0}, {"item": "a1", "chunk": None}]}]
    again = view["asks"][0].get("canvas", {}).get("canvas")
    assert again == {"type": "code", "title": "Mine", "content": "2", "language": "python"}


def test_a_canvas_in_the_final_output_is_a_version_too() -> None:
    output = {"content": [canvas_chunk("1")], "structuredContent": {"k": 1}, "isError": True}
    view = view_after(workflow_completed(output))
    assert view.get("canvases") == [{"uri": URI, "versions": [{"item": "result", "chunk": 0}]}]
    assert (only(view)["is_error"], only(view)["structured"]) == (True, {"k": 1})


def test_a_canvas_may_stream_in() -> None:
    patches: list[Patch] = [{"path": "/contentChunks/0/resource/canvas/content", "value": "23", "op": "append"}]
    grown = canvas_chunk("123")
    view = view_after(
        custom_task_started("m1", "assistant_message", {"contentChunks": [canvas_chunk("1")]}),
        custom_task_in_progress("m1", "assistant_message", patches),
        custom_task_completed("m1", "assistant_message", {"contentChunks": [grown]}),
    )
    assert only(view)["chunks"] == [grown]
    assert len(view.get("canvases", [])[0]["versions"]) == 1


# Forms, and answers that a deadline gave


def test_an_open_form_has_fields_and_its_answer_has_rows() -> None:
    schema = input_schema(Trip)
    (ask,) = view_after(asked(schema))["asks"]
    assert [field["label"] for field in ask.get("form", {}).get("fields", [])] == ["Where to?", "Seat"]
    answer = only(view_after(asked(schema), answered({"where": "Oslo", "seat": "w"}, schema)))
    assert answer["rows"] == [{"label": "Where to?", "text": "Oslo"}, {"label": "Seat", "text": "Window"}]


def test_what_a_deadline_brings_is_shown_before_and_after() -> None:
    schema = input_schema(AcceptDeclineConfirmation("Go?", decline_label="No, stay"))
    deadline = event(ev.InputDeadlineSet("a1", 99.0, {"choice": "decline"}))
    (ask,) = view_after(asked(schema), deadline)["asks"]
    assert (ask["deadline"], ask.get("on_timeout")) == (99.0, {"choice": "decline"})
    closed = event(ev.InputClosed("a1", "timed_out"))
    view = view_after(asked(schema), deadline, closed, answered({"choice": "decline"}, schema))
    assert (only(view)["state"], only(view)["text"], view["asks"]) == ("timed_out", "No, stay", [])


# Todo lists


def todo(*statuses: str) -> dict[str, Any]:
    return {"items": [{"id": str(n), "status": status, "title": f"T{n}", "description": ""} for n, status in enumerate(statuses)]}


def test_a_todo_list_is_followed() -> None:
    begun = custom_task_started("t1", "todo_list", todo("todo", "todo"))
    moved = custom_task_in_progress("t1", "todo_list", [{"path": "/items/0/status", "value": "in_progress", "op": "replace"}])
    item = only(view_after(begun, moved))
    assert (item["kind"], item["status"]) == ("todo", "running")
    assert [step["status"] for step in item["steps"]] == ["in_progress", "todo"]
    done = only(view_after(begun, moved, custom_task_completed("t1", "todo_list", todo("done", "done"))))
    assert (done["status"], [step["status"] for step in done["steps"]]) == ("completed", ["done", "done"])
    failed = only(view_after(begun, moved, custom_task_failed("t1", "todo_list", "boom")))
    assert (failed["status"], failed["error"], failed["steps"]) == ("failed", "boom", item["steps"])


# Working cards


def working(status: str = "running", **result: Any) -> dict[str, Any]:
    tool = {"type": "command", "toolCallId": "1", "command": "ls", "result": {"status": status, **result}}
    return {"type": "tool", "title": "Listing", "content": "**files**", "toolUIState": tool}


def test_a_working_card_is_followed() -> None:
    begun = custom_task_started("w1", "working", working())
    patches: list[Patch] = [
        {"path": "/toolUIState/result/output", "value": "ok", "op": "add"},
        {"path": "/toolUIState/result/status", "value": "success", "op": "replace"},
    ]
    item = only(view_after(begun, custom_task_in_progress("w1", "working", patches)))
    assert (item["kind"], item["title"], item["content"], item["status"]) == ("working", "Listing", "**files**", "running")
    assert item["tool"]["result"] == {"status": "success", "output": "ok"}
    done = only(view_after(begun, custom_task_completed("w1", "working", working("success", output="done"))))
    assert (done["status"], done["tool"]["result"]["output"]) == ("completed", "done")
    failed = only(view_after(begun, custom_task_failed("w1", "working", "boom")))
    assert (failed["status"], failed["error"], failed["tool"]["result"]) == ("failed", "boom", {"status": "running"})


def test_a_thought_is_a_working_card_without_a_tool() -> None:
    state = {"type": "thinking", "title": "Thinking", "content": "hm", "toolUIState": None}
    item = only(view_after(custom_task_started("w1", "working", state)))
    assert (item["kind"], item["type"], item["tool"]) == ("working", "thinking", None)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("working", {"title": "x"}),
        ("working", {"title": "x", "content": "y", "toolUIState": {"type": "hologram"}}),
        ("working", {"title": "x", "content": "y", "toolUIState": 5}),
        ("todo_list", {"items": 5}),
        ("todo_list", None),
        ("connector_auth", {"auth_url": "https://x"}),
    ],
)
def test_a_state_that_is_not_what_its_type_promises_is_shown_as_any_other(kind: str, state: Any) -> None:
    item = only(view_after(custom_task_started("x", kind, state), custom_task_completed("x", kind, state)))
    assert (item["kind"], item["type"], item["state"], item["status"]) == ("task", kind, state, "completed")


def test_news_that_do_not_fit_change_nothing() -> None:
    wrong: list[Patch] = [{"path": "/nowhere/5", "value": 1, "op": "replace"}]
    for kind, state in (("todo_list", todo("todo")), ("working", working()), ("assistant_message", {"contentChunks": [TEXT]})):
        begun = custom_task_started("x", kind, state)
        assert only(view_after(begun, custom_task_in_progress("x", kind, wrong))) == only(view_after(begun))


# Activities


ACTIVITY = [activity_started("1", "price", ["tea"]), activity_completed("1", "price", {"eur": 4.5})]


def test_activities_are_shown_as_wanted() -> None:
    compact, full = only(view_after(*ACTIVITY)), only(view_after(*ACTIVITY, show="full"))
    assert "arguments" not in compact
    assert (full["arguments"], full["result"], full["status"]) == (["tea"], {"eur": 4.5}, "completed")
    assert view_after(*ACTIVITY, show="none")["items"] == []
    failed = only(view_after(ACTIVITY[0], activity_failed("1", "price", "no line"), show="full"))
    assert ("result" in failed, failed["error"]) == (False, "no line")


@pytest.mark.parametrize("show", ["compact", "full", "none"])
def test_the_platforms_own_activities_are_never_shown(show: ShowActivities) -> None:
    assert view_after(activity_started("1", "__internal__x"), activity_completed("1", "__internal__x"), show=show)["items"] == []


# Messages


def test_chunks_that_are_bare_text_are_text() -> None:
    item = only(view_after(*sent("m1", "Hello", TEXT)))
    assert item["chunks"] == [{"type": "text", "text": "Hello"}, TEXT]


@pytest.mark.parametrize("state", [None, 5, {}, {"contentChunks": None}, {"contentChunks": []}])
def test_a_message_without_chunks_is_dropped(state: Any) -> None:
    begun = custom_task_started("m1", "assistant_message", state)
    assert view_after(begun, custom_task_completed("m1", "assistant_message", state))["items"] == []


STORY = [
    *sent("m1", TEXT, canvas_chunk("1")),
    asked(),
    answered(edited("2")),
    custom_task_started("t1", "todo_list", todo("todo")),
    custom_task_in_progress("t1", "todo_list", [{"path": "/items/0/status", "value": "done", "op": "replace"}]),
    custom_task_started("w1", "working", working()),
    *ACTIVITY,
    asked(input_schema(Trip), "a2"),
    event(ev.InputDeadlineSet("a2", 99.0, {"where": "Oslo", "seat": "a"})),
    event(ev.InputClosed("a2", "timed_out")),
    answered({"where": "Oslo", "seat": "a"}, input_schema(Trip), "a2"),
    workflow_completed({"content": [canvas_chunk("3")], "structuredContent": None, "isError": None}),
]


@pytest.mark.parametrize("show", ["compact", "full", "none"])
def test_a_conversation_that_is_read_again_is_the_same(show: ShowActivities) -> None:
    live = view_after(*STORY, show=show)
    told = numbered([workflow_started("w"), *STORY])
    read = [Event.from_json(json.loads(json.dumps(each.to_json())), each.sequence) for each in told]
    assert fold_all(read, empty_view(show_activities=show)) == live
    assert json.loads(json.dumps(live)) == live
    for cut in range(len(told)):
        assert fold_all(told[cut:], fold_all(told[:cut], empty_view(show_activities=show))) == live
