"""Working tasks: what a tool or a model is busy with, as people may look at it.

Source: workflows specification, "Working tasks and tool UI states". Make one the state of a task and it is shown:

>>> from nbconvo.workflows.task import task_from
>>> state = CommandToolUIState(toolCallId="1", command="make test", result=CommandResultRunning())
>>> task_from(ChatAssistantWorkingTask(title="Tests", content="", toolUIState=state)).type
'working'
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from nbconvo.protocol.inputs import hide_our_docstring


class _Wire(BaseModel):
    model_config = ConfigDict(json_schema_extra=hide_our_docstring)


class CreateFileOperation(_Wire):
    """A file was written."""

    type: Literal["create"] = "create"
    uri: str
    content: str


class ReadFileOperation(_Wire):
    """A file was read: so many lines from line `offset` on."""

    type: Literal["read"] = "read"
    uri: str
    offset: int = 0
    linesRead: int = 0  # noqa: N815 - the wire's name


class SearchReplaceBlock(_Wire):
    """A place in a file: what stood there, what stands there now."""

    search: str
    replace: str


class ReplaceFileOperation(_Wire):
    """A file was changed in places."""

    type: Literal["replace"] = "replace"
    uri: str
    fileContentBefore: str  # noqa: N815 - the wire's name
    blocks: list[SearchReplaceBlock]


class DeleteFileOperation(_Wire):
    """A file was deleted."""

    type: Literal["delete"] = "delete"
    uri: str


FileOperation: TypeAlias = CreateFileOperation | ReadFileOperation | ReplaceFileOperation | DeleteFileOperation


class FileToolUIState(_Wire):
    """A tool that works on files."""

    type: Literal["file"] = "file"
    toolCallId: str  # noqa: N815 - the wire's name
    operations: list[FileOperation]


class ToolResultPending(_Wire):
    """The tool has not begun."""

    status: Literal["pending"] = "pending"


class ToolResultRunning(_Wire):
    """The tool is at work."""

    status: Literal["running"] = "running"


class ToolResultFailed(_Wire):
    """The tool failed."""

    status: Literal["failed"] = "failed"
    error: Any


class ToolResultSuccess(_Wire):
    """The tool gave a value."""

    status: Literal["success"] = "success"
    value: Any


ToolResult: TypeAlias = ToolResultPending | ToolResultRunning | ToolResultFailed | ToolResultSuccess


class GenericToolUIState(_Wire):
    """Any tool: its name, its arguments, its result."""

    type: Literal["generic_tool"] = "generic_tool"
    toolCallId: str  # noqa: N815 - the wire's name
    name: str
    arguments: dict[str, Any]
    result: ToolResult


class CommandResultRunning(_Wire):
    """The command is at work."""

    status: Literal["running"] = "running"


class CommandResultSuccess(_Wire):
    """The command printed this."""

    status: Literal["success"] = "success"
    output: str


class CommandResultFailed(_Wire):
    """The command failed."""

    status: Literal["failed"] = "failed"
    error: str


CommandResult: TypeAlias = CommandResultRunning | CommandResultSuccess | CommandResultFailed


class CommandToolUIState(_Wire):
    """A command line and what it printed."""

    type: Literal["command"] = "command"
    toolCallId: str  # noqa: N815 - the wire's name
    command: str
    result: CommandResult


ToolUIState: TypeAlias = FileToolUIState | GenericToolUIState | CommandToolUIState


class ChatAssistantWorkingTask(BaseModel):
    """What is being worked on. `type` is "tool", "thinking" or a word of the author's own; `content` is markdown.

    Making one shows nothing: it has to be the state of a task (`task_from`), which is then of type "working".
    """

    model_config = ConfigDict(title="working", json_schema_extra=hide_our_docstring)

    type: Literal["tool", "thinking"] | str = "tool"
    title: str
    content: str
    toolUIState: ToolUIState | None = None  # noqa: N815 - the wire's name
