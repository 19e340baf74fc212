"""`Agent`: who answers, with which tools, and whom it may hand over to.

Source: document 000, "Streaming agent responses"; workflows specification, "Agents layer".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from nbconvo.workflows.plugins.mistralai.mcp import MCPConfig


class Agent(BaseModel):
    """An agent. Making one does nothing; `Runner.run` lets it work.

    `tools` are `@activity()` functions, plain functions, methods, and the service's own tools as the API has them
    (`{"type": "web_search"}`, or the client's models). `handoffs` are agents that it may hand the conversation over to.
    `mcp_clients` are servers whose tools it gets. With `id` an agent that is there already is brought up to date and used.
    `completion_args`, `guardrails`, `metadata` and `version_message` go to the service as they are. Raises pydantic's
    ValidationError.

    >>> Agent(name="clerk", instructions="Be brief.").model
    'mistral-medium-latest'
    """

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    name: str
    model: str = "mistral-medium-latest"
    description: str | None = None
    instructions: str | None = None
    tools: list[Any] | None = None
    handoffs: list[Agent] | None = None
    mcp_clients: list[MCPConfig] | None = None
    completion_args: Any = None
    guardrails: list[Any] | None = None
    metadata: dict[str, Any] | None = None
    version_message: str | None = None
    connectors: list[Any] | None = None
    id: str | None = None

    @model_validator(mode="after")
    def _no_connectors(self) -> Agent:
        if self.connectors:
            raise ValueError("Connectors belong to Mistral's platform and are not available here; use tools or mcp_clients.")
        return self

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __repr__(self) -> str:
        return f"Agent(name={self.name!r})"

    @staticmethod
    def iterate_agents_deeply_in_handoffs(agent: Agent) -> Iterator[Agent]:
        """The agent and all that the conversation can be handed over to, each once. Upstream's name."""
        seen: dict[Agent, None] = {}
        waiting = [agent]
        while waiting:
            one = waiting.pop(0)
            if one not in seen:
                seen[one] = None
                waiting += one.handoffs or []
        return iter(seen)
