"""Answering: what a reply must be, and that the first valid one wins."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, field_validator

from nbconvo.engine import KernelEngine
from nbconvo.errors import FieldProblem, InputRejected, NoPendingInput
from nbconvo.protocol.events import CustomTaskCompleted
from nbconvo.protocol.inputs import ChatInputModel, ConfirmationInputModel, input_schema
from nbconvo.workflows import InteractiveWorkflow, workflow
from nbconvo.workflows.conversational import (
    AcceptDeclineConfirmation,
    ChatInput,
    ConfirmationInput,
    TextChunk,
    is_accepted,
)
from tests.support.executions import all_events, answer, closings, open_asks, says
from tests.support.workflows import Approval, Greeting, OneAsk

# 5 and 6: the answer


async def test_an_answer_is_recorded_normalised(engine: KernelEngine) -> None:
    handle = await engine.start(OneAsk)
    await answer(handle, {"approved": "yes", "bogus": 1})
    assert await handle.result() == ""
    (completed,) = (each for each in closings(await all_events(handle)) if isinstance(each, CustomTaskCompleted))
    assert completed.payload == {"input_schema": input_schema(Approval), "label": "L", "input": {"approved": True, "note": ""}}


async def test_the_workflow_gets_an_instance_of_the_class_it_asked_with(engine: KernelEngine) -> None:
    pick = ConfirmationInput(["a", "b"], "Pick")

    @workflow.define(name="w")
    class Sample(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> list[bool]:
            said, picked = await self.wait_for_input(ChatInput()), await self.wait_for_input(pick)
            accepted = await self.wait_for_input(AcceptDeclineConfirmation("Go?"))
            return [isinstance(said, ChatInputModel), isinstance(picked, pick), is_accepted(accepted)]

    handle = await engine.start(Sample)
    for value in (says("x"), {"choice": "b"}, {"choice": "accept"}):
        await answer(handle, value)
    assert await handle.result() == [True, True, True]


async def test_an_instance_of_the_model_is_an_answer_too(engine: KernelEngine) -> None:
    handle = await engine.start(Greeting)
    await answer(handle, ChatInput()(message=[TextChunk(text="Ada")]))
    assert "Ada" in (await handle.result()).content[0].text


async def test_a_message_may_be_empty_and_a_chunk_without_its_type(engine: KernelEngine) -> None:
    empty, untyped = await engine.start(Greeting), await engine.start(Greeting)
    await answer(empty, {"message": []})
    await answer(untyped, {"message": [{"text": "Ada"}]})
    assert (await empty.result()).content[0].text == "Nice to meet you, friend!"
    await untyped.result()
    (completed,) = (
        each
        for each in closings(await all_events(untyped))
        if isinstance(each, CustomTaskCompleted) and each.custom_task_type == "wait_for_input"
    )
    assert completed.payload["input"] == says("Ada")


async def test_an_answer_is_checked_before_it_counts(engine: KernelEngine) -> None:
    handle = await engine.start(OneAsk)
    (ask,) = await open_asks(handle)
    with pytest.raises(InputRejected) as caught:
        await handle.submit_input(ask["task_id"], {"note": 5})
    assert str(caught.value).startswith(f"Invalid input for task {ask['task_id']}: 2 validation errors for Approval")
    assert caught.value.errors == [
        FieldProblem(("approved",), "Field required"),
        FieldProblem(("note",), "Input should be a valid string"),
    ]
    assert await open_asks(handle) == [ask]
    await handle.submit_input(ask["task_id"], {"approved": True, "note": "now right"})
    assert await handle.result() == "now right"
    assert len(closings(await all_events(handle))) == 2


@pytest.mark.parametrize(
    ("schema", "value", "path", "text"),
    [
        (ConfirmationInput(["a", "b"], "Pick"), {"choice": "z"}, (), "Invalid choice 'z'. Must be one of: ['a', 'b']"),
        (ConfirmationInput(["a"], "Pick"), {"choice": "a", "x": 1}, ("x",), "Extra inputs are not permitted"),
        (ChatInput(), {"message": "hi"}, ("message",), "Input should be a valid list"),
        (ChatInput(), says("hi") | {"x": 1}, ("x",), "Extra inputs are not permitted"),
        (ChatInput(), {"message": [{"type": "image", "text": "x"}]}, ("message", 0, "type"), "Input should be 'text'"),
        (ChatInput(), None, (), "Input should be a valid dictionary or instance of ChatInput"),
    ],
    ids=["choice", "extra choice", "text", "extra chat", "chunk", "nothing"],
)
async def test_a_wrong_answer_is_told_where_and_why(
    engine: KernelEngine, schema: type[BaseModel], value: Any, path: tuple[str | int, ...], text: str
) -> None:
    @workflow.define(name="w")
    class Sample(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> None:
            await self.wait_for_input(schema)

    handle = await engine.start(Sample)
    (ask,) = await open_asks(handle)
    with pytest.raises(InputRejected) as caught:
        await handle.submit_input(ask["task_id"], value)
    assert caught.value.errors == [FieldProblem(path, text)]
    assert await handle.pending_inputs() == [ask]


async def test_an_instance_of_another_model_is_checked_too(engine: KernelEngine) -> None:
    handle = await engine.start(Greeting)
    (ask,) = await open_asks(handle)
    with pytest.raises(InputRejected, match="message"):
        await handle.submit_input(ask["task_id"], ConfirmationInputModel(choice="a"))


@pytest.mark.parametrize(
    "value", [object(), {"approved": object()}, {"approved": {1, 2}}, b"\xff\xfe"], ids=["object", "inner", "set", "bytes"]
)
async def test_an_answer_that_is_no_json_is_rejected(engine: KernelEngine, value: Any) -> None:
    handle = await engine.start(OneAsk)
    (ask,) = await open_asks(handle)
    with pytest.raises(InputRejected):
        await handle.submit_input(ask["task_id"], value)
    assert await handle.pending_inputs() == [ask]


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
async def test_half_a_character_is_rejected(engine: KernelEngine, text: str) -> None:
    handle = await engine.start(Greeting)
    (ask,) = await open_asks(handle)
    with pytest.raises(InputRejected):
        await handle.submit_input(ask["task_id"], says(text))
    assert await handle.pending_inputs() == [ask]


@pytest.mark.parametrize(("size", "fits"), [(1_999_000, True), (2_000_000, False)])
async def test_an_answer_has_at_most_two_megabytes(engine: KernelEngine, size: int, fits: bool) -> None:
    handle = await engine.start(OneAsk)
    (ask,) = await open_asks(handle)
    reply = {"approved": True, "note": "x" * size}
    if fits:
        await handle.submit_input(ask["task_id"], reply)
        assert len(await handle.result()) == size
    else:
        with pytest.raises(InputRejected, match=r"2,000,\d\d\d bytes long, the most is 2,000,000"):
            await handle.submit_input(ask["task_id"], reply)
        assert await handle.pending_inputs() == [ask]


async def test_a_validator_that_fails_in_its_own_way_rejects_the_answer(engine: KernelEngine) -> None:
    class Strict(BaseModel):
        v: int

        @field_validator("v")
        @classmethod
        def check(cls, value: int) -> int:
            if value > 1:
                raise ValueError("too much")
            return value

    @workflow.define(name="w")
    class Sample(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> int:
            return (await self.wait_for_input(Strict)).v

    handle = await engine.start(Sample)
    (ask,) = await open_asks(handle)
    with pytest.raises(InputRejected) as caught:
        await handle.submit_input(ask["task_id"], {"v": 2})
    assert caught.value.errors == [FieldProblem(("v",), "too much")]
    await handle.submit_input(ask["task_id"], {"v": 1})
    assert await handle.result() == 1


# 9: unknown, twice, afterwards


async def test_an_unknown_task_is_told_so(engine: KernelEngine) -> None:
    handle = await engine.start(OneAsk)
    await open_asks(handle)
    with pytest.raises(NoPendingInput, match=r"^No pending input request found for task nope$"):
        await handle.submit_input("nope", {"approved": True})
    assert len(await handle.pending_inputs()) == 1


async def test_of_two_answers_the_first_wins(engine: KernelEngine) -> None:
    handle = await engine.start(OneAsk)
    (ask,) = await open_asks(handle)
    await handle.submit_input(ask["task_id"], {"approved": True, "note": "first"})
    with pytest.raises(NoPendingInput, match=ask["task_id"]):
        await handle.submit_input(ask["task_id"], {"approved": True, "note": "second"})
    assert await handle.result() == "first"


async def test_an_answer_after_the_end_is_told_so(engine: KernelEngine) -> None:
    handle = await engine.start(OneAsk)
    task_id = await answer(handle, {"approved": True})
    await handle.result()
    with pytest.raises(NoPendingInput, match=task_id):
        await handle.submit_input(task_id, {"approved": True})
