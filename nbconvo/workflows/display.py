"""Showing an object as a notebook would: its representations by mime type, made by whoever knows how (the notebook).

Nothing here knows of IPython: a notebook calls `set_formatter` when it loads nbconvo. Without that, an object is shown by its
`repr`, and by what its own `_repr_*_` methods give. What could run code is left out, and what is too large as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from nbconvo.engine.guard import unguarded
from nbconvo.protocol.components import UIComponent
from nbconvo.protocol.outputs import (
    CanvasResource,
    DisplayOutput,
    ImageOutput,
    ResourceOutput,
    TextOutput,
    ThinkingOutput,
    UIComponentResource,
)

Formatter: TypeAlias = Callable[[Any], Mapping[str, Any]]
"""From an object to its representations by mime type; binary ones as base64 text."""

MAX_BYTES = 1_500_000
"""Largest representation that is kept, as JSON: an event holds at most 2 MB, here and on the hosted platform."""

MAX_TEXT = 20_000
"""Longest plain text that is kept, in characters; what is longer is cut, since without it nothing at all might be shown."""

SHOWN = (
    "text/plain", "text/markdown", "text/html", "text/latex", "application/json",
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml",
)  # fmt: skip
"""The mime types that are kept. Scripts and live widgets are not among them: a transcript holds nothing that runs."""

_METHODS = {"_repr_html_": "text/html", "_repr_markdown_": "text/markdown", "_repr_latex_": "text/latex"}
_formatters: list[Formatter] = []


def set_formatter(formatter: Formatter | None) -> None:
    """Say who makes the representations from now on; None for nobody."""
    _formatters[:] = [] if formatter is None else [formatter]


def as_output(value: Any) -> TextOutput | ResourceOutput | ImageOutput | ThinkingOutput | DisplayOutput:
    """The chunk that shows `value`: text is markdown, a component or a canvas is a resource, any other object is displayed.

    Raises TypeError for None, which nobody means to show.

    >>> as_output("Hello").type
    'text'
    >>> as_output({"a": 1}).display
    {'text/plain': "{'a': 1}"}
    """
    match value:
        case TextOutput() | ResourceOutput() | ImageOutput() | ThinkingOutput() | DisplayOutput():
            return value
        case str():
            return TextOutput(text=value)
        case CanvasResource() | UIComponentResource():
            return ResourceOutput(resource=value)
        case UIComponent():
            return ResourceOutput(resource=UIComponentResource(component=value))
        case None:
            raise TypeError("There is nothing to show: the message, or a part of it, is None.")
        case _:
            with unguarded():  # a figure may read its fonts: what it shows decides nothing
                return DisplayOutput(display=_bounded(_representations(value)))


def _representations(value: Any) -> Mapping[str, Any]:
    for formatter in _formatters:
        return formatter(value)
    if isinstance(value, type):  # a class has such methods, too, but cannot be shown by them
        return {"text/plain": repr(value)}  # pyright: ignore[reportUnknownArgumentType]
    found = {mime: getattr(value, name)() for name, mime in _METHODS.items() if callable(getattr(value, name, None))}
    return {"text/plain": repr(value), **{mime: text for mime, text in found.items() if text is not None}}


def _bounded(data: Mapping[str, Any]) -> dict[str, Any]:
    """What may be kept of the representations; never nothing."""
    kept = {mime: data[mime] for mime in SHOWN if mime in data and _size(data[mime]) <= MAX_BYTES}
    plain = str(data.get("text/plain", ""))
    kept["text/plain"] = plain if len(plain) <= MAX_TEXT else f"{plain[:MAX_TEXT]}…"
    while len(kept) > 1 and sum(map(_size, kept.values())) > MAX_BYTES:
        del kept[max((mime for mime in kept if mime != "text/plain"), key=lambda mime: _size(kept[mime]))]
    return kept


def _size(value: Any) -> int:
    try:
        return len(value) if isinstance(value, str) else len(json.dumps(value))
    except (TypeError, ValueError):  # no JSON: it cannot be recorded
        return MAX_BYTES + 1
