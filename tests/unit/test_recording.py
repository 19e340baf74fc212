"""A session becomes a file: what it holds, how it is read again, and what is said when it cannot be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from nbconvo.errors import UsageError
from nbconvo.protocol import events as ev
from nbconvo.protocol.envelope import Event, Lineage
from nbconvo.protocol.inputs import AcceptDeclineConfirmation, ChatInput, input_schema
from nbconvo.testing import custom_task_completed, custom_task_failed, custom_task_started, numbered, workflow_started
from nbconvo.testing.builders import event
from nbconvo.views.recording import NOTE, Recording, recording
from nbconvo.views.replies_file import line_of, parse_recording, read_recording, recording_text

CHAT, SURE = ChatInput("Your name?"), AcceptDeclineConfirmation("Sure?")
CHILD = Lineage("child-1", "run-2", "below", "execution-1", "execution-1")


class Login(BaseModel):
    user: str
    key: SecretStr


def asked(task_id: str, model: type[BaseModel], label: str | None = None) -> Event:
    return custom_task_started(task_id, "wait_for_input", {"input_schema": input_schema(model), "label": label})


def answered(task_id: str, value: Any) -> Event:
    return event(ev.InputReceived(task_id, value))


def closed(task_id: str, reason: str) -> Event:
    return event(ev.InputClosed(task_id, reason))


def said(text: str) -> dict[str, Any]:
    return {"message": [{"type": "text", "text": text}]}


def recorded(*events: Event, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the file says, read as JSON; reading it as a recording gives the same again."""
    text = recording_text(recording(numbered(events), schema))
    told = json.loads(text)
    assert recording_text(Recording.model_validate(told)) == text
    return told


def replies(*events: Event) -> list[Any]:
    return recorded(workflow_started(), *events)["replies"]


def test_it_says_what_was_asked_and_what_a_person_would_type() -> None:
    told = recorded(
        workflow_started("order", {"item": "tea"}),
        asked("1", SURE, "sure"),
        answered("1", {"choice": "accept"}),
        asked("2", CHAT),
        answered("2", said("Ada")),
    )
    assert told == {
        "nbconvo_replies": 1,
        "workflow": "order",
        "input": {"item": "tea"},
        "replies": [
            {"ask": {"label": "sure", "kind": "confirmation", "prompt": "Sure?"}, "reply": "accept"},
            {"ask": {"label": None, "kind": "chat", "prompt": "Your name?"}, "reply": "Ada"},
        ],
    }


def test_the_order_is_that_of_the_answers() -> None:
    found = replies(asked("1", CHAT, "a"), asked("2", CHAT, "b"), answered("2", said("2")), answered("1", said("1")))
    assert [(one["ask"]["label"], one["reply"]) for one in found] == [("b", "2"), ("a", "1")]


@pytest.mark.parametrize(
    "value",
    [
        {"message": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"message": []},
    ],
)
def test_what_nobody_would_type_stays_as_it_is(value: Any) -> None:
    assert replies(asked("1", CHAT), answered("1", value))[0]["reply"] == value


def test_why_there_is_no_reply() -> None:
    found = replies(
        asked("1", CHAT, "a"), asked("2", CHAT, "b"), asked("3", CHAT, "c"), asked("4", CHAT, "d"),
        closed("1", "timed_out"), closed("2", "canceled"), closed("3", "something new"),
    )  # fmt: skip
    assert {one["ask"]["label"]: one["no_reply"] for one in found} == {
        "a": "timed_out", "b": "canceled", "c": "failed", "d": "open",
    }  # fmt: skip


def test_an_ask_that_timed_out_and_was_answered_by_its_default_timed_out() -> None:
    payload = {"input_schema": input_schema(CHAT), "label": None, "input": said("nobody")}
    default = custom_task_completed("1", "wait_for_input", payload)
    assert [one.get("no_reply") for one in replies(asked("1", CHAT), closed("1", "timed_out"), default)] == ["timed_out"]


def test_a_stream_from_elsewhere_has_only_the_ends_of_the_asks() -> None:
    payload = {"input_schema": input_schema(CHAT), "label": None, "input": said("Ada")}
    found = replies(
        asked("1", CHAT), custom_task_completed("1", "wait_for_input", payload),
        asked("2", CHAT), custom_task_failed("2", "wait_for_input"),
    )  # fmt: skip
    assert [one.get("reply", one.get("no_reply")) for one in found] == ["Ada", "canceled"]


