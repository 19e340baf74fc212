"""Input providers: who answers `ask` instead of the session.

Source: document 004, `InputProvider`; flow specification, "Events and traces" (`QueueInputProvider`).
"""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import Any

from nbconvo.flow.asking import InputProvider, InputResponse

__all__ = ["InputProvider", "InputResponse", "QueueInputProvider"]


class QueueInputProvider:
    """Answers that somebody pushes from elsewhere, a queue for each session. `close_session` ends its waits with None."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queues: dict[str, SimpleQueue[str | None]] = {}

    def push(self, session_id: str, text: str) -> None:
        """Answer the oldest open question of a session, or the next one."""
        self._queue(session_id).put(text)

    def close_session(self, session_id: str) -> None:
        """Nobody will answer any more."""
        self._queue(session_id).put(None)

    def request_input(self, message: str, flow: Any, metadata: dict[str, Any] | None = None) -> str | None:
        """Wait for the next answer; called in a thread."""
        return self._queue(flow.flow_id).get()

    def _queue(self, session_id: str) -> SimpleQueue[str | None]:
        with self._lock:
            return self._queues.setdefault(session_id, SimpleQueue())
