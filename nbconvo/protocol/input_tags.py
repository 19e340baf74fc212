"""Tags on an input model, for clients that choose among the members of a union: `x-input-tag` in its JSON schema.

Source: workflows specification, "Tags".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel

ModelT = TypeVar("ModelT", bound=type[BaseModel])
LE_CHAT_INPUT_TAG = "le-chat-input"


def input_tag(tag: str) -> Callable[[ModelT], ModelT]:
    """Put a tag on a model class.

    >>> @input_tag("simplified")
    ... class Simple(BaseModel):
    ...     prompt: str
    >>> Simple.model_json_schema()["x-input-tag"]
    'simplified'
    """

    def decorate(model: ModelT) -> ModelT:
        before: Any = model.model_config.get("json_schema_extra")

        def extra(schema: dict[str, Any], kind: type[Any]) -> None:
            if callable(before):
                before(schema, kind)
            elif before is not None:
                schema |= before
            schema["x-input-tag"] = tag

        model.model_config["json_schema_extra"] = extra
        model.model_rebuild(force=True)
        return model

    return decorate


def le_chat_input(model: ModelT) -> ModelT:
    """Mark the input that a chat client fills with what the person wrote."""
    return input_tag(LE_CHAT_INPUT_TAG)(model)
