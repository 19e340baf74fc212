"""Waiting in a cell while the kernel still hears the widgets.

A cell that awaits holds the kernel's shell channel, and the reply it waits for comes in on that channel. ipykernel 7.4 lets
comm messages through by itself; for 6.29 to 7.3 this module does: while somebody waits, comm messages that arrive on the shell
stream are handled at once on the main loop, everything else keeps its order. No class of ipykernel is patched, one callback
of one stream is wrapped, and only for as long as somebody waits.

The wait wakes up five times a second: an idle selector would otherwise never notice the Interrupt button.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from nbconvo.ipython.host import kernel

T = TypeVar("T")

TICK = 0.2
"""Longest time between Interrupt and the end of the wait, in seconds."""

_COMM = frozenset({"comm_open", "comm_msg", "comm_close"})


async def wait_in_cell(future: asyncio.Future[T], timeout: float | None = None) -> T:
    """The result of `future`, which goes on when the wait is interrupted. Raises TimeoutError after `timeout` seconds."""
    loop = asyncio.get_running_loop()
    end = None if timeout is None else loop.time() + timeout
    with comms_let_through():
        while not future.done():
            left = TICK if end is None else min(TICK, end - loop.time())
            if left <= 0:
                raise TimeoutError(f"Still waiting after {timeout:g} seconds. The run goes on; await it again or answer it.")
            await asyncio.wait({future}, timeout=left)
    return future.result()


@contextmanager
def comms_let_through() -> Iterator[None]:
    """While this is entered, comm messages reach their widgets although a cell is running."""
    bypass = Bypass.of(kernel())
    if bypass is None:
        yield
        return
    with bypass:
        yield


class Bypass:
    """The wrapped callback of one kernel's shell stream. Entered by every waiter; the callback is put back by the last."""

    _by_kernel: tuple[Any, Bypass] | None = None

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        self._stream = _shell_stream(kernel)
        self._original: Callable[[Any], Any] | None = None
        self._waiters = 0

    @classmethod
    def of(cls, kernel: Any) -> Bypass | None:
        """The bypass of this kernel, None when it needs none (no kernel, or one that lets comms through itself)."""
        if kernel is None or not _needs_help(kernel):
            return None
        if cls._by_kernel is None or cls._by_kernel[0] is not kernel:
            cls._by_kernel = (kernel, cls(kernel))
        return cls._by_kernel[1]

    def __enter__(self) -> None:
        self._waiters += 1
        if self._waiters == 1:
            self._original = self._stream._recv_callback  # on_recv() would change its copy mode
            self._stream._recv_callback = self._receive
            self._handle_queued()

    def __exit__(self, *_: object) -> None:
        self._waiters -= 1
        if self._waiters == 0:
            self._stream._recv_callback = self._original

    def _receive(self, message: Any) -> Any:
        if self._kind(message) in _COMM:
            return self._handle(message)
        return self._original(message) if self._original else None

    def _kind(self, message: Any) -> str | None:
        try:
            _, frames = self._kernel.session.feed_identities(message, copy=False)
            header = frames[1].bytes if hasattr(frames[1], "bytes") else frames[1]
            return self._kernel.session.unpack(header)["msg_type"]
        except Exception:  # not a message we can read: the kernel knows better
            return None

    def _handle(self, message: Any) -> None:
        """Handle one comm message now. The front end holds back trait updates until it sees busy and idle for its own message."""
        identities, frames = self._kernel.session.feed_identities(message, copy=False)
        parsed = self._kernel.session.deserialize(frames, content=True, copy=False)
        self._kernel._publish_status("busy", "shell", parsed)
        try:
            self._kernel.shell_handlers[parsed["header"]["msg_type"]](self._stream, identities, parsed)
        finally:
            self._kernel._publish_status("idle", "shell", parsed)

    def _handle_queued(self) -> None:
        """ipykernel 6 reads ahead: comm messages that came before the wait are in its own queue."""
        queue = getattr(self._kernel, "msg_queue", None)
        waiting = [queue.get_nowait() for _ in range(queue.qsize())] if queue is not None else []
        for item in waiting:
            message = item[2][0] if item[2] else None
            if message is not None and self._kind(message) in _COMM:
                self._handle(message)
            elif queue is not None:
                queue.put_nowait(item)


def _needs_help(kernel: Any) -> bool:
    import ipykernel  # noqa: PLC0415 - only where there is a kernel

    return tuple(ipykernel.version_info[:2]) < (7, 4) and _shell_stream(kernel) is not None


def _shell_stream(kernel: Any) -> Any:
    """Where messages for the main thread come in: the shell stream (6.x), or the pair that a shell thread feeds (7.0 to 7.3)."""
    thread = getattr(kernel, "shell_channel_thread", None)
    if thread is not None:
        return thread.manager._shell_channel_to_main.to_stream
    return getattr(kernel, "shell_stream", None)
