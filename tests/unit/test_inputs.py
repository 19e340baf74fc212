"""What a workflow can ask: the schemas are upstream's to the letter, and so is what a wrong answer is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from nbconvo.protocol.inputs import (
    AcceptDeclineConfirmation,
    ChatInput,
    ChatInputModel,
    ConfirmationInput,
    TextChunk,
    input_schema,
    is_accepted,
)

SCHEMAS: dict[str, type[BaseModel]] = {
    "accept_decline_default": AcceptDeclineConfirmation("Proceed?"),
    "accept_decline_labels": AcceptDeclineConfirmation("Proceed?", accept_label="Yes, proceed", decline_label="Cancel"),
    "accept_only": AcceptDeclineConfirmation("Ack", accept_label="I understand", decline_label=None),
    "chat_input_default": ChatInput(),
    "chat_input_model_base": ChatInputModel,
    "chat_input_suggestions": ChatInput("Ask", suggestions=[[TextChunk(text="Yes")], [TextChunk(text="No")]]),
    "confirmation_strings": ConfirmationInput(["a", "b"], "Pick"),
    "confirmation_tuples": ConfirmationInput([("fire", "Fire"), ("water", "Water")], "Pick"),
    "out_TextChunk": TextChunk,
}
PICK = SCHEMAS["confirmation_strings"]
ANSWERS: dict[str, tuple[type[BaseModel], Any]] = {
    "conf bad": (PICK, {"choice": "z"}),
    "conf extra": (PICK, {"choice": "a", "x": 1}),
    "conf int": (PICK, {"choice": 1}),
    "ad bad": (SCHEMAS["accept_decline_default"], {"choice": "maybe"}),
    "chat str": (ChatInput(), {"message": "hi"}),
    "chat empty": (ChatInput(), {"message": []}),
    "chat extra": (ChatInput(), {"message": [], "x": 1}),
    "chat chunk no type": (ChatInput(), {"message": [{"text": "hi"}]}),
    "chat chunk bad type": (ChatInput(), {"message": [{"type": "image", "text": "hi"}]}),
}


def verdict(model: type[BaseModel], value: Any) -> Any:
    """In the form of the recorded verdicts."""
    try:
        return f"OK {model.model_validate(value).model_dump_json()}"
    except ValidationError as error:
        return [[list(row["loc"]), row["type"], row["msg"]] for row in error.errors()]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_upstreams(name: str, data: Callable[[str], Any]) -> None:
    assert input_schema(SCHEMAS[name]) == data(f"schemas/{name}.json")


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_gets_upstreams_verdict(name: str, data: Callable[[str], Any]) -> None:
    assert verdict(*ANSWERS[name]) == data("validation.json")[name]


def test_no_recorded_verdict_is_left_out(data: Callable[[str], Any]) -> None:
    assert ANSWERS.keys() == data("validation.json").keys()


def test_a_confirmation_needs_an_option() -> None:
    with pytest.raises(ValueError, match=r"^Confirmation must have at least one option$"):
        ConfirmationInput([], "Pick")


@pytest.mark.parametrize(("choice", "accepted"), [("accept", True), ("decline", False)])
def test_only_accept_is_accepted(choice: str, accepted: bool) -> None:
    assert is_accepted(AcceptDeclineConfirmation("Proceed?")(choice=choice)) is accepted


def test_another_models_answer_is_not_accepted() -> None:
    assert not is_accepted(TextChunk(text="accept"))


def test_decline_comes_first() -> None:
    options = AcceptDeclineConfirmation("Proceed?").model_json_schema()["properties"]["choice"]["oneOf"]
    assert [option["const"] for option in options] == ["decline", "accept"]


def test_the_same_ask_is_the_same_class() -> None:
    assert ChatInput("Name?") is ChatInput("Name?")
    assert ChatInput("Name?", suggestions=[[TextChunk(text="Ada")]]) is ChatInput("Name?", suggestions=[[TextChunk(text="Ada")]])
    assert ConfirmationInput(["a", "b"], "Pick") is ConfirmationInput(["a", "b"], "Pick")
    assert AcceptDeclineConfirmation("Go?") is AcceptDeclineConfirmation("Go?")


def test_another_ask_is_another_class() -> None:
    classes = {
        ChatInput("A"),
        ChatInput("B"),
        ChatInput("A", suggestions=[]),
        ConfirmationInput(["a"], "A"),
        ConfirmationInput(["a"], "B"),
    }
    assert len(classes) == 5


def test_a_schema_is_made_once() -> None:
    assert input_schema(PICK) is input_schema(PICK)


def test_the_cache_of_schemas_lets_classes_go() -> None:
    import gc
    import weakref

    class Passing(BaseModel):
        text: str

    input_schema(Passing)
    gone = weakref.ref(Passing)
    del Passing
    gc.collect()
    assert gone() is None


def test_a_models_own_docstring_is_what_a_person_reads() -> None:
    class Expense(BaseModel):
        """Structured form for expense submission."""

        amount: float

    assert input_schema(Expense)["description"] == "Structured form for expense submission."
