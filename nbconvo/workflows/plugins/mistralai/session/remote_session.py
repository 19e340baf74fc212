"""`RemoteSession`: the conversation is kept by the service, and handoffs happen there.

Source: document 000, "Streaming agent responses"; workflows specification, "Agents layer" (the rule of pending calls).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nbconvo.conversations.jsons import Json
from nbconvo.conversations.raw import plain
from nbconvo.conversations.toolbox import function_result
from nbconvo.engine.context import current_or_none
from nbconvo.workflows.plugins.mistralai import calls
from nbconvo.workflows.plugins.mistralai.agent import Agent
from nbconvo.workflows.plugins.mistralai.errors import is_not_there
from nbconvo.workflows.plugins.mistralai.session.remote_agents import RUN_AS, RemoteAgents
from nbconvo.workflows.plugins.mistralai.session.session import Session, as_json, shown_chunks
from nbconvo.workflows.plugins.mistralai.tool_calls import INTERRUPTED, carry_out, is_allowed

_OURS_TO_SAY = ("role", "content", "prefix")
"""What an entry of a message may hold when it is sent again."""


class RemoteSession(Session):
    """A conversation of agents at the service: Mistral's, or the embedded backend when there is no key.

    With `stream` people read the answers while they come. A tool that fails ends the run, or with `raise_on_tool_fail=False` is
    told to the model. The agents are deleted by `cleanup()`, in a workflow by itself when the run ends. A conversation that the
    service does not have any more (an embedded one, after a restart) is begun again with everything said so far.
    """

    def __init__(self, raise_on_tool_fail: bool = True, stream: bool = False) -> None:
        self._raise_on_tool_fail = raise_on_tool_fail
        self._stream = stream
        self._agents = RemoteAgents()
        self._root: Agent | None = None
        self._speaker = ""  # the id of the agent that speaks
        self._conversation_id: str | None = None
        self._entries: list[Json] = []
        self._pending: dict[str, Json] = {}
        self._ends_with_run = False

    def is_conversation_active(self) -> bool:
        """True when a conversation has begun."""
        return self._conversation_id is not None

    async def initialize_conversation(self, agent: Agent, inputs: Sequence[Any]) -> list[Json]:
        """Make the agents, and begin. Raises ValueError when a conversation is active, and what the calls raise."""
        if self._conversation_id is not None:
            raise ValueError("Session already started")
        if not self._ends_with_run and (runtime := current_or_none()) is not None:
            self._ends_with_run = True
            runtime.at_end(self.cleanup)
        await self._agents.make(agent)
        self._root, self._speaker = agent, self._agents.ids[agent]
        return await self._begin(_entries(inputs))

    async def append_messages(self, inputs: Sequence[Any]) -> list[Json]:
        """Go on; calls that nobody has answered are answered as interrupted, since the service takes nothing else first."""
        if self._conversation_id is None:
            raise ValueError("Session not started")
        entries, decisions = self._answered(_entries(inputs))
        body: Json = {
            "inputs": entries, "stream": False, "store": True, "handoff_execution": "server",
            "conversation_id": self._conversation_id,
        }  # fmt: skip
        if decisions:
            body["tool_confirmations"] = decisions
        try:
            append = calls.journaled_append_stream if self._stream else calls.journaled_append
            response = await append(body, RUN_AS)
        except Exception as error:
            if self._root is None or not is_not_there(error):
                raise
            return await self._begin_again(self._root, entries)
        return self._took(entries, response)

    async def process_output(self, output: Any) -> list[Json]:
        """Carry out a function call that is pending; its result, or what a person says to a call of the service's own tools."""
        entry = plain(output)
        if entry["type"] != "function.call" or entry.get("tool_call_id") not in self._pending:
            return []
        tools, call_id = self._agents.tools_of(entry.get("agent_id")), entry["tool_call_id"]
        if _wants_decision(entry):
            return [_decision(call_id, await is_allowed(entry["name"], entry.get("arguments")))]
        text = await carry_out(tools, call_id, entry["name"], entry.get("arguments"), self._raise_on_tool_fail)
        return [function_result(call_id, text)]

    async def close_conversation(self) -> None:
        """Forget the conversation; the next one begins afresh, with the same agents."""
        if self._conversation_id is None:
            raise ValueError("Session not started")
        self._conversation_id = None
        self._entries, self._pending = [], {}

    def format_final_outputs(self, outputs: Sequence[Any]) -> list[Any]:
        """The chunks of the messages among the outputs."""
        messages = [entry for entry in map(plain, outputs) if entry["type"] == "message.output"]
        return [chunk for entry in messages for chunk in shown_chunks(entry["content"])]

    def has_open_calls(self) -> bool:
        """True when function calls of the last outputs wait."""
        return bool(self._pending)

    async def cleanup(self) -> None:
        """Delete the agents that were made at the service, once. The conversation stays there."""
        await self._agents.delete()

    def _answered(self, inputs: list[Json]) -> tuple[list[Json], list[Json]]:
        """The entries to send, and the decisions about calls, with answers to those that have none."""
        decisions = [each for each in inputs if "confirmation" in each]
        entries = [each for each in inputs if each not in decisions]
        given = {each.get("tool_call_id") for each in inputs}
        left = [self._pending[call_id] for call_id in sorted(self._pending) if call_id not in given]
        refused = [_decision(call["tool_call_id"], False) for call in left if _wants_decision(call)]
        interrupted = [function_result(call["tool_call_id"], INTERRUPTED) for call in left if not _wants_decision(call)]
        return [*interrupted, *entries], [*refused, *decisions]

    async def _begin(self, entries: list[Json]) -> list[Json]:
        start = calls.journaled_start_stream if self._stream else calls.journaled_start
        response = await start({"inputs": entries, "stream": False, "agent_id": self._speaker}, RUN_AS)
        self._conversation_id = response["conversation_id"]
        return self._took(entries, response)

    async def _begin_again(self, root: Agent, entries: list[Json]) -> list[Json]:
        """The service has lost the conversation, and perhaps the agents with it: make both again, of what is known here."""
        before = {agent_id: agent for agent, agent_id in self._agents.ids.items()}
        speaker = before.get(self._speaker, root)
        await self._agents.delete()
        await self._agents.make(root)
        self._speaker = self._agents.ids[speaker]
        said, self._entries = self._entries, []
        return await self._begin([*filter(None, map(_said_again, said)), *entries])

    def _took(self, inputs: list[Json], response: Json) -> list[Json]:
        outputs: list[Json] = response["outputs"]
        self._entries += [*inputs, *outputs]
        by_id = {entry.get("tool_call_id"): entry for entry in outputs}
        self._pending = {call_id: by_id[call_id] for call_id in open_calls(outputs)}
        handoffs = [entry for entry in outputs if entry["type"] == "agent.handoff"]
        self._speaker = handoffs[-1].get("next_agent_id") or self._speaker if handoffs else self._speaker
        return outputs


