"""Agents and conversations over the official `mistralai` client, with a key and without one."""

from nbconvo.conversations.backend import EmbeddedBackend
from nbconvo.conversations.client import connect
from nbconvo.conversations.conversation import Conversation
from nbconvo.conversations.memory import Memory, MemoryPolicy, Summary, Turn
from nbconvo.conversations.models import ScriptedModel
from nbconvo.conversations.reply import Reply
from nbconvo.conversations.structured import parsed, response_format
from nbconvo.conversations.toolbox import Allow, CallRequest, Deny, ToolBox
from nbconvo.conversations.tools import Tool, tool

Mistral = connect
"""The name that the client has in documents 001 and 003, so that their code runs with this import instead of theirs."""

__all__ = [
    "Allow",
    "CallRequest",
    "Conversation",
    "Deny",
    "EmbeddedBackend",
    "Memory",
    "MemoryPolicy",
    "Mistral",
    "Reply",
    "ScriptedModel",
    "Summary",
    "Tool",
    "ToolBox",
    "Turn",
    "connect",
    "parsed",
    "response_format",
    "tool",
]
