"""The embedded backend: Mistral's Agents and Conversations API in this process."""

from nbconvo.conversations.backend.app import EmbeddedBackend, Fault
from nbconvo.conversations.backend.wire import Answer, Request

__all__ = ["Answer", "EmbeddedBackend", "Fault", "Request"]
