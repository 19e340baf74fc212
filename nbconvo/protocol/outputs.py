"""What a workflow can say: chunks of a message, and the final output of a chat workflow.

Source: workflows specification, "Messages, canvases, final output".
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from nbconvo.protocol.inputs import hide_our_docstring


class TextOutput(BaseModel):
    """A piece of text, read as markdown."""

    model_config = ConfigDict(json_schema_extra=hide_our_docstring)

    type: Literal["text"] = "text"
    text: str


class ChatAssistantWorkflowOutput(BaseModel):
    """What a chat workflow returns: `content` is shown, `structuredContent` is for programs, `isError` marks a failure.

    >>> ChatAssistantWorkflowOutput(content=[TextOutput(text="Done")]).model_dump()
    {'content': [{'type': 'text', 'text': 'Done'}], 'structuredContent': None, 'isError': None}
    """

    model_config = ConfigDict(json_schema_extra=hide_our_docstring)

    content: list[TextOutput] = Field(default_factory=list[TextOutput])
    structuredContent: dict[str, Any] | None = None  # noqa: N815 - the wire's name
    isError: bool | None = None  # noqa: N815 - the wire's name


def is_chat_output(value: Any) -> bool:
    """True when a workflow's JSON result is that of a `ChatAssistantWorkflowOutput`."""
    return (
        isinstance(value, dict)
        and {"content", "structuredContent", "isError"} <= value.keys()
        and isinstance(value["content"], list)
    )  # pyright: ignore[reportUnknownMemberType]
