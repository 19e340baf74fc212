"""What a check found: where, what, and what to write instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from html import escape
from typing import overload

_COLUMNS = ("line", "column", "code", "message", "fix")


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """One place that is not the same under the real SDK. `line` and `column` count from 1, in the source that was checked."""

    line: int
    column: int
    code: str
    message: str
    fix: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.code}: {self.message} {self.fix}"


class Findings(Sequence[Finding]):
    """Findings in the order of the source, read-only. Shown as lines of text, and as a table in a notebook.

    >>> Findings([])
    Nothing here is known to be different under mistralai-workflows 3.16.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._findings = tuple(findings)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | Sequence[Finding]:
        return self._findings[index]

    def __len__(self) -> int:
        return len(self._findings)

    def __repr__(self) -> str:
        return "\n".join(map(str, self._findings)) or _NOTHING

    def _repr_html_(self) -> str:
        if not self._findings:
            return f"<p>{_NOTHING}</p>"
        head = "".join(f'<th style="text-align:left">{name}</th>' for name in _COLUMNS)
        rows = "".join(f"<tr>{''.join(map(_cell, astuple(one)))}</tr>" for one in self._findings)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


_NOTHING = "Nothing here is known to be different under mistralai-workflows 3.16."


def _cell(value: object) -> str:
    return f'<td style="text-align:left">{escape(str(value))}</td>'
