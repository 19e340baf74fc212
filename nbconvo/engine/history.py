"""The growing history of one execution: events are recorded in a buffer, then committed together and shown.

Workflow code makes some events; others happen to it from outside (jobs). The time of workflow code is the time of the newest job,
so a replay that applies the same jobs sees the same time, and it never goes back, whatever the machine's clock does.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

from nbconvo.engine.secret_answers import Secrets
from nbconvo.errors import NotAllowedInWorkflow
from nbconvo.journal.contract import Journal
from nbconvo.protocol.clock import Clock
from nbconvo.protocol.envelope import Event, Lineage
from nbconvo.protocol.events import EventAttributes, field_names
from nbconvo.protocol.text import readable

Publish = Callable[[list[Event]], None]
Crash = Callable[[Exception], None]


class History:
    """Events of one execution, numbered from 1. Nobody sees one before the journal has it.

    `crash` is set by the execution: it is told when the journal fails where nobody else could be. So are `secrets`: what is
    among them is recorded as a mask.
    """

    __slots__ = (
        "_ahead", "_buffer", "_clock", "_journal", "_newest", "_publish", "_rehearsed", "closed", "crash",
        "lineage", "now", "secrets", "sequence",
    )  # fmt: skip

    def __init__(self, lineage: Lineage, journal: Journal, clock: Clock, publish: Publish) -> None:
        self.lineage = lineage
        self.closed = False
        self.crash: Crash = _raise
        self.secrets = Secrets()
        self.sequence = 0
        self.now = clock.time_ns() / 1e9
        self._newest = 0
        self._ahead = 0
        self._journal = journal
        self._clock = clock
        self._publish = publish
        self._buffer: list[Event] = []
        self._rehearsed: list[EventAttributes] | None = None

    def record(self, attributes: EventAttributes) -> None:
        """Add an event that workflow code made; after the end of the execution it is dropped."""
        if self._rehearsed is not None:
            self._rehearsed.append(attributes)
        elif not self.closed:
            self.sequence += 1
            self._buffer.append(Event(self.sequence, self.time_ns(), self.lineage, self._recordable(attributes)))

    def happened(self, attributes: EventAttributes) -> None:
        """Add an event that happened to the workflow: its time moves on."""
        self.record(attributes)
        if self._buffer:
            self.pass_time(self._buffer[-1].event_timestamp)

    def pass_time(self, timestamp: int) -> None:
        """The newest job is of `timestamp` (nanoseconds since the epoch)."""
        self.now = max(self.now, timestamp / 1e9)

    def activity_made(self, attributes: EventAttributes, origin: str) -> None:
        """Add and show at once an event that the code of activity `origin` made."""
        if not self.closed:
            self.commit_or_crash()
        if not self.closed:
            self.sequence += 1
            self._buffer.append(Event(self.sequence, self.time_ns(), self.lineage, self._recordable(attributes), origin))
            self.commit_or_crash()

    def _recordable(self, attributes: EventAttributes) -> EventAttributes:
        attributes = _changed(attributes, readable)
        return _changed(attributes, self.secrets.masked) if self.secrets else attributes

    def time_ns(self) -> int:
        """Now, in nanoseconds since the epoch, as this execution counts.

        It goes at the pace of the machine's clock and never back: where that was set back, or an earlier kernel's was fast, it
        goes on from the newest time that this execution has seen.
        """
        now = self._clock.time_ns() + self._ahead
        if now < self._newest:
            self._ahead += self._newest - now
            now = self._newest
        self._newest = now
        return now

    def on_the_clock(self, when: float) -> float:
        """What the machine's clock shows at a time of this execution; both in seconds since the epoch."""
        return when - self._ahead / 1e9 + _TICK if self._ahead else when

    @contextmanager
    def read_only(self, who: str) -> Generator[None]:
        """While this is entered, an event is an error: `who` may only look."""
        before = len(self._buffer)
        try:
            yield
        finally:
            made = len(self._buffer) - before
            self.sequence -= made
            del self._buffer[before:]
        if made:
            raise NotAllowedInWorkflow(f"Changing the workflow in {who}", "use a signal or an update")

    def commit(self) -> None:
        """Append what is in the buffer to the journal, then show it. What the journal does not take is dropped."""
        if self._buffer:
            events, self._buffer = self._buffer, []
            try:
                self._journal.append(self.lineage.workflow_exec_id, events)
            except BaseException:
                self.sequence -= len(events)  # they did not happen
                raise
            self._publish(events)

    def commit_or_crash(self) -> None:
        """The same where nobody is there to be told of a failure: the execution stops where its record ends."""
        try:
            self.commit()
        except Exception as error:
            self.crash(error)

    def abandon(self) -> None:
        """Take no more events, and drop those that are not committed."""
        self._buffer.clear()
        self.closed = True

    def rehearse(self, events: Sequence[Event]) -> None:
        """Take up a recorded history: from now on events are only collected, for comparison, until `go_live`."""
        self.sequence = events[-1].sequence
        self.now = events[0].event_timestamp / 1e9
        self._newest = events[-1].event_timestamp
        self._rehearsed = []

    def rehearsed(self) -> list[EventAttributes]:
        """What workflow code made since this was last asked, while rehearsing."""
        made, self._rehearsed = self._rehearsed or [], []
        return made

    def go_live(self) -> None:
        """The recorded history is used up: what comes now is new."""
        self._rehearsed = None


_TICK = 1e-6
"""More than what a float of today's seconds is rounded by: a timer that fires must find that its time has come."""


def _raise(error: Exception) -> None:
    raise error


_FREE_TEXT = frozenset({"payload", "patches", "result", "failure", "traceback", "input", "reason", "on_timeout"})
"""Fields that hold what somebody wrote; the others are names and ids."""


@cache
def _free_text(kind: type[Any]) -> tuple[str, ...]:
    return tuple(name for name in field_names(kind) if name in _FREE_TEXT)


def _changed(attributes: EventAttributes, change: Callable[[Any], Any]) -> EventAttributes:
    """The event with its free text changed; the very same event when nothing changes."""
    for name in _free_text(type(attributes)):
        value = getattr(attributes, name)
        changed = change(value)
        if changed is not value:
            attributes = replace(attributes, **{name: changed})
    return attributes
