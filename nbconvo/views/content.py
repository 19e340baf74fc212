"""What a message carries, as blocks to write down: text, thoughts, images, canvases, UI components, displayed objects.

A kind that is not known, or is not what it should be, is written as JSON. Source: workflows specification, "Messages, canvases,
final output".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from nbconvo.views.blocks import Block, Code, Fold, Link, Markup, Picture, Plain, Prose, Table
from nbconvo.views.model import Chunk
from nbconvo.views.safe_html import safe_html

MAX_DEPTH = 40
"""Components nested deeper than this are written as JSON."""

_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_LANGUAGES = {"text/html": "html", "image/svg+xml": "svg", "react": "jsx", "slides": "markdown", "mermaid": "mermaid"}


def chunk_blocks(chunks: Sequence[Chunk]) -> list[Block]:
    """The chunks of a message, one after the other."""
    return [block for chunk in chunks for block in _chunk(cast("Mapping[str, Any]", chunk))]


def as_json(value: Any) -> str:
    """A value as a person can read it."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def _chunk(chunk: Mapping[str, Any]) -> list[Block]:
    match chunk:
        case {"type": "text", "text": str(text)}:
            return [Prose(text)]
        case {"type": "thinking", "thinking": [*parts]}:
            return [Fold("Thinking", [Prose("".join(str(part.get("text", "")) for part in parts if isinstance(part, dict)))])]  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        case {"type": "image_url", "image_url": str(address)} | {"type": "image_url", "image_url": {"url": str(address)}}:
            return [Picture(address, "")]
        case {"type": "display", "display": {**data}}:
            return [_displayed(data)]
        case {
            "type": "resource",
            "resource": {"canvas": {"type": str(kind), "title": str(title), "content": str(text)} as canvas},
        }:
            return [Fold(title, [_on_canvas(kind, text, canvas)], is_open=True)]
        case {"type": "resource", "resource": {"component": {"name": str(), "props": {}} as component}}:
            return _component(component, 0)
        case _:
            return [Code(as_json(chunk))]


def _on_canvas(kind: str, text: str, canvas: Mapping[str, Any]) -> Block:
    if kind == "text/markdown":
        return Prose(text)
    return Code(text, str(canvas.get("language") or "") if kind == "code" else _LANGUAGES.get(kind, ""))


def _displayed(data: Mapping[str, Any]) -> Block:
    """The richest form that can be written without anything active in it."""
    plain = str(data.get("text/plain", ""))
    for mime in _IMAGES:
        if isinstance(image := data.get(mime), str):
            return Picture(f"data:{mime};base64,{image}", plain)
    if isinstance(markdown := data.get("text/markdown"), str):
        return Prose(markdown)
    if isinstance(html := data.get("text/html"), str) and (safe := safe_html(html)):
        return Markup(safe, plain)
    return Code(plain) if plain else Code(as_json(data))


def _component(  # noqa: PLR0911 - one return for each component
    component: Mapping[str, Any], depth: int
) -> list[Block]:
    """One UI component and what is inside it."""
    name, props = component["name"], cast("Mapping[str, Any]", component["props"])
    if depth > MAX_DEPTH:
        return [Plain("…")]
    inside = _children(props.get("children"), depth)
    match name:
        case "Markdown":
            return [Prose(str(props.get("content", "")))]
        case "Card":
            return [
                *_headed(props, "title"),
                *([Plain(str(props["description"]), "em")] if props.get("description") else []),
                *inside,
            ]
        case "Alert":
            return [*_headed(props, "title", f"{str(props.get('variant') or 'info').capitalize()}: "), *inside]
        case "Badge" if isinstance(props.get("children"), str):
            return [Plain(f"[{props['children']}]")]
        case "ButtonLink" if isinstance(props.get("children"), str | None):
            address = str(props.get("href", ""))
            return [Link(address, str(props.get("children") or address))]
        case "ButtonLink":
            return [*inside, Link(str(props.get("href", "")), str(props.get("href", "")))]
        case "Image" | "Avatar":
            return [Picture(str(props.get("src") or ""), str(props.get("alt") or props.get("text") or ""))]
        case "Chart" | "PieChart":
            return [*_headed(props, "title"), *_data_table(props.get("data"))]
        case "Tooltip":
            return [Plain(str(props.get("trigger", ""))), *inside]
        case "Row" | "Column" | "Badge":
            return inside
        case _:
            return [Code(as_json(component))]


def _headed(props: Mapping[str, Any], key: str, before: str = "") -> list[Block]:
    title = str(props.get(key) or "")
    return [Plain(f"{before}{title}".removesuffix(": "), "strong")] if title or before else []


def _children(children: Any, depth: int) -> list[Block]:
    match children:
        case str():
            return [Plain(children)]
        case [*components]:
            return [block for child in components for block in _child(child, depth + 1)]
        case _:
            return []


def _child(child: Any, depth: int) -> list[Block]:
    match child:
        case {"name": str(), "props": {}}:
            return _component(cast("Mapping[str, Any]", child), depth)
        case _:
            return [Code(as_json(child))]


def _data_table(data: Any) -> list[Block]:
    rows: list[Mapping[str, Any]] = [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []  # pyright: ignore[reportUnknownVariableType]
    head = list(dict.fromkeys(str(key) for row in rows for key in row))
    return [Table(head, [[_cell(row.get(key)) for key in head] for row in rows])] if head else []


def _cell(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
