"""What a person sees of one execution, as plain JSON: the fold makes it, the browser and the static twin draw it.

Everything here is treated as immutable. A fold copies what it changes and shares the rest, so two views can be compared by
identity and only what changed travels to the browser. The TypeScript types in `js/src/protocol.ts` are written from this file.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

RunStatus = Literal["running", "waiting", "completed", "failed", "canceled"]
"""`waiting`: at least one ask is open; `running`: none is, and the workflow has work to do."""

AnswerState = Literal["answered", "timed_out", "canceled", "failed"]
"""How an ask ended."""


class Chunk(TypedDict):
    """One piece of a message. `type` is "text" (then `text` is markdown) or a kind that is shown generically as JSON."""

    type: str
    text: NotRequired[str]
    resource: NotRequired[dict[str, Any]]


class MessageItem(TypedDict):
    """A message of the workflow, or its final output (`is_error` as its author marked it)."""

    kind: Literal["message"]
    id: str
    chunks: list[Chunk]
    streaming: bool
    is_error: bool
    at: float


class AnswerItem(TypedDict):
    """An ask that has ended. `text` is what the person said, as they would read it; empty unless `state` is "answered"."""

    kind: Literal["answer"]
    id: str
    ask: Literal["chat", "confirmation", "form"]
    label: str | None
    prompt: str | None
    text: str
    value: Any
    state: AnswerState
    at: float


class ActivityItem(TypedDict):
    """One activity. `attempt` counts from 1; `error` is the newest failure's text."""

    kind: Literal["activity"]
    id: str
    name: str
    status: Literal["running", "retrying", "completed", "failed"]
    attempt: int
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


Item = MessageItem | AnswerItem | ActivityItem | TaskItem | ResultItem | ErrorItem


class Option(TypedDict):
    """One choice of a confirmation: `value` is sent, `label` is read."""

    value: str
    label: str


class Suggestion(TypedDict):
    """A ready answer to a chat ask: `label` is read, `input` is sent as it is."""

    label: str
    input: dict[str, Any]


class AskView(TypedDict):
    """An open ask. `task_id` names it in a reply. `deadline` is in seconds since the epoch, on the kernel's clock.

    `schema` is the JSON schema of the input, given for the kind "form" only (the others need no more than is here).
    """

    task_id: str
    kind: Literal["chat", "confirmation", "form"]
    label: str | None
    prompt: str | None
    suggestions: list[Suggestion]
    options: list[Option]
    schema: dict[str, Any] | None
    deadline: float | None
    at: float


class Branch(TypedDict):
    """Which of several ways a conversation went: branch number `index` (from 1) of `count`."""

    index: int
    count: int


class TranscriptView(TypedDict):
    """One execution: what was said, in order, and the asks that are open now, oldest first.

    `branch` is None until somebody goes back to an answer; `resumed` says that the run was taken up again after a restart;
    `can_rewind` that answers may be changed (the engine can fork the execution).
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
