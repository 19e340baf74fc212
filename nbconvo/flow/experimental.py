"""What the original has under `crewai.experimental`."""

from nbconvo.flow.config import ConversationConfig, RouterConfig
from nbconvo.flow.conversational_flow import ConversationalFlow
from nbconvo.flow.state import AgentMessage, ConversationEvent, ConversationMessage, ConversationState

__all__ = [
    "AgentMessage",
    "ConversationConfig",
    "ConversationEvent",
    "ConversationMessage",
    "ConversationState",
    "ConversationalFlow",
    "RouterConfig",
]
