"""HTML of others made harmless: it is read and written anew with the tags of tables and text only, and without their attributes.

What comes out is made of a closed list of tags and of escaped text, so it needs no list of dangers.
"""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

_TAGS = frozenset({
    "table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "p", "div", "span", "b", "strong", "i", "em", "u", "s",
    "small", "sub", "sup", "br", "hr", "code", "pre", "kbd", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5",
    "h6", "blockquote",
})  # fmt: skip
_EMPTY = frozenset({"br", "hr"})
_SILENT = frozenset({
    "script", "style", "template", "head", "title", "iframe", "object", "noscript", "noembed", "noframes", "svg", "math",
    "textarea", "select", "xmp",
})  # fmt: skip
"""What is in these is not text for people."""
_SPANS = frozenset({"colspan", "rowspan"})


def safe_html(html: str) -> str:
    """The same table or text, harmless; empty for a declaration that the standard library's parser gives up at (`<![>`).

    >>> safe_html('<table onclick="x()"><tr><td colspan=2>1 &lt; 2<script>x()</script></td></tr></table>')
    '<table><tr><td colspan="2">1 &lt; 2</td></tr></table>'
    """
    writer = _Writer()
    try:
        writer.feed(html)
        writer.close()
    except AssertionError:
        return ""
    return writer.result()


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._open: list[str] = []
        self._silent: list[str] = []

    def result(self) -> str:
        """What was written, every tag closed."""
        return "".join([*self._parts, *(f"</{tag}>" for tag in reversed(self._open))])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write a tag that is on the list; begin to be silent in others."""
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag in _TAGS and not self._silent:
            spans = (f' {name}="{int(value)}"' for name, value in attrs if name in _SPANS and value and _is_small(value))
            self._parts.append(f"<{tag}{''.join(spans)}>")
            if tag not in _EMPTY:
                self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close a tag that is open, and what is open inside it."""
        if tag in self._silent:
            while self._silent.pop() != tag:
                pass
        elif tag in self._open and not self._silent:
            while (last := self._open.pop()) != tag:
                self._parts.append(f"</{last}>")
            self._parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Write text, escaped."""
        if not self._silent:
            self._parts.append(escape(data, quote=False))


def _is_small(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 3
