"""What a workflow can say: chunks of a message, and the final output of a chat workflow.

Source: workflows specification, "Messages, canvases, final output". Images, thoughts and displayed objects are ours; they are
left out of the JSON schemas, which are upstream's.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from nbconvo.protocol.canvas import CanvasResource
from nbconvo.protocol.components import LLM_UI_VERSION, UIComponent
from nbconvo.protocol.inputs import TextChunk, hide_our_docstring


class TextOutput(BaseModel):
    """A piece of text, read as markdown."""

    model_config = ConfigDict(json_schema_extra=hide_our_docstring)

    type: Literal["text"] = "text"
    text: str


class UIComponentResource(BaseModel):
    """A tree of UI components; `display` says whether it stands alone or in the line.

    >>> from nbconvo.protocol.components import Badge
    >>> UIComponentResource(component=Badge(children="Pass")).model_dump()["component"]
    {'name': 'Badge', 'props': {'children': 'Pass'}}
    """

    model_config = ConfigDict(json_schema_extra=hide_our_docstring)

    mimeType: Literal["application/vnd.mistral.ui-component"] = "application/vnd.mistral.ui-component"  # noqa: N815 - the wire's
    component: UIComponent
    version: str = LLM_UI_VERSION
    display: Literal["inline", "block"] = "block"


class ResourceOutput(BaseModel):
    """A canvas or a tree of UI components."""

    model_config = ConfigDict(json_schema_extra=hide_our_docstring)

    type: Literal["resource"] = "resource"
    resource: CanvasResource | UIComponentResource


ContentChunk: TypeAlias = TextOutput | ResourceOutput
"""The chunks that upstream knows."""


class ImageOutput(BaseModel):
    """An image by its address: `https://...` or `data:image/...`. The form of the conversations API."""

    type: Literal["image_url"] = "image_url"
    image_url: str


class ThinkingOutput(BaseModel):
    """What a model thought before it spoke; shown folded. The form of the conversations API."""

    type: Literal["thinking"] = "thinking"
    thinking: list[TextChunk]


class DisplayOutput(BaseModel):
    """An object as a notebook displays it: its representations by mime type."""

    type: Literal["display"] = "display"
    display: dict[str, Any]


Output: TypeAlias = (
    TextOutput | ResourceOutput | SkipJsonSchema[ImageOutput] | SkipJsonSchema[ThinkingOutput] | SkipJsonSchema[DisplayOutput]
)
"""One chunk of a message."""


class ChatAssistantWorkflowOutput(BaseModel):
    """What a chat workflow returns: `content` is shown, `structuredContent` is for programs, `isError` marks a failure.

    >>> ChatAssistantWorkflowOutput(content=[TextOutput(text="Done")]).model_dump()
    {'content': [{'type': 'text', 'text': 'Done'}], 'structuredContent': None, 'isError': None}
    """

    model_config = ConfigDict(json_schema_extra=hide_our_docstring)

    content: list[Output] = Field(default_factory=list[Output])
    structuredContent: dict[str, Any] | None = None  # noqa: N815 - the wire's name
    isError: bool | None = None  # noqa: N815 - the wire's name


def is_chat_output(value: Any) -> bool:
    """True when a workflow's JSON result is that of a `ChatAssistantWorkflowOutput`."""
    return (
        isinstance(value, dict)
        and {"content", "structuredContent", "isError"} <= value.keys()
        and isinstance(value["content"], list)
    )  # pyright: ignore[reportUnknownMemberType]
