"""The conversational names, the UI components and the agents, at the path where upstream's plugin has them.

The usual alias is `workflows_mistralai`. What agents need is loaded when one of their names is used, and the models of the
official client (`ChatCompletionRequest`, `UserMessage`, ...) are the client's own.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nbconvo.workflows import conversational
from nbconvo.workflows.conversational import *  # noqa: F403 - one list of names, kept there
from nbconvo.workflows.plugins.mistralai import conversational_ui_components
from nbconvo.workflows.plugins.mistralai.conversational_ui_components import *  # noqa: F403 - the same

if TYPE_CHECKING:
    from nbconvo.workflows.plugins.mistralai.activities import (
        chat_parse_to_model as chat_parse_to_model,
    )
    from nbconvo.workflows.plugins.mistralai.activities import (
        mistralai_append_conversation as mistralai_append_conversation,
    )
    from nbconvo.workflows.plugins.mistralai.activities import (
        mistralai_append_conversation_stream as mistralai_append_conversation_stream,
    )
    from nbconvo.workflows.plugins.mistralai.activities import (
        mistralai_chat_complete as mistralai_chat_complete,
    )
    from nbconvo.workflows.plugins.mistralai.activities import (
        mistralai_chat_parse as mistralai_chat_parse,
    )
    from nbconvo.workflows.plugins.mistralai.activities import (
        mistralai_chat_stream as mistralai_chat_stream,
    )
    from nbconvo.workflows.plugins.mistralai.activities import (
        mistralai_create_agent as mistralai_create_agent,
    )
    from nbconvo.workflows.plugins.mistralai.activities import (
        mistralai_embeddings as mistralai_embeddings,
    )
    from nbconvo.workflows.plugins.mistralai.activities import (
        mistralai_ocr as mistralai_ocr,
    )
    from nbconvo.workflows.plugins.mistralai.activities import (
        mistralai_start_conversation as mistralai_start_conversation,
    )
    from nbconvo.workflows.plugins.mistralai.activities import (
        mistralai_start_conversation_stream as mistralai_start_conversation_stream,
    )
    from nbconvo.workflows.plugins.mistralai.activities import (
        mistralai_update_agent as mistralai_update_agent,
    )
    from nbconvo.workflows.plugins.mistralai.agent import Agent as Agent
    from nbconvo.workflows.plugins.mistralai.clients import get_mistral_client as get_mistral_client
    from nbconvo.workflows.plugins.mistralai.clients import use_client as use_client
    from nbconvo.workflows.plugins.mistralai.mcp import (
        MCPConfig as MCPConfig,
    )
    from nbconvo.workflows.plugins.mistralai.mcp import (
        MCPSSEConfig as MCPSSEConfig,
    )
    from nbconvo.workflows.plugins.mistralai.mcp import (
        MCPStdioConfig as MCPStdioConfig,
    )
    from nbconvo.workflows.plugins.mistralai.mcp import (
        MCPStreamableHTTPConfig as MCPStreamableHTTPConfig,
    )
    from nbconvo.workflows.plugins.mistralai.mcp import (
        collect_mcp_tools as collect_mcp_tools,
    )
    from nbconvo.workflows.plugins.mistralai.mcp import (
        execute_mcp_tool as execute_mcp_tool,
    )
    from nbconvo.workflows.plugins.mistralai.requests import (
        AgentUpdateRequest as AgentUpdateRequest,
    )
    from nbconvo.workflows.plugins.mistralai.requests import (
        ConversationAppendRequest as ConversationAppendRequest,
    )
    from nbconvo.workflows.plugins.mistralai.requests import (
        MistralEmbeddingsParams as MistralEmbeddingsParams,
    )
    from nbconvo.workflows.plugins.mistralai.runner import Runner as Runner
    from nbconvo.workflows.plugins.mistralai.session import (
        LocalSession as LocalSession,
    )
    from nbconvo.workflows.plugins.mistralai.session import (
        MockSession as MockSession,
    )
    from nbconvo.workflows.plugins.mistralai.session import (
        RemoteSession as RemoteSession,
    )
    from nbconvo.workflows.plugins.mistralai.session import (
        Session as Session,
    )

_HERE = {
    "activities": [
        "chat_parse_to_model", "mistralai_append_conversation", "mistralai_append_conversation_stream", "mistralai_chat_complete",
        "mistralai_chat_parse", "mistralai_chat_stream", "mistralai_create_agent", "mistralai_embeddings", "mistralai_ocr",
        "mistralai_start_conversation", "mistralai_start_conversation_stream", "mistralai_update_agent",
    ],
    "agent": ["Agent"],
    "clients": ["get_mistral_client", "use_client"],
    "mcp": [
        "MCPConfig", "MCPSSEConfig", "MCPStdioConfig", "MCPStreamableHTTPConfig", "collect_mcp_tools", "execute_mcp_tool",
    ],
    "requests": ["AgentUpdateRequest", "ConversationAppendRequest", "MistralEmbeddingsParams"],
    "runner": ["Runner"],
    "session": ["LocalSession", "MockSession", "RemoteSession", "Session"],
}  # fmt: skip
_MODULES = {name: f"{__name__}.{module}" for module, names in _HERE.items() for name in names}
_OF_THE_CLIENT = (
    "AssistantMessage", "ChatCompletionRequest", "ChatCompletionRequestMessage", "ChatCompletionResponse", "ConversationRequest",
    "ConversationResponse", "CreateAgentRequest", "DeltaMessage", "EmbeddingRequest", "EmbeddingResponse", "Function",
    "FunctionCall", "OCRRequest", "OCRResponse", "ResponseFormat", "SystemMessage", "Tool", "ToolCall", "ToolMessage",
    "UserMessage",
)  # fmt: skip

__all__: list[str] = []
__all__ += conversational.__all__
__all__ += conversational_ui_components.__all__
__all__ += [*_MODULES, *_OF_THE_CLIENT]  # noqa: PLE0604 - the names above  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    if name in _OF_THE_CLIENT:
        return import_module("nbconvo.conversations.wire_models").wire_model(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
