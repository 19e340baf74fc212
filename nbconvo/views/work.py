"""Work as blocks to write down: todo lists, working cards with what their tools did, activities with arguments and results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import unified_diff
from typing import Any

from nbconvo.views.blocks import Block, Code, Fold, Plain, Prose
from nbconvo.views.content import as_json
from nbconvo.views.model import ActivityItem, TodoItem, WorkingItem

SIGNS = {"running": "…", "retrying": "↻", "completed": "✓", "failed": "✗"}
_STEPS = {"done": "[x]", "in_progress": "[…]", "todo": "[ ]"}


def todo_blocks(item: TodoItem) -> list[Block]:
    """The steps, each with its box, and why it stopped."""
    steps = "\n".join(
        f"{_STEPS.get(step['status'], '[ ]')} {step['title']}{_described(step['description'])}" for step in item["steps"]
    )
    return [Code(steps), *_error(item["error"])]


def working_blocks(item: WorkingItem) -> list[Block]:
    """Its title, what it says, and what its tool did."""
    said: list[Block] = [Prose(item["content"])] if item["content"].strip() else []
    inside = [*said, *_tool(item["tool"]), *_error(item["error"])]
    return [Fold(f"{SIGNS[item['status']]} {item['title']}", inside)]


def activity_blocks(item: ActivityItem) -> list[Block]:
    """Its line, and its arguments and result where they are shown."""
    line = Plain(activity_line(item))
    inside: list[Block] = []
    if item.get("arguments"):
        inside.append(Code(as_json(item.get("arguments"))))
    if "result" in item:
        inside.append(Code(as_json(item["result"])))
    return [Fold(line.text, inside)] if inside else [line]


def activity_line(item: ActivityItem) -> str:
    """An activity in one line."""
    return f"{SIGNS[item['status']]} {item['name']}" + (f" ({item['error']})" if item["error"] else "")


def _described(description: Any) -> str:
    return f": {description}" if description else ""


def _error(error: str | None) -> list[Block]:
    return [Plain(error, "em")] if error else []


def _tool(tool: Any) -> list[Block]:
    """What a tool did; of a tool that is not what it should be, its JSON."""
    match tool:
        case None:
            return []
        case {"type": "command", "command": str(command), "result": {**result}}:
            return [Code(f"$ {command}", "sh"), *_result(result)]
        case {"type": "generic_tool", "name": str(name), "arguments": arguments, "result": {**result}}:
            return [Code(f"{name} {as_json(arguments)}"), *_result(result)]
        case {"type": "file", "operations": [*operations]}:
            return [block for operation in operations for block in _operation(operation)]
        case _:
            return [Code(as_json(tool))]


def _result(result: Mapping[str, Any]) -> Iterable[Block]:
    for key in ("output", "value", "error"):
        if key in result:
            value = result[key]
            yield Code(value if isinstance(value, str) else as_json(value))


def _operation(operation: Any) -> list[Block]:
    match operation:
        case {"type": "create", "uri": str(uri), "content": str(content)}:
            return [Plain(f"Created {uri}"), Code(content)]
        case {"type": "read", "uri": str(uri)}:
            return [Plain(f"Read {uri}")]
        case {"type": "delete", "uri": str(uri)}:
            return [Plain(f"Deleted {uri}")]
        case {"type": "replace", "uri": str(uri), "blocks": [*places]}:
            return [Plain(f"Changed {uri}"), *(Code(_diff(place), "diff") for place in places)]
        case _:
            return [Code(as_json(operation))]


def _diff(place: Any) -> str:
    match place:
        case {"search": str(before), "replace": str(after)}:
            lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)
            return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))
        case _:
            return as_json(place)
