"""Helpers of conversations, for tests and for orchestration of one's own. Each is what a flow does by itself.

>>> normalize_kickoff_inputs({"topic": "tea"}, user_message="Hi", session_id="s1")
{'topic': 'tea', 'id': 's1', 'user_message': 'Hi'}

Source: document 004, "Module helpers (crewai.flow.conversation)".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nbconvo.flow.config import ConversationalConfig
from nbconvo.flow.state import ChatState, ConversationalInputs, set_field

__all__ = [
    "ChatState",
    "ConversationalConfig",
    "ConversationalInputs",
    "append_message",
    "get_conversation_messages",
    "get_conversational_config",
    "input_history_to_messages",
    "normalize_kickoff_inputs",
    "prepare_conversational_turn",
    "receive_user_message",
    "set_state_field",
]


def normalize_kickoff_inputs(
    inputs: Mapping[str, Any] | None, *, user_message: Any = None, session_id: str | None = None
) -> dict[str, Any] | None:
    """The inputs with message and session under their conventional keys; None when nothing was given."""
    merged = dict(inputs or {})
    if session_id is not None:
        merged["id"] = session_id
    if user_message is not None:
        merged["user_message"] = user_message
    return merged if merged or inputs is not None else None


def get_conversation_messages(flow: Any) -> list[dict[str, Any]]:
    """The messages of a flow so far, as models take them."""
    return flow.conversation_messages


def append_message(flow: Any, role: str, content: Any, **extra: Any) -> None:
    """`flow.append_message`."""
    flow.append_message(role, content, **extra)


def receive_user_message(flow: Any, text: str, *, outcomes: Sequence[str] | None = None, llm: Any = None) -> Any:
    """`flow.receive_user_message`."""
    return flow.receive_user_message(text, outcomes=outcomes, llm=llm)


def prepare_conversational_turn(
    flow: Any,
    *,
    user_message: Any = None,
    intents: Sequence[str] | None = None,
    intent_llm: Any = None,
    config: ConversationalConfig | None = None,
) -> Any:
    """Put a message into the state of the turn whose step calls this, and classify it. `kickoff` has done this already."""
    if user_message is None:
        return None
    outcomes = intents or (config.default_intents if config else None)
    llm = intent_llm or (config.intent_llm if config else None)
    set_state_field(flow, "last_intent", None)
    return flow.receive_user_message(user_message, outcomes=outcomes, llm=llm)


def set_state_field(flow: Any, name: str, value: Any) -> None:
    """Set a field of the state. Raises AttributeError when it has none of this name, ValidationError for a wrong value."""
    if not set_field(flow.state, name, value):
        raise AttributeError(f"{type(flow.state).__name__} has no field {name!r}")


def get_conversational_config(flow: Any) -> ConversationalConfig | None:
    """The class's `conversational_config`."""
    return getattr(flow, "conversational_config", None)


def input_history_to_messages(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """What was asked as messages of the assistant, what was answered as messages of the user.

    >>> input_history_to_messages([{"message": "Name?", "response": "Ada"}])
    [{'role': 'assistant', 'content': 'Name?'}, {'role': 'user', 'content': 'Ada'}]
    """
    messages: list[dict[str, str]] = []
    for entry in entries:
        messages.append({"role": "assistant", "content": str(entry["message"])})
        if entry.get("response") is not None:
            messages.append({"role": "user", "content": str(entry["response"])})
    return messages
