"""A form as people see it: every ordinary annotation has a field, what nobody understands is JSON, and answers can be read."""

from __future__ import annotations

import json
from datetime import date, time
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import AnyUrl, BaseModel, Field, RootModel, SecretStr

from nbconvo.errors import InputRejected
from nbconvo.journal.files import FileStore
from nbconvo.protocol.canvas import CanvasInput
from nbconvo.protocol.fields import FileField, FileWithMetadataValue, MultiChoice, NumberField, SingleChoice, TextField
from nbconvo.protocol.forms import FormInput
from nbconvo.views.asks import ask_view
from nbconvo.views.form_model import FieldView
from nbconvo.views.forms import MAX_FIELDS, answer_rows, field_at, form_view
from nbconvo.views.model import AskView
from nbconvo.views.replies import reply_input, shown_reply


class Size(Enum):
    small = 1
    large = 2


class Cat(BaseModel):
    """An animal of its own mind."""

    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]


class Line(BaseModel):
    what: str
    count: Annotated[int, Field(ge=1)] = 1


class Node(BaseModel):
    name: str
    below: list[Node] = []


class Everything(FormInput):
    """All there is."""

    text: str = TextField("Text", pattern="^a", error_message="Begin with a", prefilled_value="abc")
    maybe: str | None = TextField("Maybe")
    essay: str = TextField("Essay", multiline=True)
    long: Annotated[str, Field(max_length=1000)]
    short: Annotated[str, Field(max_length=10)]
    key: SecretStr
    count: int = NumberField("Count", minimum=1, exclusive_maximum=5)
    whole: int
    part: float
    day: date
    hour: time
    agree: bool = False
    size: Size
    letter: Literal["a", 1]
    only: Literal["z"]
    pick: str = SingleChoice([("x", "Letter X"), ("y", "Letter Y")], "Pick")
    many: list[str] = MultiChoice([("x", "Letter X"), ("y", "Letter Y")], "Many")
    sizes: set[Size]
    scan: str = FileField("Scan", accept=".pdf", max_bytes=10)
    scans: list[str] = FileField("Scans", multiple=True)
    paper: FileWithMetadataValue = FileField("Paper", include_metadata=True)
    papers: list[FileWithMetadataValue] = FileField("Papers", multiple=True, include_metadata=True)
    site: AnyUrl
    pet: Cat | Dog = Field(discriminator="kind")
    either: int | str
    home: Line
    work: Line | None = None
    lines: list[Line]
    words: list[str]
    prices: dict[str, float]
    tree: Node
    anything: Any


KINDS = {
    "text": "text", "maybe": "text", "essay": "long_text", "long": "long_text", "short": "text", "key": "secret",
    "count": "number", "whole": "integer", "part": "number", "day": "date", "hour": "time", "agree": "boolean",
    "size": "choice", "letter": "choice", "only": "choice", "pick": "choice", "many": "choices", "sizes": "choices",
    "scan": "file", "scans": "files", "paper": "file", "papers": "files", "site": "text", "pet": "union", "either": "union",
    "home": "object", "work": "object", "lines": "list", "words": "list", "prices": "map", "tree": "object", "anything": "json",
}  # fmt: skip
FORM = form_view(Everything.model_json_schema())


def field(key: str, of: FieldView = FORM) -> FieldView:
    return next(each for each in of.get("fields", []) if each["key"] == key)


def test_the_form_is_a_field_with_fields() -> None:
    assert (FORM["kind"], FORM["key"], FORM["description"]) == ("object", "", "All there is.")
    assert {each["key"]: each["kind"] for each in FORM.get("fields", [])} == KINDS


def test_a_field_is_named_by_its_description_then_its_title() -> None:
    assert (field("text")["label"], field("whole")["label"]) == ("Text", "Whole")
    home, work = field("home"), field("work")
    assert (home["label"], work["label"], home["description"]) == ("Home", "Work", None)
    cat, dog = field("pet").get("variants", [])
    assert (cat["label"], cat["description"], dog["label"]) == ("Cat", "An animal of its own mind.", "Dog")


