"""Todo lists: the steps of a workflow with their status, as people follow them.

Source: workflows specification, "Todo lists".
"""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Any, Literal, Self

from nbconvo.workflows.task import Task, new_id

TodoStatus = Literal["todo", "in_progress", "done"]
TODO_LIST = "todo_list"


class TodoListItem:
    """One step. As an async context manager it is in progress inside and done after; an exception leaves it in progress."""

    def __init__(self, title: str, description: str) -> None:
        self.id = new_id()
        self.title = title
        self.description = description
        self.status: TodoStatus = "todo"
        self._list: TodoList | None = None

    async def set_status(self, status: TodoStatus) -> None:
        """Show another status. Raises RuntimeError outside of a list."""
        if self._list is None:
            raise RuntimeError("TodoListItem is not bound to a TodoList - use within a TodoList context")
        self.status = status
        await self._list.changed()

    def bind(self, todo_list: TodoList | None) -> None:
        """Belong to a list, or to none. Raises RuntimeError when it belongs to another."""
        if todo_list is not None and self._list is not None and self._list is not todo_list:
            raise RuntimeError("TodoListItem is already bound to a different TodoList")
        self._list = todo_list

    def to_json(self) -> dict[str, Any]:
        """The item in the list's state."""
        return {"id": self.id, "status": self.status, "title": self.title, "description": self.description}

    async def __aenter__(self) -> Self:
        await self.set_status("in_progress")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is None:
            await self.set_status("done")


class TodoList:
    """A checklist that people follow, as an async context manager. Lists may be nested: each has events of its own."""

    def __init__(self, items: Iterable[TodoListItem] | None = None, id: str | None = None) -> None:  # noqa: A002 - upstream's name
        self.items = list(items or [])
        self._task: Task[dict[str, Any]] = Task(TODO_LIST, {"items": []}, id)
        self._is_open = False
        for item in self.items:
            item.bind(self)

    @property
    def id(self) -> str:
        """The id of the list's task."""
        return self._task.id

    async def add_item(self, item: TodoListItem) -> None:
        """Put a step at the end. Raises ValueError when it is there already, RuntimeError when another list has it."""
        if item in self.items:
            raise ValueError("TodoListItem is already in this TodoList")
        item.bind(self)
        self.items.append(item)
        await self.changed()

    async def remove_item(self, item: TodoListItem) -> None:
        """Take a step out. Raises ValueError when it is not there."""
        if item not in self.items:
            raise ValueError("TodoListItem is not in this TodoList")
        self.items.remove(item)
        item.bind(None)
        await self.changed()

    async def changed(self) -> None:
        """Show the items as they are now."""
        if self._is_open:
            await self._task.set_state(self._state())

    def _state(self) -> dict[str, Any]:
        return {"items": [item.to_json() for item in self.items]}

    async def __aenter__(self) -> Self:
        self._task.prepare(self._state())
        await self._task.__aenter__()
        self._is_open = True
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._is_open = False
        await self._task.__aexit__(kind, error, trace)
