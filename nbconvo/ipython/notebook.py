"""The notebook's one engine and its runs: the place where journal, engine and widgets are put together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from nbconvo.engine import KernelEngine
from nbconvo.ipython.run import Run
from nbconvo.protocol.definition import definition_of


class Notebook:
    """What one kernel holds. The engine opens with the first run, on the loop that runs then."""

    def __init__(self) -> None:
        self._engine: KernelEngine | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._runs: dict[str, Run] = {}

    @property
    def runs(self) -> list[Run]:
        """The runs of this kernel, oldest first."""
        return list(self._runs.values())

    def run(self, workflow: type[Any], input: Any = None, *, id: str | None = None, replies: Iterable[Any] = ()) -> Run:  # noqa: A002
        """Start a workflow, or take up the run that has this id. Raises as `run` below."""
        definition = definition_of(workflow)
        if id is not None and id in self._runs:
            run = self._runs[id]
            for value in replies:
                run.reply(value)
            return run
        handle = self._open_engine().start_nowait(workflow, input, id)
        run = self._runs[handle.id] = Run(handle, definition.title, replies)
        return run

    def _open_engine(self) -> KernelEngine:
        """The engine of the running loop; a script that runs one loop after another gets one for each."""
        loop = _running_loop()
        if self._engine is None or self._loop is not loop:
            self._engine, self._loop, self._runs = KernelEngine(), loop, {}
            self._engine.open()
        return self._engine


def _running_loop() -> asyncio.AbstractEventLoop:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise RuntimeError(
            "nbconvo.run needs a running event loop: call it in a notebook cell, or in an async function under asyncio.run()."
        ) from None


_notebook = Notebook()


def notebook() -> Notebook:
    """The one of this process."""
    return _notebook


def run(workflow: type[Any], input: Any = None, *, id: str | None = None, replies: Iterable[Any] = ()) -> Run:  # noqa: A002
    """Start a workflow and return at once; the run shows itself as the last line of a cell, and `await run` gives the result.

    `input` is JSON or the model of the workflow's entrypoint, `replies` answer its asks in order (see `Run.reply`), `id` names
    the execution: the run that has this id already is taken up instead.
    Raises `StartInputInvalid`, TypeError for a class that is no workflow, RuntimeError where no event loop runs.
    """
    return _notebook.run(workflow, input, id=id, replies=replies)
