"""Forms, confirmations, canvases, working tasks, components and final outputs: what the real SDK makes of the same source.

Cases 10 to 14, 19 and 20 of the workflows specification, as a whole run; schemas and verdicts alone are in `tests/unit`.
"""

from __future__ import annotations

from typing import Any

import pytest

from nbconvo.engine import KernelEngine
from nbconvo.errors import InputRejected
from nbconvo.workflows import InteractiveWorkflow, task_from, workflow
from nbconvo.workflows.plugins.mistralai import (
    AcceptDeclineConfirmation,
    Badge,
    CanvasInput,
    CanvasPayload,
    CanvasResource,
    Card,
    ChatAssistantWorkflowOutput,
    ChatAssistantWorkingTask,
    CommandResultRunning,
    CommandResultSuccess,
    CommandToolUIState,
    ResourceOutput,
    TextOutput,
    UIComponentResource,
    is_accepted,
    send_assistant_message,
)
from tests.support.executions import all_events, answer, kinds, open_asks
from tests.support.forms import ExpenseForm

CANVAS = CanvasResource(
    uri="file://canvas/draft.md", canvas=CanvasPayload(type="text/markdown", title="Draft", content="# Draft")
)
TEXT, BADGE = {"type": "text", "text": "Draft"}, {"name": "Badge", "props": {"children": "b", "variant": "success"}}
CARD = {"name": "Card", "props": {"title": "T", "children": [BADGE]}}
RESOURCE = {
    "uri": "file://canvas/draft.md",
    "mimeType": "application/vnd.mistral.canvas",
    "canvas": {"type": "text/markdown", "title": "Draft", "content": "# Draft", "language": None},
    "readonly": False,
}


