"""Workflow code that touches the outside world is stopped at the call, with the fix in the message.

A turn of a workflow must take no time and depend on nothing but its recorded inputs. Python's audit events tell of files,
sockets and processes before they happen, whichever library makes the call; `time.sleep` and threads are swapped here. The hook
is installed with the first turn (Python cannot take one back) and looks at a flag first, so it costs next to nothing elsewhere.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from types import FrameType
from typing import Any

from nbconvo.errors import NotAllowedInWorkflow

_FORBIDDEN = {
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
# Python itself opens files for these: imports, tracebacks, time zones, finalizers of what the garbage collector happens to find
# in this turn. They say nothing about the workflow.
_INNOCENT = frozenset(
    {"importlib", "linecache", "tokenize", "traceback", "zipimport", "zoneinfo", "gettext", "encodings", "weakref"}
)

_AS_COMPLETED = asyncio.as_completed
_turn_thread: int | None = None
_installed = False


class Guarded:
    """While this is entered, the current thread runs workflow code."""

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        global _turn_thread
        _install()
        self._before, _turn_thread = _turn_thread, threading.get_ident()
        for module, name, stand_in in _STAND_INS:
            setattr(module, name, stand_in)

    def __exit__(self, *error: object) -> None:
        global _turn_thread  # noqa: PLW0603 - as above
        for (module, name, _), original in zip(_STAND_INS, _ORIGINALS, strict=True):
            setattr(module, name, original)
        _turn_thread = self._before


def _stand_in(module: Any, name: str, *refusal: str) -> tuple[Any, str, Callable[..., Any]]:
    """A function that refuses in the thread of a turn, and does what it should in any other."""
    original = getattr(module, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        if _turn_thread == threading.get_ident():
            raise NotAllowedInWorkflow(*refusal)
        return original(*args, **kwargs)

    return module, name, call


def _as_completed_in_order(fs: Iterable[Any], *, timeout: float | None = None) -> Any:
    """asyncio starts the coroutines in the order of a set, another one in each process. Here they start in the order given."""
    if _turn_thread == threading.get_ident():
        fs = [asyncio.ensure_future(one) for one in fs]
    return _AS_COMPLETED(fs, timeout=timeout)


# What has no audit event in every Python that we support is swapped for the length of a turn.
_SLEEP_FIX = "use `await asyncio.sleep(...)` or `await workflow.sleep(...)`"
_THREADS = [name for name in ("_start_new_thread", "_start_joinable_thread") if hasattr(threading, name)]
_ORIGINALS = [asyncio.as_completed, time.sleep, *(getattr(threading, name) for name in _THREADS)]
_STAND_INS = [
    (asyncio, "as_completed", _as_completed_in_order),
    _stand_in(time, "sleep", "time.sleep()", _SLEEP_FIX),
    *(_stand_in(threading, name, "Starting a thread") for name in _THREADS),
]


def _install() -> None:
    global _installed  # noqa: PLW0603 - once per process, as the hook
    if not _installed:
        _installed = True
        sys.addaudithook(_audit)


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if _turn_thread is None or event not in _FORBIDDEN or _turn_thread != threading.get_ident():
        return
    if event == "open" and (_is_time_zone(args[0]) or _innocent(sys._getframe(1))):  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001 - the only way to see who opens
        return
    raise NotAllowedInWorkflow(_FORBIDDEN[event], *([_FIXES[event]] if event in _FIXES else []))


@contextmanager
def unguarded() -> Generator[None]:
    """Let the enclosed code do what it likes: an author's way out."""
    global _turn_thread  # noqa: PLW0603 - see Guarded()
    before, _turn_thread = _turn_thread, None
    try:
        yield
    finally:
        _turn_thread = before


def _is_time_zone(path: Any) -> bool:
    """Time zones are read by C code, which leaves no frame of its module."""
    zones = sys.modules.get("zoneinfo")
    return zones is not None and isinstance(path, str) and ("tzdata" in path or path.startswith(tuple(zones.TZPATH)))


def _innocent(frame: FrameType | None) -> bool:
    """True when Python itself opens the file, on behalf of the workflow's code."""
    while frame is not None and frame.f_globals.get("__name__") != "nbconvo.engine.loop":
        if frame.f_globals.get("__name__", "").partition(".")[0] in _INNOCENT:
            return True
        frame = frame.f_back
    return False
