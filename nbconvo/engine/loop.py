"""A deterministic asyncio event loop for one execution.

It has a queue of ready callbacks and a heap of timers, and nothing else: no selector, no threads, no sockets. It never runs by
itself. A scheduler runs it in turns; within a turn the time stands still and callbacks run in the order they were queued, so the
same inputs give the same order every time. The idea is that of Temporal's Python SDK; `asyncio.sleep`, `gather`, `wait_for`,
`timeout`, task groups, queues and locks all work on it unchanged.
"""

from __future__ import annotations

import asyncio
import heapq
from asyncio import Future, Handle, Task, TimerHandle
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from contextvars import Context
from typing import Any, Protocol, TypeVar

from nbconvo.engine.context import Runtime
from nbconvo.errors import NotAllowedInWorkflow

T = TypeVar("T")

SLICE = 20_000
"""Callbacks run in one go; then the kernel gets a chance to breathe, and the turn goes on after."""


class LoopOwner(Runtime, Protocol):
    """What the loop tells its execution."""

    def timer_started(self, timer_id: int, deadline: float) -> None:
        """Workflow code waits until `deadline`."""

    def loop_failed(self, context: dict[str, Any]) -> None:
        """A callback raised, or a task was lost with an exception nobody read."""

    def wake(self) -> None:
        """Something became ready outside a turn."""


class WorkflowTask(Task[T]):
    """A task with the same hash in every process, so that a set of tasks (asyncio.wait and TaskGroup have some) is gone through
    in the same order on replay."""

    def __init__(
        self,
        number: int,
        coro: Generator[Any, None, T] | Coroutine[Any, Any, T],
        loop: WorkflowLoop,
        name: str,
        context: Context | None,
    ) -> None:
        self._number = number
        super().__init__(coro, loop=loop, name=name, context=context)

    def __hash__(self) -> int:
        return self._number


