"""What a person sees of one execution, as plain JSON: the fold makes it, the browser and the static twin draw it.

Everything here is treated as immutable. A fold copies what it changes and shares the rest, so two views can be compared by
identity and only what changed travels to the browser. The TypeScript types in `js/src/protocol.ts` are written from this file.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from nbconvo.views.form_model import FieldView

VERSION = 2
"""Of what folds make of events: a snapshot of another version is not used. Counts up with every change of a fold."""

RunStatus = Literal["running", "waiting", "completed", "failed", "canceled"]
"""`waiting`: at least one ask is open; `running`: none is, and the workflow has work to do."""

AnswerState = Literal["answered", "timed_out", "canceled", "failed"]
"""How an ask ended."""


AskKind = Literal["chat", "confirmation", "form", "canvas"]
"""How an ask is drawn. A kind that a page does not know is drawn as a form."""

ShowActivities = Literal["compact", "full", "none"]
"""Activities as one line each, as cards with arguments and result, or not at all."""


class CanvasContent(TypedDict):
    """A version of a canvas. Its `type`: "text/markdown", "text/html", "image/svg+xml", "slides", "react", "code", "mermaid"."""

    type: str
    title: str
    content: str
    language: str | None


class CanvasResource(TypedDict):
    """A chunk's resource: a canvas as it was sent. Sent again with the same `uri`, it is the next version of it."""

    uri: str
    mimeType: Literal["application/vnd.mistral.canvas"]
    canvas: CanvasContent
    readonly: bool


class Component(TypedDict):
    """A UI component by name, with the props that were given. `children` among them is text or a list of components.

    Names and props are those of `nbconvo.protocol.components`; a name that is not known there is shown generically.
    """

    name: str
    props: dict[str, Any]


class ComponentResource(TypedDict):
    """A chunk's resource: a tree of UI components."""

    mimeType: Literal["application/vnd.mistral.ui-component"]
    component: Component
    version: str
    display: Literal["block", "inline"]


class ThinkingPart(TypedDict):
    """A piece of what a model thought, as text."""

    type: Literal["text"]
    text: str


class Chunk(TypedDict):
    """One piece of a message; `type` says which of the other keys is there. Anything else is shown generically, as JSON.

    "text": `text`, markdown. "resource": `resource`. "thinking": `thinking`, folded. "image_url": `image_url`, an https or
    `data:image/...` address. "display": `display`, representations by mime type of which the richest that is understood is shown.
    """

    type: str
    text: NotRequired[str]
    resource: NotRequired[CanvasResource | ComponentResource]
    thinking: NotRequired[list[ThinkingPart]]
    image_url: NotRequired[str]
    display: NotRequired[dict[str, Any]]


class MessageItem(TypedDict):
    """A message of the workflow, or its final output (`is_error` and `structured` as its author gave them)."""

    kind: Literal["message"]
    id: str
    chunks: list[Chunk]
    streaming: bool
    is_error: bool
    structured: NotRequired[dict[str, Any]]
    at: float


class AnswerRow(TypedDict):
    """One field of an answered form as a person reads it: choices by their labels, files by their names, secrets masked."""

    label: str
    text: str


class AnswerItem(TypedDict):
    """An ask that has ended. `text` is what the person said, as they would read it; empty unless `state` is "answered".

    `rows` are the fields of an answered form, `canvas` is the uri of the canvas that was edited.
    """

    kind: Literal["answer"]
    id: str
    ask: AskKind
    label: str | None
    prompt: str | None
    text: str
    value: Any
    rows: NotRequired[list[AnswerRow]]
    canvas: NotRequired[str]
    state: AnswerState
    at: float


class ActivityItem(TypedDict):
    """One activity. `attempt` counts from 1; `error` is the newest failure's text.

    `arguments` and `result` (once there is one) are given where activities are shown in full: as a working card, then.
    """

    kind: Literal["activity"]
    id: str
    name: str
    status: Literal["running", "retrying", "completed", "failed"]
    attempt: int
    error: str | None
    arguments: NotRequired[list[Any]]
    result: NotRequired[Any]
    at: float


class TodoStep(TypedDict):
    """One step of a todo list."""

    id: str
    status: Literal["todo", "in_progress", "done"]
    title: str
    description: str


class TodoItem(TypedDict):
    """A todo list. When `status` is "failed", `error` says why, and the steps that are in progress are where it happened."""

    kind: Literal["todo"]
    id: str
    steps: list[TodoStep]
    status: Literal["running", "completed", "failed"]
    error: str | None
    at: float


class FileBlock(TypedDict):
    """A place in a file: what stood there, what stands there now."""

    search: str
    replace: str


class FileOperation(TypedDict):
    """What was done to one file. `create` has `content`; `read` has `offset` and `linesRead`; `replace` has the rest."""

    type: Literal["create", "read", "replace", "delete"]
    uri: str
    content: NotRequired[str]
    offset: NotRequired[int]
    linesRead: NotRequired[int]
    fileContentBefore: NotRequired[str]
    blocks: NotRequired[list[FileBlock]]


