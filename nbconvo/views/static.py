"""The static twin of a conversation: text, markdown and HTML without anything active in it.

It is what a saved notebook shows where no widget can live: GitHub, nbviewer, nbconvert, a notebook reopened without its kernel.
It holds no ids, times or measurements, so the same conversation always gives the same bytes (nbval compares them).
"""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from nbconvo.views.model import AnswerItem, AskView, Chunk, Item, TranscriptView

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_NO_ANSWER = {"timed_out": "No answer in time", "canceled": "Cancelled before an answer", "failed": "Failed before an answer"}
_STATUS = {"running": "Running", "waiting": "Waiting for an answer", "canceled": "Cancelled", "failed": "Failed", "completed": ""}
_ACTIVITY = {"running": "…", "retrying": "↻", "completed": "✓", "failed": "✗"}

_MEANS_SOMETHING = re.compile(r"[\\`*_\[\]<>~|]")
_BEGINS_BLOCK = re.compile(r"^(\d*)([#+\-=.)])", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


@cache
def _markdown() -> MarkdownIt:
    """Raw HTML is escaped, javascript: and data: links are refused; an image would be a request to who wrote the text."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - fifty milliseconds, for those who show something

    return MarkdownIt("js-default", {"linkify": False}).disable("image")


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
        f"**{_literal(view['title'])}**",
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
            return ("Error: " if item["is_error"] else "") + _chunks(item["chunks"])
        case "answer":
            return _answer_text(item)
        case "activity":
            error = f" ({item['error']})" if item["error"] else ""
            return f"{_ACTIVITY[item['status']]} {item['name']}{error}"
        case "task":
            error = f" ({item['error']})" if item["error"] else ""
            return f"[{item['type']}: {item['status']}{error}]\n{_json(item['state'])}"
        case "result":
            return _value(item["value"])
        case "error":
            return f"{item['type'] or 'Error'}: {item['message']}" if item["message"] else item["type"] or "Error"


def _item_markdown(item: Item) -> str:
    match item["kind"]:
        case "message":
            return ("**Error:** " if item["is_error"] else "") + _chunks(item["chunks"])
        case "answer":
            asked = (f"**{_literal(line)}**" for line in _asked(item))
            form = item["ask"] == "form" and item["state"] == "answered"
            said = _fenced(_said(item)) if form else _literal(_said(item))
            return "\n".join(f"> {line}".rstrip() for line in [*asked, *said.split("\n")])
        case "activity":
            return f"`{_item_text(item).replace('`', chr(39))}`"
        case "task" | "result":
            return _fenced(_item_text(item))
        case "error":
            head = f"**{item['type'] or 'Error'}**: {_literal(item['message'])}"
            return f"{head}\n\n{_fenced(item['traceback'])}" if item["traceback"] else head


def _item_html(item: Item) -> str:
    match item["kind"]:
        case "message":
            prefix = "<p><strong>Error</strong></p>" if item["is_error"] else ""
            return f'<div class="nbc-message">{prefix}{_markdown().render(_chunks(item["chunks"]))}</div>'
        case "answer":
            asked = "".join(f"<div><small>{escape(line)}</small></div>" for line in _asked(item))
            said = escape(_said(item)).replace("\n", "<br>")
            answer = f"<p><strong>You:</strong> {said}</p>" if item["state"] == "answered" else _note(_said(item))
            return f'<div class="nbc-you">{asked}{answer}</div>'
        case "activity":
            return _note(_item_text(item))
        case "task" | "result":
            return f"<pre>{escape(_item_text(item))}</pre>"
        case "error":
            head = f"<p><strong>{escape(item['type'] or 'Error')}</strong>: {escape(item['message'])}</p>"
            trace = f"<details><summary>Traceback</summary><pre>{escape(item['traceback'])}</pre></details>"
            return f'<div class="nbc-error">{head}{trace if item["traceback"] else ""}</div>'


def _answer_text(item: AnswerItem) -> str:
    return "\n".join([*_asked(item), *(f"> {line}".rstrip() for line in _said(item).split("\n"))])


def _asked(item: AnswerItem) -> list[str]:
    """What the answer is an answer to, in single lines; the prompt of a chat is only its placeholder."""
    lines = [item["label"]] if item["ask"] == "chat" else [item["label"], item["prompt"]]
    return [" ".join(line.split()) for line in lines if line]


def _said(item: AnswerItem) -> str:
    if item["state"] != "answered":
        return _NO_ANSWER[item["state"]]
    return _json(item["value"]) if item["ask"] == "form" else item["text"]


def _ask_text(ask: AskView) -> str:
    choices = [option["label"] for option in ask["options"]] or [suggestion["label"] for suggestion in ask["suggestions"]]
    name = ": ".join(part for part in (ask["label"], ask["prompt"]) if part) or "An answer is wanted"
    return f"? {name}" + (f" ({' / '.join(choices)})" if choices else "")


def _ask_markdown(ask: AskView) -> str:
    return f"*{_literal(_ask_text(ask))}*"


def _note(text: str) -> str:
    return f'<p class="nbc-note"><em>{escape(text)}</em></p>'


def _chunks(chunks: list[Chunk]) -> str:
    return "\n\n".join(
        chunk["text"] if chunk["type"] == "text" and "text" in chunk else _fenced(_json(chunk)) for chunk in chunks
    )


def _value(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _literal(text: str) -> str:
    """Markdown that reads as `text` does: what a person typed, or an error said, is no markdown."""
    escaped = _MEANS_SOMETHING.sub(r"\\\g<0>", text.replace("&", "&amp;"))
    return _BEGINS_BLOCK.sub(r"\1\\\2", _INDENT.sub("", escaped))


def _fenced(text: str) -> str:
    """A code block whose fence is longer than any in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}\n{fence}"
