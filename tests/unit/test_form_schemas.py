"""Forms, canvases, outputs and tools: the schemas are upstream's to the letter, and so is what a wrong answer is told."""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

from nbconvo.errors import FieldProblem
from nbconvo.protocol import outputs, tools
from nbconvo.protocol.canvas import CanvasInput, CanvasPayload, CanvasResource, canvas_uri
from nbconvo.protocol.fields import (
    DateField,
    DateTimeField,
    FileField,
    FileWithMetadataValue,
    MultiChoice,
    NumberField,
    SingleChoice,
    TextField,
)
from nbconvo.protocol.forms import FormInput, form_problems
from nbconvo.protocol.input_tags import input_tag, le_chat_input
from nbconvo.protocol.inputs import TextChunk
from tests.support.forms import ExpenseForm


class En(enum.Enum):
    a = "a"
    b = "b"


@input_tag("simplified")
class Simple(BaseModel):
    prompt: str


@le_chat_input
class LC(BaseModel):
    message: list[TextChunk]


def form(annotation: Any, field: Any) -> type[FormInput]:
    return type("Form", (FormInput,), {"__annotations__": {"f": annotation}, "f": field})


EITHER = "Expected list[str] or list[FileWithMetadataValue]."
LETTERS = [("fe", "Frontend"), ("be", "Backend")]
TEN = datetime(2025, 1, 15, 10, tzinfo=UTC)
SCHEMAS: dict[str, type[BaseModel]] = {
    "field_text_min": form(str, TextField("Your name")),
    "field_text_full": form(
        str,
        TextField("Booking", pattern=r"^00\d{8}$", prefilled_value="0012345678", error_message="Must be 00 + 8 digits"),
    ),
    "field_text_bad_prefill": form(str, TextField("Booking", pattern=r"^00\d{8}$", prefilled_value="x")),
    "field_text_optional_ann": form(str | None, TextField("Optional text")),
    "field_number_float_min": form(float, NumberField("Amount")),
    "field_number_int_bounds": form(int, NumberField("Count", minimum=0, maximum=10, prefilled_value=3)),
    "field_number_exclusive": form(float, NumberField("Price", exclusive_minimum=0, exclusive_maximum=100, prefilled_value=5.5)),
    "field_number_bad_prefill": form(float, NumberField("Price", minimum=0, maximum=100, prefilled_value=500)),
    "field_date_min": form(date, DateField("Start")),
    "field_date": form(date, DateField("Start", prefilled_value=date(2025, 1, 15))),
    "field_date_str_prefill": form(date, DateField("Start", prefilled_value="2025-01-15")),
    "field_datetime_min": form(datetime, DateTimeField("When")),
    "field_datetime": form(datetime, DateTimeField("When", prefilled_value=TEN)),
    "field_single_choice_strings": form(str, SingleChoice(["a", "b"], "Letter")),
    "field_single_choice_tuples": form(
        str, SingleChoice([("low", "Low Priority"), ("high", "High Priority")], "Priority", prefilled_value="low")
    ),
    "field_single_choice_no_desc": form(str, SingleChoice(["a", "b"])),
    "field_single_choice_literal_ann": form(Literal["a", "b"], SingleChoice(["a", "b"], "Letter")),
    "field_multi_choice_strings": form(list[str], MultiChoice(["r", "g"], "Colors")),
    "field_multi_choice_tuples": form(list[str], MultiChoice(LETTERS, "Tags", prefilled_value=["fe"])),
    "field_file_single": form(str, FileField("Upload doc")),
    "field_file_multiple": form(list[str], FileField("Upload docs", multiple=True)),
    "field_file_metadata": form(FileWithMetadataValue, FileField("Upload doc", include_metadata=True)),
    "field_file_metadata_multiple": form(
        list[FileWithMetadataValue], FileField("Upload docs", multiple=True, include_metadata=True)
    ),
    "field_plain_bool": form(bool, Field(description="Agree?")),
    "field_plain_bool_default": form(bool, Field(default=False, description="Agree?")),
    "field_plain_enum": form(En, Field(description="Enum")),
    "form_docs_expense": ExpenseForm,
    "canvas_input": CanvasInput("file://canvas/draft.md"),
    "canvas_input_prompt": CanvasInput("file://canvas/draft.md", prompt="Any feedback?"),
    "input_tag": Simple,
    "le_chat_input": LC,
    "out_CanvasPayload": CanvasPayload,
    "out_CanvasResource": CanvasResource,
    "out_ResourceOutput": outputs.ResourceOutput,
    "out_UIComponentResource": outputs.UIComponentResource,
    "out_ChatAssistantWorkflowOutput": outputs.ChatAssistantWorkflowOutput,
    "out_FileToolUIState": tools.FileToolUIState,
    "out_GenericToolUIState": tools.GenericToolUIState,
    "out_CommandToolUIState": tools.CommandToolUIState,
    "out_ChatAssistantWorkingTask": tools.ChatAssistantWorkingTask,
}


