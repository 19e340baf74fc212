"""Replies that come from code: scripted ones, and those of later cells. They wait for their ask."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterable, Sequence
from typing import Any

from nbconvo.views.asks import ask_name
from nbconvo.views.model import AskView


class Reply:
    """What became of one reply. Await it to go on when it is accepted; raises `InputRejected` when it is not.

    `label` names the ask it is for, None means the next one.
    """

    def __init__(self, value: Any, label: str | None = None) -> None:
        self.value = value
        self.label = label
        self.ask: AskView | None = None
        self.error: Exception | None = None
        self._done = asyncio.Event()

    def accepted(self, ask: AskView) -> None:
        """The workflow has it."""
        self.ask = ask
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
    """Replies in the order they were given; an ask takes the first that is for it."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self._replies = [Reply(value) for value in values]

    def __len__(self) -> int:
        return len(self._replies)

    def add(self, reply: Reply) -> None:
        """Put a reply at the end."""
        self._replies.append(reply)

    def take(self, asks: Sequence[AskView]) -> tuple[AskView, Reply] | None:
        """The next reply that has its ask among `asks`, with that ask."""
        for index, reply in enumerate(self._replies):
            for ask in asks:
                if reply.label in (None, ask["label"]):
                    return ask, self._replies.pop(index)
        return None

    def has_one_for(self, asks: Sequence[AskView]) -> bool:
        """True when `take` would find something."""
        return any(reply.label in (None, ask["label"]) for reply in self._replies for ask in asks)

    def clear(self, error: Exception) -> None:
        """Nothing can take them any more."""
        replies, self._replies = self._replies, []
        for reply in replies:
            reply.failed(error)
