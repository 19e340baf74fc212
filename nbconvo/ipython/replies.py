"""Replies that come from code: scripted ones, and those of later cells. They wait for their ask."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterable, Sequence
from typing import Any

from nbconvo.errors import ReplyMismatch
from nbconvo.views.asks import ask_name
from nbconvo.views.model import AskView
from nbconvo.views.replies import shown_reply
from nbconvo.views.script import Script


class Reply:
    """What became of one reply. Await it to go on when it is accepted; raises `InputRejected` when it is not.

    `label` names the ask it is for, None means the next one. `script` is the recording that it is from, if it is.
    """

    def __init__(self, value: Any, label: str | None = None, script: Script | None = None) -> None:
        self.value = value
        self.label = label
        self.script = script
        self.ask: AskView | None = None
        self.error: Exception | None = None
        self._done = asyncio.Event()

    def accepted(self, ask: AskView) -> None:
        """The workflow has it."""
        self.ask = ask
        self.value = shown_reply(ask, self.value)  # a secret does not stay in the notebook
        self._done.set()

    def failed(self, error: Exception) -> None:
        """It was not accepted."""
        self.error = error
        self._done.set()

    def __await__(self) -> Generator[Any, None, None]:
        yield from self._done.wait().__await__()
        if self.error is not None:
            raise self.error

    def __repr__(self) -> str:
        if self.ask is not None:
            return f"Answered {ask_name(self.ask)} with {self.value!r}"
        if self.error is not None:
            return f"Not accepted: {self.error}"
        return f"Waiting for {'the ask ' + repr(self.label) if self.label else 'the next ask'}: {self.value!r}"


class ReplyQueue:
    """Replies in the order they were given; an ask takes the first that is for it. Those of a `script` come first."""

    def __init__(self, replies: Iterable[Any] | Script = ()) -> None:
        self.script = replies if isinstance(replies, Script) else None
        self._replies = [] if isinstance(replies, Script) else [Reply(value) for value in replies]

    def __len__(self) -> int:
        return len(self._replies) + self.has_script

    @property
    def has_script(self) -> bool:
        """True while a script has replies left."""
        return self.script is not None and not self.script.is_done

    def add(self, reply: Reply) -> None:
        """Put a reply at the end."""
        self._replies.append(reply)

    def take(self, asks: Sequence[AskView]) -> tuple[AskView, Reply] | None:
        """The next reply that has its ask among `asks`, with that ask. Raises what `Script.take` does."""
        if self.script is not None and (scripted := self.script.take(asks)) is not None:
            return scripted[0], Reply(scripted[1], script=self.script)
        for index, reply in enumerate(self._replies):
            for ask in asks:
                if reply.label in (None, ask["label"]):
                    return ask, self._replies.pop(index)
        return None

    def has_one_for(self, asks: Sequence[AskView]) -> bool:
        """True when `take` would find something."""
        return any(reply.label in (None, ask["label"]) for reply in self._replies for ask in asks)

    def left_over(self) -> ReplyMismatch | None:
        """What to say of a script that has replies left now that the run has ended."""
        return self.script.left_over() if self.script is not None and not self.script.is_done else None

    def clear(self, error: Exception) -> None:
        """Nothing can take them any more."""
        replies, self._replies = self._replies, []
        for reply in replies:
            reply.failed(error)
