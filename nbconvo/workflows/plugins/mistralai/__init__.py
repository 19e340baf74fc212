"""The conversational names, at the path where upstream's plugin has them (usual alias: `workflows_mistralai`)."""

from nbconvo.workflows.conversational import (
    ACCEPT_OPTION_VALUE,
    DECLINE_OPTION_VALUE,
    AcceptDeclineConfirmation,
    ChatAssistantWorkflowOutput,
    ChatInput,
    ChatInputMessageContent,
    ChatInputModel,
    ConfirmationInput,
    TextChunk,
    TextOutput,
    TodoList,
    TodoListItem,
    is_accepted,
    send_assistant_message,
)

__all__ = [
    "ACCEPT_OPTION_VALUE",
    "DECLINE_OPTION_VALUE",
    "AcceptDeclineConfirmation",
    "ChatAssistantWorkflowOutput",
    "ChatInput",
    "ChatInputMessageContent",
    "ChatInputModel",
    "ConfirmationInput",
    "TextChunk",
    "TextOutput",
    "TodoList",
    "TodoListItem",
    "is_accepted",
    "send_assistant_message",
]
