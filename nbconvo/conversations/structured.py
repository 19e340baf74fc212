"""Answers in the shape of a pydantic model."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from pydantic import BaseModel

from nbconvo.conversations.jsons import Json
from nbconvo.conversations.memory import text_of
from nbconvo.conversations.raw import plain

M = TypeVar("M", bound=BaseModel)


def response_format(model: type[BaseModel]) -> Json:
    """What `completion_args` (or `chat.complete`) take as `response_format`, so that the answer is JSON that fits `model`.

    >>> class City(BaseModel):
    ...     name: str
    >>> response_format(City)["json_schema"]["schema"]["required"]
    ['name']
    """
    schema = _strict(model.model_json_schema())
    return {"type": "json_schema", "json_schema": {"name": model.__name__, "schema": schema, "strict": True}}


def parsed(answer: Any, model: type[M]) -> M:
    """The answer as `model`: a response of a conversation or of `chat.complete`, an entry, a message, or text.

    Only text counts, so thinking before it does no harm. Raises pydantic's ValidationError when the text does not fit.

    >>> class City(BaseModel):
    ...     name: str
    >>> thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    >>> parsed({"content": [thinking, {"type": "text", "text": '{"name": "Paris"}'}]}, City)
    City(name='Paris')
    """
    return model.model_validate_json(_text(plain(answer)))


def _text(answer: Any) -> str:
    if not isinstance(answer, dict):
        return text_of(answer)
    fields = cast("Json", answer)
    if "choices" in fields:
        return _text(fields["choices"][0]["message"])
    if "outputs" in fields:
        messages = [entry for entry in fields["outputs"] if entry.get("type", "message.output") == "message.output"]
        return _text(messages[-1]) if messages else ""
    return text_of(fields.get("content"))


def _strict(schema: Any) -> Any:
    """The schema with every object closed, as strict mode asks."""
    if isinstance(schema, list):
        return [_strict(each) for each in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _strict(value) for key, value in cast("Json", schema).items()}
    return closed | {"additionalProperties": False} if closed.get("type") == "object" and "properties" in closed else closed