def test_what_must_be_given_and_what_may_be_left() -> None:
    assert [field(key)["required"] for key in ("text", "maybe", "agree", "work")] == [True, True, False, False]
    assert [field(key)["nullable"] for key in ("text", "maybe", "agree", "work")] == [False, True, False, True]
    assert [field(key).get("default", "none") for key in ("text", "maybe", "agree", "work")] == ["abc", "none", False, None]


def test_limits_are_told() -> None:
    text, count, scan, long = field("text"), field("count"), field("scan"), field("long")
    assert (text.get("pattern"), text.get("error_message")) == ("^a", "Begin with a")
    assert (count.get("minimum"), count.get("exclusive_maximum")) == (1, 5)
    assert (scan.get("accept"), scan.get("max_bytes"), long.get("max_length")) == (".pdf", 10, 1000)
    assert field("many").get("min_items") == 1


def test_choices_have_values_and_labels() -> None:
    assert field("pick").get("choices") == field("many").get("choices")
    assert field("pick").get("choices") == [{"value": "x", "label": "Letter X"}, {"value": "y", "label": "Letter Y"}]
    assert [choice["value"] for choice in field("letter").get("choices", [])] == ["a", 1]
    assert [choice["value"] for choice in field("sizes").get("choices", [])] == [1, 2]
    assert [field(key).get("with_metadata", False) for key in ("scan", "scans", "paper", "papers")] == [False, False, True, True]


def test_what_is_inside_is_told_too() -> None:
    assert [each["key"] for each in field("lines").get("item", FORM).get("fields", [])] == ["what", "count"]
    assert field("prices").get("item", FORM)["kind"] == "number"
    assert (field("pet").get("discriminator"), field("either").get("discriminator")) == ("kind", None)
    assert [each["kind"] for each in field("either").get("variants", [])] == ["integer", "text"]


def test_what_contains_itself_ends_as_json() -> None:
    below = field("below", field("tree"))
    assert (below["kind"], below.get("item", FORM)["kind"]) == ("list", "json")


def test_a_model_that_is_no_object_is_one_field() -> None:
    class Ages(RootModel[list[int]]):
        pass

    assert form_view(Ages.model_json_schema())["kind"] == "list"


def bomb(width: int = 10, depth: int = 20) -> dict[str, Any]:
    """Definitions that mean ten to the twentieth fields."""
    inside = {"properties": {f"p{n}": {"$ref": "#/$defs/LEVEL"} for n in range(width)}}
    levels = {f"D{n}": json.loads(json.dumps(inside).replace("LEVEL", f"D{n + 1}")) for n in range(depth)}
    return {"$ref": "#/$defs/D0", "$defs": levels}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"$ref": "#"},
        {"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}},
        {"$ref": 5},
        {"properties": [1]},
        {"properties": {"a": 1, "b": {"enum": "x"}, "c": {"oneOf": [1]}, "d": {"type": ["string", "null"]}}},
        {"anyOf": [{"type": "null"}]},
        {"allOf": [{"$ref": "#"}]},
        {"title": 5, "description": [], "properties": {"x": {"type": "array", "items": 3, "minItems": "many"}}},
        {"type": "object", "additionalProperties": True},
        bomb(),
    ],
    ids=lambda schema: str(schema)[:60],
)
def test_a_strange_schema_gives_a_form_all_the_same(schema: dict[str, Any]) -> None:
    form = form_view(schema)
    assert len(json.dumps(form)) < MAX_FIELDS * 1000


# What was answered


def test_an_answer_can_be_read() -> None:
    rows = answer_rows(
        FORM,
        {
            "text": "abc", "maybe": None, "key": "**********", "agree": True, "size": 1, "letter": 1, "pick": "x",
            "many": ["y", "x"], "scan": "file:///files/a/receipt.pdf",
            "papers": [{"filename": "a.txt", "url": "u", "content_type": "c"}],
            "lines": [{"what": "tea", "count": 2}], "words": ["a", "b"], "home": {"what": "x"}, "prices": {"tea": 1.5},
            "scans": [], "unknown": 5,
        },
    )  # fmt: skip
    assert [(row["label"], row["text"]) for row in rows] == [
        ("Text", "abc"),
        ("Maybe", "-"),
        ("Key", "••••••••"),
        ("Agree", "yes"),
        ("Size", "1"),
        ("Letter", "1"),
        ("Pick", "Letter X"),
        ("Many", "Letter Y, Letter X"),
        ("Scan", "receipt.pdf"),
        ("Scans", "-"),
        ("Papers", "a.txt"),
        ("Home: What", "x"),
        ("Lines 1: What", "tea"),
        ("Lines 1: Count", "2"),
        ("Words", "a, b"),
        ("Prices", '{"tea": 1.5}'),
    ]


