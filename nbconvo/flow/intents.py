"""From words to one of a few labels, by a model.

Source: flow specification, "Intent and routing".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbconvo.flow.errors import HumanFeedbackCollapseError
from nbconvo.flow.labels import whole_label
from nbconvo.flow.models import ask_model


def label_schema(labels: Sequence[str], field: str = "outcome") -> dict[str, Any]:
    """The JSON schema of an answer that is one of `labels`."""
    return {
        "type": "object",
        "properties": {field: {"type": "string", "enum": list(labels)}},
        "required": [field],
        "additionalProperties": False,
    }


def intent_messages(
    text: str,
    outcomes: Sequence[str],
    context: Sequence[Mapping[str, Any]] | None = None,
    descriptions: Mapping[str, str] | None = None,
) -> list[dict[str, str]]:
    """What a model is asked; the latest line of the user is in it once."""
    earlier = [f"{one.get('role')}: {one.get('content')}" for one in context or ()]
    if earlier and earlier[-1] == f"user: {text}":
        earlier.pop()
    listed = "\n".join(f"- {label}: {(descriptions or {}).get(label, '')}".rstrip(": ") for label in outcomes)
    system = (
        "Determine which outcome best matches the intent of the user's latest message. "
        f"Respond with only one of these, exactly as written:\n{listed}"
    )
    said = "\n".join([*earlier, f"Latest user message: {text}"])
    return [{"role": "system", "content": system}, {"role": "user", "content": said}]


async def classify(
    text: str,
    outcomes: Sequence[str],
    llm: Any,
    *,
    context: Sequence[Mapping[str, Any]] | None = None,
    descriptions: Mapping[str, str] | None = None,
) -> str:
    """The outcome that `text` comes to. Raises `HumanFeedbackCollapseError` when the model fails or names none of them."""
    messages = intent_messages(text, outcomes, context, descriptions)
    try:
        answer = await ask_model(llm, messages, schema=label_schema(outcomes))
    except Exception as error:
        text = f"Could not classify human feedback into {list(outcomes)}: {error}"
        raise HumanFeedbackCollapseError(text) from error
    label = whole_label(answer, outcomes)
    if label is None:
        raise HumanFeedbackCollapseError(f"Could not match LLM response {answer!r} to outcomes {list(outcomes)}.")
    return label
