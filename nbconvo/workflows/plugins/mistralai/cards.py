"""Working cards: what an agent is busy with besides talking, as people may look at it (ours; upstream leaves it unseen)."""

from __future__ import annotations

import json
from typing import Any, Literal, cast

from nbconvo.engine.context import current_activity, current_or_none
from nbconvo.protocol.tools import (
    ChatAssistantWorkingTask,
    GenericToolUIState,
    ToolResultFailed,
    ToolResultRunning,
    ToolResultSuccess,
)
from nbconvo.workflows.task import Task, task_from


def is_seen() -> bool:
    """True in a workflow and in its activities: somebody may be looking. Elsewhere an agent works unseen."""
    return current_or_none() is not None or current_activity.get() is not None


class Card:
    """One card, from `open` to `close`; its state is changed in between."""

    def __init__(self, state: ChatAssistantWorkingTask) -> None:
        self.state = state
        self._task: Task[ChatAssistantWorkingTask] | None = task_from(state) if is_seen() else None

    async def open(self) -> Card:
        """Show it."""
        if self._task is not None:
            await self._task.__aenter__()
        return self

    async def change(self, **fields: Any) -> None:
        """Show other values of some fields."""
        self.state = self.state.model_copy(update=fields)
        if self._task is not None:
            await self._task.set_state(self.state)

    async def close(self, error: BaseException | None = None) -> None:
        """Nothing more comes; with `error`, because it failed."""
        if self._task is not None:
            await self._task.__aexit__(type(error) if error else None, error, None)


class ToolCard(Card):
    """The card of one tool call: name and arguments, then what came of it."""

    def __init__(self, call_id: str, name: str, arguments: Any = None) -> None:
        super().__init__(_tool(call_id, name, arguments, ToolResultRunning()))
        self._call = (call_id, name)
        self._arguments = arguments

    async def succeeded(self, value: Any) -> None:
        """The tool gave `value`."""
        await self._end(ToolResultSuccess(value=value))

    async def failed(self, error: str) -> None:
        """The tool gave nothing, because of `error`."""
        await self._end(ToolResultFailed(error=error))

    async def called_with(self, arguments: Any) -> None:
        """The arguments, where they are known late."""
        self._arguments = arguments
        await self.change(toolUIState=_tool(*self._call, arguments, ToolResultRunning()).toolUIState)

    async def _end(self, result: ToolResultSuccess | ToolResultFailed) -> None:
        await self.change(toolUIState=_tool(*self._call, self._arguments, result).toolUIState)
        await self.close()


async def notice(kind: Literal["handoff", "warning"] | str, title: str, content: str = "") -> None:
    """A card that only says something."""
    card = await Card(ChatAssistantWorkingTask(type=kind, title=title, content=content)).open()
    await card.close()


def readable(value: Any) -> Any:
    """What was JSON text, as its value; any other text as it is.

    >>> readable('{"a": 1}'), readable("hm")
    ({'a': 1}, 'hm')
    """
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _tool(
    call_id: str, name: str, arguments: Any, result: ToolResultRunning | ToolResultSuccess | ToolResultFailed
) -> ChatAssistantWorkingTask:
    given = readable(arguments or {})
    shown = cast("dict[str, Any]", given) if isinstance(given, dict) else {"arguments": given}
    state = GenericToolUIState(toolCallId=call_id, name=name, arguments=shown, result=result)
    return ChatAssistantWorkingTask(type="tool", title=name, content="", toolUIState=state)