@pytest.mark.parametrize("value", [None, 5, "x", [], {}, {"lines": 5, "home": [], "many": {}, "scan": 5, "papers": [5]}])
def test_a_strange_answer_can_be_read_all_the_same(value: Any) -> None:
    json.dumps(answer_rows(FORM, value))


# What is answered from Python


def ask(model: type[BaseModel]) -> AskView:
    return ask_view("t1", model.model_json_schema(), None, 0.0)


EVERYTHING = ask(Everything)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ({"pick": "letter x", "many": ["Letter Y", "x"]}, {"pick": "x", "many": ["y", "x"]}),
        ({"day": date(2025, 1, 15), "size": Size.small, "key": SecretStr("abc")}, {"day": "2025-01-15", "size": 1, "key": "abc"}),
        ({"lines": [Line(what="tea")], "unknown": 1}, {"lines": [{"what": "tea", "count": 1}], "unknown": 1}),
        ({"pick": "neither", "scan": "https://x/y.pdf"}, {"pick": "neither", "scan": "https://x/y.pdf"}),
        ({"scan": "no such file.pdf"}, {"scan": "no such file.pdf"}),
        ("text", "text"),
    ],
)
def test_what_is_typed_into_a_form(typed: Any, meant: Any) -> None:
    assert reply_input(EVERYTHING, typed) == meant


def test_a_model_keeps_its_secrets_on_the_way() -> None:
    class Login(BaseModel):
        key: SecretStr

    assert reply_input(ask(Login), Login(key=SecretStr("abc"))) == {"key": "abc"}


def test_a_reply_is_shown_without_its_secrets() -> None:
    assert shown_reply(EVERYTHING, {"key": "abc", "text": "x"}) == {"key": None, "text": "x"}
    assert shown_reply(EVERYTHING, "x") == "x"


def test_a_path_is_stored_and_becomes_an_address(tmp_path: Path) -> None:
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"%PDF")
    typed = {"scan": str(paper), "scans": [paper], "paper": paper, "papers": [paper]}
    meant = reply_input(EVERYTHING, typed, FileStore(tmp_path / "files"))
    assert meant["scan"] == meant["scans"][0] == meant["paper"]["url"] == meant["papers"][0]["url"]
    assert meant["paper"] == {"filename": "paper.pdf", "url": meant["scan"], "content_type": "application/pdf"}
    assert "/files/" in meant["scan"]
    assert reply_input(EVERYTHING, {"scan": paper})["scan"] == paper.as_uri()


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [("big.pdf", "x" * 11, "the most is 10"), ("notes.txt", "x", "not of a wanted kind"), ("gone.pdf", None, "No such file")],
)
def test_a_file_that_is_not_wanted_is_refused(tmp_path: Path, name: str, text: str | None, why: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(InputRejected, match=why) as caught:
        reply_input(EVERYTHING, {"scan": tmp_path / name}, FileStore(tmp_path / "files"))
    assert [problem.path for problem in caught.value.errors] == [("scan",)]


def test_text_is_the_new_content_of_a_canvas() -> None:
    canvas = ask(CanvasInput("file://canvas/x"))
    assert (canvas["kind"], canvas.get("canvas", {}).get("uri")) == ("canvas", "file://canvas/x")
    canvas["canvas"] = {**canvas["canvas"], "canvas": {"type": "code", "title": "T", "content": "", "language": None}}  # type: ignore[typeddict-item]
    assert reply_input(canvas, "new") == {"canvas": {"title": "T", "content": "new"}}


def test_a_field_is_found_by_its_path() -> None:
    found = [field_at(FORM, path) for path in ([], ["scan"], ["scans", 3], ["lines", 0, "what"], ["pet", "lives"])]
    assert [each and each["key"] for each in found] == ["", "scan", "scans", "what", "lives"]
    assert [field_at(FORM, path) for path in (["nothing"], ["text", "x"], ["lines", 0, "x", "y"])] == [None, None, None]
