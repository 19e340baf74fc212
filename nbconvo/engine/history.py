"""The growing history of one execution: events are recorded in a buffer, then committed together and shown."""

from __future__ import annotations

from collections.abc import Callable

from nbconvo.journal.contract import Journal
from nbconvo.protocol.clock import Clock
from nbconvo.protocol.envelope import Event, Lineage
from nbconvo.protocol.events import EventAttributes

Publish = Callable[[list[Event]], None]


class History:
    """Events of one execution, numbered from 1. Nobody sees one before the journal has it."""

    __slots__ = ("_buffer", "_clock", "_journal", "_publish", "_sequence", "closed", "lineage")

    def __init__(self, lineage: Lineage, journal: Journal, clock: Clock, publish: Publish) -> None:
        self.lineage = lineage
        self.closed = False
        self._journal = journal
        self._clock = clock
        self._publish = publish
        self._buffer: list[Event] = []
        self._sequence = 0

    def record(self, attributes: EventAttributes) -> None:
        """Add an event to the buffer; after the end of the execution it is dropped."""
        if not self.closed:
            self._sequence += 1
            self._buffer.append(Event(self._sequence, self._clock.time_ns(), self.lineage, attributes))

    def commit(self) -> None:
        """Append what is in the buffer to the journal, then show it."""
        if self._buffer:
            events, self._buffer = self._buffer, []
            self._journal.append(self.lineage.workflow_exec_id, events)
            self._publish(events)