class FileTool(TypedDict):
    """A tool that works on files."""

    type: Literal["file"]
    toolCallId: str
    operations: list[FileOperation]


class ToolResult(TypedDict):
    """How far a tool is: `value` when it succeeded, `error` when it failed."""

    status: Literal["pending", "running", "failed", "success"]
    value: NotRequired[Any]
    error: NotRequired[Any]


class GenericTool(TypedDict):
    """Any tool: its name, its arguments, its result."""

    type: Literal["generic_tool"]
    toolCallId: str
    name: str
    arguments: dict[str, Any]
    result: ToolResult


class CommandResult(TypedDict):
    """How far a command is: `output` when it succeeded, `error` when it failed."""

    status: Literal["running", "success", "failed"]
    output: NotRequired[str]
    error: NotRequired[str]


class CommandTool(TypedDict):
    """A command line and what it printed."""

    type: Literal["command"]
    toolCallId: str
    command: str
    result: CommandResult


class WorkingItem(TypedDict):
    """Something is being worked on, and people may look at it: `type` is "tool", "thinking" or a word of the author.

    `content` is markdown. `status` is that of the task, which may be over while the tool's own result still says "running".
    """

    kind: Literal["working"]
    id: str
    type: str
    title: str
    content: str
    tool: FileTool | GenericTool | CommandTool | None
    status: Literal["running", "completed", "failed"]
    error: str | None
    at: float


class TaskItem(TypedDict):
    """A custom task of a type that has no drawing of its own: its type, its status and its state as JSON."""

    kind: Literal["task"]
    id: str
    type: str
    status: Literal["running", "completed", "failed"]
    state: Any
    error: str | None
    at: float


class ResultItem(TypedDict):
    """What the workflow returned, when that is not a chat output."""

    kind: Literal["result"]
    id: str
    value: Any
    at: float


class ErrorItem(TypedDict):
    """The exception that ended the run; `traceback` is empty when only its text is known (a remote run)."""

    kind: Literal["error"]
    id: str
    type: str
    message: str
    traceback: str
    at: float


Item = MessageItem | AnswerItem | ActivityItem | TodoItem | WorkingItem | TaskItem | ResultItem | ErrorItem


class Option(TypedDict):
    """One choice of a confirmation: `value` is sent, `label` is read."""

    value: str
    label: str


class Suggestion(TypedDict):
    """A ready answer to a chat ask: `label` is read, `input` is sent as it is."""

    label: str
    input: dict[str, Any]


class CanvasAsk(TypedDict):
    """The canvas that an ask wants edited, as it stands; `with_chat` tells that a remark may come with it (prompt: the ask's)."""

    uri: str
    canvas: CanvasContent
    with_chat: bool


class AskView(TypedDict):
    """An open ask. `task_id` names it in a reply. `deadline` is in seconds since the epoch, on the kernel's clock.

    `form` and `schema` (the JSON schema of the input) are given for the kind "form", `canvas` and `schema` for "canvas".
    `on_timeout` is the input that counts as the answer when the deadline passes. `again` tells that it was answered before:
    its secrets are not kept, so after a restart they are asked for once more, before anything else can be answered.
    """

    task_id: str
    kind: AskKind
    label: str | None
    prompt: str | None
    suggestions: list[Suggestion]
    options: list[Option]
    schema: dict[str, Any] | None
    form: NotRequired[FieldView]
    canvas: NotRequired[CanvasAsk]
    deadline: float | None
    on_timeout: NotRequired[Any]
    again: NotRequired[bool]
    at: float


class CanvasVersion(TypedDict):
    """Where one version of a canvas is: chunk `chunk` of the message `item`, or the answer `item` of a person (no chunk)."""

    item: str
    chunk: int | None


class CanvasVersions(TypedDict):
    """All versions of one canvas, oldest first."""

    uri: str
    versions: list[CanvasVersion]


class Branch(TypedDict):
    """Which of several ways a conversation went: branch number `index` (from 1) of `count`."""

    index: int
    count: int


class TranscriptView(TypedDict):
    """One execution: what was said, in order, and the asks that are open now, oldest first.

    `branch` is None until somebody goes back to an answer; `resumed` says that the run was taken up again after a restart;
    `can_rewind` that answers may be changed (the engine can fork the execution). `canvases` are those that were sent.
    `show_activities` says how the fold shows activities; "compact" when it is not there.
    """

    execution_id: str
    workflow: str
    title: str
    status: RunStatus
    items: list[Item]
    asks: list[AskView]
    started_at: float | None
    ended_at: float | None
    branch: Branch | None
    resumed: bool
    can_rewind: bool
    canvases: NotRequired[list[CanvasVersions]]
    show_activities: NotRequired[ShowActivities]
