"""`MockSession`: a session whose model is a function of the test; nothing is called and nothing recorded.

Source: workflows specification, "Agents layer".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from nbconvo.conversations.jsons import Json
from nbconvo.conversations.wire_models import wire_model
from nbconvo.workflows.plugins.mistralai.cards import ToolCard
from nbconvo.workflows.plugins.mistralai.session.local_session import SYSTEM_PROMPT_AGENT_HANDOFF, LocalSession

ChatCallback = Callable[[Any], Awaitable[Any]]
"""From a `ChatCompletionRequest` of the client to its `ChatCompletionResponse`, when it streams to an `AssistantMessage`."""
ToolCallback = Callable[[str, Any], Awaitable[str]]
"""From the name and the arguments of a call to the text of its result."""


class MockSession(LocalSession):
    """A `LocalSession` that asks `chat_complete_callback` instead of a model (`chat_stream_callback` when it streams).

    Tools are not called: the result of one is what `tool_execute_callback` says, or "mock result for <name>".
    """

    def __init__(
        self,
        chat_complete_callback: ChatCallback,
        chat_stream_callback: ChatCallback | None = None,
        tool_execute_callback: ToolCallback | None = None,
        system_prompt_agent_handoff: str = SYSTEM_PROMPT_AGENT_HANDOFF,
        raise_on_tool_fail: bool = True,
        stream: bool = False,
    ) -> None:
        super().__init__(system_prompt_agent_handoff, raise_on_tool_fail, stream)
        self._complete = chat_complete_callback
        self._streamed = chat_stream_callback
        self._answer = tool_execute_callback

    async def _call_chat_complete(self, request: Json) -> Any:
        return await self._complete(wire_model("ChatCompletionRequest").model_validate(request))

    async def _call_chat_stream(self, request: Json) -> Any:
        if self._streamed is None:
            raise ValueError("MockSession created with stream=True but no chat_stream_callback provided")
        return await self._streamed(wire_model("ChatCompletionRequest").model_validate(request))

    async def _execute_call(self, call: Json) -> str:
        function = call["function"]
        name, arguments = function["name"], function.get("arguments")
        card = ToolCard(call["id"], name, arguments)
        await card.open()
        result = f"mock result for {name}" if self._answer is None else await self._answer(name, arguments)
        await card.succeeded(result)
        return result
