"""Canvases: documents beside the conversation that a workflow sends and a person may edit.

Source: workflows specification, "Chat, canvas, confirmation" and "Messages, canvases, final output".
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from nbconvo.protocol.identity import new_id
from nbconvo.protocol.inputs import ChatInputMessageContent, ChatInputModel, hide_our_docstring

CanvasType = Literal["text/markdown", "text/html", "image/svg+xml", "slides", "react", "code", "mermaid"]


class CanvasPayload(BaseModel):
    """What is on a canvas. `language` names the programming language of a "code" canvas."""

    model_config = ConfigDict(json_schema_extra=hide_our_docstring)

    type: CanvasType
    title: str
    content: str
    language: str | None = None


class CanvasResource(BaseModel):
    """A canvas to send. Send another one with the same `uri` and it is the next version; `readonly` ones cannot be edited.

    >>> draft = CanvasResource(canvas=CanvasPayload(type="text/markdown", title="Draft", content="# Hello"))
    >>> draft.uri.startswith("file://canvas/")
    True
    """

    model_config = ConfigDict(json_schema_extra=hide_our_docstring)

    uri: str = Field(default_factory=lambda: f"file://canvas/{new_id()}")
    mimeType: Literal["application/vnd.mistral.canvas"] = "application/vnd.mistral.canvas"  # noqa: N815 - the wire's name
    canvas: CanvasPayload
    readonly: bool = False


class CanvasInputData(BaseModel):
    """A canvas as a person left it."""

    model_config = ConfigDict(json_schema_extra=hide_our_docstring)

    title: str
    content: str


class CanvasInputModel(BaseModel):
    """Base of the classes that `CanvasInput` makes: the edited `canvas`, and what the person said with it."""

    model_config = ConfigDict(extra="forbid", title="Canvas", json_schema_extra=hide_our_docstring)

    canvas: CanvasInputData
    chatInput: ChatInputModel | None = None  # noqa: N815 - the wire's name


@lru_cache(maxsize=512)
def CanvasInput(canvas_uri: str, *, prompt: str | None = None) -> type[CanvasInputModel]:  # noqa: N802 - upstream's name
    """An ask to edit the canvas that was sent with this uri; with a `prompt`, to say something about it as well.

    >>> CanvasInput("file://canvas/draft.md").model_json_schema()["$metadata"]
    {'canvasUri': 'file://canvas/draft.md'}
    """

    def describe(schema: dict[str, Any], model: type[Any]) -> None:
        hide_our_docstring(schema, model)
        schema["$metadata"] = {"canvasUri": canvas_uri}
        if prompt is None:
            del schema["properties"]["chatInput"]  # not offered, and taken all the same, as upstream

    config = ConfigDict(extra="forbid", title="Canvas", json_schema_extra=describe)
    fields: dict[str, Any] = {}
    if prompt is not None:
        message = Annotated[ChatInputMessageContent, Field(description=prompt)]
        fields["chatInput"] = (create_model("_ChatInput", __base__=ChatInputModel, message=(message, ...)) | None, None)
    base = type("CanvasInputModel", (CanvasInputModel,), {"model_config": config, "__module__": __name__})
    return create_model("Canvas", __base__=base, **fields)


def canvas_uri(schema: dict[str, Any]) -> str | None:
    """The canvas that an input schema wants edited; None when it wants none."""
    metadata = schema.get("$metadata")
    return metadata.get("canvasUri") if isinstance(metadata, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
