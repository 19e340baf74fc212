"""Entries of a conversation, written down: as blocks, which become text, markdown and HTML with nothing active in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbconvo.conversations.jsons import Json
from nbconvo.conversations.memory import text_of
from nbconvo.views import blocks
from nbconvo.views.blocks import Block, Code, Fold, Link, Picture, Plain, Prose

LONGEST = 2_000
"""Longest result of a tool that is shown, in characters; the value holds all of it."""


def mimebundle(shown: Sequence[Block]) -> dict[str, str]:
    """The three forms by mime type.

    >>> mimebundle([Plain("<b>")])["text/html"]
    '<div><p>&lt;b&gt;</p></div>'
    """
    return markdown_bundle(shown) | {"text/html": f"<div>{blocks.html_of(shown)}</div>"}


def markdown_bundle(shown: Sequence[Block]) -> dict[str, str]:
    """Markdown with its plain twin."""
    return {"text/plain": blocks.text_of(shown), "text/markdown": blocks.markdown_of(shown)}


def answer(entries: Sequence[Json], usage: Mapping[str, Any] | None = None) -> list[Block]:
    """What came back: messages without a heading, tools and handoffs, and a line about who answered and at what cost."""
    shown = list(_entries(entries))
    if usage:
        who = next((entry["model"] for entry in reversed(entries) if entry.get("model")), "")
        cost = f"{usage.get('total_tokens', 0)} tokens"
        shown.append(Plain(f"{who} · {cost}" if who else cost, "em"))
    return shown


def transcript(entries: Sequence[Json]) -> list[Block]:
    """A whole conversation, numbered as `%convo restart` counts."""
    shown: list[Block] = []
    for number, entry in enumerate(entries, 1):
        is_message = entry.get("type") in ("message.input", "message.output")
        who = {"user": "You", "assistant": "Assistant"}.get(str(entry.get("role")), "") if is_message else ""
        shown.append(Plain(f"{number}. {who}".strip(), "strong"))
        shown += _entry(entry, {})
    return shown or [Plain("Nothing was said yet.", "em")]


def _entries(entries: Sequence[Json]) -> Iterator[Block]:
    results = {entry["tool_call_id"]: str(entry["result"]) for entry in entries if entry.get("type") == "function.result"}
    for entry in entries:
        if entry.get("tool_call_id") not in results or entry.get("type") != "function.result":
            yield from _entry(entry, results)


def _entry(entry: Json, results: Mapping[str, str]) -> Iterator[Block]:
    match entry.get("type"):
        case "message.input":
            yield from _content(entry.get("content"), is_markdown=False)
        case "message.output":
            yield from _content(entry.get("content"), is_markdown=True)
        case "function.call":
            result = results.get(str(entry.get("tool_call_id")))
            state = "" if result is None else f"\n→ {_bounded(result)}"
            waits = "\n(waits for a confirmation)" if entry.get("confirmation_status") == "pending" and not state else ""
            yield Code(f"{entry.get('name')}({_bounded(_text(entry.get('arguments', '')))}){state}{waits}")
        case "function.result":
            yield Code(f"→ {_bounded(_text(entry.get('result')))}")
        case "tool.execution":
            inside = [_text(part) for part in (entry.get("arguments"), entry.get("info")) if part]
            yield Fold(f"Tool: {entry.get('name')}", [Code(_bounded(part)) for part in inside])
        case "agent.handoff":
            yield Plain(f"Handed over to {entry.get('next_agent_name') or 'another agent'}", "em")
        case _:
            yield Code(_bounded(_text(entry)), "json")


def _content(content: Any, *, is_markdown: bool) -> Iterator[Block]:
    """Text first, joined, because references stand in the middle of sentences; then what is no text."""
    chunks: list[Any] = content if isinstance(content, list) else []  # type: ignore[reportUnknownVariableType]
    others: list[Any] = [chunk for chunk in chunks if not isinstance(chunk, dict) or chunk.get("type", "text") != "text"]  # type: ignore[reportUnknownMemberType]
    yield from (_chunk(chunk) for chunk in others if _is_thinking(chunk))
    if text := text_of(content).rstrip():
        yield Prose(text) if is_markdown else Plain(text)
    yield from (_chunk(chunk) for chunk in others if not _is_thinking(chunk))


def _is_thinking(chunk: Any) -> bool:
    return isinstance(chunk, dict) and chunk.get("type") == "thinking"  # type: ignore[reportUnknownMemberType]


def _chunk(chunk: Any) -> Block:
    match chunk:
        case {"type": "thinking", "thinking": thought}:
            return Fold("Thinking", [Plain(text_of(thought))])
        case {"type": "tool_reference", "url": str(url)}:
            return Link(url, str(chunk.get("title") or url))
        case {"type": "image_url", "image_url": str(url) | {"url": str(url)}}:
            return Picture(url, "image")
        case {"type": "tool_file"}:
            return Plain(f"[file: {chunk.get('file_name') or chunk.get('file_id')}]")
        case _:
            return Code(_bounded(_text(chunk)), "json")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1, default=str)


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n(cut: {len(text)} characters in all)"
