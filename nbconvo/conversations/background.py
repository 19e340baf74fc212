"""One event loop in a thread of its own, where everything lives that must not care which loop or thread uses it.

The embedded backend runs there, and so do the connections of asynchronous clients. A notebook's cells, `asyncio.run` twice in a
row and many threads then share them safely, and a blocking call in a cell does not block the loop that answers it.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from concurrent.futures import CancelledError, Future, wait
from contextlib import suppress
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_POLL = 0.1
"""Seconds between two looks whether an answer is still wanted."""


class LoopThread:
    """An event loop that runs in a daemon thread for as long as the process lives."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="nbconvo-conversations", daemon=True)
        self._thread.start()
        self.pid = os.getpid()

    def _run(self) -> None:
        while True:
            with suppress(
                SystemExit, KeyboardInterrupt
            ):  # raised by somebody's code: no reason to leave all others without answer
                self._loop.run_forever()

    def run(self, work: Coroutine[Any, Any, T], timeout: float | None = None, is_wanted: Callable[[], bool] | None = None) -> T:
        """Wait here until `work` is done there; an interrupt or `timeout` (seconds, TimeoutError) cancels it.

        `is_wanted` is asked now and then; when nobody wants the answer any more the work is cancelled (CancelledError).
        Raises RuntimeError on the loop's own thread, which would wait for itself.
        """
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("A blocking call was made from an async model or tool; use the `_async` twin and await it.")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            while is_wanted is not None and not wait([future], _POLL).done:
                if not is_wanted():
                    future.cancel()
            return future.result(timeout)
        finally:
            future.cancel()

    async def wait(self, work: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """Await `work`, done there, on any loop. Cancelling the waiting cancels the work."""
        async with asyncio.timeout(timeout):  # not `wait_for`, which in Python 3.11 swallows a cancellation now and then
            if asyncio.get_running_loop() is self._loop:
                return await work
            return await asyncio.wrap_future(self.submit(work))

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Start `work` there."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)


_lock = threading.Lock()
_shared: list[LoopThread] = []


def loop_thread() -> LoopThread:
    """The process's loop thread, started when it is first asked for (and again after a fork, which copies no threads)."""
    with _lock:
        if not _shared or _shared[0].pid != os.getpid():
            _shared[:] = [LoopThread()]
        return _shared[0]


_END: Any = object()


class Pump(Generic[T]):
    """An async generator that lives on the loop thread, read from any thread or loop, and stopped from any other.

    It is pulled: nothing runs ahead of the reader. `read_timeout` is in seconds; TimeoutError when it passes.
    """

    def __init__(
        self, source: AsyncGenerator[T, None], read_timeout: float | None = None, is_wanted: Callable[[], bool] | None = None
    ) -> None:
        self._thread = loop_thread()
        self._source = source
        self._timeout = read_timeout
        self._is_wanted = is_wanted
        self._reading: asyncio.Task[Any] | None = None  # of the loop thread
        self._closed = False

    def __iter__(self) -> Pump[T]:
        return self

    def __next__(self) -> T:
        item = _END
        if not self._closed:
            try:
                item = self._thread.run(self._read(), self._timeout, self._is_wanted)
            except CancelledError:
                self._closed = True  # stopped from elsewhere: the reader simply sees no more
        if item is _END:
            raise StopIteration
        return item

    def __aiter__(self) -> Pump[T]:
        return self

    async def __anext__(self) -> T:
        item = _END if self._closed else await self._thread.wait(self._read(), self._timeout)
        if item is _END:
            raise StopAsyncIteration
        return item

    def close(self) -> None:
        """Stop the generator, also while somebody reads it. Does not wait; may be called twice and from any thread."""
        if not self._closed:
            self._closed = True
            self._thread.submit(self._stop())

    async def _read(self) -> T:
        self._reading = asyncio.current_task()
        try:
            return await anext(self._source, _END)
        finally:
            self._reading = None

    async def _stop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        else:
            await self._source.aclose()


async def in_thread(function: Callable[..., T], *args: Any) -> T:
    """Run a blocking function in a daemon thread of its own, with the caller's context variables.

    Not a pool: a pool's threads are waited for when Python ends, and a function that never returns would keep it from ending. A
    cancelled wait leaves the thread behind; nobody reads what it returns.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    context = contextvars.copy_context()

    def work() -> None:
        try:
            report = _settle, done, context.run(function, *args), None
        except BaseException as error:  # raised where it is awaited
            report = _settle, done, None, error
        with suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(*report)

    threading.Thread(target=work, name=f"nbconvo-{getattr(function, '__name__', 'call')}", daemon=True).start()
    return await done


def _settle(done: asyncio.Future[Any], value: Any, error: BaseException | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(value)
    elif isinstance(error, Exception) and not isinstance(error, StopIteration):
        done.set_exception(error)
    else:  # a future takes no StopIteration, and an exit would end the loop
        done.set_exception(RuntimeError(f"{type(error).__name__} was raised"))


async def resolved(value: T | Awaitable[T]) -> T:
    """A value, or what comes of it when it has to be awaited."""
    return await value if isinstance(value, Awaitable) else value  # type: ignore[reportUnknownVariableType]
