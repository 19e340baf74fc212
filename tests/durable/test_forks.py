"""Going back to an answer forks an execution and the children it waited for; both ways stay, and neither disturbs the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from nbconvo.engine import KernelEngine, KernelHandle
from nbconvo.errors import NoAnswerToRewind
from nbconvo.protocol import events as ev
from nbconvo.workflows import InteractiveWorkflow, ParentClosePolicy, activity, execute_workflow, workflow
from nbconvo.workflows.conversational import ChatInput

looks: list[str] = []


@activity()
async def look(text: str) -> str:
    looks.append(text)
    return text.upper()


@workflow.define(name="below")
class Below(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        first = await self.wait_for_input(ChatInput(), label="child 1")
        looked = await look(first.message[0].text)
        second = await self.wait_for_input(ChatInput(), label="child 2")
        return looked + second.message[0].text


@workflow.define(name="above")
class Above(InteractiveWorkflow):
    """Asks, then has a child ask, then asks again."""

    @workflow.entrypoint
    async def run(self) -> str:
        before = await self.wait_for_input(ChatInput(), label="before")
        middle = await execute_workflow(Below)
        after = await self.wait_for_input(ChatInput(), label="after")
        return f"{before.message[0].text}-{middle}-{after.message[0].text}-{workflow.uuid4()}"


@workflow.define(name="beside")
class Beside(InteractiveWorkflow):
    """Waits for two children at once; a third it leaves alone."""

    @workflow.entrypoint
    async def run(self) -> list[str]:
        await execute_workflow(Below, wait=False, parent_close_policy=ParentClosePolicy.ABANDON, execution_id="alone")
        return list(await asyncio.gather(execute_workflow(Below), execute_workflow(Below)))


@pytest.fixture(autouse=True)
def no_looks_yet() -> None:
    looks.clear()


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[KernelEngine]:
    async with KernelEngine(tmp_path / "journal.sqlite3") as engine:
        yield engine


async def asked(engine: KernelEngine, root: KernelHandle, label: str) -> tuple[KernelHandle, str]:
    """The first of a family that asks `label`, when it does, and the task id."""
    for _ in range(200):
        for handle in engine.family(root.id):
            for ask in await handle.pending_inputs():
                if ask["label"] == label and handle.id != "alone":
                    return handle, ask["task_id"]
        await asyncio.sleep(0.005)
    raise AssertionError(f"{label} was never asked")


async def reply(engine: KernelEngine, root: KernelHandle, label: str, text: str) -> str:
    """Answer the ask `label` of a family; returns its task id."""
    handle, task_id = await asked(engine, root, label)
    await handle.submit_input(task_id, {"message": [{"type": "text", "text": text}]})
    return task_id


async def played(engine: KernelEngine, root: KernelHandle, **replies: str) -> dict[str, str]:
    """Answer one ask after the other; the task ids by label."""
    return {label: await reply(engine, root, label.replace("_", " "), text) for label, text in replies.items()}


async def test_before_a_child_began_the_other_way_has_a_child_of_its_own(engine: KernelEngine) -> None:
    handle = await engine.start(Above)
    ids = await played(engine, handle, before="a", child_1="b", child_2="c", after="d")
    first = await handle.result()
    other = engine.fork(handle.id, ids["before"])
    await played(engine, other, before="A", child_1="B", child_2="C", after="D")
    second = await other.result()
    assert (first[:9], second[:9]) == ("a-Bc-d-" + first[7:9], "A-BC-D-" + second[7:9])
    assert first[7:] != second[7:]  # what follows has ids of its own
    assert looks == ["b", "B"]


async def test_an_answer_of_a_child_that_has_ended(engine: KernelEngine) -> None:
    handle = await engine.start(Above)
    ids = await played(engine, handle, before="a", child_1="b", child_2="c", after="d")
    await handle.result()
    other = engine.fork(handle.id, ids["child_2"])
    await played(engine, other, child_2="X", after="Y")
    assert (await other.result()).startswith("a-BX-Y-")
    assert (await handle.result()).startswith("a-Bc-d-")
    assert looks == ["b"]  # what was before the answer is reused


async def test_an_answer_of_a_child_while_it_waits(engine: KernelEngine) -> None:
    handle = await engine.start(Above)
    ids = await played(engine, handle, before="a", child_1="b")
    other = engine.fork(handle.id, ids["child_1"])
    await played(engine, other, child_1="x", child_2="y", after="z")
    assert (await other.result()).startswith("a-Xy-z-")
    await played(engine, handle, child_2="c", after="d")
    assert (await handle.result()).startswith("a-Bc-d-")
    assert looks == ["b", "x"]


async def test_its_brothers_are_forked_and_a_child_that_nobody_waits_for_is_not(engine: KernelEngine) -> None:
    handle = await engine.start(Beside)
    await reply(engine, handle, "child 1", "one")
    await asked(engine, handle, "child 2")
    task_id = await reply(engine, handle, "child 1", "two")
    other = engine.fork(handle.id, task_id)
    await reply(engine, other, "child 1", "TWO")
    for root in (handle, other):
        await reply(engine, root, "child 2", "!")
        await reply(engine, root, "child 2", "?")
    assert await handle.result() == ["ONE!", "TWO?"]
    assert await other.result() == ["ONE!", "TWO?"]
    assert looks == ["one", "two", "TWO"]
    assert [one.id for one in engine.handles if one.workflow_name == "below"].count("alone") == 1


async def test_a_fork_of_a_fork_and_a_restart_of_it(tmp_path: Path) -> None:
    path = tmp_path / "again.sqlite3"
    async with KernelEngine(path) as engine:
        handle = await engine.start(Above)
        ids = await played(engine, handle, before="a", child_1="b", child_2="c")
        second = engine.fork(handle.id, ids["child_2"])
        await played(engine, second, child_2="d")
        third = engine.fork(second.id, ids["child_1"])
        await played(engine, third, child_1="e")
        third_id = third.id
    async with KernelEngine(path) as engine:
        third = await engine.start(Above, id=third_id)
        await played(engine, third, child_2="f", after="g")
        assert (await third.result()).startswith("a-Ef-g-")
        marks = [event.attributes for event in engine.journal.read(third_id) if isinstance(event.attributes, ev.Forked)]
        assert [len(mark.children) for mark in marks] == [1]
    assert looks == ["b", "e"]


async def test_what_was_never_answered_is_told(engine: KernelEngine) -> None:
    handle = await engine.start(Above)
    with pytest.raises(NoAnswerToRewind, match="nothing to go back to"):
        engine.fork(handle.id, "nobody's")
