"""Taking up a recorded run: a replay that stops at each answer whose secrets nobody here knows, until they are given again.

Until then the run stands still where the answer was given, whatever happened after it: its code cannot go on without the secret.
The ask is open again, as an event of its own; replays pass such events by.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Any, cast

from pydantic import BaseModel

from nbconvo.engine.inside import WAIT_FOR_INPUT, Inside
from nbconvo.engine.secret_answers import Secrets
from nbconvo.errors import FieldProblem, InputRejected
from nbconvo.protocol.envelope import Event
from nbconvo.protocol.events import CustomTaskCompleted, CustomTaskStarted, InputReceived
from nbconvo.protocol.inputs import input_schema
from nbconvo.protocol.secret_values import masked

ORIGIN = "secrets"
"""Marks the events of an ask that is open again, as if an activity had made them."""

Replay = Generator[InputReceived, BaseModel]
"""Gives each answer whose secrets it needs, and takes the answer with them."""


class Rehearsal:
    """One replay under way."""

    __slots__ = ("_inside", "_open", "_replay", "_secrets", "_wanted")

    def __init__(self, replay: Replay, inside: Inside, recorded: Sequence[Event], secrets: Secrets) -> None:
        self._replay = replay
        self._inside = inside
        self._secrets = secrets
        self._open = set(_asked_again(recorded))
        self._wanted: InputReceived | None = None

    def begin(self) -> bool:
        """Replay to the end, or to where a secret is wanted; True at the end. Raises `NondeterminismError`."""
        return self._advance(None)

    def submit(self, task_id: str, value: Any) -> bool:
        """Take the answer again and go on; as `begin`.

        Raises `InputRejected` when it does not fit, is for another ask, or is another answer than before: what followed from
        that one has happened.
        """
        wanted = self._wanted
        if wanted is None or task_id != wanted.custom_task_id:
            text = "first give the secrets again that an earlier question asked for; they are not kept"
            raise InputRejected(task_id, text, [FieldProblem((), text)])
        ask, answer = self._inside.pending.check(task_id, value)
        if (told := masked(answer)) != wanted.input:
            raise InputRejected(task_id, "only secrets can be given anew", list(_differences(wanted.input, told)))
        request = {"input_schema": input_schema(ask.schema), "label": ask.label}
        self._secrets.keep(self._run_id, task_id, answer)
        self._inside.history.activity_made(CustomTaskCompleted(task_id, WAIT_FOR_INPUT, {**request, "input": told}), ORIGIN)
        return not self._inside.history.closed and self._advance(answer)  # closed: the journal has failed, the run stops here

    @property
    def _run_id(self) -> str:
        return self._inside.history.lineage.workflow_run_id

    def _advance(self, answer: BaseModel | None) -> bool:
        """Go on with an answer (None to begin), and with those that are known."""
        self._inside.pending.only = None
        while True:
            try:
                wanted = next(self._replay) if answer is None else self._replay.send(answer)
            except StopIteration:
                return True
            self._wanted = wanted
            answer = self._secrets.answer(self._run_id, wanted.custom_task_id)
            if answer is None:
                self._ask_again(wanted.custom_task_id)
                return False

    def _ask_again(self, task_id: str) -> None:
        pending = self._inside.pending
        pending.only = task_id
        if task_id not in self._open:  # an earlier kernel may have asked, and died unanswered
            (ask,) = pending.list()
            request = {"input_schema": ask["input_schema"], "label": ask["label"]}
            self._inside.history.activity_made(CustomTaskStarted(task_id, WAIT_FOR_INPUT, request), ORIGIN)


def _asked_again(recorded: Iterable[Event]) -> Iterable[str]:
    """The asks that were opened again and not answered again since."""
    still_open: dict[str, None] = {}
    for event in recorded:
        match event.attributes:
            case CustomTaskStarted(task_id) if event.origin == ORIGIN:
                still_open[task_id] = None
            case CustomTaskCompleted(task_id) if event.origin == ORIGIN:
                still_open.pop(task_id, None)
            case _:
                pass
    return still_open


def _differences(before: Any, after: Any) -> Iterable[FieldProblem]:
    """Where an answer is another one than before."""
    said = "Only secrets can be given anew: leave the rest as it was answered before."
    if not (isinstance(before, dict) and isinstance(after, dict)):
        yield FieldProblem((), said)
        return
    earlier, later = cast("dict[str, Any]", before), cast("dict[str, Any]", after)
    for key, value in earlier.items():
        if later.get(key) != value:
            yield FieldProblem((key,), said)
