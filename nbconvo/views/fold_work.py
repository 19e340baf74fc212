"""The fold of work: activities, todo lists, working cards, and tasks that have no drawing of their own.

Source: workflows specification, "Working tasks and tool UI states" and "Todo lists".
"""

from __future__ import annotations

from typing import Any, TypeAlias, cast

from nbconvo.protocol import events as ev
from nbconvo.views import items
from nbconvo.views.model import ActivityItem, Item, TaskItem, TodoItem, TranscriptView, WorkingItem
from nbconvo.views.task_event import TaskEvent

_HIDDEN_ACTIVITIES = ("__emit_", "__internal__")
_OF_AGENTS = (
    "mistralai_create_agent", "mistralai_update_agent", "mistralai_delete_agent", "mistralai_start_conversation",
    "mistralai_append_conversation", "collect_mcp_tools",
)  # fmt: skip
"""What an agent does to be able to talk: in the compact form, what it says is shown and not that."""
ActivityEvent: TypeAlias = ev.ActivityTaskStarted | ev.ActivityTaskRetrying | ev.ActivityTaskCompleted | ev.ActivityTaskFailed


def work_event(view: TranscriptView, task: TaskEvent, at: float) -> TranscriptView:
    """A task begins, changes its state, or ends. It ends with the state that it had before where it failed."""
    match task:
        case ev.CustomTaskStarted(task_id, kind, payload):
            return items.begin(view, _item(task_id, kind, payload, at))
        case ev.CustomTaskInProgress(task_id, _, patches, payload):
            return items.replace(view, task_id, lambda item: _with_state(item, items.next_state(_state(item), patches, payload)))
        case ev.CustomTaskCompleted(task_id, _, payload):
            return items.replace(view, task_id, lambda item: _with_state(item, payload, status="completed"))
        case ev.CustomTaskFailed(task_id, _, failure):
            return items.change(view, task_id, {"status": "failed", "error": failure})


def activity_event(view: TranscriptView, event: ActivityEvent, at: float) -> TranscriptView:
    """An activity begins, is tried again, or ends; the platform's own are not shown."""
    if event.activity_name.startswith(_HIDDEN_ACTIVITIES):
        return view
    item_id, is_full = f"activity-{event.task_id}", view.get("show_activities") == "full"
    if not is_full and (event.activity_name.startswith(_OF_AGENTS) or _has_card(view, event)):
        return view
    match event:
        case ev.ActivityTaskStarted(_, name, arguments):
            return activity_started(view, item_id, name, at, arguments)
        case ev.ActivityTaskRetrying(_, _, attempt, failure):
            changes = {"status": "retrying", "attempt": attempt + 1, "error": failure}
        case ev.ActivityTaskCompleted(_, _, result):
            changes = {"status": "completed", "error": None, **({"result": result} if is_full else {})}
        case ev.ActivityTaskFailed(_, _, attempt, failure):
            changes = {"status": "failed", "attempt": attempt, "error": failure}
    return items.change(view, item_id, changes)


def _has_card(view: TranscriptView, event: ActivityEvent) -> bool:
    """True for an activity that begins because an agent calls it as a tool: the card of that call shows it."""
    cards = (item["tool"] for item in view["items"] if item["kind"] == "working" and item["status"] == "running")
    names = {card.get("name") for card in cards if isinstance(card, dict)}
    return isinstance(event, ev.ActivityTaskStarted) and event.activity_name in names


def activity_started(view: TranscriptView, item_id: str, name: str, at: float, arguments: list[Any]) -> TranscriptView:
    """Show an activity, or what is like one (a child workflow), as the view wants it."""
    item: ActivityItem = {
        "kind": "activity", "id": item_id, "name": name, "status": "running", "attempt": 1, "error": None, "at": at,
    }  # fmt: skip
    match view.get("show_activities", "compact"):
        case "none":
            return view
        case "full":
            item["arguments"] = arguments
        case "compact":
            pass
    return items.append(view, item)


def _item(task_id: str, kind: str, state: Any, at: float) -> Item:
    """The item for a task; one whose state is not what its type promises is shown as any other."""
    match kind, state:
        case "todo_list", {"items": [*steps]}:
            return TodoItem(kind="todo", id=task_id, steps=cast("Any", steps), status="running", error=None, at=at)
        case "working", {"title": str(), "content": str()} if _is_tool(state.get("toolUIState")):
            return _working(task_id, state, at)
        case _:
            return TaskItem(kind="task", id=task_id, type=kind, status="running", state=state, error=None, at=at)


def _working(task_id: str, state: dict[str, Any], at: float) -> WorkingItem:
    return {
        "kind": "working",
        "id": task_id,
        "type": state.get("type", "tool"),
        "title": state["title"],
        "content": state["content"],
        "tool": state.get("toolUIState"),
        "status": "running",
        "error": None,
        "at": at,
    }


def _is_tool(tool: Any) -> bool:
    """True for the tool states that there are, and for none."""
    match tool:
        case None | {"type": "file", "operations": [*_]}:
            return True
        case {"type": "generic_tool", "name": str(), "result": {"status": str()}}:
            return True
        case {"type": "command", "command": str(), "result": {"status": str()}}:
            return True
        case _:
            return False


def _state(item: Item) -> Any:
    """The state of the task that an item shows."""
    match item["kind"]:
        case "todo":
            return {"items": item["steps"]}
        case "working":
            return {"type": item["type"], "title": item["title"], "content": item["content"], "toolUIState": item["tool"]}
        case "task":
            return item["state"]
        case _:
            return None


def _with_state(item: Item, state: Any, **changes: Any) -> Item:
    match item["kind"], state:
        case "todo", {"items": [*steps]}:
            return cast("Item", {**item, "steps": steps, **changes})
        case "working", {"title": str(), "content": str()} if _is_tool(state.get("toolUIState")):
            shown: Any = _working(item["id"], state, item["at"])
            return cast("Item", {**item, **{key: shown[key] for key in ("type", "title", "content", "tool")}, **changes})
        case "task", _:
            return cast("Item", {**item, "state": state, **changes})
        case _:
            return cast("Item", {**item, **changes})
