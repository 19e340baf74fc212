"""Runs as values, without a notebook around them: going back, starting over, and the list of what there is."""

from __future__ import annotations

import pytest

import nbconvo
from nbconvo.errors import NoAnswerToRewind, UnknownExecution
from nbconvo.workflows import InteractiveWorkflow, activity, execute_workflow, workflow
from nbconvo.workflows.conversational import ChatInput

looks: list[str] = []


@activity()
async def look(text: str) -> str:
    looks.append(text)
    return text.upper()


@workflow.define(name="two", workflow_display_name="Two <questions>")
class Two(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        first = await self.wait_for_input(ChatInput("First?"), label="first")
        looked = await look(first.message[0].text)
        second = await self.wait_for_input(ChatInput("Second?"))
        return f"{looked} and {second.message[0].text}"


@workflow.define(name="above")
class Above:
    @workflow.entrypoint
    async def run(self) -> str:
        return await execute_workflow(Two)


@pytest.fixture(autouse=True)
def no_looks_yet() -> None:
    looks.clear()


async def test_going_back_reuses_what_was_before_and_keeps_both_ways() -> None:
    run = nbconvo.run(Two, replies=["a", "b"])
    assert await run == "A and b"
    first_id = run.id

    run.rewind("Second?")
    assert looks == ["a"]
    await run.reply("c")
    assert await run == "A and c"
    assert run.id != first_id

    run.rewind("first")
    await run.reply("x")
    await run.reply("y")
    assert await run == "X and y"
    assert looks == ["a", "x"]

    run.show_branch_nowait(1)
    assert await run == "A and b"
    assert run.transcript.to_markdown().count("> ") == len(["first", "a", "b"])
    assert len(nbconvo.runs()) == 3


async def test_going_back_to_no_answer_says_so() -> None:
    run = nbconvo.run(Two)
    with pytest.raises(NoAnswerToRewind, match="never asked"):
        run.rewind("never asked")
    with pytest.raises(IndexError, match="no branch 2"):
        run.show_branch_nowait(2)


async def test_starting_over_asks_everything_again_and_cancels_the_other() -> None:
    run = nbconvo.run(Two)
    await run.reply("a")
    run.start_over_nowait()
    await run.reply("b")
    await run.reply("c")
    assert await run == "B and c"
    assert sorted(one.status for one in nbconvo.runs()) == ["canceled", "completed"]


async def test_what_a_child_asks_is_asked_and_answered_in_the_run() -> None:
    run = nbconvo.run(Above, replies=["a"])
    await run.settle()
    await run.reply("b")
    assert await run == "A and b"
    text = str(run.transcript)
    assert "Two <questions>" in text
    assert "> a" in text


async def test_the_table_names_status_and_age_and_is_safe() -> None:
    nbconvo.run(Two)
    table = nbconvo.runs()
    assert [one.workflow_name for one in table] == ["two"]
    assert repr(table).splitlines()[0].split() == ["id", "workflow", "status", "last", "change"]
    assert "seconds ago" in repr(table)
    assert "Two &lt;questions&gt;" in table._repr_html_()


async def test_an_execution_can_be_looked_at_and_forgotten() -> None:
    run = nbconvo.run(Two, replies=["a", "b"])
    assert nbconvo.attach(run.id) is run
    other = nbconvo.run(Two)
    await other.settle()
    with pytest.raises(ValueError, match="cancel it first"):
        nbconvo.forget(other.id)
    await run
    nbconvo.forget(run.id)
    assert [one.id for one in nbconvo.runs()] == [other.id]
    for act in (nbconvo.attach, nbconvo.resume, nbconvo.forget):
        with pytest.raises(UnknownExecution, match=r"nbconvo\.runs"):
            act("nobody")


async def test_an_empty_journal_has_an_empty_table() -> None:
    assert list(nbconvo.runs()) == []
    assert "No workflow has run" in nbconvo.runs()._repr_html_()
