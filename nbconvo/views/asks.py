"""An ask as people see it: what its JSON schema says, in the few words that a widget, a text or a script needs.

The schema's `title` tells the kinds apart (workflows specification, "Conversational layer"); anything unknown is a form.
"""

from __future__ import annotations

from typing import Any, Literal, cast

from nbconvo.views.model import AskView, Option, Suggestion

Kind = Literal["chat", "confirmation", "form"]


def ask_view(task_id: str, schema: dict[str, Any], label: str | None, at: float) -> AskView:
    """The open ask that a `wait_for_input` request describes."""
    kind = ask_kind(schema)
    return {
        "task_id": task_id,
        "kind": kind,
        "label": label,
        "prompt": ask_prompt(schema, kind),
        "suggestions": _suggestions(schema) if kind == "chat" else [],
        "options": options(schema) if kind == "confirmation" else [],
        "schema": schema if kind == "form" else None,
        "deadline": None,
        "at": at,
    }


def ask_kind(schema: dict[str, Any]) -> Kind:
    """Which drawing an input schema wants."""
    match schema.get("title"):
        case "ChatInput" if "message" in _properties(schema):
            return "chat"
        case "Confirmation" if options(schema):
            return "confirmation"
        case _:
            return "form"


def ask_prompt(schema: dict[str, Any], kind: Kind) -> str | None:
    """What the person is asked, where the schema says it."""
    match kind:
        case "chat":
            return _properties(schema)["message"].get("description")
        case "confirmation":
            return _properties(schema)["choice"].get("description")
        case "form":
            return schema.get("description")


def options(schema: dict[str, Any]) -> list[Option]:
    """The choices of a confirmation, in their order."""
    choices = _properties(schema).get("choice", {}).get("oneOf", [])
    return [{"value": choice["const"], "label": choice.get("description", choice["const"])} for choice in choices]


def ask_name(ask: AskView) -> str:
    """How to name an ask in a message: its label, else its prompt, else its kind."""
    return repr(ask["label"] or ask["prompt"] or ask["kind"])


def answer_text(schema: dict[str, Any], value: Any) -> str:
    """An answer as the person would read it: the text of a chat message, the label of a choice, nothing for a form."""
    match ask_kind(schema):
        case "chat":
            return chunks_text(value["message"])
        case "confirmation":
            chosen: str = value["choice"]
            return next((option["label"] for option in options(schema) if option["value"] == chosen), chosen)
        case "form":
            return ""


def chunks_text(chunks: list[dict[str, Any]]) -> str:
    """The text of chunks, one after the other."""
    return "".join(chunk.get("text", "") for chunk in chunks)


def _suggestions(schema: dict[str, Any]) -> list[Suggestion]:
    examples = _properties(schema)["message"].get("examples", [])
    return [{"label": chunks_text(chunks), "input": {"message": chunks}} for chunks in examples]


def _properties(schema: dict[str, Any]) -> dict[str, Any]:
    return cast("dict[str, Any]", schema.get("properties", {}))
