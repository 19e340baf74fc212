"""The static twin of a conversation: text, markdown and HTML without anything active in it.

It is what a saved notebook shows where no widget can live: GitHub, nbviewer, nbconvert, a notebook reopened without its kernel.
It holds no ids, times or measurements, so the same conversation always gives the same bytes (nbval compares them).
"""

from __future__ import annotations

from html import escape
from typing import Any

from nbconvo.views.blocks import Block, Code, fenced, html_of, literal, markdown_of, text_of
from nbconvo.views.content import as_json, chunk_blocks
from nbconvo.views.model import AnswerItem, AskView, Item, MessageItem, TranscriptView
from nbconvo.views.work import activity_blocks, activity_line, todo_blocks, working_blocks

_NO_ANSWER = {"timed_out": "No answer in time", "canceled": "Cancelled before an answer", "failed": "Failed before an answer"}
_STATUS = {"running": "Running", "waiting": "Waiting for an answer", "canceled": "Cancelled", "failed": "Failed", "completed": ""}

# JupyterLab shows an error line where a saved widget has no kernel; while this twin is all there is, the line says nothing.
_STYLE = (
    "<style>.jp-OutputArea-child:has(+ .jp-OutputArea-child .nbc-static):not(:has(.nbc-live)){display:none}"
    ".nbc-static{max-width:760px}.nbc-static .nbc-you{border-left:3px solid var(--jp-brand-color1,#1976d2);padding-left:.7em}"
    ".nbc-static .nbc-note{opacity:.7}</style>"
)


def mimebundle(view: TranscriptView) -> dict[str, str]:
    """The three forms by mime type."""
    return {"text/plain": to_text(view), "text/markdown": to_markdown(view), "text/html": to_html(view)}


def to_text(view: TranscriptView) -> str:
    """Plain text: the workflow's lines as they are, the person's with `> ` before them."""
    blocks = [view["title"], *(_item_text(item) for item in view["items"]), *(_ask_text(ask) for ask in view["asks"])]
    return "\n\n".join(block for block in [*blocks, _status(view)] if block)


def to_markdown(view: TranscriptView) -> str:
    """Markdown: messages as written, what the person said as a quotation."""
    blocks = [
        f"**{literal(view['title'])}**",
        *(_item_markdown(item) for item in view["items"]),
        *(_ask_markdown(ask) for ask in view["asks"]),
    ]
    status = _status(view)
    return "\n\n".join(block for block in [*blocks, f"*{status}*" if status else ""] if block)


def to_html(view: TranscriptView) -> str:
    """HTML that needs no script and loads nothing; it reads well with the styles taken away too."""
    blocks = [f"<p><strong>{escape(view['title'])}</strong></p>", *(_item_html(item) for item in view["items"])]
    blocks += [_note(_ask_text(ask)) for ask in view["asks"]]
    status = _status(view)
    return f'<div class="nbc-static">{_STYLE}{"".join(blocks)}{_note(status) if status else ""}</div>'


def _status(view: TranscriptView) -> str:
    status = _STATUS[view["status"]]
    if status and view["ended_at"] is None and view["status"] == "waiting":
        return f"{status}. Run the cell to go on."
    return status


def _item_text(item: Item) -> str:
    match item["kind"]:
        case "message":
            return ("Error: " if item["is_error"] else "") + text_of(_said_by_workflow(item))
        case "answer":
            return _answer_text(item)
        case "activity":
            return text_of(activity_blocks(item))
        case "todo":
            return text_of(todo_blocks(item))
        case "working":
            return text_of(working_blocks(item))
        case "task":
            error = f" ({item['error']})" if item["error"] else ""
            return f"[{item['type']}: {item['status']}{error}]\n{as_json(item['state'])}"
        case "result":
            return _value(item["value"])
        case "error":
            return f"{item['type'] or 'Error'}: {item['message']}" if item["message"] else item["type"] or "Error"


