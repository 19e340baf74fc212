"""The agents of a session at the service: made before a conversation begins, deleted when nobody needs them any more."""

from __future__ import annotations

import asyncio
import logging

from nbconvo.conversations.jsons import Json
from nbconvo.conversations.raw import plain
from nbconvo.workflows.plugins.mistralai import calls
from nbconvo.workflows.plugins.mistralai.agent import Agent
from nbconvo.workflows.plugins.mistralai.errors import is_not_there
from nbconvo.workflows.plugins.mistralai.mcp import mcp_tools
from nbconvo.workflows.plugins.mistralai.tool import AgentTool, agent_tools

logger = logging.getLogger(__name__)

RUN_AS = "auto"
"""As whom the platform's connectors act: recorded as upstream does."""


class RemoteAgents:
    """An agent and all it can hand over to, by the ids they have at the service. Agents that had an id are not ours to delete."""

    def __init__(self) -> None:
        self.ids: dict[Agent, str] = {}
        self._tools: dict[str, dict[str, AgentTool]] = {}
        self._made: list[str] = []

    async def make(self, root: Agent) -> None:
        """Make or update every agent, then tell them whom they can hand over to."""
        agents = [agent for agent in Agent.iterate_agents_deeply_in_handoffs(root) if agent not in self.ids]
        await asyncio.gather(*map(self._make_one, agents))
        handing_over = [agent for agent in agents if agent.handoffs]
        await asyncio.gather(*map(self._tell_handoffs, handing_over))

    def tools_of(self, agent_id: str | None) -> dict[str, AgentTool]:
        """The tools of an agent that are carried out here; those of all, when it is not known who calls."""
        every = {name: tool for tools in self._tools.values() for name, tool in tools.items()}
        return self._tools.get(agent_id or "", every)

    async def delete(self) -> None:
        """Delete the agents that were made. One that cannot be deleted is told of in the log."""
        made, self._made = self._made, []
        self.ids.clear()
        for agent_id, outcome in zip(made, await asyncio.gather(*map(_deleted, made)), strict=True):
            if outcome:
                logger.warning("Agent %s was left behind: %s", agent_id, outcome)

    async def _make_one(self, agent: Agent) -> None:
        schemas, tools = agent_tools(agent.tools or [])
        more_schemas, more_tools = await mcp_tools(agent.mcp_clients or [])
        body = _body(agent, [*schemas, *more_schemas])
        if agent.id:
            self.ids[agent] = agent.id
            await calls.journaled_update_agent({"agent_id": agent.id, **body}, RUN_AS)
        else:
            self.ids[agent] = (await calls.journaled_create_agent(body, RUN_AS))["id"]
            self._made.append(self.ids[agent])
        self._tools[self.ids[agent]] = {**tools, **more_tools}

    async def _tell_handoffs(self, agent: Agent) -> None:
        targets = [self.ids[target] for target in agent.handoffs or []]
        await calls.journaled_update_agent({"agent_id": self.ids[agent], "handoffs": targets}, RUN_AS)


def _body(agent: Agent, tools: list[Json]) -> Json:
    """The agent as the service wants it; what was not said is left out."""
    options = {
        "description": agent.description,
        "instructions": agent.instructions,
        "tools": tools or None,
        "completion_args": plain(agent.completion_args),
        "guardrails": [plain(each) for each in agent.guardrails] if agent.guardrails else None,
        "metadata": agent.metadata,
        "version_message": agent.version_message,
    }
    given = {name: value for name, value in options.items() if value is not None}
    return {"model": agent.model, "name": agent.name, **given}


async def _deleted(agent_id: str) -> str:
    """Delete an agent; why that failed, else nothing. One that is gone already is no failure."""
    try:
        await calls.journaled_delete_agent(agent_id)
    except Exception as error:
        return "" if is_not_there(error) else str(error.__cause__ or error)
    return ""
