"""The line at a session: which run is at work, and which wait for their turn. One at a time, across threads."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any, Protocol

from nbconvo.flow.log import SessionLog


class Waiting(Protocol):
    """A run that stands in line."""

    def your_turn(self) -> None:
        """Nobody is before it any more. Called from any thread."""


class Line:
    """A session's log, the run that is at work, and those that wait.

    `cache` is the state of the last turn, as its flow has it: the log's sequence, the class, the state. `count` numbers the
    events that `followers` are handed; `later` is done when the run at work is through.
    """

    def __init__(self, log: SessionLog) -> None:
        self.log = log
        self.active: Any = None
        self.cache: tuple[int, Any, Any] | None = None
        self.followers: list[Any] = []
        self.count = 0
        self.later: list[Any] = []
        self._queue: deque[Any] = deque()
        self._lock = threading.Lock()

    @property
    def waiting(self) -> list[Any]:
        """The runs in line, the next first."""
        return list(self._queue)

    def join(self, run: Waiting) -> bool:
        """Begin, or stand in line; True when nobody was before it."""
        with self._lock:
            if self.active is None:
                self.active = run
                return True
            self._queue.append(run)
            return False

    def take(self) -> Any:
        """The next in line, who is not in it any more; None when nobody stands there."""
        with self._lock:
            return self._queue.popleft() if self._queue else None

    def leave(self, run: Waiting) -> None:
        """The run is through, or wants no more; the next one begins when it was at work."""
        with self._lock:
            if self.active is not run:
                if run in self._queue:
                    self._queue.remove(run)
                return
            later, self.later = self.later, []
            for work in later:  # what could not be recorded while a turn was open
                work()
            following = self.active = self._queue.popleft() if self._queue else None
        if following is not None:
            following.your_turn()