def _item_markdown(item: Item) -> str:
    match item["kind"]:
        case "message":
            return ("**Error:** " if item["is_error"] else "") + markdown_of(_said_by_workflow(item))
        case "answer":
            asked = (f"**{literal(line)}**" for line in _asked(item))
            said = fenced(_said(item)) if _is_json(item) else literal(_said(item))
            return "\n".join(f"> {line}".rstrip() for line in [*asked, *said.split("\n")])
        case "activity" if "arguments" not in item:
            return f"`{activity_line(item).replace('`', chr(39))}`"
        case "activity":
            return markdown_of(activity_blocks(item))
        case "todo":
            return markdown_of(todo_blocks(item))
        case "working":
            return markdown_of(working_blocks(item))
        case "task" | "result":
            return fenced(_item_text(item))
        case "error":
            head = f"**{item['type'] or 'Error'}**: {literal(item['message'])}"
            return f"{head}\n\n{fenced(item['traceback'])}" if item["traceback"] else head


def _item_html(item: Item) -> str:
    match item["kind"]:
        case "message":
            prefix = "<p><strong>Error</strong></p>" if item["is_error"] else ""
            return f'<div class="nbc-message">{prefix}{html_of(_said_by_workflow(item))}</div>'
        case "answer":
            asked = "".join(f"<div><small>{escape(line)}</small></div>" for line in _asked(item))
            said = escape(_said(item)).replace("\n", "<br>")
            answer = f"<p><strong>You:</strong> {said}</p>" if item["state"] == "answered" else _note(_said(item))
            return f'<div class="nbc-you">{asked}{answer}</div>'
        case "activity" if "arguments" not in item:
            return _note(activity_line(item))
        case "activity":
            return html_of(activity_blocks(item))
        case "todo":
            return html_of(todo_blocks(item))
        case "working":
            return html_of(working_blocks(item))
        case "task" | "result":
            return f"<pre>{escape(_item_text(item))}</pre>"
        case "error":
            head = f"<p><strong>{escape(item['type'] or 'Error')}</strong>: {escape(item['message'])}</p>"
            trace = f"<details><summary>Traceback</summary><pre>{escape(item['traceback'])}</pre></details>"
            return f'<div class="nbc-error">{head}{trace if item["traceback"] else ""}</div>'


def _said_by_workflow(item: MessageItem) -> list[Block]:
    structured = [Code(as_json(item["structured"]), "json")] if "structured" in item else []
    return [*chunk_blocks(item["chunks"]), *structured]


def _answer_text(item: AnswerItem) -> str:
    return "\n".join([*_asked(item), *(f"> {line}".rstrip() for line in _said(item).split("\n"))])


def _asked(item: AnswerItem) -> list[str]:
    """What the answer is an answer to, in single lines; the prompt of a chat is only its placeholder."""
    lines = [item["label"]] if item["ask"] == "chat" else [item["label"], item["prompt"]]
    return [" ".join(line.split()) for line in lines if line]


def _said(item: AnswerItem) -> str:
    said = _NO_ANSWER[item["state"]] + ", so this was taken:\n" if item["state"] != "answered" else ""
    if item["value"] is None and said:
        return _NO_ANSWER[item["state"]]
    rows = item.get("rows")
    value: Any = item["value"]
    if rows is not None:
        return said + "\n".join(f"{row['label']}: {row['text']}" for row in rows)
    if item["ask"] == "canvas" and "canvas" in value:
        return said + "\n\n".join(part for part in (item["text"], str(value["canvas"]["content"])) if part)
    return said + (as_json(value) if item["ask"] == "form" else item["text"])


def _is_json(item: AnswerItem) -> bool:
    return item["ask"] == "form" and item["state"] == "answered" and "rows" not in item


def _ask_text(ask: AskView) -> str:
    choices = [option["label"] for option in ask["options"]] or [suggestion["label"] for suggestion in ask["suggestions"]]
    name = ": ".join(part for part in (ask["label"], ask["prompt"]) if part) or "An answer is wanted"
    return f"? {name}" + (f" ({' / '.join(choices)})" if choices else "")


def _ask_markdown(ask: AskView) -> str:
    return f"*{literal(_ask_text(ask))}*"


def _note(text: str) -> str:
    return f'<p class="nbc-note"><em>{escape(text)}</em></p>'


def _value(value: Any) -> str:
    return value if isinstance(value, str) else as_json(value)
