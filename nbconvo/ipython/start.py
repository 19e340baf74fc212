"""A workflow that needs an input and has none asks for it, with the form that its entrypoint's model describes.

Until a valid input is there, nothing has happened: there is no execution and the journal knows of nothing. To a run and its
widget this looks like an execution that waits for one answer; its id is the one that the execution will have.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from inspect import isclass
from typing import Any, get_type_hints

from pydantic import BaseModel, ValidationError

from nbconvo.engine import KernelHandle
from nbconvo.engine.contract import PendingInput
from nbconvo.errors import FieldProblem, InputRejected, NoPendingInput, StartInputInvalid, WorkflowCanceled
from nbconvo.protocol.definition import WorkflowDefinition
from nbconvo.protocol.forms import form_problems
from nbconvo.views.asks import ask_view
from nbconvo.views.fold import empty_view
from nbconvo.views.form_model import FieldView
from nbconvo.views.forms import form_view
from nbconvo.views.model import TranscriptView

TASK_ID = "start"
"""Of the ask; the ids of an execution's own asks are longer."""


class StartForm:
    """The ask for the input of `definition`. `start` is called with the first answer that fits; its handle is `started` then.

    Raises `StartInputInvalid` when nobody can be asked: no schema describes the input, or part of it is a secret.
    """

    def __init__(self, definition: WorkflowDefinition, execution_id: str, start: Callable[[Any], KernelHandle]) -> None:
        self.definition = definition
        self.id = execution_id
        self.started: KernelHandle | None = None
        self.following: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when there is no more to ask."""
        self._start = start
        self.view: TranscriptView = _view(definition, execution_id)

    @property
    def workflow_name(self) -> str:
        """The name of the workflow's definition."""
        return self.definition.name

    @property
    def is_still(self) -> bool:
        """Nothing but an answer brings it on."""
        return True

    def pending_inputs_nowait(self) -> list[PendingInput]:
        """The one ask, as an execution lists its own."""
        return [
            {"task_id": ask["task_id"], "input_schema": ask["schema"] or {}, "label": ask["label"]} for ask in self.view["asks"]
        ]

    def submit_input_nowait(self, task_id: str, value: Any) -> None:
        """Start the workflow with this input. Raises `InputRejected`, `NoPendingInput`; then nothing was started."""
        if not any(ask["task_id"] == task_id for ask in self.view["asks"]):
            raise NoPendingInput(task_id)
        try:
            self.started = self._start(value)
        except StartInputInvalid as error:
            raise InputRejected(task_id, str(error.__cause__ or error), self._problems(value, error)) from error.__cause__
        self._close()

    def cancel_nowait(self, reason: str | None = None) -> None:
        """Ask no more."""
        if not self.following.done():
            self.view = {**self.view, "status": "canceled", "ended_at": time.time()}
            self._close()

    async def result(self) -> Any:
        """There is none without a start. Raises `WorkflowCanceled`."""
        raise WorkflowCanceled(self.workflow_name, "it was not started")

    def _close(self) -> None:
        self.view = {**self.view, "asks": []}
        self.following.set_result(None)

    def _problems(self, value: Any, error: StartInputInvalid) -> list[FieldProblem]:
        """All that is wrong, in the words of the fields where they have some."""
        names = self.definition.shape.parameters
        model = get_type_hints(self.definition.entrypoint).get(names[0]) if len(names) == 1 else None
        if not (isclass(model) and issubclass(model, BaseModel) and isinstance(error.__cause__, ValidationError)):
            return error.errors
        return form_problems(model, value, error.__cause__)


def needs_input(definition: WorkflowDefinition) -> bool:
    """True when the workflow cannot start without an input.

    >>> from nbconvo.workflows import workflow
    >>> @workflow.define(name="count")
    ... class Count:
    ...     @workflow.entrypoint
    ...     async def run(self, upto: int) -> int:
    ...         return upto
    >>> from nbconvo.protocol.definition import definition_of
    >>> needs_input(definition_of(Count))
    True
    """
    if not definition.shape.takes_input:
        return False
    try:
        definition.shape.decode(None)
    except ValidationError:
        return True
    return False


def _view(definition: WorkflowDefinition, execution_id: str) -> TranscriptView:
    schema = definition.shape.input_schema()
    if not schema:
        raise _cannot_ask(definition, "no form can be made for it: its types have no JSON schema. Give it with --input.")
    if _has_secret(form_view(schema)):
        how = "Leave it out of the input and ask for it in the workflow, with wait_for_input."
        raise _cannot_ask(definition, f"it has a secret, and the input of a workflow is recorded. {how}")
    schema = {"description": definition.description or "", **schema, "title": definition.title}
    now = time.time()
    view = empty_view(execution_id, definition.name, definition.title)
    return {**view, "status": "waiting", "asks": [ask_view(TASK_ID, schema, definition.title, now)]}


def _has_secret(field: FieldView) -> bool:
    parts = [*field.get("fields", []), *field.get("variants", [])]
    if "item" in field:
        parts.append(field["item"])
    return field["kind"] == "secret" or any(_has_secret(part) for part in parts)


def _cannot_ask(definition: WorkflowDefinition, why: str) -> StartInputInvalid:
    text = f"it needs one, and {why}"
    return StartInputInvalid(definition.name, text, [FieldProblem((), text)])
