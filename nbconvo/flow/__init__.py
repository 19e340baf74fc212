"""Conversations that go on over many runs: flows (graphs of steps), sessions, and the steps of chat-driven flows.

`docs/flows.md` says how they run on the engine.
"""

from nbconvo.conversations.memory import MemoryPolicy
from nbconvo.flow import errors
from nbconvo.flow.agent import CustomAgent
from nbconvo.flow.chat_session import ChatMessage, ChatSession
from nbconvo.flow.conditions import and_, or_
from nbconvo.flow.config import ConversationalConfig, ConversationConfig, FlowConfig, RouterConfig
from nbconvo.flow.conversational_flow import ConversationalFlow
from nbconvo.flow.decorators import listen, router, start
from nbconvo.flow.dialects import to_wire
from nbconvo.flow.events import TurnEvent
from nbconvo.flow.feedback import HumanFeedbackPending, HumanFeedbackResult, PendingFeedbackContext
from nbconvo.flow.flow import Flow
from nbconvo.flow.human_feedback import human_feedback
from nbconvo.flow.intent_classification import IntentClassification
from nbconvo.flow.interpolate import interpolate
from nbconvo.flow.kickoff import FlowStream
from nbconvo.flow.models import LLM, set_model
from nbconvo.flow.navigation import EndFlow, Navigate, Subworkflow, View, register_view, require_chat
from nbconvo.flow.persistence import FlowPersistence, SQLiteFlowPersistence, persist
from nbconvo.flow.plot import FlowPlot
from nbconvo.flow.providers import InputProvider, InputResponse, QueueInputProvider
from nbconvo.flow.run import Run, TurnResult
from nbconvo.flow.run_workflow import console, run_workflow, run_workflow_async
from nbconvo.flow.session import Session
from nbconvo.flow.state import (
    AgentMessage,
    ChatState,
    ConversationalInputs,
    ConversationEvent,
    ConversationMessage,
    ConversationState,
    FlowState,
)
from nbconvo.flow.triggers import Trigger, TriggerParameter

__all__ = [
    "LLM",
    "AgentMessage",
    "ChatMessage",
    "ChatSession",
    "ChatState",
    "ConversationConfig",
    "ConversationEvent",
    "ConversationMessage",
    "ConversationState",
    "ConversationalConfig",
    "ConversationalFlow",
    "ConversationalInputs",
    "CustomAgent",
    "EndFlow",
    "Flow",
    "FlowConfig",
    "FlowPersistence",
    "FlowPlot",
    "FlowState",
    "FlowStream",
    "HumanFeedbackPending",
    "HumanFeedbackResult",
    "InputProvider",
    "InputResponse",
    "IntentClassification",
    "MemoryPolicy",
    "Navigate",
    "PendingFeedbackContext",
    "QueueInputProvider",
    "RouterConfig",
    "Run",
    "SQLiteFlowPersistence",
    "Session",
    "Subworkflow",
    "Trigger",
    "TriggerParameter",
    "TurnEvent",
    "TurnResult",
    "View",
    "and_",
    "console",
    "errors",
    "human_feedback",
    "interpolate",
    "listen",
    "or_",
    "persist",
    "register_view",
    "require_chat",
    "router",
    "run_workflow",
    "run_workflow_async",
    "set_model",
    "start",
    "to_wire",
]
