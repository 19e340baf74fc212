"""Requests that upstream gives names to: the client's models, with the id that the client wants beside the body.

Loads the client; the package imports this when one of the names is used.
"""

from __future__ import annotations

from typing import Any

from nbconvo.conversations.wire_models import wire_model

_UpdateAgentRequest: Any = wire_model("UpdateAgentRequest")
_ConversationAppendRequest: Any = wire_model("ConversationAppendRequest")


class AgentUpdateRequest(_UpdateAgentRequest):
    """What to change of an agent."""

    agent_id: str


class ConversationAppendRequest(_ConversationAppendRequest):
    """What to go on with in a conversation."""

    conversation_id: str


MistralEmbeddingsParams: Any = wire_model("EmbeddingRequest")
"""Upstream's name for the request that `mistralai_embeddings` takes."""