class WorkflowLoop(asyncio.AbstractEventLoop):
    """The loop of one execution. `now` is set before each turn (seconds since the epoch); its tasks are numbered from `salt`."""

    def __init__(self, owner: LoopOwner, now: float, salt: int = 0) -> None:
        self.runtime = owner
        self.now = now
        self._ready: list[Handle] = []
        self._timers: list[tuple[float, int, TimerHandle]] = []
        self._timer_count = 0
        self._tasks: list[Task[Any]] = []
        self._task_count = 0
        self._salt = salt
        self._conditions: list[tuple[Callable[[], bool], Future[None]]] = []
        self._prune_at = 32
        self._closed = False
        self.in_turn = False

    def run_turn(self) -> bool:
        """Run what is ready, and what that makes ready. False when the slice is used up and more is waiting."""
        left = SLICE
        with Entered(self):
            while self._ready or self._meet_conditions():
                if left <= 0:
                    return False
                batch, self._ready = self._ready, []
                left -= len(batch)
                for handle in batch:
                    if not handle.cancelled():
                        self._run(handle)
            return True

    def _run(self, handle: Handle) -> None:
        try:
            handle._run()  # noqa: SLF001 - as every asyncio loop does
        except (SystemExit, KeyboardInterrupt) as error:  # asyncio lets these through; the task that raised it has it as well
            self.runtime.loop_failed({"message": f"{type(error).__name__} was raised", "exception": error})

    async def wait_condition(self, predicate: Callable[[], bool]) -> None:
        """Wait until `predicate` is true; it is asked whenever nothing else is ready."""
        if not predicate():
            met = self.create_future()
            self._conditions.append((predicate, met))
            try:
                await met
            finally:
                self._conditions[:] = [pair for pair in self._conditions if pair[1] is not met]

    def _meet_conditions(self) -> bool:
        """Wake whoever waits for a condition that is true now; True when that made something ready."""
        for predicate, met in self._conditions:
            if not met.done():
                _ask(predicate, met)
        return bool(self._ready)

    def due(self, until: float) -> list[int]:
        """Move timers whose time has come by `until` to the ready queue, earliest first; returns their ids."""
        fired: list[int] = []
        while self._timers and (self._timers[0][0] <= until or self._timers[0][2].cancelled()):
            _, timer_id, handle = heapq.heappop(self._timers)
            if not handle.cancelled():
                fired.append(timer_id)
                self._ready.append(handle)
        return fired

    def fire(self, timer_id: int) -> None:
        """Move one timer to the ready queue, as a replay does. Raises KeyError when it is not waiting."""
        for index, (_, number, handle) in enumerate(self._timers):
            if number == timer_id:
                del self._timers[index]
                heapq.heapify(self._timers)
                self._ready.append(handle)
                return
        raise KeyError(f"timer {timer_id}")

    def next_deadline(self) -> float | None:
        """When the earliest timer is due, in seconds since the epoch."""
        while self._timers and self._timers[0][2].cancelled():
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    @property
    def has_work(self) -> bool:
        """True while callbacks are ready."""
        return bool(self._ready)

    def open_tasks(self) -> list[Task[Any]]:
        """Tasks of this loop that have not ended, oldest first."""
        return [task for task in self._tasks if not task.done()]

    def mark(self) -> tuple[int, int, int]:
        """What is queued, for `go_back`."""
        return len(self._ready), self._timer_count, self._task_count

    def go_back(self, mark: tuple[int, int, int]) -> bool:
        """Drop the callbacks, timers and tasks that came after `mark`; True when there were any. Not for use in a turn."""
        if mark == self.mark():
            return False
        ready, self._timer_count, self._task_count = mark
        del self._ready[ready:]
        self._timers = [timer for timer in self._timers if timer[1] <= self._timer_count]
        heapq.heapify(self._timers)
        for task in [task for task in self._tasks if hash(task) > self._salt + self._task_count]:
            self._tasks.remove(task)
            drop(task)
        return True

    # asyncio.AbstractEventLoop: what asyncio itself calls

    def call_soon(self, callback: Callable[..., object], *args: Any, context: Context | None = None) -> Handle:
        handle = Handle(callback, args, self, context)
        if not self._closed:
            self._ready.append(handle)
            if not self.in_turn:
                self.runtime.wake()
        return handle

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> TimerHandle:
        return self.call_at(self.now + delay, callback, *args, context=context)

    def call_at(self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None) -> TimerHandle:
        handle = TimerHandle(when, callback, args, self, context)
        if not self._closed:
            self._timer_count += 1
            heapq.heappush(self._timers, (when, self._timer_count, handle))
            self.runtime.timer_started(self._timer_count, when)
        return handle

    def _timer_handle_cancelled(self, handle: TimerHandle) -> None:
        """A cancelled timer leaves the heap when it comes to the top."""

    def create_future(self) -> Future[Any]:
        return Future(loop=self)

    def create_task(  # type: ignore[override]
        self,
        coro: Generator[Any, None, T] | Coroutine[Any, Any, T],
        *,
        name: object = None,
        context: Context | None = None,
        **_: Any,
    ) -> Task[T]:
        self._task_count += 1
        task = WorkflowTask(self._salt + self._task_count, coro, self, str(name) if name else "workflow", context)
        if len(self._tasks) >= self._prune_at:
            self._tasks = self.open_tasks()
            self._prune_at = max(32, 2 * len(self._tasks))
        self._tasks.append(task)  # asyncio itself holds tasks weakly
        return task

    def time(self) -> float:
        return self.now

    def is_running(self) -> bool:
        return self.in_turn

    def is_closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        self._closed = True
        self._ready.clear()
        self._timers.clear()

    def get_debug(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if not self._closed:
            self.runtime.loop_failed(context)


class Entered:
    """While this is entered, `loop` is the running loop: workflow code finds its execution by it."""

    __slots__ = ("_loop", "_outer")

    def __init__(self, loop: WorkflowLoop) -> None:
        self._loop = loop

    def __enter__(self) -> None:
        self._outer = asyncio._get_running_loop()  # noqa: SLF001 - a loop inside a callback of another needs both private calls
        asyncio._set_running_loop(self._loop)  # noqa: SLF001
        self._loop.in_turn = True

    def __exit__(self, *_: object) -> None:
        self._loop.in_turn = False
        asyncio._set_running_loop(self._outer)  # noqa: SLF001


def drop(task: Task[Any]) -> None:
    """End a task that will not run again: its `finally` blocks run, its awaits and warnings do not."""
    task._log_destroy_pending = False  # type: ignore[attr-defined]  # noqa: SLF001 - asyncio's own switch for this warning
    with suppress(BaseException):
        task.get_coro().close()  # type: ignore[union-attr]


def _ask(predicate: Callable[[], bool], met: Future[None]) -> None:
    try:
        if predicate():
            met.set_result(None)
    except Exception as error:
        met.set_exception(error)


def _forbid(name: str, what: str, fix: str | None = None) -> None:
    def refuse(self: WorkflowLoop, *args: Any, **kwargs: Any) -> Any:
        raise NotAllowedInWorkflow(what) if fix is None else NotAllowedInWorkflow(what, fix)

    setattr(WorkflowLoop, name, refuse)


_WAIT = "await what you wait for; the engine runs the loop"
for _name, _what in {
    "add_reader": "Watching a file or socket",
    "add_writer": "Watching a file or socket",
    "connect_read_pipe": "Opening a pipe",
    "connect_write_pipe": "Opening a pipe",
    "create_connection": "Opening a network connection",
    "create_datagram_endpoint": "Opening a network connection",
    "create_server": "Opening a server",
    "create_unix_connection": "Opening a socket",
    "create_unix_server": "Opening a server",
    "getaddrinfo": "Looking up a host name",
    "getnameinfo": "Looking up a host name",
    "run_in_executor": "Running something in a thread",
    "sendfile": "Sending a file",
    "sock_accept": "Using a socket",
    "sock_connect": "Using a socket",
    "sock_recv": "Using a socket",
    "sock_sendall": "Using a socket",
    "start_tls": "Opening a network connection",
    "subprocess_exec": "Starting a process",
    "subprocess_shell": "Starting a process",
    "add_signal_handler": "Handling an operating system signal",
    "call_soon_threadsafe": "Calling in from another thread",
}.items():
    _forbid(_name, _what)
for _name in ("run_forever", "run_until_complete", "stop"):
    _forbid(_name, "Running the event loop", _WAIT)
