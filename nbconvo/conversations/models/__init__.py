"""Models that the embedded backend can answer with: a function, a script, a chat endpoint, or the offline one."""

from nbconvo.conversations.errors import ModelError
from nbconvo.conversations.models.contract import (
    ChatRequest,
    Chunk,
    Delay,
    Handoff,
    Model,
    Part,
    Thinking,
    ToolCall,
    Usage,
    complete,
    parts,
)
from nbconvo.conversations.models.endpoint import ChatEndpoint, ClientModel
from nbconvo.conversations.models.offline import OfflineModel
from nbconvo.conversations.models.scripted import ScriptedModel

__all__ = [
    "ChatEndpoint",
    "ChatRequest",
    "Chunk",
    "ClientModel",
    "Delay",
    "Handoff",
    "Model",
    "ModelError",
    "OfflineModel",
    "Part",
    "ScriptedModel",
    "Thinking",
    "ToolCall",
    "Usage",
    "complete",
    "parts",
]
