"""`LocalSession`: the conversation is kept here, and any endpoint for chat completions will do.

Handing over is a tool call here: the model calls `handoff_to_<agent>`. Source: workflows specification, "Agents layer".
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from typing import Any

from nbconvo.conversations.jsons import Json, inner
from nbconvo.conversations.raw import plain
from nbconvo.workflows.plugins.mistralai.agent import Agent
from nbconvo.workflows.plugins.mistralai.calls import journaled_chat_complete, journaled_chat_stream
from nbconvo.workflows.plugins.mistralai.cards import notice
from nbconvo.workflows.plugins.mistralai.mcp import mcp_tools
from nbconvo.workflows.plugins.mistralai.session.session import Session, as_json, shown_chunks
from nbconvo.workflows.plugins.mistralai.tool import AgentTool, agent_tools
from nbconvo.workflows.plugins.mistralai.tool_calls import INTERRUPTED, carry_out
from nbconvo.workflows.plugins.mistralai.wire import objects

logger = logging.getLogger(__name__)

SYSTEM_PROMPT_AGENT_HANDOFF = """You are part of a multi-agent system, designed to make agents work together. Each agent has \
its own instructions and tools. When another agent is better suited to answer, hand the conversation over to it: call its \
function below with no arguments. When you can answer yourself, do so. Do not mention handovers to the user.

Agents that you can hand over to:
{AGENT_HANDOFF_TOOLS}"""

ONE_HANDOFF = "ERROR: Only one handoff tool call is supported. Do them one by one."


class LocalSession(Session):
    """A conversation of agents over chat completions alone.

    `messages` is the history, in the API's JSON; it may be changed between two turns. `system_prompt_agent_handoff` tells an
    agent whom it can hand over to, in the place of `{AGENT_HANDOFF_TOOLS}`. The service's own tools do not exist here, and
    are left out with a warning. `stream` and `raise_on_tool_fail` are as in `RemoteSession`.
    """

    def __init__(
        self,
        system_prompt_agent_handoff: str = SYSTEM_PROMPT_AGENT_HANDOFF,
        raise_on_tool_fail: bool = True,
        stream: bool = False,
    ) -> None:
        self._prompt = system_prompt_agent_handoff
        self._raise_on_tool_fail = raise_on_tool_fail
        self._stream = stream
        self._agent: Agent | None = None
        self._handoffs: dict[str, Agent] = {}
        self._schemas: dict[Agent, list[Json]] = {}
        self._tools: dict[Agent, dict[str, AgentTool]] = {}
        self._pending: set[str] = set()
        self.messages: list[Json] = []

    def is_conversation_active(self) -> bool:
        """True when a conversation has begun."""
        return self._agent is not None

    async def initialize_conversation(self, agent: Agent, inputs: Sequence[Any]) -> list[Json]:
        """Begin with an agent. Raises ValueError when a conversation is active."""
        if self._agent is not None:
            raise ValueError("Session already started")
        for one in Agent.iterate_agents_deeply_in_handoffs(agent):
            self._handoffs[_handoff_name(one)] = one
            self._schemas[one], self._tools[one] = await self._tools_of(one)
        self._agent = agent
        return await self.append_messages(inputs)

    async def close_conversation(self) -> None:
        """Forget the conversation."""
        self._agent = None
        self._handoffs, self._schemas, self._tools = {}, {}, {}
        self._pending, self.messages = set(), []

    async def append_messages(self, inputs: Sequence[Any]) -> list[Json]:
        """Go on; calls that nobody has answered are answered as interrupted. Raises ValueError when nothing has begun."""
        if self._agent is None:
            raise ValueError("Session not started")
        messages = [_message(as_json(each)) for each in inputs]
        given = {message.get("tool_call_id") for message in messages}
        interrupted = [_tool_message(INTERRUPTED, one) for one in sorted(self._pending) if one not in given]
        self.messages += [*interrupted, *messages]
        request = self._request(self._agent)
        if self._stream:
            outputs = [plain(await self._call_chat_stream(request))]
        else:
            outputs = _messages_of(plain(await self._call_chat_complete(request)))
        self.messages += outputs
        self._pending = {call["id"] for message in outputs for call in objects(message, "tool_calls")}
        return outputs

    async def process_output(self, output: Any) -> list[Json]:
        """Carry out the calls of a message; the messages with their results."""
        every = objects(plain(output), "tool_calls")
        handoffs = [call for call in every if call["function"]["name"] in self._handoffs]
        called = [call for call in every if call not in handoffs]
        results = await asyncio.gather(*(self._execute_call(call) for call in called))
        answers = [_tool_message(result, call["id"]) for call, result in zip(called, results, strict=True)]
        if len(handoffs) > 1:
            return [*answers, *(_tool_message(ONE_HANDOFF, call["id"]) for call in handoffs)]
        for call in handoffs:
            self._agent = target = self._handoffs[call["function"]["name"]]
            await notice("handoff", f"Handed over to {target.name}")
            answers.append(_tool_message(f"current assistant is now: {target.name}", call["id"]))
        return answers

    def format_final_outputs(self, outputs: Sequence[Any]) -> list[Any]:
        """The chunks of the messages that call no tools."""
        messages = [message for message in map(plain, outputs) if not message.get("tool_calls")]
        return [chunk for message in messages for chunk in shown_chunks(message.get("content"))]

    def has_open_calls(self) -> bool:
        """True when tool calls of the last message wait."""
        return bool(self._pending)

    async def _call_chat_complete(self, request: Json) -> Any:
        """The whole response to a request; a subclass may ask somebody else."""
        return await journaled_chat_complete(request)

    async def _call_chat_stream(self, request: Json) -> Any:
        """The assistant's message to a request, shown while it comes; a subclass may ask somebody else."""
        return await journaled_chat_stream(request)

    async def _execute_call(self, call: Json) -> str:
        tools = self._tools[self._agent] if self._agent else {}
        function = call["function"]
        return await carry_out(tools, call["id"], function["name"], function.get("arguments"), self._raise_on_tool_fail)

    async def _tools_of(self, agent: Agent) -> tuple[list[Json], dict[str, AgentTool]]:
        schemas, tools = agent_tools(agent.tools or [])
        more_schemas, more_tools = await mcp_tools(agent.mcp_clients or [])
        functions = [schema for schema in [*schemas, *more_schemas] if schema["type"] == "function"]
        for schema in schemas:
            if schema not in functions:
                logger.warning("%s has no %s here: a LocalSession knows functions only.", agent.name, schema["type"])
        return functions, {**tools, **more_tools}

    def _request(self, agent: Agent) -> Json:
        tools, prompts = [*self._schemas[agent]], list[str]()
        if agent.handoffs:
            handoffs = [_handoff_tool(target) for target in agent.handoffs]
            tools += handoffs
            listed = "\n".join(f"- {tool['function']['name']}: {tool['function']['description']}" for tool in handoffs)
            prompts.append(self._prompt.format(AGENT_HANDOFF_TOOLS=listed))
        if agent.instructions:
            prompts.append(agent.instructions)
        system = [{"role": "system", "content": prompt} for prompt in prompts]
        args = inner({"args": plain(agent.completion_args)}, "args")
        options = {key: value for key, value in args.items() if value is not None}
        request: Json = {"model": agent.model, "messages": [*system, *self.messages], **options}
        return request | ({"tools": tools} if tools else {})


