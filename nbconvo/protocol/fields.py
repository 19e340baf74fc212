"""Fields of a form: each helper gives a pydantic field whose JSON schema tells a client how to draw it.

Source: workflows specification, "Form fields". What a helper knows beyond the annotation is an object in the field's
`json_schema_extra`: it writes the schema, and `nbconvo.protocol.forms` finds it there to check an answer.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from nbconvo.protocol.inputs import hide_our_docstring

logger = logging.getLogger(__name__)

Options = Sequence[tuple[str, str]] | Sequence[str]
"""Choices: values, or (value, label) pairs."""


class FileWithMetadataValue(BaseModel):
    """What a `FileField(include_metadata=True)` gives: the name of the file, where it is, and its media type."""

    model_config = ConfigDict(json_schema_extra=hide_our_docstring)

    filename: str
    url: str
    content_type: str


@dataclass(frozen=True)
class FieldExtra:
    """What a field's schema says beyond its annotation; pydantic calls it with the schema it has made.

    `error_message` is shown to a person instead of pydantic's text when the pattern does not match.
    """

    keys: dict[str, Any]
    error_message: str | None = None

    def __call__(self, schema: dict[str, Any]) -> None:
        """Write into the schema."""
        schema |= self.keys
        if self.error_message is not None:
            schema["errorMessage"] = self.error_message


@dataclass(frozen=True)
class ChoiceExtra(FieldExtra):
    """A field with declared options; `multiple` allows several."""

    values: tuple[str, ...] = ()
    multiple: bool = False

    def __call__(self, schema: dict[str, Any]) -> None:
        """Write into the schema; `oneOf` says all about a single choice, a type beside it would only disagree."""
        if not self.multiple:
            schema.pop("type", None)
        super().__call__(schema)

    def problem(self, name: str, value: Any) -> str | None:
        """What is wrong with `value` of the field `name`, in upstream's words; None when nothing is."""
        chosen: list[Any] = value if self.multiple else [value]
        if not chosen:
            return f"Invalid value for field '{name}'. List must not be empty."
        if self.multiple and len(set(chosen)) != len(chosen):
            return f"Invalid value for field '{name}'. List must not contain duplicates."
        for one in chosen:
            if one not in self.values:
                return f"Invalid value '{one}' for field '{name}'. Must be one of: {list(self.values)}"
        return None


@dataclass(frozen=True)
class FileExtra(FieldExtra):
    """A field for files. `accept` and `max_bytes` bound what an upload may be."""

    multiple: bool = False
    include_metadata: bool = False

    def __call__(self, schema: dict[str, Any]) -> None:
        """Write into the schema, in place of what pydantic says of the annotation."""
        for key in ("$ref", "allOf", "items", "type"):
            schema.pop(key, None)
        super().__call__(schema)


def TextField(  # noqa: N802 - upstream's name: used like a class
    description: str,
    *,
    pattern: str | None = None,
    prefilled_value: str | None = None,
    error_message: str | None = None,
    multiline: bool = False,
) -> Any:
    """A field for text. `error_message` is shown when `pattern` does not match. `multiline` (ours) asks for a larger control.

    A `prefilled_value` that does not fit is left out, with a warning in the log: in this and in every other field.

    >>> from nbconvo.protocol.forms import FormInput
    >>> class Booking(FormInput):
    ...     number: str = TextField("Booking", pattern=r"^00\\d{8}$", error_message="Must be 00 + 8 digits")
    >>> Booking.model_json_schema()["properties"]["number"]["errorMessage"]
    'Must be 00 + 8 digits'
    """
    keys = {"type": "string", **_default(prefilled_value, Annotated[str, Field(pattern=pattern)])}
    if multiline:
        keys["format"] = "textarea"
    return _field(description, FieldExtra(keys, error_message), pattern=pattern)


def NumberField(  # noqa: N802 - upstream's name
    description: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    exclusive_minimum: float | None = None,
    exclusive_maximum: float | None = None,
    prefilled_value: float | None = None,
) -> Any:
    """A field for a number: annotate it int or float."""
    bounds = {"ge": minimum, "le": maximum, "gt": exclusive_minimum, "lt": exclusive_maximum}
    keys = {"type": "number", **_default(prefilled_value, Annotated[float, Field(**cast("Any", bounds))], prefilled_value)}
    return _field(description, FieldExtra(keys), **bounds)


