"""An ask as people see it, and what a person's reply to it means."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from nbconvo.errors import FieldProblem, InputRejected, NoPendingInput
from nbconvo.protocol.inputs import AcceptDeclineConfirmation, ChatInput, ConfirmationInput, TextChunk, input_schema
from nbconvo.views.asks import answer_text, ask_kind, ask_name, ask_view
from nbconvo.views.model import AskView
from nbconvo.views.replies import find_ask, reply_input


class Expense(BaseModel):
    """What was paid."""

    amount: float


def ask(model: type[BaseModel], label: str | None = None, task_id: str = "t1") -> AskView:
    return ask_view(task_id, input_schema(model), label, 1.0)


CHAT = ask(ChatInput("Your name?", suggestions=[[TextChunk(text="Ada")], [TextChunk(text="Gr"), TextChunk(text="ace")]]))
CONFIRMATION = ask(AcceptDeclineConfirmation("Proceed?", accept_label="Yes, proceed", decline_label="Cancel"))
PICK = ask(ConfirmationInput(["a", "b"], "Pick"))
FORM = ask(Expense, "Expense")


def test_a_chat_has_prompt_and_suggestions() -> None:
    assert (CHAT["kind"], CHAT["prompt"], CHAT["options"], CHAT["schema"]) == ("chat", "Your name?", [], None)
    assert CHAT["suggestions"] == [
        {"label": "Ada", "input": {"message": [{"type": "text", "text": "Ada"}]}},
        {"label": "Grace", "input": {"message": [{"type": "text", "text": "Gr"}, {"type": "text", "text": "ace"}]}},
    ]


def test_a_confirmation_has_options() -> None:
    assert (CONFIRMATION["kind"], CONFIRMATION["prompt"], CONFIRMATION["suggestions"]) == ("confirmation", "Proceed?", [])
    assert CONFIRMATION["options"] == [{"value": "decline", "label": "Cancel"}, {"value": "accept", "label": "Yes, proceed"}]
    assert PICK["options"] == [{"value": "a", "label": "a"}, {"value": "b", "label": "b"}]


def test_any_other_model_is_a_form() -> None:
    assert (FORM["kind"], FORM["prompt"], FORM["label"]) == ("form", "What was paid.", "Expense")
    assert FORM["schema"] == input_schema(Expense)


@pytest.mark.parametrize(
    "schema",
    [{}, {"title": "ChatInput"}, {"title": "Confirmation", "properties": {"choice": {"type": "string"}}}, {"title": "Canvas"}],
    ids=str,
)
def test_a_schema_that_only_looks_familiar_is_a_form(schema: dict[str, Any]) -> None:
    assert ask_kind(schema) == "form"
    assert ask_view("t", schema, None, 0.0)["kind"] == "form"


def test_an_ask_is_named_by_label_then_prompt_then_kind() -> None:
    assert (ask_name(FORM), ask_name(CHAT), ask_name(ask_view("t", {}, None, 0.0))) == ("'Expense'", "'Your name?'", "'form'")


@pytest.mark.parametrize(
    ("model", "value", "text"),
    [
        (ChatInput(), {"message": [{"type": "text", "text": "A"}, {"type": "text", "text": "da"}]}, "Ada"),
        (ChatInput(), {"message": []}, ""),
        (AcceptDeclineConfirmation("Go?", accept_label="Yes"), {"choice": "accept"}, "Yes"),
        (ConfirmationInput(["a"], "Pick"), {"choice": "a"}, "a"),
        (Expense, {"amount": 4.5}, ""),
    ],
)
def test_an_answer_reads_as_the_person_said_it(model: type[BaseModel], value: Any, text: str) -> None:
    assert answer_text(input_schema(model), value) == text


@pytest.mark.parametrize(
    ("to", "value", "expected"),
    [
        (CHAT, "Ada", {"message": [{"type": "text", "text": "Ada"}]}),
        (CHAT, "", {"message": [{"type": "text", "text": ""}]}),
        (CHAT, {"message": []}, {"message": []}),
        (CHAT, ChatInput()(message=[TextChunk(text="Ada")]), {"message": [{"type": "text", "text": "Ada"}]}),
        (CHAT, 5, 5),
        (CONFIRMATION, "accept", {"choice": "accept"}),
        (CONFIRMATION, "Yes, proceed", {"choice": "accept"}),
        (CONFIRMATION, "yes, PROCEED", {"choice": "accept"}),
        (CONFIRMATION, True, {"choice": "accept"}),
        (CONFIRMATION, False, {"choice": "decline"}),
        (CONFIRMATION, {"choice": "accept"}, {"choice": "accept"}),
        (CONFIRMATION, 5, 5),
        (FORM, {"amount": 1}, {"amount": 1}),
        (FORM, Expense(amount=4.5), {"amount": 4.5}),
        (FORM, "text", "text"),
    ],
)
def test_a_reply_means_an_input(to: AskView, value: Any, expected: Any) -> None:
    assert reply_input(to, value) == expected


def test_a_value_beats_anothers_label() -> None:
    swapped = ask(ConfirmationInput([("a", "b"), ("b", "a")], "Pick"))
    assert reply_input(swapped, "a") == {"choice": "a"}


@pytest.mark.parametrize(("to", "value"), [(CONFIRMATION, "maybe"), (PICK, True)])
def test_a_choice_that_is_not_there_is_rejected(to: AskView, value: Any) -> None:
    with pytest.raises(InputRejected, match="Must be one of: ") as caught:
        reply_input(to, value)
    assert caught.value.task_id == "t1"
    assert caught.value.errors == [FieldProblem(("choice",), caught.value.errors[0].message)]
    assert all(option["value"] in caught.value.errors[0].message for option in to["options"])


def test_a_reply_is_for_the_oldest_ask_or_the_one_with_its_label() -> None:
    asks = [ask(Expense, "A", "t1"), ask(Expense, None, "t2"), ask(Expense, "B", "t3"), ask(Expense, "B", "t4")]
    assert find_ask(asks, None)["task_id"] == "t1"
    assert find_ask(asks, "B")["task_id"] == "t3"


def test_a_label_that_is_not_open_is_told_what_is() -> None:
    with pytest.raises(NoPendingInput, match=r"'C' \(open now: 'Expense', 'Your name\?'\)"):
        find_ask([FORM, CHAT], "C")
    with pytest.raises(NoPendingInput, match="the run asks nothing now"):
        find_ask([], None)
