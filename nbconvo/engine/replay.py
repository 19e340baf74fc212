"""Taking up a recorded execution: its code runs again with the recorded jobs, and must make the recorded events.

The history is a sequence of turns. Each begins with the jobs that were applied (a reply, a timer, the outcome of an activity, a
cancel) and goes on with the events that workflow code made in it. Replay applies the same jobs, runs a turn, and compares. When
the jobs at the end have no events after them (the process died in between), that turn is new and runs live.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from functools import cache

from pydantic import BaseModel

from nbconvo.engine import guard
from nbconvo.engine.handlers import Handlers
from nbconvo.engine.inside import WAIT_FOR_INPUT, Inside
from nbconvo.errors import NbconvoError, NondeterminismError
from nbconvo.protocol import events as ev
from nbconvo.protocol.envelope import Event
from nbconvo.protocol.events import EventAttributes
from nbconvo.protocol.inputs import input_schema
from nbconvo.protocol.secret_values import holds_secrets
from nbconvo.protocol.secrets import without_secrets

_JOBS = (
    ev.InputReceived,
    ev.TimerFired,
    ev.ActivityTaskCompleted,
    ev.ActivityTaskFailed,
    ev.ChildCompleted,
    ev.ChildFailed,
    ev.SignalReceived,
    ev.UpdateAccepted,
    ev.CancelRequested,
    ev.Forked,
)
_BYSTANDERS = (ev.ActivityTaskRetrying, ev.CellBound)
_COMPARED = frozenset(
    {"custom_task_id", "custom_task_type", "task_id", "activity_name", "timer_id", "reason", "child_id", "update_id"}
)


def replay(
    inside: Inside,
    handlers: Handlers,
    recorded: Sequence[Event],
    cancel: Callable[[str | None], None],
    has_ended: Callable[[], bool],
) -> Generator[ev.InputReceived, BaseModel]:
    """Bring `inside` to where `recorded` ends. `cancel` applies a recorded cancel, `has_ended` tells that the
    entrypoint is through. Raises `NondeterminismError`.

    Yields each answer that has secrets, which are not recorded, and has to be sent the answer with them.
    The history rehearses and the main task is queued already; `recorded` begins with the start of the run.
    """
    history = inside.history
    history.pass_time(recorded[0].event_timestamp)
    turns = _Turns([event for event in recorded[1:] if not isinstance(event.attributes, _BYSTANDERS) and not event.origin])
    failure_types = {e.attributes.task_id: e.attributes.type for e in recorded if isinstance(e.attributes, ev.FailureTraced)}
    _count_attempts(inside, recorded)
    while True:
        for event in turns.jobs():
            history.pass_time(event.event_timestamp)
            if isinstance(answer := event.attributes, ev.InputReceived) and _has_secrets(inside, event):
                inside.pending.take(inside.pending.find(answer.custom_task_id), (yield answer))
                continue
            _apply(inside, handlers, event, failure_types, cancel)
        if turns.at_end:
            break
        inside.loop.now = history.now
        with guard.Guarded():
            inside.loop.run_turn()
        turns.compare(history.rehearsed(), has_ended())
        handlers.tell_callers()
    history.go_live()


class _Turns:
    """The recorded events, consumed turn by turn."""

    def __init__(self, events: list[Event]) -> None:
        self._events = events
        self._next = 0

    @property
    def at_end(self) -> bool:
        return self._next >= len(self._events)

    def jobs(self) -> list[Event]:
        """The jobs that come next, with what belongs to them."""
        start = end = self._next
        while end < len(self._events) and _is_job(self._events[end].attributes):
            end += 1
        self._next = end
        return self._events[start:end]

    def compare(self, made: list[EventAttributes], ended: bool) -> None:
        """The turn made `made`; the record must say the same. A turn that made nothing has left a mark instead."""
        for attributes in made or [ev.TurnCommitted()]:
            recorded = None if self.at_end else self._events[self._next]
            if recorded is None or not _same(recorded.attributes, attributes):
                raise NondeterminismError(
                    0 if recorded is None else recorded.sequence,
                    "nothing more" if recorded is None else describe(recorded.attributes),
                    "the end of the run" if ended and not made else describe(attributes),
                )
            self._next += 1


def _has_secrets(inside: Inside, event: Event) -> bool:
    """True when the answer has masks in it. An answer that has no place gets the usual error, elsewhere."""
    match event.attributes:
        case ev.InputReceived(task_id, value):
            with suppress(NbconvoError):
                schema = inside.pending.find(task_id).schema
                return holds_secrets(schema) and bool(without_secrets(value, input_schema(schema))[1])
        case _:
            pass
    return False


def _is_job(attributes: EventAttributes) -> bool:
    return isinstance(attributes, _JOBS) or (isinstance(attributes, ev.FailureTraced) and attributes.task_id is not None)


def _apply(
    inside: Inside, handlers: Handlers, event: Event, failure_types: dict[str | None, str], cancel: Callable[[str | None], None]
) -> None:
    try:
        match event.attributes:
            case ev.InputReceived(task_id, value):
                inside.pending.take(*inside.pending.check(task_id, value))
            case ev.TimerFired(timer_id):
                inside.loop.fire(timer_id)
            case ev.ActivityTaskCompleted(task_id, _, result):
                inside.calls[task_id].completed(result)
            case ev.ActivityTaskFailed(task_id, _, _, failure):
                inside.calls[task_id].failed(failure_types.get(task_id, "Exception"), failure)
            case ev.ChildCompleted(child_id, result):
                inside.children[child_id].completed(result)
            case ev.ChildFailed(child_id, kind, failure):
                inside.children[child_id].failed(kind, failure)
            case ev.SignalReceived():
                handlers.apply_signal(event.attributes)
            case ev.UpdateAccepted():
                handlers.apply_update(event.attributes)
            case ev.CancelRequested(reason):
                cancel(reason)
            case ev.Forked():
                inside.divert(event.lineage.workflow_exec_id)
            case _:
                pass
    except (KeyError, NbconvoError) as error:
        made = f"code that has no place for it ({error})"
        raise NondeterminismError(event.sequence, describe(event.attributes), made) from error


def _count_attempts(inside: Inside, recorded: Sequence[Event]) -> None:
    """An activity that was interrupted goes on counting where it was."""
    for event in recorded:
        if isinstance(event.attributes, ev.ActivityTaskRetrying):
            inside.attempts[event.attributes.task_id] = event.attributes.attempt + 1


def _same(recorded: EventAttributes, made: EventAttributes) -> bool:
    """Same type, ids and names; and the same question, where a person is asked. Texts and arguments may differ."""
    if type(recorded) is not type(made):
        return False
    if isinstance(recorded, ev.CustomTaskStarted) and recorded.custom_task_type == WAIT_FOR_INPUT:
        return recorded == made
    return all(getattr(recorded, name) == getattr(made, name) for name in _compared(type(recorded)))


@cache
def _compared(kind: type[EventAttributes]) -> tuple[str, ...]:
    return tuple(name for name in ev.field_names(kind) if name in _COMPARED)


def describe(attributes: EventAttributes) -> str:
    """An event in a few words, for people who compare two of them."""
    match attributes:
        case ev.CustomTaskStarted(_, kind, payload) if kind == WAIT_FOR_INPUT:
            return f"{attributes.event_type} (asks {payload['label'] or payload['input_schema'].get('title')!r})"
        case ev.CustomTaskStarted() | ev.CustomTaskInProgress() | ev.CustomTaskCompleted() | ev.CustomTaskFailed():
            return f"{attributes.event_type} ({attributes.custom_task_type})"
        case ev.ActivityTaskStarted() | ev.ActivityTaskCompleted() | ev.ActivityTaskFailed():
            return f"{attributes.event_type} ({attributes.activity_name})"
        case ev.TurnCommitted():
            return "nothing before the next wait"
        case _:
            return attributes.event_type if not isinstance(attributes, ev.UnknownEvent) else attributes.name