def test_a_child_that_asks_is_named_and_its_task_ids_are_its_own() -> None:
    below = [replace(one, lineage=CHILD) for one in (asked("1", CHAT, "b"), answered("1", said("2")))]
    found = replies(asked("1", CHAT, "a"), *below, answered("1", said("1")))
    assert [(one["ask"].get("workflow"), one["reply"]) for one in found] == [("below", "2"), (None, "1")]


def test_secrets_are_left_out_and_the_file_says_so() -> None:
    told = recorded(
        workflow_started("login", {"token": "hunter1"}),
        asked("1", Login),
        answered("1", {"user": "ada", "key": "hunter2"}),
        schema={"properties": {"token": {"format": "password"}}},
    )
    assert "hunter" not in json.dumps(told)
    assert (told["note"], told["input"], told["fill_in"]) == (NOTE, {"token": None}, ["/token"])
    assert told["replies"][0]["reply"] == {"user": "ada", "key": None}
    assert told["replies"][0]["fill_in"] == ["/key"]


def test_a_lone_secret_may_be_the_input_itself() -> None:
    told = recorded(workflow_started("login", "hunter1"), schema={"properties": {"token": {"format": "password"}}})
    assert (told["input"], told["fill_in"]) == (None, [""])


def test_only_the_first_start_counts() -> None:
    told = recorded(workflow_started("first", 1), workflow_started("first", 2))
    assert told["input"] == 1


FILE = """{
  "nbconvo_replies": 1,
  "replies": [
    {"reply": "Ada"},
    {
      "ask": {"label": "key"},
      "reply": {"user": "ada",
                "key": null},
      "fill_in": ["/key"]
    }
  ]
}"""


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", r"^r\.json, line 1: this is not JSON: Expecting value\. "),
        ('{\n"replies": [,]}', r"^r\.json, line 2: this is not JSON"),
        ("[]", r"^r\.json, line 1: the whole: "),
        ("{}", r"^r\.json, line 1: replies: Field required"),
        ('{\n\n"replies": 3}', r"^r\.json, line 3: replies: Input should be a valid list"),
        ('{"nbconvo_replies": 2, "replies": []}', r"^r\.json, line 1: nbconvo_replies: Input should be 1"),
        ('{"replies": [\n{"reply": 1},\n{"reply": 1, "replay": 2}]}', r"^r\.json, line 3: replies\.1\.replay: Extra inputs"),
        ('{"replies": [\n{}]}', r'^r\.json, line 2: replies\.0: give it either a "reply" or a "no_reply"'),
        ('{"replies": [\n{"reply": 1, "no_reply": "open"}]}', r"^r\.json, line 2: replies\.0: give it either"),
        ('{"replies": [{"no_reply":\n"later"}]}', r"^r\.json, line 2: replies\.0\.no_reply: Input should be 'timed_out'"),
        (FILE, r"^r\.json, line 8: a secret is missing at /key: .* fill it in\.$"),
        ('{"input": null, "fill_in": [""], "replies": []}', r"^r\.json, line 1: a secret is missing: "),
    ],
)
def test_a_broken_file_says_where_and_what_to_do(text: str, what: str) -> None:
    with pytest.raises(UsageError, match=what) as caught:
        parse_recording(text, "r.json")
    assert "mend that line" in str(caught.value) or "fill it in" in str(caught.value)


def test_a_file_with_its_secrets_filled_in_is_played() -> None:
    found = parse_recording(FILE.replace("null", '"hunter2"'), "r.json")
    assert found.replies[1].reply == {"user": "ada", "key": "hunter2"}


def test_an_input_that_is_given_otherwise_need_not_be_filled_in() -> None:
    text = '{"input": null, "fill_in": [""], "replies": []}'
    assert parse_recording(text, "r.json", needs_input=False).replies == []


def test_a_file_that_is_not_there_or_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^There is no replies file .*none\.json\. run\.record"):
        read_recording(tmp_path / "none.json")
    with pytest.raises(UsageError, match=r"cannot be read: .*directory"):
        read_recording(tmp_path)
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"bytes\.json cannot be read: .*utf-8"):
        read_recording(tmp_path / "bytes.json")


def test_lines_of_members_that_are_there_and_of_those_that_are_not() -> None:
    text = '{\n"a": [1,\n{"b": "}]",\n"c": {}}],\n"d": 1}'
    paths: list[tuple[str | int, ...]] = [("a", 0), ("a", 1), ("a", 1, "b"), ("a", 1, "c"), ("a", 1, "c", "e"), ("d",), ("e",)]
    assert [line_of(text, path) for path in paths] == [2, 3, 3, 4, 4, 5, 1]
