"""What a conversation spent its time on: activities with their retries, waits for people, timers and children, against time.

A fold of events to spans, and three ways to show them: text, a table, and an SVG drawing without anything active in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Literal

from nbconvo.protocol import events as ev
from nbconvo.protocol.envelope import Event

SpanKind = Literal["activity", "wait", "timer", "child"]

_COLOURS: dict[SpanKind, str] = {"activity": "#4878a8", "wait": "#d08a1d", "timer": "#8a9099", "child": "#5d9270"}
_FAILED = "#c8443c"
_HEAD = ("from", "what", "name", "took", "outcome")
_BAR = 24
"""Characters of a bar in text."""
_WIDTH, _LEFT, _ROW = 720, 220, 22
"""Of the drawing, of its column of names, and the height of a row, in pixels."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something that took time. `begin`, `end` and `retries` (the failed attempts) are in seconds since the run began.

    `end` is None while it lasts. `outcome` is "completed", "failed", "canceled", "answered", "timed out", "unanswered" (only
    the internal events know why) or "fired"; "" while it lasts.
    """

    kind: SpanKind
    name: str
    begin: float
    end: float | None = None
    outcome: str = ""
    retries: tuple[float, ...] = ()


class Timeline:
    """The spans of one run, its children's included, in the order they began. `str()` is text; a notebook draws it.

    `events` are those of the journal, by time; without the internal ones there are no timers.

    >>> Timeline([])
    Nothing has happened yet.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        self.title = ""
        self.seconds = 0.0
        """From the first event to the last."""
        self.spans: list[Span] = self._fold(events)

    def to_html(self) -> str:
        """A drawing with a table below it; it needs no script and loads nothing."""
        if not self.spans:
            return f"<p>{escape(str(self))}</p>"
        head = "".join(f'<th style="text-align:left">{name}</th>' for name in _HEAD)
        rows = "".join(
            "<tr>" + "".join(f'<td style="text-align:left">{escape(cell)}</td>' for cell in row) + "</tr>" for row in self._rows()
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return f"{self._drawing()}<details><summary>As a table</summary>{table}</details>"

    def __repr__(self) -> str:
        if not self.spans:
            return "Nothing has happened yet."
        rows = [_HEAD, *self._rows()]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
        bars = ["", *(self._bar(span) for span in self.spans)]
        lines = [
            "  ".join([bar.ljust(_BAR), *(cell.ljust(width) for cell, width in zip(row, widths, strict=True))]).rstrip()
            for bar, row in zip(bars, rows, strict=True)
        ]
        return "\n".join([f"{self.title}: {length(self.seconds)}", *lines])

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.to_html()}

    def _fold(self, events: Iterable[Event]) -> list[Span]:
        start: float | None = None
        spans: dict[str, Span] = {}
        deadlines: set[tuple[str, float]] = set()
        for event in events:
            if isinstance(event.attributes, ev.WorkflowExecutionStarted) and start is None:
                self.title = event.attributes.display_name or event.attributes.workflow_name
            start = event.event_timestamp / 1e9 if start is None else start
            self.seconds = event.event_timestamp / 1e9 - start
            if isinstance(event.attributes, ev.InputDeadlineSet):
                deadlines.add((event.lineage.workflow_exec_id, event.attributes.deadline))
            begun = _begun(event, self.seconds, deadlines)
            if begun is not None:
                spans.setdefault(_key(event), begun)
            else:
                spans |= _changed(spans, event, self.seconds)
        # A timer that never fired is one that nothing waits for any more: a timeout that was not needed.
        return [span for span in spans.values() if (span.kind, span.outcome) != ("timer", "canceled")]

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (
                length(span.begin),
                span.kind,
                span.name,
                length(self._end(span) - span.begin),
                (span.outcome or "goes on") + _again(len(span.retries)),
            )
            for span in self.spans
        ]

    def _end(self, span: Span) -> float:
        return self.seconds if span.end is None else span.end

    def _bar(self, span: Span) -> str:
        scale = _BAR / (self.seconds or 1)
        begin = min(int(span.begin * scale), _BAR - 1)
        wide = max(1, round((self._end(span) - span.begin) * scale))
        return "·" * begin + ("█" * wide)[: _BAR - begin] + "·" * (_BAR - begin - wide)

    def _drawing(self) -> str:
        height = _ROW * (len(self.spans) + 1) + 4
        label = f"{self.title}: {len(self.spans)} spans in {length(self.seconds)}"
        rows = "".join(self._drawn(span, index * _ROW) for index, span in enumerate(self.spans))
        foot = height - 8
        ends = (
            f'<text x="{_LEFT}" y="{foot}" opacity="0.7">0</text>'
            f'<text x="{_WIDTH}" y="{foot}" text-anchor="end" opacity="0.7">{escape(length(self.seconds))}</text>'
        )
        size = f'viewBox="0 0 {_WIDTH} {height}" width="100%" style="max-width:{_WIDTH}px"'
        font = 'font-family="sans-serif" font-size="12" fill="currentColor"'
        return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label)}" {size} {font}>{rows}{ends}</svg>'

    def _drawn(self, span: Span, y: int) -> str:
        scale = (_WIDTH - _LEFT) / (self.seconds or 1)
        x, wide = _LEFT + span.begin * scale, max(2.0, (self._end(span) - span.begin) * scale)
        x = min(x, _WIDTH - wide)
        name = span.name if len(span.name) <= 30 else span.name[:29] + "…"
        colour = _FAILED if span.outcome in ("failed", "timed out") else _COLOURS[span.kind]
        fading = ' opacity="0.55"' if span.end is None else ""
        words = f"{span.kind} {span.name}: {length(self._end(span) - span.begin)}, {span.outcome or 'goes on'}"
        marks = "".join(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{y + 2}" y2="{y + 20}" stroke="{_FAILED}" stroke-width="2"/>'
            for at in (_LEFT + retry * scale for retry in span.retries)
        )
        return (
            f'<g><title>{escape(words)}</title><text x="{_LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{x:.1f}" y="{y + 5}" width="{wide:.1f}" height="12" rx="2" fill="{colour}"{fading}/>{marks}</g>'
        )


