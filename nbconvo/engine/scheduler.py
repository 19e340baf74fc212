"""Who gets a turn: executions that woke up, in order, from one plain callback of the host's loop."""

from __future__ import annotations

import asyncio
from collections import deque

from nbconvo.engine.execution import Execution


class Scheduler:
    """Runs turns on the loop that was running when it was made.

    A turn is never run inside a task (a thread has one current task, from Python 3.14 on), and never while another one runs.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: deque[Execution] = deque()
        self._called = False

    def add(self, execution: Execution) -> None:
        """Queue a turn."""
        self._queue.append(execution)
        if not self._called:
            self._called = True
            self._loop.call_soon(self._run)

    def _run(self) -> None:
        """One turn for each execution that was queued when this began; what they wake comes after other callbacks."""
        self._called = False
        for _ in range(len(self._queue)):
            execution = self._queue.popleft()
            try:
                execution.turn()
            except Exception as error:  # the journal failed, or a defect of ours: this run stops, the others go on
                execution.crash(error)
        if self._queue and not self._called:
            self._called = True
            self._loop.call_soon(self._run)
