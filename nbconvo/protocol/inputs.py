"""What a workflow can ask: chat and confirmation, as pydantic models whose JSON schema is the contract with every client.

Titles, keys and texts are upstream's (workflows specification, "Chat, canvas, confirmation"): a client tells the asks apart
by the schema's `title`. Building such a class and its schema costs a third of a millisecond, so both are kept by arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeAlias, cast
from weakref import WeakKeyDictionary

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

ACCEPT_OPTION_VALUE = "accept"
DECLINE_OPTION_VALUE = "decline"


def hide_our_docstring(schema: dict[str, Any], model: type[Any]) -> None:
    """Keep our docstrings out of the JSON schema: there, a description is what a person reads (and upstream has none)."""
    if model.__module__.startswith("nbconvo."):
        schema.pop("description", None)


class TextChunk(BaseModel):
    """A piece of a chat message.

    >>> TextChunk(text="Ada").model_dump()
    {'type': 'text', 'text': 'Ada'}
    """

    model_config = ConfigDict(json_schema_extra=hide_our_docstring)

    type: Literal["text"] = "text"
    text: str


ChatInputMessageContent: TypeAlias = list[TextChunk]


class ChatInputModel(BaseModel):
    """What a person said, as chunks of text. `ChatInput(...)` makes the class of an ask; this is its base."""

    model_config = ConfigDict(extra="forbid", title="ChatInput", json_schema_extra=hide_our_docstring)

    message: ChatInputMessageContent


class ConfirmationInputModel(BaseModel):
    """Base of the classes that `ConfirmationInput` makes: one `choice` among declared options."""

    model_config = ConfigDict(extra="forbid", title="Confirmation", json_schema_extra=hide_our_docstring)

    choice: str


def ChatInput(  # noqa: N802 - upstream's name: used like a class
    prompt: str = "Type your message", *, suggestions: Sequence[Sequence[TextChunk]] | None = None
) -> type[ChatInputModel]:
    """An ask for a chat message.

    `prompt` is shown in the empty composer; each suggestion is a ready message that one click sends.

    >>> ChatInput("Your name?").model_json_schema()["properties"]["message"]["description"]
    'Your name?'
    """
    texts = None if suggestions is None else tuple(tuple(chunk.text for chunk in chunks) for chunks in suggestions)
    return _chat_input(prompt, texts)


@lru_cache(maxsize=512)
def _chat_input(prompt: str, suggestions: tuple[tuple[str, ...], ...] | None) -> type[ChatInputModel]:
    examples = None if suggestions is None else [[TextChunk(text=text).model_dump() for text in texts] for texts in suggestions]
    field = Field(description=prompt, examples=cast("list[Any] | None", examples))
    return create_model("ChatInput", __base__=ChatInputModel, message=(Annotated[ChatInputMessageContent, field], ...))


def ConfirmationInput(  # noqa: N802 - upstream's name
    options: Sequence[tuple[str, str]] | Sequence[str], description: str
) -> type[ConfirmationInputModel]:
    """An ask to pick one of a few options, each a value or a (value, label) pair.

    Raises ValueError when there is no option.

    >>> ConfirmationInput([("fire", "Fire"), ("water", "Water")], "Pick")(choice="fire").choice
    'fire'
    """
    pairs = tuple((option, None) if isinstance(option, str) else (option[0], option[1]) for option in options)
    if not pairs:
        raise ValueError("Confirmation must have at least one option")
    return _confirmation(pairs, description)


@lru_cache(maxsize=512)
def _confirmation(options: tuple[tuple[str, str | None], ...], description: str) -> type[ConfirmationInputModel]:
    values = [value for value, _ in options]
    one_of = [_option_schema(value, label) for value, label in options]

    def replace_type(schema: dict[str, Any]) -> None:
        schema.pop("type", None)
        schema["oneOf"] = one_of

    def check(model: ConfirmationInputModel) -> ConfirmationInputModel:
        if model.choice not in values:
            raise ValueError(f"Invalid choice '{model.choice}'. Must be one of: {values}")
        return model

    field = Field(description=description, json_schema_extra=replace_type)
    return create_model(
        "Confirmation",
        __base__=ConfirmationInputModel,
        __validators__={"check": cast("Any", model_validator(mode="after")(check))},
        choice=(Annotated[str, field], ...),
    )


def _option_schema(value: str, label: str | None) -> dict[str, Any]:
    described = {} if label is None else {"description": label}
    return {"const": value, **described, "type": "string"}


def AcceptDeclineConfirmation(  # noqa: N802 - upstream's name
    description: str, *, accept_label: str = "Accept", decline_label: str | None = "Decline"
) -> type[ConfirmationInputModel]:
    """An ask to accept or decline; with `decline_label=None` there is only the one to accept.

    >>> is_accepted(AcceptDeclineConfirmation("Proceed?")(choice="accept"))
    True
    """
    accept = [(ACCEPT_OPTION_VALUE, accept_label)]
    decline = [] if decline_label is None else [(DECLINE_OPTION_VALUE, decline_label)]
    return ConfirmationInput([*decline, *accept], description)


def is_accepted(model: BaseModel) -> bool:
    """True when a confirmation was answered with accept."""
    return getattr(model, "choice", None) == ACCEPT_OPTION_VALUE


_schemas: WeakKeyDictionary[type[BaseModel], dict[str, Any]] = WeakKeyDictionary()


def input_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of an input class, made once; treat it as immutable."""
    schema = _schemas.get(model)
    if schema is None:
        schema = _schemas[model] = model.model_json_schema()
    return schema
