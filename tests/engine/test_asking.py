"""Asking and saying: `wait_for_input` as the workflow sees it, rule by rule, through the public contract."""

from __future__ import annotations

import asyncio
import sys
import uuid
from typing import Any

import pytest

from nbconvo.engine import KernelEngine
from nbconvo.errors import NoPendingInput, WorkflowFailed
from nbconvo.protocol.events import CustomTaskCompleted, CustomTaskStarted
from nbconvo.protocol.inputs import input_schema
from nbconvo.workflows import InteractiveWorkflow, workflow
from nbconvo.workflows.conversational import (
    ChatAssistantWorkflowOutput,
    ChatInput,
    TextOutput,
    send_assistant_message,
)
from tests.support.executions import all_events, answer, closings, kinds, open_asks, says, until
from tests.support.workflows import Approval, Concurrent, Greeting, OneAsk


async def test_a_greeting(engine: KernelEngine) -> None:
    handle = await engine.start(Greeting)
    await answer(handle, says("Ada"))
    result = await handle.result()
    assert result == ChatAssistantWorkflowOutput(content=[TextOutput(text="Nice to meet you, Ada!")])
    assert await kinds(handle) == [
        "WORKFLOW_EXECUTION_STARTED",
        "CUSTOM_TASK_STARTED:assistant_message",
        "CUSTOM_TASK_COMPLETED:assistant_message",
        "CUSTOM_TASK_STARTED:wait_for_input",
        "CUSTOM_TASK_COMPLETED:wait_for_input",
        "WORKFLOW_EXECUTION_COMPLETED",
    ]
    wire = [event.to_json()["attributes"] for event in await all_events(handle)]
    assert wire[0]["display_name"] == "Greeting"
    content = [{"type": "text", "text": "Nice to meet you, Ada!"}]
    assert wire[-1]["result"]["value"] == {"content": content, "structuredContent": None, "isError": None}


