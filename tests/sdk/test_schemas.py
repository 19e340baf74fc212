"""Every input, output and model has the JSON schema of the real one, and accepts and refuses the same answers."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

import nbconvo.workflows
from nbconvo.workflows import conversational
from nbconvo.workflows.plugins import mistralai as plugin
from tests.sdk import theirs
from tests.sdk.samples import ASKS, COMPONENTS, FIELDS, MODELS, OUTPUTS, form

OURS = SimpleNamespace(**vars(conversational) | vars(plugin))
THEIRS = SimpleNamespace(**vars(theirs.conversational) | vars(theirs.plugin))
THEIR_COMPONENTS = importlib.import_module("mistralai.workflows.plugins.mistralai.conversational_ui_components")

ANSWERS: list[Any] = [
    {},
    None,
    "x",
    *(
        {"f": value}
        for value in ("a", "", "0012345678", 3, 3.5, 500, "2025-01-15", "nope", None, True, [], ["r"], ["r", "r"], ["q"])
    ),
    *(
        {"f": value}
        for value in ("low", "fe", ["fe"], {"filename": "n", "url": "u", "content_type": "t"}, "2025-01-15T10:00:00Z")
    ),
    *({"choice": value} for value in ("a", "fire", "accept", "decline", "maybe", 1)),
    {"choice": "a", "x": 1},
    *({"message": value} for value in ([{"text": "hi"}], [], "hi", [{"type": "image", "text": "hi"}])),
    {"canvas": {"title": "T", "content": "C"}},
    {"canvas": {"title": "T", "content": "C"}, "chatInput": {"message": [{"text": "hi"}]}},
    {"canvas": {"title": "T"}, "z": 1},
]


OF_A_CLASS = re.compile(" or instance of .*")
"""The class has a name of upstream's own where the title, which people see, is the same."""


def verdict(model: type[BaseModel], answer: Any) -> Any:
    """The normalised answer, or what is told about it."""
    try:
        return model.model_validate(answer).model_dump(mode="json")
    except ValidationError as error:
        return [(row["loc"], row["type"], OF_A_CLASS.sub("", row["msg"])) for row in error.errors()]


def same(ours: type[BaseModel], real: type[BaseModel]) -> None:
    assert ours.model_json_schema() == real.model_json_schema()
    for answer in ANSWERS:
        assert (answer, verdict(ours, answer)) == (answer, verdict(real, answer))


@pytest.mark.parametrize("name", ASKS)
def test_an_ask(name: str) -> None:
    same(ASKS[name](OURS), ASKS[name](THEIRS))


@pytest.mark.parametrize("name", FIELDS)
def test_a_field(name: str) -> None:
    same(form(OURS, *FIELDS[name](OURS)), form(THEIRS, *FIELDS[name](THEIRS)))


WRONG: dict[str, Callable[[Any], Any]] = {
    "no options": lambda n: n.ConfirmationInput([], "Pick"),
    "an option twice": lambda n: n.MultiChoice(["a", "a"], "Pick"),
    "files that are one": lambda n: form(n, str, n.FileField("Upload", multiple=True)),
    "a file that is many": lambda n: form(n, list[str], n.FileField("Upload")),
    "metadata that is text": lambda n: form(n, str, n.FileField("Upload", include_metadata=True)),
    "text that is metadata": lambda n: form(n, n.FileWithMetadataValue, n.FileField("Upload")),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_refused_with_the_same_words(name: str) -> None:
    """How to mend an annotation is said in our own words."""
    told = []
    for names in (OURS, THEIRS):
        with pytest.raises((TypeError, ValueError)) as caught:
            WRONG[name](names)
        told.append((type(caught.value), str(caught.value).partition("type annotation")[0]))
    assert told[0] == told[1]


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_an_output(name: str, mode: Any) -> None:
    ours, real = getattr(OURS, name), getattr(THEIRS, name)
    assert ours.model_json_schema(mode=mode) == real.model_json_schema(mode=mode)


@pytest.mark.parametrize("name", COMPONENTS)
@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_a_component(name: str, mode: Any) -> None:
    ours, real = getattr(plugin, name), getattr(THEIR_COMPONENTS, name)
    assert ours.model_json_schema(mode=mode) == real.model_json_schema(mode=mode)


@pytest.mark.parametrize("name", MODELS)
def test_a_model(name: str) -> None:
    assert getattr(nbconvo.workflows, name).model_json_schema() == getattr(theirs.workflows, name).model_json_schema()


def test_the_policies_of_overlapping_schedules() -> None:
    ours, real = nbconvo.workflows.ScheduleOverlapPolicy, theirs.workflows.ScheduleOverlapPolicy
    assert {each.name: each.value for each in ours} == {each.name: each.value for each in real}
