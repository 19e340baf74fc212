"""A form as a page draws it, as plain JSON: `nbconvo.views.forms` makes it from a JSON schema.

Source: workflows specification, "Form fields"; the TypeScript types in `js/src/protocol.ts` are written from this file.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

FieldKind = Literal[
    "text", "long_text", "secret", "integer", "number", "boolean", "date", "datetime", "time",
    "choice", "choices", "file", "files", "object", "list", "map", "union", "json",
]  # fmt: skip
"""How a field is drawn; see `FieldView`."""


class Choice(TypedDict):
    """One option of a field: `value` is sent (any JSON value), `label` is read."""

    value: Any
    label: str


class FieldView(TypedDict):
    """One field of a form, made from its JSON schema; a form is itself a field of kind "object".

    `key` is its name in the object it belongs to, empty for the form itself and for the elements of a list. `label` is its
    accessible name. `required` fields must be sent; a `nullable` one may be left empty and is sent as null. A `default` is
    filled in (prefilled, for a required one). Kinds, and what they send:

    - "text", "long_text", "secret" (masked, never kept in a draft): text; `pattern` with the `error_message` to show for it
    - "integer", "number": a number; "boolean": true or false
    - "date" `2025-01-15`, "datetime" `2025-01-15T10:00:00Z`, "time" `10:00:00`: text
    - "choice": the value of one of `choices`; "choices": a list of them
    - "file": what an upload gives, its url, or with `with_metadata` {filename, url, content_type}; "files": a list of those
    - "object": its `fields`; "list": elements like `item`; "map": an object with free keys and values like `item`
    - "union": one of `variants`, told apart by their field `discriminator` (of which each variant has one value), or by trying
    - "json": anything, written as JSON
    """

    key: str
    kind: FieldKind
    label: str
    description: str | None
    required: bool
    nullable: bool
    default: NotRequired[Any]
    choices: NotRequired[list[Choice]]
    minimum: NotRequired[float]
    maximum: NotRequired[float]
    exclusive_minimum: NotRequired[float]
    exclusive_maximum: NotRequired[float]
    multiple_of: NotRequired[float]
    min_length: NotRequired[int]
    max_length: NotRequired[int]
    min_items: NotRequired[int]
    max_items: NotRequired[int]
    unique_items: NotRequired[bool]
    pattern: NotRequired[str]
    error_message: NotRequired[str]
    format: NotRequired[str]
    with_metadata: NotRequired[bool]
    accept: NotRequired[str]
    max_bytes: NotRequired[int]
    fields: NotRequired[list[FieldView]]
    item: NotRequired[FieldView]
    variants: NotRequired[list[FieldView]]
    discriminator: NotRequired[str]
