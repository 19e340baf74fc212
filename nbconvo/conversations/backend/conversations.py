"""The operations of `beta.conversations`.

Source: documents 001 and 003. A turn is atomic: it is stored at its end, whole, and one that fails or is left leaves the history
as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from itertools import islice
from weakref import WeakValueDictionary

from nbconvo.conversations.backend.agents import Agents
from nbconvo.conversations.backend.bodies import Append, CompletionArgs, Restart, Start, Turned, parse
from nbconvo.conversations.backend.builtin import BuiltinTools
from nbconvo.conversations.backend.calls import Settled, open_calls, settle
from nbconvo.conversations.backend.failures import problem_of
from nbconvo.conversations.backend.query import contains, metadata_filter, number
from nbconvo.conversations.backend.stamps import Stamps
from nbconvo.conversations.backend.store import Commit, Store
from nbconvo.conversations.backend.turn import Setup, Turn, World
from nbconvo.conversations.backend.wire import (
    Request,
    Response,
    empty,
    frame,
    json_response,
    not_found,
    stream,
    unbalanced_calls,
)
from nbconvo.conversations.jsons import Json
from nbconvo.conversations.models.contract import Model


@dataclass(frozen=True, slots=True)
class Plan:
    """One turn that is about to run."""

    conversation: Json
    history: Sequence[Json]
    inputs: Sequence[Json]
    settled: Settled
    is_stored: bool
    copied: Sequence[Json] = ()
    """Entries that a restart takes over from the other conversation."""
    is_new: bool = False
    completion_args: Json | None = None
    stops_at_handoff: bool = False


class Conversations:
    """Answers for one backend; every method takes the owner first (whose key it is)."""

    def __init__(
        self, store: Store, stamps: Stamps, agents: Agents, model: Model, builtin: Callable[[str], BuiltinTools]
    ) -> None:
        self._store = store
        self._stamps = stamps
        self._agents = agents
        self._model = model
        self._builtin = builtin
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    # Turns

    async def start(self, owner: str, request: Request) -> Response:
        """POST /v1/conversations."""
        body = parse(Start, request.json())
        if body.agent_id is not None:
            self._agents.version(owner, body.agent_id, body.agent_version)
        plan = Plan(self._new_conversation(body), (), self._stamped(body), Settled(), body.store is not False, is_new=True)
        return await self._answer(owner, body, self._balanced(plan))

    async def append(self, owner: str, conversation_id: str, request: Request) -> Response:
        """POST /v1/conversations/{conversation_id}. Turns that are not streamed wait for each other."""
        body = parse(Append, request.json())
        if body.stream:
            return await self._answer(owner, body, self._continued(owner, conversation_id, body))
        async with self._locks.setdefault(conversation_id, asyncio.Lock()):
            return await self._answer(owner, body, self._continued(owner, conversation_id, body))

    async def restart(self, owner: str, conversation_id: str, request: Request) -> Response:
        """POST /v1/conversations/{conversation_id}/restart: another one with the history up to and including an entry."""
        body = parse(Restart, request.json())
        original = self._known(owner, conversation_id)
        history = self._store.history(conversation_id)
        place = next((index for index, entry in enumerate(history) if entry["id"] == body.from_entry_id), None)
        if place is None:
            raise not_found("Entry", body.from_entry_id)
        kept = history[: place + 1]
        changes = {"id": self._stamps.new_id("conv"), **self._times()}
        if "agent_id" in original:
            self._agents.version(owner, original["agent_id"], body.agent_version)
            changes["agent_version"] = body.agent_version
        changes |= {name: value for name in ("metadata", "guardrails") if (value := getattr(body, name)) is not None}
        plan = Plan(original | changes, kept, self._stamped(body), Settled(), body.store is not False, copied=kept, is_new=True)
        return await self._answer(owner, body, self._balanced(plan))

    # The rest

    def list(self, owner: str, request: Request) -> Response:
        """GET /v1/conversations: newest first, by pages, those whose metadata contain what is asked for."""
        page, size = number(request, "page", 0, 0), number(request, "page_size", 100, 1)
        wanted = metadata_filter(request)
        found = (each for each in self._store.conversations(owner) if contains(each.get("metadata"), wanted))
        return json_response(list(islice(found, page * size, (page + 1) * size)))

    def get(self, owner: str, conversation_id: str, request: Request) -> Response:
        """GET /v1/conversations/{conversation_id}."""
        return json_response(self._known(owner, conversation_id))

    def delete(self, owner: str, conversation_id: str, request: Request) -> Response:
        """DELETE /v1/conversations/{conversation_id}."""
        if not self._store.delete_conversation(owner, conversation_id):
            raise not_found("Conversation", conversation_id)
        return empty()

    def history(self, owner: str, conversation_id: str, request: Request) -> Response:
        """GET /v1/conversations/{conversation_id}/history."""
        self._known(owner, conversation_id)
        entries = self._store.history(conversation_id)
        return json_response({"object": "conversation.history", "conversation_id": conversation_id, "entries": entries})

    def messages(self, owner: str, conversation_id: str, request: Request) -> Response:
        """GET /v1/conversations/{conversation_id}/messages: the history's messages."""
        self._known(owner, conversation_id)
        messages = [entry for entry in self._store.history(conversation_id) if entry["type"].startswith("message.")]
        return json_response({"object": "conversation.messages", "conversation_id": conversation_id, "messages": messages})

    # How a turn runs

    async def _answer(self, owner: str, body: Turned, plan: Plan) -> Response:
        given = None if body.completion_args is None else body.completion_args.model_dump(exclude_unset=True)
        stops = body.handoff_execution == "client"
        plan = replace(plan, completion_args=given, stops_at_handoff=stops)
        turn = self._turn(owner, plan)
        if body.stream:
            return stream(self._frames(owner, plan, turn))
        try:
            async with aclosing(turn.events()) as events:
                async for _ in events:
                    pass
        except Exception as failure:
            raise problem_of(failure) from failure
        self._commit(owner, plan, turn)
        response = {"object": "conversation.response", "conversation_id": plan.conversation["id"], "outputs": turn.outputs}
        return json_response(response | {"usage": turn.usage, "guardrails": _moderated(plan)})

    async def _frames(self, owner: str, plan: Plan, turn: Turn) -> AsyncGenerator[bytes, None]:
        created = {"created_at": self._stamps.now()}
        yield frame({"type": "conversation.response.started", "conversation_id": plan.conversation["id"]} | created)
        try:
            async with aclosing(turn.events()) as events:
                async for event in events:
                    yield frame(event)
            self._commit(owner, plan, turn)
        except Exception as failure:
            body = problem_of(failure).body
            last = {"type": "conversation.response.error", "message": body.get("message"), "code": body.get("code")}
        else:
            last = {"type": "conversation.response.done", "usage": turn.usage}
        yield frame(last | {"created_at": self._stamps.now()})

    def _turn(self, owner: str, plan: Plan) -> Turn:
        setup = self._setup(owner, plan)
        world = World(self._model, self._builtin(owner), self._stamps, lambda id_: self._agents.setup(owner, id_, None))
        changed = {call["id"]: call for call in plan.settled.changed}
        entries = [*(changed.get(entry["id"], entry) for entry in plan.history), *plan.inputs]
        return Turn(world, setup, entries, allowed=plan.settled.allowed, stops_at_handoff=plan.stops_at_handoff)

    def _setup(self, owner: str, plan: Plan) -> Setup:
        """Who answers: the agent that was handed over to last, the conversation's agent, or its model."""
        conversation = plan.conversation
        given = plan.completion_args or {}
        if "agent_id" in conversation:
            handoffs = [entry for entry in plan.history if entry["type"] == "agent.handoff"]
            agent_id, version = conversation["agent_id"], conversation["agent_version"]
            if handoffs:
                agent_id, version = handoffs[-1]["next_agent_id"], None
            setup = self._agents.setup(owner, agent_id, version)
            return replace(setup, completion_args=setup.completion_args | given)
        args = conversation["completion_args"] | given
        return Setup(conversation["model"], conversation["instructions"], conversation["tools"], args)

    def _commit(self, owner: str, plan: Plan, turn: Turn) -> None:
        """Store the turn. Raises `Problem` when the conversation was deleted meanwhile, or another turn answered the calls."""
        if not plan.is_stored:
            return
        conversation = plan.conversation | {"updated_at": self._stamps.now()}
        if not plan.is_new:
            self._known(owner, conversation["id"])
        answered = {entry["tool_call_id"] for entry in plan.inputs if entry["type"] == "function.result"}
        answered |= {call["tool_call_id"] for call in plan.settled.changed}
        if answered and not plan.is_new and not answered <= open_calls(self._store.history(conversation["id"])).keys():
            raise unbalanced_calls()
        entries = (*plan.copied, *plan.inputs, *turn.outputs)
        self._store.commit(owner, Commit(conversation, entries, plan.settled.changed))

    # Plans

    def _continued(self, owner: str, conversation_id: str, body: Append) -> Plan:
        conversation, history = self._known(owner, conversation_id), self._store.history(conversation_id)
        confirmations = {each.tool_call_id: each.confirmation for each in body.tool_confirmations or ()}
        plan = Plan(conversation, history, self._stamped(body), Settled(), body.store is not False)
        return self._balanced(plan, confirmations)

    def _balanced(self, plan: Plan, confirmations: Mapping[str, str] | None = None) -> Plan:
        return replace(plan, settled=settle(plan.history, plan.inputs, confirmations or {}))

    def _new_conversation(self, body: Start) -> Json:
        named = {"name": body.name, "description": body.description, "metadata": body.metadata, "object": "conversation"}
        common = {"id": self._stamps.new_id("conv"), **self._times(), **named}
        if body.agent_id is not None:
            return common | {"agent_id": body.agent_id, "agent_version": body.agent_version}
        model = {"model": body.model, "instructions": body.instructions, "guardrails": body.guardrails}
        tools = [tool.model_dump(exclude_unset=True) for tool in body.tools or ()]
        return common | model | {"tools": tools, "completion_args": (body.completion_args or CompletionArgs()).model_dump()}

    def _times(self) -> Json:
        now = self._stamps.now()
        return {"created_at": now, "updated_at": now}

    def _stamped(self, body: Turned) -> list[Json]:
        stamps = self._stamps
        return [
            {"id": stamps.new_id(_PREFIXES[entry["type"]]), "created_at": stamps.now(), "completed_at": None} | entry
            for entry in body.entries()
        ]

    def _known(self, owner: str, conversation_id: str) -> Json:
        conversation = self._store.conversation(owner, conversation_id)
        if conversation is None:
            raise not_found("Conversation", conversation_id)
        return conversation


_PREFIXES = {
    "message.input": "msg",
    "message.output": "msg",
    "function.call": "fc",
    "function.result": "fr",
    "tool.execution": "tool_exec",
    "agent.handoff": "handoff",
}


def _moderated(plan: Plan) -> list[Json] | None:
    """No input is really moderated here: every guardrail that was asked for reports that it found nothing."""
    asked: list[Json] = plan.conversation.get("guardrails") or []
    names = [name for each in asked for name, value in each.items() if isinstance(value, dict)]
    return [{name: {"action": "none", "categories": {}, "simulated": True}} for name in names] or None
