"""Everything that waits for a person: the open asks of all notebooks in the journal folder, answerable where this kernel can.

Asks of this kernel's runs are answered here. Those of another living kernel only that kernel can take; where the kernel has
ended, the run goes on when its notebook is opened and its cell is run. Other journals are read and not touched.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from nbconvo.errors import ExecutionInUse, JournalCorrupted, JournalTooNew, JournalUnavailable, UnknownExecution
from nbconvo.ipython import host
from nbconvo.ipython.notebook import FOLDER, notebook
from nbconvo.ipython.run import Run
from nbconvo.ipython.runs import ago
from nbconvo.ipython.settings import settings
from nbconvo.journal.files import files_beside
from nbconvo.journal.reading import JournalReader, WaitingExecution
from nbconvo.views.asks import ask_name
from nbconvo.views.fold import fold_all
from nbconvo.views.model import AskView
from nbconvo.views.replies import reply_input

_COLUMNS = ("", "notebook", "workflow", "asks", "for", "answer it")


@dataclass(frozen=True)
class InboxItem:
    """An open ask. `run` is there when this kernel runs it, `holder` names another living process that does.

    Show `item.run` as the last line of a cell to answer in its conversation.
    """

    notebook: str
    workflow: str
    execution_id: str
    ask: AskView
    run: Run | None = None
    holder: str | None = None

    @property
    def where(self) -> str:
        """Where it can be answered, in a few words."""
        if self.run is not None:
            return "here"
        if self.holder is not None:
            return f"in the kernel that runs it ({self.holder})"
        return f"open {self.notebook} and run its cell"

    def reply(self, value: Any) -> None:
        """Answer it, as `Run.reply` does.

        Raises `InputRejected` and `NoPendingInput` as that does, `ExecutionInUse` when another kernel runs it,
        `UnknownExecution` when no kernel does.
        """
        if self.run is None and self.holder is not None:
            raise ExecutionInUse(self.execution_id, self.holder)
        if self.run is None:
            raise UnknownExecution(self.execution_id, f"no kernel runs it: open {self.notebook} and run its cell")
        self.run.submit_input_nowait(self.ask["task_id"], reply_input(self.ask, value, files_beside(notebook().engine.journal)))


class Inbox:
    """Open asks in a table, the longest waiting first; iterate over it, or index it. `unread` says which journals, and why."""

    def __init__(self, items: Sequence[InboxItem], unread: Sequence[str], now: float) -> None:
        self._items = sorted(items, key=lambda item: item.ask["at"])
        self.unread = list(unread)
        self._now = now

    def __getitem__(self, index: int) -> InboxItem:
        return self._items[index]

    def __iter__(self) -> Iterator[InboxItem]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        rows = [_COLUMNS, *self._rows()]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([*(lines if self._items else ["Nothing waits for you."]), *self.unread])

    def _repr_html_(self) -> str:
        head = "".join(f'<th style="text-align:left">{name}</th>' for name in _COLUMNS)
        body = "".join(
            "<tr>" + "".join(f'<td style="text-align:left">{escape(cell)}</td>' for cell in row) + "</tr>" for row in self._rows()
        )
        table = (
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            if self._items
            else "<p>Nothing waits for you.</p>"
        )
        return table + "".join(f"<p><em>{escape(line)}</em></p>" for line in self.unread)

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (str(index), item.notebook, item.workflow, _asks(item.ask), ago(self._now - item.ask["at"]), item.where)
            for index, item in enumerate(self._items)
        ]


def inbox() -> Inbox:
    """Every open ask of every notebook in the journal folder; `inbox()[0].reply(...)` answers the one that waits longest."""
    own = [
        InboxItem(f"{host.notebook_stem()}.ipynb", run.transcript.view["title"], run.id, ask, run)
        for run in notebook().runs
        for ask in run.pending
    ]
    items, unread = list(own), list[str]()
    for path in sorted(_folder().glob("*.sqlite3")):
        try:
            items += _recorded(path)
        except (JournalCorrupted, JournalTooNew, JournalUnavailable) as error:
            unread.append(str(error))
    return Inbox(items, unread, time.time())


def _folder() -> Path:
    """Where the journals are."""
    chosen = settings().journal
    return Path(chosen).parent if chosen and chosen != ":memory:" else host.notebook_folder() / FOLDER


def _recorded(path: Path) -> list[InboxItem]:
    """What waits in a journal and is not this kernel's own: its runs are known better, and a hidden branch waits for nobody."""
    reader = JournalReader(path)
    try:
        return [
            InboxItem(
                _notebook_of(one, path),
                one.summary.display_name or one.summary.workflow_name,
                one.summary.id,
                ask,
                None,
                one.holder,
            )
            for one in reader.waiting()
            if not _is_mine(one)
            for ask in fold_all(reader.read(one.summary.id))["asks"]
        ]
    finally:
        reader.close()


def _is_mine(one: WaitingExecution) -> bool:
    return one.holder is not None and one.holder.startswith(f"{socket.gethostname()}-{os.getpid()}-")


def _notebook_of(one: WaitingExecution, path: Path) -> str:
    return Path(one.summary.notebook).name if one.summary.notebook else f"{path.stem}.ipynb"


def _asks(ask: AskView) -> str:
    """Label and prompt in one line."""
    words = ": ".join(part for part in (ask["label"], ask["prompt"]) if part) or ask_name(ask)
    line = " ".join(words.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
