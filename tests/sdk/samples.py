"""Inputs and outputs made with the names of a module: ours or upstream's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

Names = Any
"""Ours or upstream's: the names of `conversational` and of the plugin."""


class En(Enum):
    A = "a"
    B = "b"


def form(names: Names, annotation: Any, field: Any) -> type[BaseModel]:
    """A form with one field."""
    return create_model("F", __base__=names.FormInput, f=(annotation, field))


FIELDS: dict[str, Callable[[Names], tuple[Any, Any]]] = {
    "text": lambda n: (str, n.TextField("Your name")),
    "text full": lambda n: (
        str,
        n.TextField("Booking", pattern=r"^00\d{8}$", prefilled_value="0012345678", error_message="00 and 8 digits"),
    ),
    "text with a bad prefill": lambda n: (str, n.TextField("Booking", pattern=r"^00\d{8}$", prefilled_value="x")),
    "optional text": lambda n: (str | None, n.TextField("Optional text")),
    "number": lambda n: (float, n.NumberField("Amount")),
    "bounded number": lambda n: (int, n.NumberField("Count", minimum=0, maximum=10, prefilled_value=3)),
    "exclusive number": lambda n: (
        float,
        n.NumberField("Price", exclusive_minimum=0, exclusive_maximum=100, prefilled_value=5.5),
    ),
    "number with a bad prefill": lambda n: (float, n.NumberField("Price", minimum=0, maximum=100, prefilled_value=500)),
    "date": lambda n: (date, n.DateField("Start")),
    "date prefilled": lambda n: (date, n.DateField("Start", prefilled_value=date(2025, 1, 15))),
    "date prefilled with text": lambda n: (date, n.DateField("Start", prefilled_value="2025-01-15")),
    "date and time": lambda n: (datetime, n.DateTimeField("When")),
    "date and time prefilled": lambda n: (
        datetime,
        n.DateTimeField("When", prefilled_value=datetime(2025, 1, 15, 10, tzinfo=UTC)),
    ),
    "choice of texts": lambda n: (str, n.SingleChoice(["a", "b"], "Letter")),
    "choice of pairs": lambda n: (str, n.SingleChoice([("low", "Low"), ("high", "High")], "Priority", prefilled_value="low")),
    "choice without a description": lambda n: (str, n.SingleChoice(["a", "b"])),
    "choice with a literal": lambda n: (Literal["a", "b"], n.SingleChoice(["a", "b"], "Letter")),
    "choice with a bad prefill": lambda n: (str, n.SingleChoice(["a", "b"], "Letter", prefilled_value="z")),
    "choices of texts": lambda n: (list[str], n.MultiChoice(["r", "g"], "Colours")),
    "choices of pairs": lambda n: (
        list[str],
        n.MultiChoice([("fe", "Frontend"), ("be", "Backend")], "Tags", prefilled_value=["fe"]),
    ),
    "file": lambda n: (str, n.FileField("Upload")),
    "files": lambda n: (list[str], n.FileField("Upload", multiple=True)),
    "file with metadata": lambda n: (n.FileWithMetadataValue, n.FileField("Upload", include_metadata=True)),
    "files with metadata": lambda n: (
        list[n.FileWithMetadataValue],
        n.FileField("Upload", multiple=True, include_metadata=True),
    ),
    "checkbox": lambda _: (bool, Field(description="Agree?")),
    "checkbox with a default": lambda _: (bool, Field(default=False, description="Agree?")),
    "enum": lambda _: (En, Field(description="Enum")),
}

ASKS: dict[str, Callable[[Names], type[BaseModel]]] = {
    "chat": lambda n: n.ChatInput(),
    "chat with suggestions": lambda n: n.ChatInput("Ask", suggestions=[[n.TextChunk(text="Yes")], [n.TextChunk(text="No")]]),
    "chat model": lambda n: n.ChatInputModel,
    "text chunk": lambda n: n.TextChunk,
    "canvas": lambda n: n.CanvasInput("file://canvas/draft.md"),
    "canvas with a prompt": lambda n: n.CanvasInput("file://canvas/draft.md", prompt="Any feedback?"),
    "confirmation": lambda n: n.ConfirmationInput(["a", "b"], "Pick"),
    "confirmation of pairs": lambda n: n.ConfirmationInput([("fire", "Fire"), ("water", "Water")], "Pick"),
    "accept or decline": lambda n: n.AcceptDeclineConfirmation("Proceed?"),
    "accept or decline with labels": lambda n: n.AcceptDeclineConfirmation("Proceed?", accept_label="Yes", decline_label="No"),
    "accept": lambda n: n.AcceptDeclineConfirmation("Ack", accept_label="I understand", decline_label=None),
    "tagged": lambda n: n.input_tag("simplified")(create_model("Simple", prompt=(str, ...))),
    "for a chat client": lambda n: n.le_chat_input(create_model("Words", message=(list[n.TextChunk], ...))),
}

OUTPUTS = [
    "TextOutput",
    "ResourceOutput",
    "CanvasResource",
    "CanvasPayload",
    "ChatAssistantWorkflowOutput",
    "ChatAssistantWorkingTask",
    "UIComponentResource",
    "CommandToolUIState",
    "FileToolUIState",
    "GenericToolUIState",
]

COMPONENTS = [
    *("Alert", "Avatar", "Badge", "ButtonLink", "Card", "Chart", "Column"),
    *("Image", "Markdown", "PieChart", "Row", "Tooltip", "UIComponent"),
]

SCHEDULES = ["Schedule", "ScheduleCalendar", "ScheduleInterval", "SchedulePolicy", "ScheduleRange"]
MODELS = [*SCHEDULES, "RateLimit", "ExtraItemParams", "GetItemFromIndexParams"]