class F(FormInput):
    t: str = TextField("T", pattern=r"^\d+$", error_message="Digits only")
    n: int = NumberField("N", minimum=1, maximum=5)
    s: str = SingleChoice(["a", "b"], "S")
    m: list[str] = MultiChoice(["x", "y"], "M")
    d: date = DateField("D")
    dt: datetime = DateTimeField("DT")
    f: str = FileField("F")


GOOD: dict[str, Any] = {
    "t": "1", "n": 3, "s": "a", "m": ["x"], "d": "2025-01-01", "dt": "2025-01-01T00:00:00Z", "f": "https://x/y",
}  # fmt: skip
CANVAS: dict[str, Any] = {"canvas": {"title": "t", "content": "c"}}
ANSWERS: dict[str, tuple[type[BaseModel], Any]] = {
    "t='abc'": (F, {**GOOD, "t": "abc"}),
    "n=9": (F, {**GOOD, "n": 9}),
    "s='zz'": (F, {**GOOD, "s": "zz"}),
    "m=[]": (F, {**GOOD, "m": []}),
    "d='nope'": (F, {**GOOD, "d": "nope"}),
    "dt='nope'": (F, {**GOOD, "dt": "nope"}),
    "f='not a url'": (F, {**GOOD, "f": "not a url"}),
    "missing n": (F, {key: value for key, value in GOOD.items() if key != "n"}),
    "extra": (F, {**GOOD, "zzz": 1}),
    "m dup": (F, {**GOOD, "m": ["x", "x"]}),
    "m bad": (F, {**GOOD, "m": ["q"]}),
    "m notlist": (F, {**GOOD, "m": "x"}),
    "n str": (F, {**GOOD, "n": "3"}),
    "n float": (F, {**GOOD, "n": 3.5}),
    "two bad": (F, {**GOOD, "s": "zz", "m": ["q"]}),
    "n and s": (F, {**GOOD, "n": 9, "s": "zz"}),
    "unhashable multi": (F, {**GOOD, "m": [["x"]]}),
    "canvas ok": (CanvasInput("u", prompt="p"), CANVAS),
    "canvas hidden chat": (CanvasInput("u"), {**CANVAS, "chatInput": {"message": [{"text": "x"}]}}),
    "canvas extra": (CanvasInput("u"), {**CANVAS, "z": 1}),
    "canvas null chat": (CanvasInput("u", prompt="p"), {**CANVAS, "chatInput": None}),
}


def verdict(model: type[BaseModel], value: Any) -> Any:
    """In the form of the recorded verdicts."""
    try:
        return f"OK {model.model_validate(value).model_dump_json()}"
    except ValidationError as error:
        return [[list(row["loc"]), row["type"], row["msg"]] for row in error.errors()]


