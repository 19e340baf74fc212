"""The open asks of one execution, in the order they were opened.

An entry is there from before the first event of the ask is recorded until its answer is accepted or the wait ends. Accepting
an answer takes it out, so a second answer finds nothing: the first valid one wins.
"""

from __future__ import annotations

from asyncio import Future
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from nbconvo.engine.contract import PendingInput
from nbconvo.errors import FieldProblem, InputRejected, NoPendingInput
from nbconvo.protocol.forms import form_problems
from nbconvo.protocol.inputs import input_schema
from nbconvo.protocol.secret_values import holds_secrets, revealed

MAX_INPUT_BYTES = 2_000_000
"""Largest reply, as JSON: what the hosted platform and a Temporal payload take, so a workflow that moves there keeps working."""


@dataclass(frozen=True, slots=True)
class OpenAsk:
    """One ask: the class of its input and the future that the workflow waits for."""

    task_id: str
    schema: type[BaseModel]
    label: str | None
    answer: Future[Any]


class PendingInputs:
    """The asks of one execution by task id."""

    __slots__ = ("_asks", "only")

    def __init__(self) -> None:
        self._asks: dict[str, OpenAsk] = {}
        self.only: str | None = None
        """While this is set, the ask of this id is the only one that is listed."""

    def __len__(self) -> int:
        return len(self._asks)

    def open(self, ask: OpenAsk) -> None:
        """Add an ask."""
        self._asks[ask.task_id] = ask

    def close(self, task_id: str) -> None:
        """Take an ask out, if it is still there."""
        self._asks.pop(task_id, None)

    def list(self) -> list[PendingInput]:
        """The open asks, oldest first."""
        asks = [ask for ask in self._asks.values() if self.only in (None, ask.task_id)]
        return [{"task_id": ask.task_id, "input_schema": input_schema(ask.schema), "label": ask.label} for ask in asks]

    def check(self, task_id: str, value: Any) -> tuple[OpenAsk, BaseModel]:
        """The ask and the validated answer; changes nothing. Raises `NoPendingInput` or `InputRejected`."""
        ask = self.find(task_id)
        return ask, _validated(ask, value)

    def find(self, task_id: str) -> OpenAsk:
        """The open ask with this id. Raises `NoPendingInput`."""
        ask = self._asks.get(task_id)
        if ask is None or ask.answer.done():
            raise NoPendingInput(task_id)
        return ask

    def take(self, ask: OpenAsk, answer: BaseModel) -> None:
        """Accept `answer`: the ask is closed and the workflow goes on with it."""
        self.close(ask.task_id)
        ask.answer.set_result(answer)


def _validated(ask: OpenAsk, value: Any) -> BaseModel:
    data = revealed(value) if isinstance(value, BaseModel) else value
    _check_size(ask.task_id, data)
    try:
        return ask.schema.model_validate(data)
    except ValidationError as error:
        problems = form_problems(ask.schema, data, error)
        if holds_secrets(ask.schema):
            raise InputRejected(ask.task_id, _without_values(error), problems) from None
        raise InputRejected(ask.task_id, str(error), problems) from error


def _check_size(task_id: str, data: Any) -> None:
    try:
        size = len(to_json(data))
    except (PydanticSerializationError, UnicodeEncodeError, ValueError) as error:
        raise _rejected(task_id, f"it is not JSON ({error})") from error
    if size > MAX_INPUT_BYTES:
        raise _rejected(task_id, f"it is {size:,} bytes long, the most is {MAX_INPUT_BYTES:,}. Shorten it, or send it as a file.")


def _without_values(error: ValidationError) -> str:
    """The text of the error, which repeats what was entered, without that."""
    lines: Any = error.errors(include_url=False)
    return str(ValidationError.from_exception_data(error.title, lines, hide_input=True))


def _rejected(task_id: str, text: str) -> InputRejected:
    return InputRejected(task_id, text, [FieldProblem((), text)])


def field_problems(error: ValidationError) -> list[FieldProblem]:
    """What a pydantic error says, field by field."""
    return [FieldProblem(row["loc"], row["msg"].removeprefix("Value error, ")) for row in error.errors(include_url=False)]
