"""A workflow cell whose workflow needs an input and has none: it asks, and until the answer fits nothing has happened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import BaseModel, Field, SecretStr

from nbconvo.errors import InputRejected, NoAnswerToRewind, NoPendingInput, NoReplyError, StartInputInvalid, WorkflowCanceled
from nbconvo.ipython import notebook as notebooks
from nbconvo.ipython.notebook import Notebook
from nbconvo.ipython.run import Run
from nbconvo.protocol.fields import SingleChoice, TextField
from nbconvo.protocol.forms import FormInput
from nbconvo.workflows import InteractiveWorkflow, workflow
from nbconvo.workflows.conversational import ChatInput


class Expense(BaseModel):
    """What was paid."""

    description: str
    amount: float = Field(gt=0)


class Parcel(FormInput):
    plate: str = TextField("Plate", pattern="^[A-Z]+$", error_message="Capitals only.")
    size: str = SingleChoice(options=[("s", "Small"), ("l", "Large")])


class Login(BaseModel):
    key: SecretStr


@workflow.define(name="expense", workflow_display_name="New expense")
class Approve(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self, expense: Expense) -> str:
        answer = await self.wait_for_input(ChatInput("Why?"))
        return f"{expense.description}: {answer.message[0].text}"


@workflow.define(name="parcel", workflow_description="Sends a parcel.")
class Send:
    @workflow.entrypoint
    async def run(self, parcel: Parcel) -> str:
        return parcel.size


@workflow.define(name="spread")
class Spread:
    @workflow.entrypoint
    async def run(self, first: int, second: int = 2) -> int:
        return first * second


@workflow.define(name="optional")
class Count:
    @workflow.entrypoint
    async def run(self, count: int = 3, more: Expense | None = None) -> int:
        return count


@workflow.define(name="login")
class LogIn:
    @workflow.entrypoint
    async def run(self, logins: list[Login]) -> int:
        return len(logins)


@pytest.fixture
async def notebook() -> AsyncIterator[Notebook]:
    """One of its own; what still waits at the end is stopped quietly."""
    notebook = Notebook()
    yield notebook
    await notebook.engine.close()


@pytest.fixture
def in_a_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a page had sent the cell."""
    monkeypatch.setattr(notebooks.host, "cell", lambda: ("/notes/trip.ipynb", "cell-1"))


def start(notebook: Notebook, workflow: type[Any], *replies: Any, **options: Any) -> Run:
    return notebook.run_in_cell(workflow, None, replies, fresh=False, **options)


async def test_it_waits_with_a_form_and_records_nothing(notebook: Notebook) -> None:
    run = start(notebook, Approve)
    (ask,) = run.pending
    assert (ask["kind"], ask["label"], ask["prompt"]) == ("form", "New expense", "What was paid.")
    assert [field["label"] for field in ask["form"]["fields"]] == ["Description", "Amount"]
    assert all(field["required"] for field in ask["form"]["fields"])
    assert (run.status, run.is_started, run.events) == ("waiting", False, [])
    assert notebook.summaries() == []
    assert "? New expense" in str(run.transcript)
    assert repr(run) == "<Run of expense: waiting for 'New expense'>"


async def test_the_answer_starts_it_under_the_id_it_had(notebook: Notebook) -> None:
    run = start(notebook, Approve)
    run_id = run.id
    waiting = asyncio.ensure_future(run.result())
    with pytest.raises(NoReplyError, match="'New expense'"):
        await waiting
    await run.reply({"description": "Train", "amount": 12})
    assert run.is_started
    assert [(one.id, one.workflow_name) for one in notebook.summaries()] == [(run_id, "expense")]
    await run.reply("a visit")
    assert await run == "Train: a visit"
    assert run.id == run_id
    assert run.events[0].attributes.input == [{"description": "Train", "amount": 12}]  # type: ignore[union-attr]


async def test_scripted_replies_answer_the_form_first(notebook: Notebook) -> None:
    run = start(notebook, Approve, {"description": "Train", "amount": 12}, "a visit")
    assert run.is_started
    assert await run == "Train: a visit"


