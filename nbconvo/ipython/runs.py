"""The executions of a notebook: list them, take one up again, look at one, forget one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from html import escape

from nbconvo.errors import UnknownExecution
from nbconvo.ipython import host
from nbconvo.ipython.notebook import notebook
from nbconvo.ipython.run import Run
from nbconvo.journal import ExecutionSummary
from nbconvo.protocol.definition import DEFINITION_ATTRIBUTE, WorkflowDefinition
from nbconvo.views.saved import view_of
from nbconvo.views.transcript import Transcript

_COLUMNS = ("id", "workflow", "status", "last change")


class RunTable:
    """Executions in a table, newest first; iterate over it, or index it, for their summaries."""

    def __init__(self, summaries: Sequence[ExecutionSummary], now: float) -> None:
        self._summaries: list[ExecutionSummary] = list(reversed(summaries))
        self._now = now

    def __getitem__(self, index: int) -> ExecutionSummary:
        return self._summaries[index]

    def __iter__(self) -> Iterator[ExecutionSummary]:
        return iter(self._summaries)

    def __len__(self) -> int:
        return len(self._summaries)

    def __repr__(self) -> str:
        rows = [_COLUMNS, *self._rows()]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)

    def _repr_html_(self) -> str:
        head = "".join(f'<th style="text-align:left">{name}</th>' for name in _COLUMNS)
        rows = ["".join(f'<td style="text-align:left">{escape(cell)}</td>' for cell in row) for row in self._rows()]
        if not rows:
            return "<p>No workflow has run in this notebook yet.</p>"
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table>"

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (one.id, one.display_name or one.workflow_name, one.status, f"{ago(self._now - one.updated_at)} ago")
            for one in self._summaries
        ]


def runs() -> RunTable:
    """The executions in this notebook's journal, newest first, with their status and age."""
    return RunTable(notebook().summaries(), time.time())


def resume(id: str) -> Run:  # noqa: A002 - what everybody calls it
    """Take up an execution of the journal where it stands. Its workflow must be defined in the notebook.

    Raises `UnknownExecution`, and what `nbconvo.run` raises.
    """
    summary = _summary(id)
    namespace = getattr(host.shell(), "user_ns", {})
    for value in reversed(list(namespace.values())):
        definition = value.__dict__.get(DEFINITION_ATTRIBUTE) if isinstance(value, type) else None
        if isinstance(definition, WorkflowDefinition) and definition.name == summary.workflow_name:
            return notebook().run(value, id=id)
    raise UnknownExecution(id, f"its workflow {summary.workflow_name!r} is not defined here: run the cell that defines it")


def attach(id: str) -> Run | Transcript:  # noqa: A002
    """Look at an execution: the live run when this kernel has it, else what was said so far. Raises `UnknownExecution`."""
    for run in notebook().runs:
        if run.id == id:
            return run
    _summary(id)
    return Transcript(view_of(notebook().engine.journal, id).view)


def forget(id: str) -> None:  # noqa: A002
    """Delete an execution and its history, for good. Raises `UnknownExecution`, ValueError while it runs."""
    _summary(id)
    notebook().forget(id)


def _summary(execution_id: str) -> ExecutionSummary:
    summary = notebook().engine.journal.summary(execution_id)
    if summary is None:
        raise UnknownExecution(execution_id, "nbconvo.runs() lists those there are")
    return summary


def ago(seconds: float) -> str:
    """A length of time in one word or two."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{max(0, int(seconds))} seconds"
