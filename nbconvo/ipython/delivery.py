# ruff: noqa: SLF001, PLW0603 - ipykernel offers no public way in, and there is one kernel in a process
"""Replies reach a conversation while a cell runs, and a cell can wait for one.

A cell that awaits holds the kernel's shell channel, and replies come in on that channel. ipykernel 7.4 handles comm messages
beside a cell that awaits; for 6.29 to 7.3 this module does, from the first conversation on: messages for conversations are
handled at once on the main loop, so are all comm messages while somebody waits for a run (a page that is reloaded asks with
them), everything else keeps its order. No class of ipykernel is patched, one callback of one stream is wrapped.

It is not enough to do this from the moment when the wait begins: a reply that was sent just before has then been read already,
and would stand in line behind the cell that waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from nbconvo.ipython import host

TICK = 0.1
"""Longest time between Interrupt and the end of the wait, in seconds: an idle selector would never notice the button."""

_COMM = frozenset({"comm_open", "comm_msg", "comm_close"})


async def wait_in_cell(*futures: asyncio.Future[Any], timeout: float | None = None) -> None:
    """Wait until one of them is done; interrupting the wait leaves them alone. Raises TimeoutError after `timeout` seconds."""
    loop = asyncio.get_running_loop()
    end = None if timeout is None else loop.time() + timeout
    with _bypass() or nullcontext():
        while not any(future.done() for future in futures):
            left = TICK if end is None else min(TICK, end - loop.time())
            if left <= 0:
                raise TimeoutError(f"Still waiting after {timeout:g} seconds. The run goes on; await it again or answer it.")
            await asyncio.wait(futures, timeout=left, return_when=asyncio.FIRST_COMPLETED)


def let_through(comm_id: str) -> None:
    """From now on messages of this comm are handled although a cell awaits."""
    if bypass := _bypass():
        bypass.comms.add(comm_id)


class Bypass:
    """The wrapped callback of one kernel's shell stream. Entered by who waits; lives on the kernel's main thread."""

    def __init__(self, kernel: Any, stream: Any) -> None:
        self.kernel = kernel
        self.comms: set[str] = set()
        self._waiters = 0
        self._stream = stream
        self._original: Callable[[Any], Any] = stream._recv_callback
        stream._recv_callback = self._receive  # on_recv() would change the stream's copy mode

    def __enter__(self) -> None:
        self._waiters += 1

    def __exit__(self, *_: object) -> None:
        self._waiters -= 1

    def _receive(self, message: Any) -> Any:
        return self._handle(message) if self._is_urgent(message) else self._original(message)

    def _is_urgent(self, message: Any) -> bool:
        try:
            _, frames = self.kernel.session.feed_identities(message, copy=False)
            header = self.kernel.session.unpack(frames[1].bytes)
            if header["msg_type"] not in _COMM:
                return False
            return self._waiters > 0 or self.kernel.session.unpack(frames[4].bytes)["comm_id"] in self.comms
        except Exception:  # not a message we can read: the kernel knows better
            return False

    def _handle(self, message: Any) -> None:
        """Handle one comm message now. The front end holds back trait updates until it sees busy and idle for its own message."""
        identities, frames = self.kernel.session.feed_identities(message, copy=False)
        parsed = self.kernel.session.deserialize(frames, content=True, copy=False)
        self.kernel._publish_status("busy", "shell", parsed)
        try:
            self.kernel.shell_handlers[parsed["header"]["msg_type"]](self._stream, identities, parsed)
        finally:
            self.kernel._publish_status("idle", "shell", parsed)


_installed: Bypass | None = None


def _bypass() -> Bypass | None:
    """The bypass of this process's kernel, None when it needs none (no kernel, or one that lets comms through itself)."""
    global _installed
    kernel = host.kernel()
    if _installed is None or _installed.kernel is not kernel:
        stream = None if kernel is None else _shell_stream(kernel)
        _installed = None if stream is None else Bypass(kernel, stream)
    return _installed


def _shell_stream(kernel: Any) -> Any:
    """Where messages for the main thread come in: the shell stream (6.x), or the pair that a shell thread feeds (7.0 to 7.3)."""
    from ipykernel._version import version_info  # noqa: PLC0415 - only where there is a kernel

    if version_info[:2] >= (7, 4):
        return None
    thread = getattr(kernel, "shell_channel_thread", None)
    if thread is not None:
        return thread.manager._shell_channel_to_main.to_stream
    return getattr(kernel, "shell_stream", None)
