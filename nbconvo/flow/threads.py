"""Threads for steps that are no coroutines.

A step may wait for a person for days in its thread, so a pool with a limit would come to a stand; and a thread that waits must
not keep Python from ending, which the standard executor's threads do. Here a thread is taken from those that are idle, or made;
an idle one goes away after a moment.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

IDLE = 0.5
"""Seconds that a thread waits for more to do."""

_Job = Callable[[], None]
_idle: deque[SimpleQueue[_Job]] = deque()


async def in_thread(function: Callable[[], Any]) -> Any:
    """What `function` returns or raises, called in another thread with this context. When the wait is cancelled, it runs on."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[Any] = loop.create_future()
    context = contextvars.copy_context()

    def settle(value: Any, error: BaseException | None) -> None:
        if outcome.done():
            return
        if error is None:
            outcome.set_result(value)
        else:
            outcome.set_exception(error)

    def job() -> None:
        value, error = None, None
        try:
            value = context.run(function)
        except BaseException as raised:  # told to who waits, as asyncio.to_thread does
            error = RuntimeError("StopIteration was raised") if isinstance(raised, StopIteration) else raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, value, error)

    _give(job)
    return await outcome


async def call_provider(work: Callable[[], Any], function: Callable[..., Any]) -> Any:
    """What `work` gives: called here when `function` is a coroutine function, else in a thread, since it may block."""
    result = work() if inspect.iscoroutinefunction(function) else await in_thread(work)
    return await result if inspect.isawaitable(result) else result


def _give(job: _Job) -> None:
    try:
        queue = _idle.pop()
    except IndexError:
        queue = SimpleQueue[_Job]()
        threading.Thread(target=_work, args=(queue,), name="nbconvo flow step", daemon=True).start()
    queue.put(job)


def _work(queue: SimpleQueue[_Job]) -> None:
    while True:
        try:
            job = queue.get(timeout=IDLE)
        except Empty:
            try:
                _idle.remove(queue)
            except ValueError:
                continue  # somebody has just taken it: a job is on its way
            return
        job()
        del job
        _idle.append(queue)
