"""The direct activities: calls of the service as steps of a workflow, recorded and tried again as any other activity.

They take a request and give an answer of the official client's models (`ChatCompletionRequest` and so on); a request may also be
a dict. What the client does not understand of an answer stays the JSON that it is. Source: workflows specification, "Agents
layer".
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, ParamSpec, TypeVar

from pydantic import BaseModel, PlainValidator, ValidationError

from nbconvo.conversations.raw import plain
from nbconvo.conversations.structured import parsed, response_format
from nbconvo.conversations.wire_models import wire_model
from nbconvo.workflows.activities import activity
from nbconvo.workflows.plugins.mistralai import calls

P = ParamSpec("P")
ModelT = TypeVar("ModelT", bound=BaseModel)


def _direct(name: str, call: Callable[P, Awaitable[Any]], answer: str) -> Callable[P, Awaitable[Any]]:
    """A call as the activity `name` whose answer is the client's model `answer`, which is loaded when it is needed."""

    def load(value: Any) -> Any:
        try:
            return wire_model(answer).model_validate(plain(value))
        except ValidationError:
            return value

    @functools.wraps(call)
    async def run(*args: P.args, **kwargs: P.kwargs) -> Any:
        return load(await call(*args, **kwargs))

    run.__name__ = run.__qualname__ = name
    run.__annotations__ = {**call.__annotations__, "params": Any, "return": Annotated[Any, PlainValidator(load)]}
    return activity(calls.ANSWER_TIME)(run)


mistralai_create_agent = _direct("mistralai_create_agent", calls.create_agent, "Agent")
"""`CreateAgentRequest` to `Agent`; the agent is the workflow's to delete."""

mistralai_update_agent = _direct("mistralai_update_agent", calls.update_agent, "Agent")
"""`AgentUpdateRequest` to `Agent`."""

mistralai_start_conversation = _direct("mistralai_start_conversation", calls.start_conversation, "ConversationResponse")
"""`ConversationRequest` to `ConversationResponse`."""

mistralai_append_conversation = _direct("mistralai_append_conversation", calls.append_conversation, "ConversationResponse")
"""`ConversationAppendRequest` to `ConversationResponse`."""

mistralai_start_conversation_stream = _direct(
    "mistralai_start_conversation_stream", calls.start_conversation_stream, "ConversationResponse"
)
"""The same as `mistralai_start_conversation`; people read the answer while it comes."""

mistralai_append_conversation_stream = _direct(
    "mistralai_append_conversation_stream", calls.append_conversation_stream, "ConversationResponse"
)
"""The same as `mistralai_append_conversation`; people read the answer while it comes."""

mistralai_chat_complete = _direct("mistralai_chat_complete", calls.chat_complete, "ChatCompletionResponse")
"""`ChatCompletionRequest` to `ChatCompletionResponse`."""

mistralai_chat_stream = _direct("mistralai_chat_stream", calls.chat_stream, "AssistantMessage")
"""`ChatCompletionRequest` to the `AssistantMessage`, which people read while it comes."""

mistralai_chat_parse = _direct("mistralai_chat_parse", calls.chat_parse, "ChatCompletionResponse")
"""`ChatCompletionRequest` and `ResponseFormat` to `ChatCompletionResponse`, whose text is JSON of that format."""

mistralai_embeddings = _direct("mistralai_embeddings", calls.embeddings, "EmbeddingResponse")
"""`EmbeddingRequest` to `EmbeddingResponse`. The embedded backend has none."""

mistralai_ocr = _direct("mistralai_ocr", calls.ocr, "OCRResponse")
"""`OCRRequest` to `OCRResponse`. The embedded backend has none."""


async def chat_parse_to_model(model_class: type[ModelT], request: Any) -> ModelT:
    """A chat completion (`ChatCompletionRequest`, or a dict) whose answer is a `model_class`.

    Raises pydantic's ValidationError when the answer does not fit, and what the activity raises.
    """
    return parsed(await mistralai_chat_parse(request, response_format(model_class)), model_class)
