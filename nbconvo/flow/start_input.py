"""What a turn is started with, checked before anything runs.

Source: document 002, "Start node" and "Constraints" for the texts; the id must be a UUID in chat-driven flows.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any, cast

from nbconvo.conversations.memory import text_of
from nbconvo.flow.state import check_json

MANDATORY = "The user message is mandatory in conversational workflows."


def checked_message(message: Any) -> dict[str, Any]:
    """A user's message as role and content. Raises ValueError with document 002's text when it says nothing."""
    if isinstance(message, Mapping):
        given = dict(cast("Mapping[str, Any]", message))
        content = given.get("content")
        text = content if isinstance(content, str) else cast("Any", content or "")
        content = text if isinstance(text, str | list) else str(text)  # pyright: ignore[reportUnknownVariableType]
        line: dict[str, Any] = {**given, "role": given.get("role", "user"), "content": content}
        check_json(line, "the message")
    elif message is None or isinstance(message, str):
        line = {"role": "user", "content": message or ""}
    else:
        line = {"role": "user", "content": str(message)}
    if not text_of(line["content"]).strip():
        raise ValueError(MANDATORY)
    return line


def checked_session_id(session_id: str) -> str:
    """A UUID as text. Raises ValueError beginning with "Invalid UUID string".

    >>> checked_session_id("test-session-1")
    Traceback (most recent call last):
    ...
    ValueError: Invalid UUID string: 'test-session-1'. A chat session id looks like 550e8400-e29b-41d4-a716-446655440000.
    """
    try:
        uuid.UUID(session_id)
    except (ValueError, AttributeError, TypeError):
        example = "550e8400-e29b-41d4-a716-446655440000"
        raise ValueError(f"Invalid UUID string: {session_id!r}. A chat session id looks like {example}.") from None
    return session_id


def checked_context(context: Any) -> dict[str, Any] | None:
    """The UI flow context: a JSON object, or the text of one. Raises ValueError.

    >>> checked_context('{"customerId": "42"}')
    {'customerId': '42'}
    """
    if context is None or context == "":
        return None
    value: Any = context
    if isinstance(context, str):
        try:
            value = json.loads(context)
        except ValueError as error:
            raise ValueError(f"The UI flow context must be a valid JSON object: {error}") from None
    if not isinstance(value, Mapping):
        raise ValueError(f"The UI flow context must be a JSON object, not {type(value).__name__}.")
    fields = dict(cast("Mapping[str, Any]", value))
    check_json(fields, "context")
    return fields
