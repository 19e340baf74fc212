"""The wire between one widget and its kernel half: every message there is, both directions, as plain JSON.

Settled state travels in the `state` trait (sent when the widget opens and when a page asks again), changes in `PatchMessage`s
that each carry the next sequence number. A page that sees a gap asks for a resync. Kernel messages reach every open page; an
`AckMessage` concerns only the page that made the `reply_id`.
"""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from nbconvo.protocol.patch import Patch
from nbconvo.views.model import TranscriptView


class WidgetState(TypedDict):
    """The `state` trait. `seq` is the number of the last patch in it, `now` the kernel's clock (epoch seconds) when read."""

    seq: int
    view: TranscriptView
    now: float


class ReplyMessage(TypedDict):
    """Page to kernel: the answer to the ask that was on screen. `input` is what the ask's JSON schema describes."""

    kind: Literal["reply"]
    reply_id: str
    task_id: str
    input: Any


class CancelMessage(TypedDict):
    """Page to kernel: stop the run."""

    kind: Literal["cancel"]
    reply_id: str


class ResyncMessage(TypedDict):
    """Page to kernel: a patch was missed, send the whole state."""

    kind: Literal["resync"]


class RewindMessage(TypedDict):
    """Page to kernel: go back to the answered ask `task_id` and ask it again, in a new branch."""

    kind: Literal["rewind"]
    reply_id: str
    task_id: str


class BranchMessage(TypedDict):
    """Page to kernel: show branch number `index` (from 1)."""

    kind: Literal["branch"]
    reply_id: str
    index: int


class StartOverMessage(TypedDict):
    """Page to kernel: begin the workflow anew; the resumed run stays in the journal."""

    kind: Literal["start_over"]
    reply_id: str


PageMessage = ReplyMessage | CancelMessage | ResyncMessage | RewindMessage | BranchMessage | StartOverMessage


class PatchMessage(TypedDict):
    """Kernel to page: `ops` turn view number `seq - 1` into view number `seq`, applied in order."""

    kind: Literal["patch"]
    seq: int
    ops: list[Patch]


class StateMessage(TypedDict):
    """Kernel to page: the whole state, in answer to a resync."""

    kind: Literal["state"]
    state: WidgetState


class FieldError(TypedDict):
    """One thing wrong with a reply. `path` leads into the input; empty when it concerns the whole."""

    path: list[str | int]
    message: str


AckCode = Literal["accepted", "rejected", "closed", "failed"]
"""`rejected`: the input is wrong, the ask stays open. `closed`: the ask was already answered, timed out or cancelled elsewhere.
`failed`: something unexpected; `message` says what."""


class AckMessage(TypedDict):
    """Kernel to page: what became of a message that carries a `reply_id`. Every one of those gets exactly one."""

    kind: Literal["ack"]
    reply_id: str
    code: AckCode
    message: str
    errors: list[FieldError]


KernelMessage = PatchMessage | StateMessage | AckMessage
