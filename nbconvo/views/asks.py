"""An ask as people see it: what its JSON schema says, in the few words that a widget, a text or a script needs.

The schema's `title` tells the kinds apart (workflows specification, "Conversational layer"); anything unknown is a form.
"""

from __future__ import annotations

from typing import Any, cast

from nbconvo.protocol.canvas import canvas_uri
from nbconvo.views.forms import answer_rows, form_view
from nbconvo.views.model import AnswerItem, AnswerState, AskKind, AskView, CanvasContent, Option, Suggestion

NO_CONTENT: CanvasContent = {"type": "text/markdown", "title": "", "content": "", "language": None}


def ask_view(task_id: str, schema: dict[str, Any], label: str | None, at: float) -> AskView:
    """The open ask that a `wait_for_input` request describes. What is on a canvas is not in the request: the fold fills it in."""
    kind = ask_kind(schema)
    view: AskView = {
        "task_id": task_id,
        "kind": kind,
        "label": label,
        "prompt": ask_prompt(schema, kind),
        "suggestions": _suggestions(schema) if kind == "chat" else [],
        "options": options(schema) if kind == "confirmation" else [],
        "schema": schema if kind in ("form", "canvas") else None,
        "deadline": None,
        "at": at,
    }
    if kind == "form":
        view["form"] = form_view(schema)
    if kind == "canvas":
        with_chat = "chatInput" in _properties(schema)
        view["canvas"] = {"uri": canvas_uri(schema) or "", "canvas": NO_CONTENT, "with_chat": with_chat}
    return view


def ask_kind(schema: dict[str, Any]) -> AskKind:
    """Which drawing an input schema wants."""
    match schema.get("title"):
        case "ChatInput" if "message" in _properties(schema):
            return "chat"
        case "Confirmation" if options(schema):
            return "confirmation"
        case "Canvas" if canvas_uri(schema) is not None:
            return "canvas"
        case _:
            return "form"


def ask_prompt(schema: dict[str, Any], kind: AskKind) -> str | None:
    """What the person is asked, where the schema says it."""
    match kind:
        case "chat":
            return _properties(schema)["message"].get("description")
        case "confirmation":
            return _properties(schema)["choice"].get("description")
        case "canvas":
            chat = schema.get("$defs", {}).get("_ChatInput", {})
            return _properties(chat).get("message", {}).get("description")
        case "form":
            return schema.get("description")


def options(schema: dict[str, Any]) -> list[Option]:
    """The choices of a confirmation, in their order."""
    choices = _properties(schema).get("choice", {}).get("oneOf", [])
    return [{"value": choice["const"], "label": choice.get("description", choice["const"])} for choice in choices]


def ask_name(ask: AskView) -> str:
    """How to name an ask in a message: its label, else its prompt, else its kind."""
    return repr(ask["label"] or ask["prompt"] or ask["kind"])


def answer_item(ask: AskView, state: AnswerState, at: float, value: Any = None) -> AnswerItem:
    """The ask as it ended; `value` is the answer, or what was taken instead of one."""
    text = "" if value is None else _answer_text(ask, value)
    item: AnswerItem = {
        "kind": "answer",
        "id": ask["task_id"],
        "ask": ask["kind"],
        "label": ask["label"],
        "prompt": ask["prompt"],
        "text": text,
        "value": value,
        "state": state,
        "at": at,
    }
    if value is not None and "form" in ask:
        item["rows"] = answer_rows(ask["form"], value)
    if "canvas" in ask:
        item["canvas"] = ask["canvas"]["uri"]
    return item


def answer_text(schema: dict[str, Any], value: Any) -> str:
    """An answer as the person would read it: the text of a chat message, the label of a choice, nothing for a form."""
    return _answer_text(ask_view("", schema, None, 0.0), value)


def _answer_text(ask: AskView, value: Any) -> str:
    match ask["kind"]:
        case "chat":
            return chunks_text(value["message"])
        case "confirmation":
            chosen: str = value["choice"]
            return next((option["label"] for option in ask["options"] if option["value"] == chosen), chosen)
        case "canvas":
            said: dict[str, Any] = value.get("chatInput") or {}
            return chunks_text(said.get("message", []))
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