def length(seconds: float) -> str:
    """A length of time for people.

    >>> [length(one) for one in (0, 0.25, 75.5, 90_000)]
    ['0 s', '250 ms', '1 min 15 s', '1 d 1 h']
    """
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms" if seconds >= 0.0005 else "0 s"
    if seconds < 60:
        return f"{seconds:.3g} s"
    for large, small, names in ((86_400, 3_600, ("d", "h")), (3_600, 60, ("h", "min")), (60, 1, ("min", "s"))):
        if seconds >= large:
            rest = int(seconds % large // small)
            return f"{int(seconds // large)} {names[0]}" + (f" {rest} {names[1]}" if rest else "")
    raise AssertionError


def _begun(event: Event, at: float, deadlines: set[tuple[str, float]]) -> Span | None:
    """The span that this event begins. The timer of an ask's deadline is part of its wait."""
    match event.attributes:
        case ev.ActivityTaskStarted(_, name):
            return Span("activity", name, at)
        case ev.CustomTaskStarted(_, "wait_for_input", payload) if event.origin is None:
            return Span("wait", _asked(payload), at)
        case ev.TimerStarted(_, deadline) if (event.lineage.workflow_exec_id, deadline) not in deadlines:
            return Span("timer", "sleep", at)
        case ev.WorkflowExecutionStarted(_, name, title) if event.lineage.parent_workflow_exec_id is not None:
            return Span("child", title or name, at)
        case _:
            return None


def _changed(spans: Mapping[str, Span], event: Event, at: float) -> dict[str, Span]:  # noqa: PLR0911 - one for each kind
    """The spans that this event brings on or ends."""
    key = _key(event)
    span = spans.get(key)
    match event.attributes:
        case ev.WorkflowExecutionCompleted() | ev.WorkflowExecutionFailed() | ev.WorkflowExecutionCanceled():
            return _ended(spans, event, at)
        case _ if span is None or span.end is not None:
            return {}
        case ev.ActivityTaskRetrying():
            return {key: replace(span, retries=(*span.retries, at))}
        case ev.ActivityTaskCompleted():
            return {key: replace(span, end=at, outcome="completed")}
        case ev.ActivityTaskFailed():
            return {key: replace(span, end=at, outcome="failed")}
        case ev.ActivityCanceled():
            return {key: replace(span, end=at, outcome="canceled")}
        case ev.InputReceived() | ev.CustomTaskCompleted():
            return {key: replace(span, end=at, outcome="answered")}
        case ev.InputClosed(_, reason):
            return {key: replace(span, end=at, outcome=reason.replace("_", " "))}
        case ev.CustomTaskFailed():
            return {key: replace(span, end=at, outcome="unanswered")}
        case ev.TimerFired():
            return {key: replace(span, end=at, outcome="fired")}
        case _:
            return {}


def _ended(spans: Mapping[str, Span], event: Event, at: float) -> dict[str, Span]:
    """An execution ended: with it what was still under way in it, of which nobody hears any more."""
    outcome = {"COMPLETED": "completed", "FAILED": "failed"}.get(event.event_type.rpartition("_")[2], "canceled")
    mine = f"{event.lineage.workflow_exec_id}/"
    lasting = {key: span for key, span in spans.items() if key.startswith(mine) and span.end is None}
    cut = {key: replace(span, end=at, outcome="canceled") for key, span in lasting.items()}
    if (own := _key(event)) in cut:
        cut[own] = replace(cut[own], outcome=outcome)
    return cut


def _key(event: Event) -> str:
    """What an event is about, as text that begins with its execution."""
    match event.attributes:
        case (
            ev.ActivityTaskStarted(task_id=about)
            | ev.ActivityTaskRetrying(task_id=about)
            | ev.ActivityTaskCompleted(task_id=about)
            | ev.ActivityTaskFailed(task_id=about)
            | ev.ActivityCanceled(task_id=about)
        ):
            kind = "activity"
        case (
            ev.CustomTaskStarted(custom_task_id=about)
            | ev.CustomTaskCompleted(custom_task_id=about)
            | ev.CustomTaskFailed(custom_task_id=about)
            | ev.InputReceived(custom_task_id=about)
            | ev.InputClosed(custom_task_id=about)
        ):
            kind = "wait"
        case ev.TimerStarted(timer_id=number) | ev.TimerFired(timer_id=number):
            kind, about = "timer", str(number)
        case _:
            kind, about = "run", ""
    part = "" if kind == "run" else event.lineage.workflow_run_id  # continued as new, an execution counts its timers anew
    return f"{event.lineage.workflow_exec_id}/{part}/{kind}/{about}"


def _asked(payload: object) -> str:
    """The label of an ask; where it has none, the name of its input."""
    match payload:
        case {"label": str(label)} if label:
            return label
        case {"input_schema": {"title": str(title)}}:
            return title
        case _:
            return "input"


def _again(count: int) -> str:
    return f", tried {count + 1} times" if count else ""
