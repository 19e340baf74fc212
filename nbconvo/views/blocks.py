"""The few kinds of content that a transcript is made of when it is written down, each as text, markdown and HTML.

Nothing active comes out, whatever goes in: all text is escaped, only images that are in the document itself are shown, and of
links only those to the web or to a mail address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_MEANS_SOMETHING = re.compile(r"[\\`*_\[\]<>~|]")
_BEGINS_BLOCK = re.compile(r"^(\d*)([#+\-=.)])", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_LANGUAGE = re.compile(r"[\w+#.-]{1,30}", re.ASCII)
_IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+", re.ASCII)
_LINK = re.compile(r"(https?://|mailto:)[^\s<>\"'`]+", re.IGNORECASE)
MAX_IMAGE = 1_500_000
"""Longest image address that is written into the document, in characters: the twin is written again with every change."""


@dataclass(frozen=True, slots=True)
class Prose:
    """Markdown as its author wrote it."""

    text: str


@dataclass(frozen=True, slots=True)
class Plain:
    """Text that means nothing but itself; `mark` is "strong", "em" or empty."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """Text as it stands, in a fixed width; `language` where it is known."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a heading each column has."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Picture:
    """An image: shown where its address holds it (`data:`), otherwise told of by `alt`: loading it would tell on the reader."""

    address: str
    alt: str


@dataclass(frozen=True, slots=True)
class Link:
    """A way to the web."""

    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Markup:
    """HTML that is known to be harmless (`nbconvo.views.safe_html` made it), with `text` for where there is none."""

    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that belong together under a title; folded away where that can be done, unless it `is_open`."""

    title: str
    blocks: Sequence[Block]
    is_open: bool = False


Block: TypeAlias = Prose | Plain | Code | Table | Picture | Link | Markup | Fold


def text_of(blocks: Iterable[Block]) -> str:
    """Blocks as plain text."""
    return "\n\n".join(part for part in map(_text, blocks) if part)


def markdown_of(blocks: Iterable[Block]) -> str:
    """Blocks as markdown."""
    return "\n\n".join(part for part in map(_markdown, blocks) if part)


def html_of(blocks: Iterable[Block]) -> str:
    """Blocks as HTML."""
    return "".join(map(_html, blocks))


def literal(text: str) -> str:
    """Markdown that reads as `text` does: what a person typed, or an error said, is no markdown."""
    escaped = _MEANS_SOMETHING.sub(r"\\\g<0>", text.replace("&", "&amp;"))
    return _BEGINS_BLOCK.sub(r"\1\\\2", _INDENT.sub("", escaped))


def fenced(text: str, language: str = "") -> str:
    """A code block whose fence is longer than any in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language if _LANGUAGE.fullmatch(language) else ''}\n{text}\n{fence}"


def _text(block: Block) -> str:
    match block:
        case Prose(text) | Plain(text) | Code(text) | Markup(_, text):
            return text
        case Table(head, rows):
            return "\n".join(" | ".join(row) for row in [head, *rows])
        case Picture(_, alt):
            return f"[image: {alt}]" if alt else "[image]"
        case Link(address, text):
            return f"{text} ({address})" if text != address else address
        case Fold(title, blocks):
            return "\n\n".join(part for part in (title, text_of(blocks)) if part)


def _markdown(block: Block) -> str:
    match block:
        case Prose(text):
            return text
        case Plain(text, mark):
            around = {"strong": "**", "em": "*"}.get(mark, "")
            return f"{around}{literal(text.strip())}{around}" if text.strip() else ""
        case Code(text, language):
            return fenced(text, language)
        case Table(head, rows):
            return "\n".join(map(_markdown_row, [head, ["---"] * len(head), *rows]))
        case Picture() | Markup():
            return literal(_text(block)) if isinstance(block, Picture) else fenced(block.text)
        case Link(address, text):
            return f"[{literal(text)}](<{address}>)" if _LINK.fullmatch(address) else literal(_text(block))
        case Fold(title, blocks):
            return "\n\n".join(part for part in (f"**{literal(title)}**" if title else "", markdown_of(blocks)) if part)


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell if cell == '---' else literal(' '.join(cell.split())) for cell in cells)} |"


def _html(block: Block) -> str:  # noqa: PLR0911 - one return for each kind of block
    match block:
        case Prose(text):
            return _renderer().render(text)
        case Plain(text, mark):
            said = escape(text).replace("\n", "<br>")
            return f"<p><{mark}>{said}</{mark}></p>" if mark else f"<p>{said}</p>"
        case Code(text):
            return f"<pre><code>{escape(text)}</code></pre>"
        case Table(head, rows):
            body = "".join(_html_row(row, "td") for row in rows)
            return f"<table><thead>{_html_row(head, 'th')}</thead><tbody>{body}</tbody></table>"
        case Picture(address, alt) if len(address) <= MAX_IMAGE and _IMAGE.fullmatch(address):
            return f'<p><img src="{escape(address)}" alt="{escape(alt)}"></p>'
        case Link(address, text) if _LINK.fullmatch(address):
            return f'<p><a href="{escape(address)}" rel="noopener noreferrer">{escape(text)}</a></p>'
        case Picture() | Link():
            return f"<p>{escape(_text(block))}</p>"
        case Markup(html):
            return html
        case Fold(title, blocks, is_open):
            return f"<details{' open' if is_open else ''}><summary>{escape(title)}</summary>{html_of(blocks)}</details>"


def _html_row(cells: Sequence[str], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"


@cache
def _renderer() -> MarkdownIt:
    """Raw HTML is escaped, javascript: and data: links are refused; an image would be a request to who wrote the text."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - fifty milliseconds, for those who show something

    return MarkdownIt("js-default", {"linkify": False}).disable("image")
