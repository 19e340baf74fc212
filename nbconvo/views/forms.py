"""A form as people see it: from a JSON schema to fields that a page can draw, and from an answer to lines that can be read.

Only what a person needs is taken from the schema; anything that is not understood becomes a field of kind "json". The schema may
come from elsewhere (a remote run): nothing in it is trusted to be well formed. Source: workflows specification, "Form fields".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from nbconvo.views.form_model import Choice, FieldKind, FieldView
from nbconvo.views.model import AnswerRow

Schema = Mapping[str, Any]

MAX_FIELDS = 1000
"""More fields than this nobody fills in: the rest is written as JSON."""

MAX_HOPS = 12
"""So many references to references are followed."""

_LONG = 256
"""A text that may be longer than this gets a larger control."""

_FORMATS: dict[str, FieldKind] = {
    "date": "date", "date-time": "datetime", "time": "time", "password": "secret", "textarea": "long_text", "uri": "file",
}  # fmt: skip
_TYPES: dict[str, FieldKind] = {
    "string": "text", "integer": "integer", "number": "number", "boolean": "boolean", "object": "map", "array": "list",
}  # fmt: skip
_LIMITS = {
    "minimum": "minimum", "maximum": "maximum", "exclusiveMinimum": "exclusive_minimum", "exclusiveMaximum": "exclusive_maximum",
    "multipleOf": "multiple_of", "minLength": "min_length", "maxLength": "max_length", "minItems": "min_items",
    "maxItems": "max_items", "maxBytes": "max_bytes",
}  # fmt: skip
_WORDS = {"pattern": "pattern", "errorMessage": "error_message", "format": "format", "accept": "accept"}


def form_view(schema: Schema) -> FieldView:
    """The form that an input schema describes: a field of kind "object", or of another kind for a model that is no object.

    >>> [field["label"] for field in form_view({"properties": {"age": {"type": "integer", "title": "Age"}}})["fields"]]
    ['Age']
    """
    return _Reader(schema).field("", schema, required=True, within=())


def field_at(form: FieldView, path: Sequence[str | int]) -> FieldView | None:
    """The field that a path into the answer leads to; None where there is none. A "files" field is that of each of its files."""
    field: FieldView | None = form
    for step in path:
        if field is None or field["kind"] == "files":
            break
        match field["kind"]:
            case "object" | "union":
                parts = [
                    *field.get("fields", []),
                    *(part for each in field.get("variants", []) for part in each.get("fields", [])),
                ]
                field = next((part for part in parts if part["key"] == step), None)
            case _:
                field = field.get("item")
    return field


def answer_rows(form: FieldView, value: Any) -> list[AnswerRow]:
    """The fields of an answer as a person reads them, nested ones after the label of what they belong to."""
    return [{"label": label, "text": text} for label, text in _rows(form, value, "")]


class _Reader:
    """Reads one schema; follows references into it and into nothing else, and into none that it is inside of already."""

    def __init__(self, root: Schema) -> None:
        self._root = root
        self._fields_left = MAX_FIELDS

    def field(self, key: str, schema: Any, *, required: bool, within: tuple[str, ...]) -> FieldView:
        """One field; a schema that cannot be understood, or leads too far, is a field of kind "json".

        `within` are the references that led here. What the property says itself names it; what it refers to only describes it.
        """
        own = _mapping(schema)
        here, nullable, followed = self._resolved(own)
        name = _text(own.get("description")) or _text(own.get("title"))
        about = _text(here.get("description"))
        view: FieldView = {
            "key": key,
            "kind": "json",
            "label": name or key.replace("_", " ").strip().capitalize() or _text(here.get("title")) or "",
            "description": about if about != name or not within else None,
            "required": required,
            "nullable": nullable,
        }
        self._fields_left -= 1
        if self._fields_left > 0 and not set(followed) & set(within):
            self._describe(view, here, (*within, *followed, ""))
        if "default" in here:
            view["default"] = here["default"]
        return view

    def _resolved(self, schema: Schema) -> tuple[Schema, bool, list[str]]:
        """The schema without references and without a null beside it, and the references that were followed.

        What stands beside a reference counts more than what it refers to.
        """
        nullable, followed = False, list[str]()
        for _ in range(MAX_HOPS):
            members = [_mapping(member) for member in _list(schema.get("anyOf"))]
            kept = [member for member in members if member.get("type") != "null"]
            nullable = nullable or len(kept) < len(members)
            beside = {name: value for name, value in schema.items() if name not in ("$ref", "allOf")}
            if "$ref" in schema:
                followed.append(str(schema["$ref"]))
                schema = {**self._target(followed[-1]), **beside}
            elif len(kept) == 1:
                del beside["anyOf"]
                schema = {**kept[0], **beside}
            elif len(parts := _list(schema.get("allOf"))) == 1:
                schema = {**_mapping(parts[0]), **beside}
            else:
                return ({**schema, "anyOf": kept} if members else schema), nullable, followed
        return {}, nullable, followed

    def _target(self, reference: str) -> Schema:
        part: Any = self._root
        for key in reference.removeprefix("#/").split("/"):
            part = _mapping(part).get(key.replace("~1", "/").replace("~0", "~"))
        return _mapping(part)

    def _describe(self, view: FieldView, here: Schema, within: tuple[str, ...]) -> None:
        """Say what kind of field it is, and all that belongs to the kind."""
        more = cast("dict[str, Any]", view)
        more |= {ours: here[name] for name, ours in _LIMITS.items() if _is_number(here.get(name))}
        more |= {ours: here[name] for name, ours in _WORDS.items() if isinstance(here.get(name), str)}
        if here.get("uniqueItems") is True:
            view["unique_items"] = True
        if (choices := self._choices(here)) is not None:
            view["kind"], view["choices"] = "choice", choices
        elif members := _list(here.get("oneOf")) or _list(here.get("anyOf")):
            self._union(view, here, members, within)
        elif here.get("title") == "FileWithMetadata":
            view["kind"], view["with_metadata"] = "file", True
        elif "properties" in here:
            view["kind"], view["fields"] = "object", self._fields(here, within)
        elif isinstance(kind := here.get("type"), str) and kind in _TYPES:
            self._plain(view, here, _TYPES[kind], within)

    def _plain(self, view: FieldView, here: Schema, kind: FieldKind, within: tuple[str, ...]) -> None:
        view["kind"] = kind
        if kind == "text":
            view["kind"] = self._text_kind(here)
        elif kind == "list":
            self._list(view, here, within)
        elif kind == "map":
            values = here.get("additionalProperties")
            view["item"] = self.field("", values if isinstance(values, Mapping) else {}, required=True, within=within)

    def _text_kind(self, here: Schema) -> FieldKind:
        kind = _FORMATS.get(str(here.get("format")), "text")
        if kind == "file" and here.get("title") != "File":
            return "text"  # an ordinary address
        limit: Any = here.get("maxLength")
        return "long_text" if kind == "text" and _is_number(limit) and limit > _LONG else kind

    def _list(self, view: FieldView, here: Schema, within: tuple[str, ...]) -> None:
        """A list of choices that may not repeat, and a list of files, each have a control of their own."""
        item = self.field("", here.get("items"), required=True, within=within)
        element, _, _ = self._resolved(_mapping(here.get("items")))
        choices = self._choices(element) or self._choices({"oneOf": element.get("anyOf")})
        if choices and here.get("uniqueItems"):
            view["kind"], view["choices"] = "choices", choices
        elif item["kind"] == "file":
            view["kind"] = "files"
            view["with_metadata"] = item.get("with_metadata", False)
        else:
            view["item"] = item

    def _fields(self, here: Schema, within: tuple[str, ...]) -> list[FieldView]:
        required = _list(here.get("required"))
        properties = _mapping(here.get("properties"))
        return [self.field(str(key), part, required=key in required, within=within) for key, part in properties.items()]

    def _union(self, view: FieldView, here: Schema, members: list[Any], within: tuple[str, ...]) -> None:
        view["kind"] = "union"
        view["variants"] = [self.field("", member, required=True, within=within) for member in members]
        by = _mapping(here.get("discriminator")).get("propertyName")
        if isinstance(by, str):
            view["discriminator"] = by

    def _choices(self, here: Schema) -> list[Choice] | None:
        """The options, where the schema is nothing but a set of them; a lone constant is one, too."""
        if "const" in here:
            return [_choice(here)]
        options = [self._resolved(_mapping(option))[0] for option in _list(here.get("oneOf"))]
        if options and all("const" in option for option in options):
            return [_choice(option) for option in options]
        values = _list(here.get("enum"))
        return [{"value": value, "label": _plain(value)} for value in values] or None


def _choice(option: Schema) -> Choice:
    return {"value": option["const"], "label": _text(option.get("description")) or _plain(option["const"])}


def _rows(field: FieldView, value: Any, above: str) -> Iterator[tuple[str, str]]:
    match field["kind"], value:
        case "object", Mapping():
            given = cast("Mapping[str, Any]", value)
            for part in field.get("fields", []):
                if part["key"] in given:
                    label = f"{above}: {part['label']}" if above else part["label"]
                    yield from _rows(part, given[part["key"]], label)
        case "list", [*elements] if elements and "item" in field and "fields" in field["item"]:
            for number, element in enumerate(elements, start=1):
                yield from _rows(field["item"], element, f"{above} {number}")
        case _:
            yield above or field["label"], _said(field, value)


def _said(field: FieldView, value: Any) -> str:
    """One value as a person would say it."""
    match field["kind"], value:
        case _, None | []:
            return "-"
        case "secret", _:
            return "••••••••"
        case "choices" | "files", [*values]:
            return ", ".join(_one(field, each) for each in values)
        case "list", [*values] if "item" in field:
            return ", ".join(_said(field["item"], each) for each in values)
        case _:
            return _one(field, value)


def _one(field: FieldView, value: Any) -> str:
    for choice in field.get("choices", []):
        if choice["value"] == value and type(choice["value"]) is type(value):
            return choice["label"]
    match field["kind"], value:
        case "file" | "files", {"filename": str(name)}:
            return name
        case "file" | "files", str(url):
            return url.rsplit("/", 1)[-1]
        case _:
            return _plain(value)


def _plain(value: Any) -> str:
    match value:
        case str():
            return value
        case True | False:
            return "yes" if value else "no"
        case _:
            return json.dumps(value, ensure_ascii=False)


def _mapping(value: Any) -> Schema:
    return cast("Schema", value) if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