def problems(value: Any, model: type[BaseModel] = F) -> list[FieldProblem]:
    """What a person is told of an answer."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(value)
    return form_problems(model, value, caught.value)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_upstreams(name: str, data: Callable[[str], Any]) -> None:
    assert SCHEMAS[name].model_json_schema() == data(f"schemas/{name}.json")


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_gets_upstreams_verdict(name: str, data: Callable[[str], Any]) -> None:
    assert verdict(*ANSWERS[name]) == data("validation_forms.json")[name]


def test_no_recorded_verdict_is_left_out(data: Callable[[str], Any]) -> None:
    assert ANSWERS.keys() == data("validation_forms.json").keys()


# What upstream tells one by one, or not at all


def test_all_problems_are_told_at_once_each_at_its_field() -> None:
    wrong = {"t": "abc", "n": 9, "s": "zz", "m": [], "d": "nope", "f": "x"}
    assert {problem.path: problem.message for problem in problems(wrong)} == {
        ("t",): "Digits only",
        ("n",): "Input should be less than or equal to 5",
        ("s",): "Invalid value 'zz' for field 's'. Must be one of: ['a', 'b']",
        ("m",): "Invalid value for field 'm'. List must not be empty.",
        ("d",): "Input should be a valid date or datetime, input is too short",
        ("dt",): "Field required",
    }


@pytest.mark.parametrize(("m", "n"), [(["q"], 3), (["x", "x"], 3), (["q"], 9)])
def test_a_choice_problem_is_told_once(m: list[str], n: int) -> None:
    assert [problem.path for problem in problems({**GOOD, "m": m, "n": n})].count(("m",)) == 1


def test_a_choice_of_the_wrong_type_has_one_problem() -> None:
    assert [problem.path for problem in problems({**GOOD, "s": 5, "m": [5]})] == [("s",), ("m", 0)]


@pytest.mark.parametrize("value", [None, 5, "x", [], {}])
def test_what_is_no_form_at_all_is_told_too(value: Any) -> None:
    assert problems(value)


def test_a_form_inside_a_form_says_where() -> None:
    class Outer(FormInput):
        inner: F

    assert [problem.path for problem in problems({"inner": {**GOOD, "s": "zz", "m": ["q"]}}, Outer)][-2:] == [
        ("inner", "s"),
        ("inner", "m"),
    ]


def test_a_check_of_the_whole_form_has_no_field() -> None:
    from pydantic import model_validator

    class Range(FormInput):
        low: int = NumberField("From")
        high: int = NumberField("To")

        @model_validator(mode="after")
        def ordered(self) -> Range:
            if self.low > self.high:
                raise ValueError("From must not be above To")
            return self

    assert problems({"low": 2, "high": 1}, Range) == [FieldProblem((), "From must not be above To")]


# Mistakes of authors


def test_an_option_may_be_there_once() -> None:
    with pytest.raises(ValueError, match=r"^MultiChoice options contain duplicate values$"):
        MultiChoice(["a", "a"], "M")
    SingleChoice(["a", "a"], "S")


@pytest.mark.parametrize(
    ("annotation", "options", "text"),
    [
        (str, {"multiple": True}, "multiple=True but type annotation is not a list. " + EITHER),
        (
            list[str],
            {},
            "multiple=False but type annotation is a list. Use multiple=True or change the annotation to a non-list type.",
        ),
        (
            str,
            {"include_metadata": True},
            "include_metadata=True but type annotation is not FileWithMetadataValue. Expected FileWithMetadataValue.",
        ),
        (FileWithMetadataValue, {}, "include_metadata=False but type annotation is not str. Expected str."),
        (
            list[str],
            {"multiple": True, "include_metadata": True},
            "include_metadata=True but type annotation is not FileWithMetadataValue. Expected list[FileWithMetadataValue].",
        ),
        (
            list[FileWithMetadataValue],
            {"multiple": True},
            "include_metadata=False but type annotation is not str. Expected list[str].",
        ),
    ],
)
def test_a_file_field_that_does_not_fit_its_annotation_is_refused(annotation: Any, options: Any, text: str) -> None:
    with pytest.raises(TypeError) as caught:
        form(annotation, FileField("F", **options))
    assert str(caught.value) == f"Field 'f' has {text}"


@pytest.mark.parametrize("annotation", [str, str | None])
def test_a_file_field_may_be_optional(annotation: Any) -> None:
    form(annotation, FileField("F"))


@pytest.mark.parametrize(
    "field",
    [
        lambda: TextField("T", pattern="^a", prefilled_value="b"),
        lambda: NumberField("N", maximum=1, prefilled_value=2),
        lambda: DateField("D", prefilled_value="soon"),
        lambda: DateTimeField("D", prefilled_value="soon"),
        lambda: SingleChoice(["a"], "S", prefilled_value="b"),
        lambda: MultiChoice(["a"], "M", prefilled_value=["a", "b"]),
    ],
)
def test_a_prefilled_value_that_does_not_fit_is_left_out(field: Callable[[], Any], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        extra = field().json_schema_extra
    assert "default" not in extra.keys
    assert "left out" in caplog.text


def test_a_prefilled_field_is_required_all_the_same() -> None:
    prefilled = form(str, TextField("T", prefilled_value="x"))
    assert prefilled.model_json_schema()["required"] == ["f"]
    assert problems({}, prefilled) == [FieldProblem(("f",), "Field required")]


def test_limits_of_files_are_in_the_schema() -> None:
    schema = form(str, FileField("F", accept=".pdf", max_bytes=10)).model_json_schema()["properties"]["f"]
    assert (schema["accept"], schema["maxBytes"]) == (".pdf", 10)


def test_an_input_says_which_canvas_it_is_about() -> None:
    assert canvas_uri(CanvasInput("u").model_json_schema()) == "u"
    assert canvas_uri(ExpenseForm.model_json_schema()) is None
    assert CanvasInput("u", prompt="p") is CanvasInput("u", prompt="p")


def test_two_canvases_have_two_addresses() -> None:
    payload = CanvasPayload(type="code", title="t", content="c", language="python")
    one, two = CanvasResource(canvas=payload), CanvasResource(canvas=payload)
    assert one.uri != two.uri
    assert one.uri.startswith("file://canvas/")
