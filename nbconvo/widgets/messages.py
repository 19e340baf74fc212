"""The wire between one widget and its kernel half: every message there is, both directions, as plain JSON.

Settled state travels in the `state` trait (sent when the widget opens and when a page asks again), changes in `PatchMessage`s
that each carry the next sequence number. A page that sees a gap asks for a resync. Kernel messages reach every open page; an
`AckMessage` concerns only the page that made the `reply_id`.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired

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


class SaveRepliesMessage(TypedDict):
    """Page to kernel: write the replies so far to a new file beside the notebook. The ack's `message` says to which."""

    kind: Literal["save_replies"]
    reply_id: str


class UploadBeginMessage(TypedDict):
    """Page to kernel: a file for the field at `field` of the ask `task_id` will come, under an id that the page makes.

    `size` is in bytes. The ack says "rejected" when it is too large or of a kind that is not wanted. After "accepted" come the
    chunks in order, each after the ack of the one before (or a few ahead of it), then the end. See docs/files.md.
    """

    kind: Literal["upload_begin"]
    reply_id: str
    upload_id: str
    task_id: str
    field: list[str | int]
    filename: str
    content_type: str
    size: int


class UploadChunkMessage(TypedDict):
    """Page to kernel: up to 1 MiB of the file, from byte `offset` on, as the message's one binary buffer."""

    kind: Literal["upload_chunk"]
    reply_id: str
    upload_id: str
    offset: int


class UploadEndMessage(TypedDict):
    """Page to kernel: that was all of it. The ack carries the `file`."""

    kind: Literal["upload_end"]
    reply_id: str
    upload_id: str


class UploadCancelMessage(TypedDict):
    """Page to kernel: forget what has come of the file."""

    kind: Literal["upload_cancel"]
    reply_id: str
    upload_id: str


UploadMessage = UploadBeginMessage | UploadChunkMessage | UploadEndMessage | UploadCancelMessage

MoveMessage = RewindMessage | BranchMessage | StartOverMessage

PageMessage = ReplyMessage | CancelMessage | ResyncMessage | MoveMessage | SaveRepliesMessage | UploadMessage


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


class UploadedFile(TypedDict):
    """A file that was stored: send `url` as the answer of a file field, or filename, url and content_type `with_metadata`."""

    filename: str
    url: str
    content_type: str
    size: int


class AckMessage(TypedDict):
    """Kernel to page: what became of a message that carries a `reply_id`. Every one of those gets exactly one.

    `file` comes with the end of an upload.
    """

    kind: Literal["ack"]
    reply_id: str
    code: AckCode
    message: str
    errors: list[FieldError]
    file: NotRequired[UploadedFile]


KernelMessage = PatchMessage | StateMessage | AckMessage
