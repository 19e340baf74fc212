"""The pydantic models of the official client, by name, for callers outside of this package; loaded when one is asked for."""

from __future__ import annotations

from typing import Any

from nbconvo.conversations.sdk import client_models


def wire_model(name: str) -> Any:
    """The client's model `name`. Raises AttributeError when it has none.

    >>> wire_model("UserMessage")(content="Hi").role
    'user'
    """
    return getattr(client_models(), name)
