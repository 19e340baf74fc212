"""The direct activities: requests and answers of the client's models, in a workflow and outside of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

import nbconvo.workflows.plugins.mistralai as workflows_mistralai
from nbconvo.conversations.models import Thinking
from nbconvo.engine import KernelEngine
from nbconvo.errors import WorkflowFailed
from nbconvo.workflows import execute_activities_in_parallel, workflow
from nbconvo.workflows.plugins.mistralai.activities import _direct
from tests.support.agents import Scripted
from tests.support.executions import kinds, view_of

Make = Callable[..., Scripted]


class City(BaseModel):
    """An answer in a shape."""

    name: str


def request(text: str) -> Any:
    message = workflows_mistralai.UserMessage(content=text)
    return workflows_mistralai.ChatCompletionRequest(model="m", messages=[message])


@workflow.define(name="w-direct")
class WDirect:
    """Calls the service without an agent."""

    @workflow.entrypoint
    async def run(self, what: str) -> Any:
        match what:
            case "complete":
                answer = await workflows_mistralai.mistralai_chat_complete(request("Hi"))
                return [type(answer).__name__, answer.choices[0].message.content]
            case "stream":
                message = await workflows_mistralai.mistralai_chat_stream(request("Hi"))
                return [type(message).__name__, message.content]
            case "parse":
                city = await workflows_mistralai.chat_parse_to_model(City, request("Where?"))
                return [type(city).__name__, city.name]
            case "conversation":
                body = workflows_mistralai.ConversationRequest(model="m", inputs="Hi")
                first = await workflows_mistralai.mistralai_start_conversation(body)
                more = workflows_mistralai.ConversationAppendRequest(conversation_id=first.conversation_id, inputs="More")
                second = await workflows_mistralai.mistralai_append_conversation_stream(more)
                return [type(second).__name__, second.outputs[0].content]
            case "parallel":
                items = [request(text) for text in "ab"]
                answers = await execute_activities_in_parallel(workflows_mistralai.mistralai_chat_complete, items=items)
                return sorted(answer.choices[0].message.content for answer in answers)
            case _:
                return await workflows_mistralai.mistralai_embeddings(
                    workflows_mistralai.EmbeddingRequest(model="m", inputs=["a"])
                )


@pytest.mark.parametrize(
    ("what", "replies", "result"),
    [
        ("complete", ["Hello."], ["ChatCompletionResponse", "Hello."]),
        ("stream", ["Hello."], ["AssistantMessage", "Hello."]),
        ("parse", [[Thinking("Hm."), '{"name": "Paris"}']], ["City", "Paris"]),
        ("conversation", ["Hello.", "Again."], ["ConversationResponse", "Again."]),
        ("parallel", ["One.", "Two."], ["One.", "Two."]),
    ],
)
async def test_a_workflow_calls_the_service(
    engine: KernelEngine, scripted: Make, what: str, replies: list[Any], result: list[str]
) -> None:
    scripted(*replies)
    handle = await engine.start(WDirect, what)
    assert await handle.result() == result


async def test_a_streamed_answer_is_seen(engine: KernelEngine, scripted: Make) -> None:
    scripted(["Hello ", "there."])
    handle = await engine.start(WDirect, "stream")
    await handle.result()
    assert "ACTIVITY_TASK_COMPLETED:mistralai_chat_stream" in await kinds(handle)
    (message,) = [item for item in (await view_of(handle))["items"] if item["kind"] == "message"]
    assert message["chunks"] == [{"type": "text", "text": "Hello there."}]


async def test_what_the_embedded_backend_has_not_is_told(engine: KernelEngine, scripted: Make) -> None:
    scripted()
    handle = await engine.start(WDirect, "embeddings")
    with pytest.raises(WorkflowFailed) as caught:
        await handle.result()
    assert "embedded backend does not answer POST /v1/embeddings" in str(caught.value.__cause__.__cause__)


async def test_outside_of_a_workflow_they_are_ordinary_calls(scripted: Make) -> None:
    scripted("Hello.", ["Hello ", "again."])
    answer = await workflows_mistralai.mistralai_chat_complete({"model": "m", "messages": [{"role": "user", "content": "Hi"}]})
    assert answer.choices[0].message.content == "Hello."
    message = await workflows_mistralai.mistralai_chat_stream(request("Hi"))
    assert message.content == "Hello again."


async def test_what_the_client_does_not_know_is_kept() -> None:
    strange = {"conversation_id": "c", "usage": {}, "outputs": [{"type": "new.kind", "x": 1}]}

    async def answer() -> Any:
        return strange

    assert await _direct("new", answer, "ConversationResponse")() == strange
