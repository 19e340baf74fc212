"""Agents and conversations over the official `mistralai` client, with a key and without one.

Its parts load when they are first used: flows need the memory policy and none of the backend.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbconvo.conversations.backend import EmbeddedBackend
    from nbconvo.conversations.client import connect
    from nbconvo.conversations.client import connect as Mistral  # noqa: N812 - their name
    from nbconvo.conversations.conversation import Conversation
    from nbconvo.conversations.memory import Memory, MemoryPolicy, Summary, Turn
    from nbconvo.conversations.models import ScriptedModel
    from nbconvo.conversations.reply import Reply
    from nbconvo.conversations.structured import parsed, response_format
    from nbconvo.conversations.toolbox import Allow, CallRequest, Deny, ToolBox
    from nbconvo.conversations.tools import Tool, tool

_NAMES = {
    "Allow": "toolbox",
    "CallRequest": "toolbox",
    "Conversation": "conversation",
    "Deny": "toolbox",
    "EmbeddedBackend": "backend",
    "Memory": "memory",
    "MemoryPolicy": "memory",
    "Reply": "reply",
    "ScriptedModel": "models",
    "Summary": "memory",
    "Tool": "tools",
    "ToolBox": "toolbox",
    "Turn": "memory",
    "connect": "client",
    "parsed": "structured",
    "response_format": "structured",
    "tool": "tools",
}
_ALIASES = {"Mistral": "connect"}
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


def __getattr__(name: str) -> Any:
    original = _ALIASES.get(name, name)
    if original in _NAMES:
        return getattr(import_module(f"nbconvo.conversations.{_NAMES[original]}"), original)
    raise AttributeError(f"module 'nbconvo.conversations' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