def test_all_this_needs_no_jupyter() -> None:
    import subprocess

    code = """
import asyncio, sys
from nbconvo.engine import KernelEngine
from nbconvo.workflows import InteractiveWorkflow, workflow
from nbconvo.workflows.conversational import ChatInput

@workflow.define(name="w")
class W(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        return (await self.wait_for_input(ChatInput())).message[0].text

async def main():
    async with KernelEngine() as engine:
        handle = await engine.start(W)
        while not (asks := await handle.pending_inputs()):
            await asyncio.sleep(0)
        await handle.submit_input(asks[0]["task_id"], {"message": [{"text": "Ada"}]})
        return await handle.result()

print(asyncio.run(main()), *({"ipykernel", "anywidget", "ipywidgets", "IPython"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("Ada\n", "")


# 1 and 2: the request


async def test_a_request_is_listed_with_schema_and_label(engine: KernelEngine) -> None:
    handle = await engine.start(OneAsk)
    assert await handle.pending_inputs() == []
    (ask,) = await open_asks(handle)
    assert ask == {"task_id": ask["task_id"], "input_schema": input_schema(Approval), "label": "L"}
    assert str(uuid.UUID(ask["task_id"])) == ask["task_id"]


async def test_a_request_is_there_when_its_event_is_told(engine: KernelEngine) -> None:
    handle = await engine.start(OneAsk)
    async for event in handle.events():
        if isinstance(event.attributes, CustomTaskStarted):
            (ask,) = await handle.pending_inputs()
            assert (ask["task_id"], event.attributes.custom_task_type) == (event.attributes.custom_task_id, "wait_for_input")
            assert event.attributes.payload == {"input_schema": input_schema(Approval), "label": "L"}
            await handle.submit_input(ask["task_id"], {"approved": True, "note": "at once"})
    assert await handle.result() == "at once"


async def test_ids_differ_between_asks_and_between_runs(engine: KernelEngine) -> None:
    asks = [*await open_asks(await engine.start(Concurrent), 3), *await open_asks(await engine.start(Concurrent), 3)]
    assert len({ask["task_id"] for ask in asks}) == 6


# 10 and 11: several at once


@pytest.mark.parametrize("order", [(1, 2, 0), (0, 1, 2), (2, 1, 0)])
async def test_several_asks_are_answered_in_any_order(engine: KernelEngine, order: tuple[int, ...]) -> None:
    handle = await engine.start(Concurrent)
    asks = await open_asks(handle, 3)
    assert [ask["label"] for ask in asks] == ["A", "B", None]
    for count, index in enumerate(order, start=1):
        await handle.submit_input(asks[index]["task_id"], {"approved": True, "note": "abc"[index]})
        await open_asks(handle, 3 - count)
    assert await handle.result() == {"a": "a", "b": "b", "c": "c"}
    completed = [each.custom_task_id for each in closings(await all_events(handle)) if isinstance(each, CustomTaskCompleted)]
    assert completed == [asks[index]["task_id"] for index in order]


async def test_answers_to_several_asks_in_one_turn_complete_in_their_order(engine: KernelEngine) -> None:
    handle = await engine.start(Concurrent)
    asks = await open_asks(handle, 3)
    for index in (2, 0, 1):
        await handle.submit_input(asks[index]["task_id"], {"approved": True, "note": "abc"[index]})
    assert await handle.result() == {"a": "a", "b": "b", "c": "c"}
    completed = [each.custom_task_id for each in closings(await all_events(handle)) if isinstance(each, CustomTaskCompleted)]
    assert completed == [asks[index]["task_id"] for index in (2, 0, 1)]


async def test_labels_need_not_differ(engine: KernelEngine) -> None:
    @workflow.define(name="w")
    class Sample(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> list[str]:
            both = await asyncio.gather(*(self.wait_for_input(Approval, label="same") for _ in range(2)))
            return [each.note for each in both]

    handle = await engine.start(Sample)
    first, second = await open_asks(handle, 2)
    await handle.submit_input(second["task_id"], {"approved": True, "note": "second"})
    await handle.submit_input(first["task_id"], {"approved": True, "note": "first"})
    assert await handle.result() == ["first", "second"]


async def test_a_wait_that_loses_a_race_is_taken_back(engine: KernelEngine) -> None:
    @workflow.define(name="w")
    class Sample(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> str:
            waits = {asyncio.ensure_future(self.wait_for_input(Approval, label=label)) for label in "ab"}
            done, late = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for each in late:
                each.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            return done.pop().result().note

    handle = await engine.start(Sample)
    asks = await open_asks(handle, 2)
    await handle.submit_input(asks[1]["task_id"], {"approved": True, "note": "b"})
    assert await handle.result() == "b"
    with pytest.raises(NoPendingInput):
        await handle.submit_input(asks[0]["task_id"], {"approved": True})
    assert (await kinds(handle))[3:] == [
        "CUSTOM_TASK_COMPLETED:wait_for_input",
        "CUSTOM_TASK_FAILED:wait_for_input",
        "WORKFLOW_EXECUTION_COMPLETED",
    ]


# 12 to 14


async def test_a_class_with_its_own_init_needs_no_super(engine: KernelEngine) -> None:
    @workflow.define(name="w")
    class Sample(InteractiveWorkflow):
        def __init__(self) -> None:
            self.greeting = "Hi"

        @workflow.entrypoint
        async def run(self) -> str:
            return f"{self.greeting}, {(await self.wait_for_input(Approval)).note}"

    handle = await engine.start(Sample)
    await answer(handle, {"approved": True, "note": "Ada"})
    assert await handle.result() == "Hi, Ada"


@pytest.mark.parametrize(
    ("schema", "text"),
    [(ChatInput, r"Call it: ChatInput\(...\)"), (Approval(approved=True), "Pass the class"), (None, "got NoneType")],
)
async def test_what_is_no_model_class_is_told_so(engine: KernelEngine, schema: Any, text: str) -> None:
    @workflow.define(name="w")
    class Sample(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> None:
            await self.wait_for_input(schema)

    with pytest.raises(WorkflowFailed, match=text) as caught:
        await (await engine.start(Sample)).result()
    assert isinstance(caught.value.__cause__, TypeError)


@pytest.mark.parametrize("message", ["Hello", [TextOutput(text="Hel"), TextOutput(text="lo")], []])
async def test_a_message_is_told_whole_twice(engine: KernelEngine, message: Any) -> None:
    @workflow.define(name="w")
    class Sample:
        @workflow.entrypoint
        async def run(self) -> None:
            await send_assistant_message(message)

    handle = await engine.start(Sample)
    started, completed = closings(await all_events(handle))
    texts = ["Hello"] if message == "Hello" else [chunk.text for chunk in message]
    assert started.payload == completed.payload == {"contentChunks": [{"type": "text", "text": text} for text in texts]}
    assert started.custom_task_id == completed.custom_task_id


@pytest.mark.parametrize("message", [None, ["Hello", None]])
async def test_nothing_is_no_message_and_fails_the_run(engine: KernelEngine, message: Any) -> None:
    @workflow.define(name="w")
    class Sample:
        @workflow.entrypoint
        async def run(self) -> None:
            await send_assistant_message(message)

    with pytest.raises(WorkflowFailed, match="TypeError"):
        await (await engine.start(Sample)).result()


async def test_an_ask_of_a_background_task_stays_open_beside_the_workflow(engine: KernelEngine) -> None:
    @workflow.define(name="w")
    class Sample(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> str:
            side = asyncio.create_task(self.wait_for_input(Approval, label="side"))
            first = await self.wait_for_input(Approval, label="main")
            return first.note + (await side).note

    handle = await engine.start(Sample)
    main, side = await open_asks(handle, 2)
    labels = {main["label"]: main["task_id"], side["label"]: side["task_id"]}
    await handle.submit_input(labels["main"], {"approved": True, "note": "m"})
    assert [ask["label"] for ask in await open_asks(handle, 1)] == ["side"]
    await handle.submit_input(labels["side"], {"approved": True, "note": "s"})
    assert await handle.result() == "ms"


async def test_a_hundred_asks_at_once(engine: KernelEngine) -> None:
    @workflow.define(name="w")
    class Sample(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> int:
            return len(await asyncio.gather(*(self.wait_for_input(Approval) for _ in range(100))))

    handle = await engine.start(Sample)
    for ask in reversed(await open_asks(handle, 100)):
        await handle.submit_input(ask["task_id"], {"approved": False})
    assert await handle.result() == 100


async def test_an_answer_wakes_the_workflow_though_nobody_awaits_it(engine: KernelEngine) -> None:
    done: list[str] = []

    @workflow.define(name="w")
    class Sample(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> None:
            done.append((await self.wait_for_input(Approval)).note)

    await answer(await engine.start(Sample), {"approved": True, "note": "x"})
    await until(lambda: done == ["x"])
    assert done == ["x"]