def open_calls(outputs: Sequence[Any]) -> list[str]:
    """The ids of the function calls that the service expects results for: those that no handoff follows.

    >>> call, handoff = {"type": "function.call", "tool_call_id": "1"}, {"type": "agent.handoff"}
    >>> open_calls([call, handoff]), open_calls([handoff, call])
    ([], ['1'])
    """
    pending: list[str] = []
    for entry in map(plain, outputs):
        if entry["type"] == "agent.handoff":
            pending = []
        elif entry["type"] == "function.call" and entry.get("tool_call_id"):
            pending.append(entry["tool_call_id"])
    return pending


def _wants_decision(call: Json) -> bool:
    """True for a call of one of the service's own tools that a person has to allow."""
    return call.get("confirmation_status") == "pending"


def _decision(call_id: str, is_allowed: bool) -> Json:
    return {"tool_call_id": call_id, "confirmation": "allow" if is_allowed else "deny"}


def _entries(inputs: Sequence[Any]) -> list[Json]:
    return [_entry(as_json(each)) for each in inputs]


def _entry(value: str | Json) -> Json:
    if isinstance(value, dict) and (value.get("object") == "entry" or "." in str(value.get("type")) or "confirmation" in value):
        return value
    content = value if isinstance(value, str) else [value]
    return {"role": "user", "content": content, "object": "entry", "type": "message.input", "prefix": False}


def _said_again(entry: Json) -> Json | None:
    """An entry of a lost conversation as an input; the service's own doings are told by what came of them."""
    match entry:
        case {"type": "message.input" | "message.output"}:
            return {"object": "entry", "type": entry["type"]} | {key: entry[key] for key in _OURS_TO_SAY if key in entry}
        case {"type": "function.call", "confirmation_status": str()}:
            return None
        case {"type": "function.call", "tool_call_id": call_id, "name": name, "arguments": arguments}:
            return {"object": "entry", "type": "function.call", "tool_call_id": call_id, "name": name, "arguments": arguments}
        case {"type": "function.result"}:
            return entry
        case _:
            return None
