"""AI triggers: named messages with parameters that a page or a button sends instead of a person.

Source: document 002, "AI Triggers".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from nbconvo.flow.interpolate import interpolate

LONGEST_MESSAGE = 2000
"""Characters of a trigger's message, as document 002 has it."""


class TriggerParameter(BaseModel):
    """A value that the message of a trigger needs. Without a value and a default its placeholder is sent as it is."""

    name: str = Field(min_length=1)
    default: Any = None
    description: str | None = None

    def __init__(self, name: str, default: Any = None, description: str | None = None) -> None:
        super().__init__(name=name, default=default, description=description)


class Trigger:
    """A named message. Raises ValueError without a name or message, or for one of more than 2,000 characters.

    >>> Trigger("Order Support", "Help with ${orderId} (${kind}).", [TriggerParameter("orderId")]).resolve({"orderId": 7})
    'Help with 7 (${kind}).'
    """

    def __init__(self, name: str, message: str, parameters: list[TriggerParameter] | None = None) -> None:
        if not name.strip() or not message.strip():
            raise ValueError("A trigger needs a name and a message.")
        self.name = name
        self.message = _checked(name, message)
        self.parameters = list(parameters or ())

    def resolve(self, values: Mapping[str, Any] | None = None) -> str:
        """The message with its parameters in it. Raises ValueError when it becomes too long."""
        defaults = {one.name: one.default for one in self.parameters if one.default is not None}
        given = {name: value for name, value in (values or {}).items() if value not in (None, "")}
        return _checked(self.name, str(interpolate(self.message, defaults | given)))

    def __repr__(self) -> str:
        return f"Trigger({self.name!r}, {self.message!r})"


def _checked(name: str, message: str) -> str:
    if len(message) > LONGEST_MESSAGE:
        raise ValueError(f"The message of trigger {name!r} has {len(message)} characters; the most is {LONGEST_MESSAGE}.")
    return message