def _handoff_name(agent: Agent) -> str:
    """The function that hands over to an agent.

    >>> _handoff_name(Agent(name="SpecAgent")), _handoff_name(Agent(name="main-agent"))
    ('handoff_to_spec_agent', 'handoff_to_main_agent')
    """
    return "handoff_to_" + re.sub(r"(?<!^)(?=[A-Z])", "_", agent.name.replace("-", "_").replace(" ", "")).lower()


def _handoff_tool(agent: Agent) -> Json:
    schemas, _ = agent_tools(agent.tools or [])
    names = ", ".join(schema["function"]["name"] if schema["type"] == "function" else schema["type"] for schema in schemas)
    description = f"Hands over to {agent.name}. {agent.description or ''} Its tools: {names or 'none'}."
    function: Json = {
        "name": _handoff_name(agent),
        "description": description,
        "parameters": {"type": "object", "properties": {}},
    }
    return {"type": "function", "function": function}


def _message(value: str | Json) -> Json:
    if isinstance(value, dict) and "role" in value:
        return value
    return {"role": "user", "content": value if isinstance(value, str) else [value]}


def _tool_message(content: str, call_id: str) -> Json:
    return {"role": "tool", "content": content, "tool_call_id": call_id}


def _messages_of(response: Json) -> list[Json]:
    """The messages of a response. Calls that the service itself has carried out (a "multi completion") are left out."""
    if response.get("object") != "chat.multi_completion":
        messages = [choice["message"] for choice in response["choices"] if choice.get("message")]
        return [{key: value for key, value in message.items() if value is not None} for message in messages]
    deltas = [delta for choice in response["choices"] for delta in objects(choice, "messages")]
    said = [delta["content"] for delta in deltas if delta.get("role") == "assistant" and delta.get("content")]
    return [{"role": "assistant", "content": content} for content in said]
