"""Blocking calls: the turn runs on a loop in a thread of its own, and the thread that called waits and answers questions.

So the loop that brings answers is never the one that waits. What is asked meanwhile is asked by `input()` in the calling thread,
which is a terminal in a script and the front end's prompt in a notebook; where neither is, the ask fails at once.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine
from queue import SimpleQueue
from typing import Any

from nbconvo.flow.errors import InputUnavailableError

Console = Callable[[str], Awaitable[str]]
"""Asks who called: the answer to a prompt. Raises `InputUnavailableError`."""


class _LoopThread:
    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="nbconvo flows", daemon=True)
        self.thread.start()
        self.pid = os.getpid()


_lock = threading.Lock()
_shared: list[_LoopThread] = []


def _loop_thread() -> _LoopThread:
    """The process's thread, started when it is first needed, and again after a fork."""
    with _lock:
        if not _shared or _shared[0].pid != os.getpid():
            _shared[:] = [_LoopThread()]
        return _shared[0]


def call(work: Callable[[Console], Coroutine[Any, Any, Any]], name: str) -> Any:
    """The result of `work`, run on the other loop; raises what it raises. `name` is the call's, for the error below.

    Raises RuntimeError on the other loop's own thread, which would wait for itself. An interrupt cancels the work.
    """
    thread = _loop_thread()
    if threading.current_thread() is thread.thread:
        raise RuntimeError(f"{name}() was called from an async step of a blocking kickoff(). Await the async form of it instead.")
    questions: SimpleQueue[Any] = SimpleQueue()

    async def console(prompt: str) -> str:
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        questions.put((prompt, answer))
        return await answer

    async def main() -> Any:
        try:
            return await work(console)
        finally:
            questions.put(None)

    done = asyncio.run_coroutine_threadsafe(main(), thread.loop)
    try:
        while (question := questions.get()) is not None:
            _answer(*question)
        return done.result()
    finally:
        done.cancel()


def _answer(prompt: str, answer: asyncio.Future[str]) -> None:
    try:
        given, error = input(prompt), None
    except (EOFError, OSError, NotImplementedError, RuntimeError):  # no terminal; a front end that takes no input
        given, error = "", InputUnavailableError(prompt)
    answer.get_loop().call_soon_threadsafe(_settle, answer, given, error)


def _settle(answer: asyncio.Future[str], given: str, error: Exception | None) -> None:
    if answer.done():
        return
    if error is None:
        answer.set_result(given)
    else:
        answer.set_exception(error)
