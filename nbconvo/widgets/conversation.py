"""The conversation widget, kernel half: sends views, receives replies, answers every one of them.

Messages from a page may arrive on any thread (ipykernel handles some in subshells), so the handler does nothing but hand them
to the loop. The `state` trait is never assigned: it is computed when a page opens or asks, and only patches travel otherwise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, cast

import anywidget
import traitlets

from nbconvo.errors import InputRejected, NbconvoError, NoPendingInput
from nbconvo.journal.files import StoredFile
from nbconvo.views.model import TranscriptView
from nbconvo.widgets.assets import assets, source
from nbconvo.widgets.feed import Feed
from nbconvo.widgets.messages import AckCode, AckMessage, FieldError, KernelMessage
from nbconvo.widgets.uploads import TakesFiles, Uploads

VIEW_MIME = "application/vnd.jupyter.widget-view+json"


class Replies(TakesFiles, Protocol):
    """Who takes what people do in the widget."""

    def submit_input_nowait(self, task_id: str, value: Any) -> None:
        """Answer an ask. Raises `InputRejected` or `NoPendingInput`."""

    def cancel_nowait(self, reason: str | None = None) -> None:
        """Stop the run."""

    def rewind_nowait(self, task_id: str) -> None:
        """Go back to an answered ask. Raises `NoAnswerToRewind`."""

    def show_branch_nowait(self, index: int) -> None:
        """Show another branch. Raises IndexError."""

    def start_over_nowait(self) -> None:
        """Begin anew."""

    def save_replies_nowait(self) -> str:
        """Write the replies to a new file; returns the words that say where. Raises `UsageError` when that cannot be done."""
        ...


def _state(_: object, widget: Conversation) -> Any:
    return widget.feed.state()


class Conversation(anywidget.AnyWidget):
    """One conversation in one cell."""

    _esm = traitlets.Unicode().tag(sync=True)
    _assets = traitlets.Unicode().tag(sync=True)
    _notify = traitlets.Bool(True).tag(sync=True)
    state = traitlets.Dict().tag(sync=True, to_json=_state)

    def __init__(self, view: TranscriptView, replies: Replies, *, notify: bool = True) -> None:
        self._replies = replies
        self._loop = asyncio.get_running_loop()
        self.feed = Feed(view, self._tell)
        self._uploads = Uploads(replies)
        super().__init__(_esm=source("loader"), _assets=f"anywidget:{assets().model_id}", _notify=notify)
        cast("Any", self).on_msg(self._from_any_thread)

    def mimebundle(self, text: str) -> dict[str, Any]:
        """What to display: the live view, with `text` for who cannot show one."""
        return {"text/plain": text, VIEW_MIME: {"version_major": 2, "version_minor": 0, "model_id": self.model_id}}

    def _tell(self, message: KernelMessage) -> None:
        widget: Any = self  # ipywidgets has no types
        widget.send(message)

    def _from_any_thread(self, _: object, message: dict[str, Any], buffers: list[memoryview]) -> None:
        self._loop.call_soon_threadsafe(self._receive, message, buffers)

    def update(self, view: TranscriptView) -> None:
        """There is a newer view."""
        self.feed.update(view)
        self._uploads.keep_only([ask["task_id"] for ask in view["asks"]])

    def _receive(self, message: dict[str, Any], buffers: list[memoryview]) -> None:
        match message:
            case {"kind": "upload_begin" | "upload_chunk" | "upload_end" | "upload_cancel", "reply_id": str(reply_id)}:
                self._answer(reply_id, lambda: self._uploads.receive(message, buffers))
            case {"kind": "reply", "reply_id": str(reply_id), "task_id": str(task_id), "input": value}:
                self._answer(reply_id, lambda: self._replies.submit_input_nowait(task_id, value))
            case {"kind": "cancel", "reply_id": str(reply_id)}:
                self._answer(reply_id, self._replies.cancel_nowait)
            case {"kind": "rewind", "reply_id": str(reply_id), "task_id": str(task_id)}:
                self._answer(reply_id, lambda: self._replies.rewind_nowait(task_id))
            case {"kind": "branch", "reply_id": str(reply_id), "index": int(index)}:
                self._answer(reply_id, lambda: self._replies.show_branch_nowait(index))
            case {"kind": "start_over", "reply_id": str(reply_id)}:
                self._answer(reply_id, self._replies.start_over_nowait)
            case {"kind": "save_replies", "reply_id": str(reply_id)}:
                self._answer(reply_id, self._replies.save_replies_nowait)
            case {"kind": "resync"}:
                self._tell({"kind": "state", "state": self.feed.state()})
            case {"reply_id": str(reply_id)}:
                self._ack(reply_id, "failed", "The kernel does not understand this message. Reload the page.")
            case _:
                pass

    def _answer(self, reply_id: str, action: Callable[[], str | StoredFile | None]) -> None:
        """Do it, and tell the page what became of it, whatever that is. What `action` returns is told when it went well."""
        try:
            told = action()
        except InputRejected as error:
            errors: list[FieldError] = [{"path": list(problem.path), "message": problem.message} for problem in error.errors]
            self._ack(reply_id, "rejected", "This answer was not accepted.", errors)
        except NoPendingInput:
            self._ack(reply_id, "closed", "This question is closed: it was answered elsewhere, timed out or was cancelled.")
        except NbconvoError as error:
            self._ack(reply_id, "rejected", str(error))
        except Exception as error:
            self._ack(reply_id, "failed", f"{type(error).__name__}: {error}")
        else:
            self._ack(reply_id, "accepted", told if isinstance(told, str) else "", file=told)

    def _ack(
        self, reply_id: str, code: AckCode, message: str, errors: list[FieldError] | None = None, *, file: object = None
    ) -> None:
        ack: AckMessage = {"kind": "ack", "reply_id": reply_id, "code": code, "message": message, "errors": errors or []}
        if isinstance(file, StoredFile):
            ack["file"] = {"filename": file.filename, "url": file.url, "content_type": file.content_type, "size": file.size}
        self._tell(ack)
