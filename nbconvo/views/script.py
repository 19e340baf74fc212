"""A recording being played: which reply is for which open ask, and whether the conversation still goes as it was recorded."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from typing import Any

from nbconvo.errors import InputRejected, ReplyMismatch, UsageError
from nbconvo.views.asks import ask_name
from nbconvo.views.model import AskView
from nbconvo.views.recording import RecordedReply, Recording
from nbconvo.views.replies_file import read_recording


class Script:
    """Gives out the replies of a recording in their order. An ask that timed out then has to time out now before what follows.

    `name` is what messages call the recording: its file. `input` is what the workflow was started with.

    >>> from nbconvo.views.asks import ask_view
    >>> from nbconvo.views.replies_file import parse_recording
    >>> script = Script(parse_recording('{"replies": [{"ask": {"label": "name"}, "reply": "Ada"}]}', "replies.json"))
    >>> script.take([ask_view("1", {}, "name", 0.0)])[1]
    'Ada'
    """

    def __init__(self, recording: Recording, name: str = "the recording") -> None:
        self.input = recording.input
        self._name = name
        numbered = list(enumerate(recording.replies, start=1))
        self._ahead = deque(pair for pair in numbered if pair[1].no_reply in (None, "timed_out"))
        self._left_alone = [entry for _, entry in numbered if entry.no_reply not in (None, "timed_out")]
        self._timing_out: str | None = None

    @property
    def is_done(self) -> bool:
        """True when every reply is given; asks that are to time out after that do so by themselves."""
        return all(entry.no_reply is not None for _, entry in self._ahead)

    def take(self, asks: Sequence[AskView]) -> tuple[AskView, Any] | None:
        """The next reply and its ask among `asks`, all those that are open; None while the next ask is still to come.

        Raises `ReplyMismatch` when something is asked that was not recorded, as long as replies are left.
        """
        while self._ahead:
            entry = self._ahead[0][1]
            ask = _ask_for(entry, asks)
            if entry.no_reply is None:
                if ask is None:
                    break
                self._ahead.popleft()
                return ask, entry.reply
            if not self._has_timed_out(ask, asks):
                break
            self._ahead.popleft()
        self._check(asks)
        return None

    def stalled(self, asks: Sequence[AskView]) -> ReplyMismatch:
        """Why it does not go on, when nothing moves and these are open."""
        number, entry = self._ahead[0]
        waits = ", ".join(map(ask_name, asks)) or "nothing"
        return self._mismatch(f"It waits for an answer to {waits}, and reply {number} is for {entry.ask}")

    def rejected(self, ask: AskView, reply: Any, error: InputRejected) -> ReplyMismatch:
        """That a reply does not fit its ask any more."""
        why = "; ".join(problem.message for problem in error.errors)
        return self._mismatch(f"The ask {ask_name(ask)} does not accept {reply!r} ({why}), as it stands")

    def left_over(self) -> ReplyMismatch:
        """That the workflow has ended and replies are left."""
        left = ", ".join(f"{number} for {entry.ask}" for number, entry in self._ahead if entry.no_reply is None)
        return self._mismatch(f"The workflow has ended, and these replies are left over: {left}")

    def _has_timed_out(self, ask: AskView | None, asks: Sequence[AskView]) -> bool:
        """True when the ask that is expected to time out was open and is not any more."""
        if self._timing_out is None:
            self._timing_out = None if ask is None else ask["task_id"]
            return False
        if any(each["task_id"] == self._timing_out for each in asks):
            return False
        self._timing_out = None
        return True

    def _check(self, asks: Sequence[AskView]) -> None:
        if self.is_done:
            return
        known = [*(entry for _, entry in self._ahead), *self._left_alone]
        for ask in asks:
            if not any(entry.ask.fits(ask) for entry in known):
                number, entry = self._ahead[0]
                asked = f"The workflow asks {ask_name(ask)} ({ask['kind']}), which was not recorded"
                raise self._mismatch(f"{asked}: reply {number} is for {entry.ask}")

    def _mismatch(self, what: str) -> ReplyMismatch:
        return ReplyMismatch(f"{what} in {self._name}. Record the session again, or mend the file.")


def _ask_for(entry: RecordedReply, asks: Sequence[AskView]) -> AskView | None:
    """The ask that the reply is for: the one with its prompt before others of its label and kind."""
    fitting = [ask for ask in asks if entry.ask.fits(ask)]
    return next((ask for ask in fitting if ask["prompt"] == entry.ask.prompt), fitting[0] if fitting else None)


def read_script(path: str | os.PathLike[str], workflow_name: str, *, needs_input: bool = True) -> Script:
    """The script in a replies file. Raises `UsageError` as `read_recording` does, and for a file of another workflow."""
    recording = read_recording(path, needs_input=needs_input)
    if recording.workflow not in (None, workflow_name):
        raise UsageError(
            f"{path} was recorded with the workflow {recording.workflow!r}, and this is {workflow_name!r}. "
            'Give the file to that workflow, or change "workflow" in it when this one was renamed.'
        )
    return Script(recording, str(path))
