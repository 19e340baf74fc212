"""The notebook's one engine and its runs: the place where journal, engine and widgets are put together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbconvo.engine import KernelEngine, KernelHandle
from nbconvo.errors import JournalUnavailable, UsageError
from nbconvo.ipython import host
from nbconvo.ipython.rich import formatter
from nbconvo.ipython.run import Run
from nbconvo.ipython.settings import settings
from nbconvo.ipython.start import StartForm, needs_input
from nbconvo.journal import ExecutionSummary, open_journal
from nbconvo.protocol.clock import random_id
from nbconvo.protocol.definition import WorkflowDefinition, definition_of
from nbconvo.views.model import ShowActivities
from nbconvo.views.script import Script, read_script
from nbconvo.workflows.display import set_formatter

FOLDER = ".nbconvo"
"""Where the journals of the notebooks in a folder are."""


class Notebook:
    """What one kernel holds. The engine opens with the first run, on the loop that runs then."""

    def __init__(self) -> None:
        self._engine: KernelEngine | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._runs: dict[str, Run] = {}
        self._forms: dict[tuple[str, str], Run] = {}

    @property
    def runs(self) -> list[Run]:
        """The runs of this kernel, oldest first."""
        return list(self._runs.values())

    def run(
        self,
        workflow: type[Any],
        input: Any = None,  # noqa: A002
        *,
        id: str | None = None,  # noqa: A002
        replies: Iterable[Any] | Script = (),
        show_activities: ShowActivities | None = None,
    ) -> Run:
        """Start a workflow, or take up the run that has this id. Raises as `run` below."""
        if id is not None and id in self._runs and not isinstance(replies, Script):
            run = self._runs[id]
            for value in replies:
                run.reply(value)
            return run
        engine = self.engine
        resumed = id is not None and engine.journal.summary(id) is not None
        try:
            handle = engine.start_nowait(workflow, input, id)
        except JournalUnavailable as error:
            error.add_note('To go on without a record, restart the kernel and say %config NbConvo.journal = ":memory:" first.')
            raise
        resumed = resumed and handle.is_running
        run = self._runs[handle.id] = Run(engine, handle, replies, resumed=resumed, show_activities=show_activities)
        return run

    def run_in_cell(
        self,
        workflow: type[Any],
        input: Any,  # noqa: A002
        replies: Iterable[Any] | Script,
        *,
        fresh: bool,
        id: str | None = None,  # noqa: A002
    ) -> Run:
        """The run of the cell that is running: the one with this `id`, else the one that waits since before a restart, unless a
        `fresh` one is wanted. A workflow that needs an input and is given none asks for it first.
        """
        place, definition = host.cell() if id is None else None, definition_of(workflow)
        self._drop_form(place)
        known = id if fresh or place is None else self._waiting(definition.name, *place)
        if input is None and not self._has(known) and needs_input(definition):
            return self._ask_to_start(definition, known or random_id(), replies, place)
        run = self.run(workflow, input, id=known, replies=replies)
        if known is None:
            self._bind(run.id, place)
        return run

    def _ask_to_start(
        self, definition: WorkflowDefinition, execution_id: str, replies: Iterable[Any] | Script, place: tuple[str, str] | None
    ) -> Run:
        """A run that begins when its input is there. Raises `StartInputInvalid` when nobody can be asked for it."""
        engine = self.engine

        def start(value: Any) -> KernelHandle:
            handle = engine.start_nowait(definition.cls, value, execution_id)
            self._bind(execution_id, place)
            return handle

        run = self._runs[execution_id] = Run(engine, StartForm(definition, execution_id, start), replies)
        if place is not None:
            self._forms[place] = run
        return run

    def _drop_form(self, place: tuple[str, str] | None) -> None:
        """A cell that is run again leaves the form behind that it asked with before."""
        run = self._forms.pop(place, None) if place is not None else None
        if run is not None and not run.is_started:
            run.cancel()
            del self._runs[run.id]

    def _bind(self, execution_id: str, place: tuple[str, str] | None) -> None:
        if place is not None:
            self.engine.bind_to_cell(execution_id, *place)

    def _has(self, execution_id: str | None) -> bool:
        known = execution_id is not None and self.engine.journal.summary(execution_id) is not None
        return known or execution_id in self._runs

    def _waiting(self, workflow_name: str, notebook: str, cell_id: str) -> str | None:
        """The newest execution of this cell that has not ended and that this kernel does not run already."""
        for summary in reversed(self.engine.journal.summaries()):
            mine = (summary.workflow_name, summary.notebook, summary.cell_id) == (workflow_name, notebook, cell_id)
            if mine and not summary.has_ended and summary.id not in self._runs:
                return summary.id
        return None

    def summaries(self) -> list[ExecutionSummary]:
        """The executions in the journal, oldest first."""
        return list(self.engine.journal.summaries())

    def forget(self, execution_id: str) -> None:
        """Delete an execution from the journal. Raises ValueError while it runs here."""
        run = self._runs.get(execution_id)
        if run is not None and run.status in ("running", "waiting"):
            raise ValueError(f"Execution {execution_id} is {run.status}: cancel it first.")
        self._runs.pop(execution_id, None)
        self.engine.journal.forget(execution_id)

    @property
    def engine(self) -> KernelEngine:
        """The engine of the running loop; a script that runs one loop after another gets one for each."""
        loop = _running_loop()
        if self._engine is None or self._loop is not loop:
            durability = "full" if settings().durability == "full" else "normal"
            journal = open_journal(self._journal_path(), durability=durability)
            self._engine, self._loop, self._runs = KernelEngine(journal), loop, {}
            self._engine.open()
            if (shell := host.shell()) is not None:
                set_formatter(formatter(shell))
        return self._engine

    def _journal_path(self) -> str | Path:
        """A file beside the notebook; in memory for scripts, and where nobody can answer (such runs play their replies)."""
        if settings().journal:
            return settings().journal
        if host.is_headless():
            return ":memory:"
        return host.notebook_folder() / FOLDER / f"{host.notebook_stem()}.sqlite3"


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


def run(
    workflow: type[Any],
    input: Any = None,  # noqa: A002
    *,
    id: str | None = None,  # noqa: A002
    replies: Iterable[Any] | str | Path = (),
    show_activities: ShowActivities | None = None,
) -> Run:
    """Start a workflow and return at once; the run shows itself as the last line of a cell, and `await run` gives the result.

    `input` is JSON or the model of the workflow's entrypoint, `replies` answer its asks in order (see `Run.reply`), `id` names
    the execution: one that has this id already, in this kernel or in the journal, is taken up instead. `replies` may be a replies
    file, too: a path that begins at the notebook's folder; it holds the input as well. `show_activities` shows
    them as one line each ("compact", the default of `%config NbConvo.show_activities`), as cards with arguments and result
    ("full"), or not at all ("none").
    Raises `StartInputInvalid`, TypeError for a class that is no workflow, RuntimeError where no event loop runs, `UsageError` for
    a replies file that cannot be played.
    """
    if not isinstance(replies, str | Path):
        return _notebook.run(workflow, input, id=id, replies=replies, show_activities=show_activities)
    if id is not None:
        raise UsageError("A replies file plays a run from its start: leave out the id.")
    path, name = host.notebook_folder() / replies, definition_of(workflow).name
    script = read_script(path, name, needs_input=input is None)
    value = script.input if input is None else input
    return _notebook.run(workflow, value, replies=script, show_activities=show_activities)