async def test_a_scripted_reply_that_does_not_fit_is_told(notebook: Notebook) -> None:
    run = start(notebook, Approve, {"description": "Train", "amount": -1})
    with pytest.raises(InputRejected, match="greater than 0") as raised:
        await run
    assert [problem.path for problem in raised.value.errors] == [("amount",)]
    assert notebook.summaries() == []


async def test_every_field_says_what_is_wrong_with_it(notebook: Notebook) -> None:
    run = start(notebook, Send)
    assert run.pending[0]["prompt"] == "Sends a parcel."
    with pytest.raises(InputRejected) as raised:
        run.reply({"plate": "abc", "size": "xl"})
    assert {problem.path: problem.message for problem in raised.value.errors} == {
        ("plate",): "Capitals only.",
        ("size",): "Invalid value 'xl' for field 'size'. Must be one of: ['s', 'l']",
    }
    await run.reply({"plate": "ABC", "size": "Large"})
    assert await run == "l"


async def test_loose_parameters_are_fields(notebook: Notebook) -> None:
    run = start(notebook, Spread)
    fields = run.pending[0]["form"]["fields"]
    assert [(field["key"], field["required"]) for field in fields] == [("first", True), ("second", False)]
    await run.reply({"first": 4})
    assert await run == 8


async def test_nothing_is_asked_where_an_input_is_not_needed(notebook: Notebook) -> None:
    run = start(notebook, Count)
    assert run.is_started
    assert await run == 3


async def test_a_secret_is_not_asked_for_because_inputs_are_recorded(notebook: Notebook) -> None:
    with pytest.raises(StartInputInvalid, match="it has a secret, and the input of a workflow is recorded"):
        start(notebook, LogIn)


async def test_canceled_before_its_start(notebook: Notebook) -> None:
    run = start(notebook, Approve)
    later = run.reply("for the next ask", label="later")
    run.cancel()
    assert (run.status, run.pending) == ("canceled", [])
    assert isinstance(later.error, NoPendingInput)
    with pytest.raises(WorkflowCanceled, match="it was not started"):
        await run
    with pytest.raises(NoPendingInput):
        run.submit_input_nowait("start", {"description": "Train", "amount": 12})
    run.cancel()
    assert notebook.summaries() == []


async def test_there_is_nothing_to_go_back_to(notebook: Notebook) -> None:
    run = start(notebook, Approve)
    with pytest.raises(NoAnswerToRewind):
        run.rewind("New expense")


async def test_the_second_answer_comes_too_late(notebook: Notebook) -> None:
    run = start(notebook, Send)
    run.submit_input_nowait("start", {"plate": "A", "size": "s"})
    with pytest.raises(NoPendingInput):
        run.submit_input_nowait("start", {"plate": "B", "size": "l"})
    assert await run == "s"


@pytest.mark.usefixtures("in_a_cell")
async def test_the_run_belongs_to_its_cell_from_its_start(notebook: Notebook) -> None:
    run = start(notebook, Approve)
    await run.reply({"description": "Train", "amount": 12})
    (summary,) = notebook.summaries()
    assert (summary.notebook, summary.cell_id) == ("/notes/trip.ipynb", "cell-1")


@pytest.mark.usefixtures("in_a_cell")
async def test_a_cell_that_is_run_again_drops_its_old_form(notebook: Notebook) -> None:
    first = start(notebook, Approve)
    second = start(notebook, Approve)
    assert (first.status, second.status) == ("canceled", "waiting")
    assert notebook.runs == [second]
    await second.reply({"description": "Train", "amount": 12})
    third = start(notebook, Approve)
    assert (second.status, third.status) == ("running", "waiting"), "one that has begun is left alone"


async def test_an_id_names_the_execution_to_be(notebook: Notebook) -> None:
    run = start(notebook, Approve, id="trip")
    assert run.id == "trip"
    await run.reply({"description": "Train", "amount": 12})
    assert start(notebook, Approve, "a visit", id="trip") is run
    assert await run == "Train: a visit"
