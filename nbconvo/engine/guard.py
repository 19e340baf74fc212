"""Workflow code that touches the outside world is stopped at the call, with the fix in the message.

A turn of a workflow must take no time and depend on nothing but its recorded inputs. Python's audit events tell of files,
sockets, processes and threads before they happen, whichever library makes the call; `time.sleep` is looked after here. The hook
is installed with the first turn (Python cannot take one back) and looks at a flag first, so it costs next to nothing elsewhere.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from nbconvo.errors import NotAllowedInWorkflow

_FORBIDDEN = {
    "_thread.start_new_thread": "Starting a thread",
    "builtins.input": "input()",
    "open": "Opening a file",
    "os.fork": "Starting a process",
    "os.posix_spawn": "Starting a process",
    "os.system": "Starting a process",
    "socket.bind": "Using a socket",
    "socket.connect": "Opening a network connection",
    "socket.getaddrinfo": "Looking up a host name",
    "sqlite3.connect": "Opening a database",
    "subprocess.Popen": "Starting a process",
    "urllib.Request": "Opening a network connection",
}
_FIXES = {"builtins.input": "ask with `await self.wait_for_input(...)`"}
_sleep = time.sleep
# Python itself opens files for these: imports, tracebacks, time zones. They say nothing about the workflow.
_INNOCENT = frozenset({"importlib", "linecache", "tokenize", "traceback", "zipimport", "zoneinfo", "gettext", "encodings"})

_turn_thread: int | None = None
_installed = False


@contextmanager
def guarded() -> Generator[None]:
    """While this is entered, the current thread runs workflow code."""
    global _turn_thread  # noqa: PLW0603 - the audit hook reads it some thousand times a second
    _install()
    before, _turn_thread = _turn_thread, threading.get_ident()
    time.sleep, real_sleep = _refuse_sleep, time.sleep
    try:
        yield
    finally:
        time.sleep = real_sleep
        _turn_thread = before


def _refuse_sleep(seconds: float) -> None:
    """Stands in for `time.sleep` during a turn (it has an audit event only from Python 3.13 on); other threads sleep on."""
    if _turn_thread == threading.get_ident():
        raise NotAllowedInWorkflow("time.sleep()", "use `await asyncio.sleep(...)` or `await workflow.sleep(...)`")
    _sleep(seconds)


def _install() -> None:
    global _installed  # noqa: PLW0603 - once per process, as the hook
    if not _installed:
        _installed = True
        sys.addaudithook(_audit)


def _audit(event: str, _: tuple[Any, ...]) -> None:
    if _turn_thread is None or event not in _FORBIDDEN or _turn_thread != threading.get_ident():
        return
    if event == "open" and _innocent(sys._getframe(1)):  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001 - the only way to see who opens
        return
    raise NotAllowedInWorkflow(_FORBIDDEN[event], *([_FIXES[event]] if event in _FIXES else []))


def _innocent(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] in _INNOCENT:
            return True
        frame = frame.f_back
    return False