@workflow.define(name="w-expense")
class WExpense(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> ExpenseForm:
        return await self.wait_for_input(ExpenseForm, label="Expense")


@workflow.define(name="w-accept")
class WAccept(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> bool:
        ask = AcceptDeclineConfirmation("Proceed?", accept_label="Yes, proceed", decline_label="Cancel")
        return is_accepted(await self.wait_for_input(ask))


@workflow.define(name="w-canvas")
class WCanvas(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        await send_assistant_message("Draft", canvas=CANVAS)
        one = await self.wait_for_input(CanvasInput(CANVAS.uri))
        two = await self.wait_for_input(CanvasInput(CANVAS.uri, prompt="Any feedback?"))
        said = [each.chatInput.message[0].text if each.chatInput else "" for each in (one, two)]
        return f"{one.canvas.content} {said[0]} {two.canvas.content} {said[1]}"


@workflow.define(name="w-working")
class WWorking:
    @workflow.entrypoint
    async def run(self) -> str:
        running = CommandToolUIState(toolCallId="1", command="ls", result=CommandResultRunning())
        async with task_from(ChatAssistantWorkingTask(title="Run", content="", toolUIState=running)) as t:
            done = CommandToolUIState(toolCallId="1", command="ls", result=CommandResultSuccess(output="ok"))
            await t.update_state({"toolUIState": done})
        async with task_from(ChatAssistantWorkingTask(type="thinking", title="Think", content="hm")):
            pass
        return "ok"


@workflow.define(name="w-msg")
class WMsg:
    @workflow.entrypoint
    async def run(self) -> ChatAssistantWorkflowOutput:
        await send_assistant_message("Draft", canvas=CANVAS)
        card = Card(title="T", children=[Badge(children="b", variant="success")])
        await send_assistant_message([TextOutput(text="Draft"), ResourceOutput(resource=UIComponentResource(component=card))])
        return ChatAssistantWorkflowOutput(content=[TextOutput(text="bad")], isError=True, structuredContent={"k": 1})


EXPENSE = {
    "description": "Train", "amount": "4.5", "category": "travel", "expense_date": "2025-01-15",
    "due_date": "2025-01-31T12:00:00Z", "receipt_id": "RCP-000001",
}  # fmt: skip


async def payloads(handle: Any, kind: str) -> list[Any]:
    """The payloads of the tasks of one type, each as the wire has it."""
    wire = [event.to_json()["attributes"] for event in await all_events(handle)]
    return [attributes["payload"]["value"] for attributes in wire if attributes.get("custom_task_type") == kind]


async def test_the_expense_form(engine: KernelEngine, data: Any) -> None:
    handle = await engine.start(WExpense)
    (ask,) = await open_asks(handle)
    assert ask["input_schema"] == data("schemas/form_docs_expense.json")
    await handle.submit_input(ask["task_id"], EXPENSE)
    assert await handle.result() == ExpenseForm.model_validate(EXPENSE)
    _, answered = await payloads(handle, "wait_for_input")
    assert answered["input"] == {**EXPENSE, "amount": 4.5}


@pytest.mark.parametrize(
    ("wrong", "text", "paths"),
    [
        ({"amount": 99999, "category": "zz"}, "less than or equal to 10000", [("amount",), ("category",)]),
        ({"category": "zz"}, "Value error, Invalid value 'zz' for field 'category'. Must be one of:", [("category",)]),
        ({"receipt_id": "x"}, "String should match pattern '^RCP-\\d{6}$'", [("receipt_id",)]),
    ],
)
async def test_a_wrong_form_is_told_in_upstreams_words_and_field_by_field(
    engine: KernelEngine, wrong: dict[str, Any], text: str, paths: list[Any]
) -> None:
    """Upstream tells of a choice only when everything else is right, and not of which field it is."""
    handle = await engine.start(WExpense)
    (ask,) = await open_asks(handle)
    with pytest.raises(InputRejected) as caught:
        await handle.submit_input(ask["task_id"], {**EXPENSE, **wrong})
    assert str(caught.value).startswith(f"Invalid input for task {ask['task_id']}: 1 validation error for FormInput\n")
    assert text in str(caught.value)
    assert [problem.path for problem in caught.value.errors] == paths
    assert await open_asks(handle) == [ask]


async def test_accept_and_decline(engine: KernelEngine, data: Any) -> None:
    for choice, accepted in (("accept", True), ("decline", False)):
        handle = await engine.start(WAccept)
        (ask,) = await open_asks(handle)
        assert ask["input_schema"]["properties"]["choice"]["oneOf"] == [
            {"const": "decline", "description": "Cancel", "type": "string"},
            {"const": "accept", "description": "Yes, proceed", "type": "string"},
        ]
        with pytest.raises(InputRejected, match=r"Invalid choice 'maybe'\. Must be one of: \['decline', 'accept'\]"):
            await handle.submit_input(ask["task_id"], {"choice": "maybe"})
        await answer(handle, {"choice": choice})
        assert await handle.result() is accepted


async def test_a_canvas(engine: KernelEngine, data: Any) -> None:
    handle = await engine.start(WCanvas)
    for name, said in (("canvas_input", "a"), ("canvas_input_prompt", "b")):
        (ask,) = await open_asks(handle)
        assert ask["input_schema"] == data(f"schemas/{name}.json")
        edited = {"canvas": {"title": "t", "content": said.upper()}, "chatInput": {"message": [{"text": said}]}}
        with pytest.raises(InputRejected, match="Extra inputs are not permitted"):
            await handle.submit_input(ask["task_id"], {**edited, "more": 1})
        await handle.submit_input(ask["task_id"], edited)
    assert await handle.result() == "A a B b"


async def test_a_working_task(engine: KernelEngine) -> None:
    handle = await engine.start(WWorking)
    await handle.result()
    started, patches, completed, thinking, _ = await payloads(handle, "working")
    tool = {"type": "command", "toolCallId": "1", "command": "ls", "result": {"status": "running"}}
    assert started == {"type": "tool", "title": "Run", "content": "", "toolUIState": tool}
    assert sorted(patches, key=lambda patch: patch["op"]) == [
        {"path": "/toolUIState/result/output", "value": "ok", "op": "add"},
        {"path": "/toolUIState/result/status", "value": "success", "op": "replace"},
    ]
    assert completed["toolUIState"]["result"] == {"status": "success", "output": "ok"}
    assert thinking == {"type": "thinking", "title": "Think", "content": "hm", "toolUIState": None}


async def test_messages_and_the_final_output(engine: KernelEngine) -> None:
    handle = await engine.start(WMsg)
    await handle.result()
    message = ["CUSTOM_TASK_STARTED:assistant_message", "CUSTOM_TASK_COMPLETED:assistant_message"]
    assert await kinds(handle) == ["WORKFLOW_EXECUTION_STARTED", *message, *message, "WORKFLOW_EXECUTION_COMPLETED"]
    first, first_again, second, second_again = await payloads(handle, "assistant_message")
    assert first == first_again == {"contentChunks": [TEXT, {"type": "resource", "resource": RESOURCE}]}
    component = {"mimeType": "application/vnd.mistral.ui-component", "component": CARD, "version": "1.7.0", "display": "block"}
    assert second == second_again == {"contentChunks": [TEXT, {"type": "resource", "resource": component}]}
    end = (await all_events(handle))[-1].to_json()["attributes"]["result"]["value"]
    assert end == {"content": [{"type": "text", "text": "bad"}], "structuredContent": {"k": 1}, "isError": True}
