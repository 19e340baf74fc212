"""What a conversational workflow says and asks. Mirror of `mistralai.workflows.conversational`."""

from __future__ import annotations

from collections.abc import Sequence

from nbconvo.engine.context import current
from nbconvo.protocol.events import CustomTaskCompleted, CustomTaskStarted
from nbconvo.protocol.inputs import (
    ACCEPT_OPTION_VALUE,
    DECLINE_OPTION_VALUE,
    AcceptDeclineConfirmation,
    ChatInput,
    ChatInputMessageContent,
    ChatInputModel,
    ConfirmationInput,
    TextChunk,
    is_accepted,
)
from nbconvo.protocol.outputs import ChatAssistantWorkflowOutput, TextOutput
from nbconvo.workflows.interactive import InteractiveWorkflow
from nbconvo.workflows.todo import TodoList, TodoListItem

ASSISTANT_MESSAGE = "assistant_message"


async def send_assistant_message(message: str | Sequence[TextOutput]) -> None:
    """Show a message in the conversation: markdown text, or a sequence of chunks.

    Raises `NotInWorkflow` outside a running workflow (upstream drops the message there without a word), TypeError for
    anything that is neither text nor chunks.
    """
    runtime = current("send_assistant_message")
    chunks = [TextOutput(text=message)] if isinstance(message, str) else list(message)
    if not all(isinstance(chunk, TextOutput) for chunk in chunks):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError("send_assistant_message takes a string or a sequence of TextOutput")
    state = {"contentChunks": [chunk.model_dump(mode="json") for chunk in chunks]}
    task_id = str(runtime.uuid4())
    runtime.emit(CustomTaskStarted(task_id, ASSISTANT_MESSAGE, state))
    runtime.emit(CustomTaskCompleted(task_id, ASSISTANT_MESSAGE, state))


__all__ = [
    "ACCEPT_OPTION_VALUE",
    "DECLINE_OPTION_VALUE",
    "AcceptDeclineConfirmation",
    "ChatAssistantWorkflowOutput",
    "ChatInput",
    "ChatInputMessageContent",
    "ChatInputModel",
    "ConfirmationInput",
    "InteractiveWorkflow",
    "TextChunk",
    "TextOutput",
    "TodoList",
    "TodoListItem",
    "is_accepted",
    "send_assistant_message",
]