def DateField(description: str, *, prefilled_value: date | str | None = None) -> Any:  # noqa: N802 - upstream's name
    """A field for a date."""
    return _field(description, FieldExtra({"type": "string", "format": "date", **_default(prefilled_value, date)}))


def DateTimeField(description: str, *, prefilled_value: datetime | str | None = None) -> Any:  # noqa: N802 - upstream's name
    """A field for a date with a time."""
    return _field(description, FieldExtra({"type": "string", "format": "date-time", **_default(prefilled_value, datetime)}))


def SingleChoice(  # noqa: N802 - upstream's name
    options: Options, description: str | None = None, prefilled_value: str | None = None
) -> Any:
    """A field for one of the options: annotate it str, or a Literal of the values.

    >>> from nbconvo.protocol.forms import FormInput
    >>> class Ticket(FormInput):
    ...     priority: str = SingleChoice([("low", "Low"), ("high", "High")], "Priority")
    >>> Ticket(priority="low").priority
    'low'
    """
    values, schemas = _options(options)
    default = _known(prefilled_value, [] if prefilled_value is None else [prefilled_value], values)
    return _field(description, ChoiceExtra({"oneOf": schemas, **default}, values=values))


def MultiChoice(  # noqa: N802 - upstream's name
    options: Options, description: str | None = None, prefilled_value: list[str] | None = None
) -> Any:
    """A field for at least one of the options: annotate it list[str]. Raises ValueError when an option is there twice."""
    values, schemas = _options(options)
    if len(set(values)) != len(values):
        raise ValueError("MultiChoice options contain duplicate values")
    keys = {"type": "array", "items": {"anyOf": schemas}, "minItems": 1, "uniqueItems": True}
    default = _known(prefilled_value, prefilled_value or [], values)
    return _field(description, ChoiceExtra(keys | default, values=values, multiple=True))


def FileField(  # noqa: N802 - upstream's name
    description: str,
    *,
    multiple: bool = False,
    include_metadata: bool = False,
    accept: str | None = None,
    max_bytes: int | None = None,
) -> Any:
    """A field for a file: annotate it str (its url) or, with `include_metadata`, `FileWithMetadataValue`, or a list of those.

    `accept` (media types and endings, as HTML has it: "image/*,.pdf") and `max_bytes` bound what is taken; both are ours.
    """
    kind: dict[str, Any] = {"format": "uri", "title": "File", "type": "string"}
    if include_metadata:
        text = {"type": "string"}
        properties = {"filename": text, "url": {"format": "uri", "type": "string"}, "content_type": text}
        kind = {"properties": properties, "required": list(properties), "title": "FileWithMetadata", "type": "object"}
    limits = {key: value for key, value in (("accept", accept), ("maxBytes", max_bytes)) if value is not None}
    keys = ({"type": "array", "items": kind} if multiple else kind) | limits
    return _field(description, FileExtra(keys, multiple=multiple, include_metadata=include_metadata))


def _field(description: str | None, extra: FieldExtra, **constraints: Any) -> Any:
    given = {name: value for name, value in constraints.items() if value is not None}
    return Field(description=description, json_schema_extra=cast("Any", extra), **given)


def _default(prefilled: Any, annotation: Any, shown: Any = None) -> dict[str, Any]:
    """The schema's default: the prefilled value as JSON, nothing when there is none or it does not fit."""
    if prefilled is None:
        return {}
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    try:
        value = adapter.validate_python(prefilled)
    except ValidationError as error:
        logger.warning("The prefilled value %r does not fit its field and is left out: %s", prefilled, error)
        return {}
    if isinstance(value, date):
        return {"default": prefilled if isinstance(prefilled, str) else prefilled.isoformat()}
    return {"default": value if shown is None else shown}


def _known(prefilled: Any, chosen: Sequence[str], values: Sequence[str]) -> dict[str, Any]:
    if not chosen:
        return {}
    if unknown := [value for value in chosen if value not in values]:
        logger.warning("The prefilled value %r is none of the options %s and is left out.", unknown, list(values))
        return {}
    return {"default": prefilled}


def _options(options: Options) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """The values, and the schema of each option."""
    pairs = [(option, None) if isinstance(option, str) else (option[0], option[1]) for option in options]
    schemas: list[dict[str, Any]] = [
        {"const": value, **({} if label is None else {"description": label}), "type": "string"} for value, label in pairs
    ]
    return tuple(value for value, _ in pairs), schemas
