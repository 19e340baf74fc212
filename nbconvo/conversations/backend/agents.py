"""The operations of `beta.agents`: agents, their versions and the aliases of versions.

Source: document 003. Creating makes version 0; every update makes the next number, on top of the current version, and is current.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

from nbconvo.conversations.backend.bodies import CompletionArgs, CreateAgent, UpdateAgent, parse
from nbconvo.conversations.backend.query import contains, flag, invalid_query, metadata_filter, number
from nbconvo.conversations.backend.stamps import Stamps
from nbconvo.conversations.backend.store import Store
from nbconvo.conversations.backend.turn import Setup
from nbconvo.conversations.backend.wire import Request, Response, empty, invalid, json_response, not_found
from nbconvo.conversations.jsons import Json

_ALIAS = re.compile(r"[a-z]([a-z0-9_-]*[a-z0-9])?")
_LONGEST_ALIAS = 64


class Agents:
    """Answers for one backend; every method takes the owner first (whose key it is)."""

    def __init__(self, store: Store, stamps: Stamps) -> None:
        self._store = store
        self._stamps = stamps

    def setup(self, owner: str, agent_id: str, version: int | str | None) -> Setup:
        """Who answers as this agent. Handoffs to agents that are gone are left out. Raises `Problem` 404."""
        agent = self.version(owner, agent_id, version)
        others = (self._store.agent(owner, other) for other in agent["handoffs"] or ())
        known = [other for other in others if other is not None]
        return Setup(agent["model"], agent["instructions"], agent["tools"], agent["completion_args"], agent, known)

    def version(self, owner: str, agent_id: str, version: int | str | None) -> Json:
        """An agent in a version: a number, an alias, or None for the current one. Raises `Problem` 404."""
        agent = self._known(owner, agent_id)
        if version is None:
            return agent
        alias = next((each for each in self._store.aliases(agent_id) if each["alias"] == version), None)
        wanted = str(alias["version"] if alias else version)
        found = next((each for each in self._store.versions(agent_id) if str(each["version"]) == wanted), None)
        if found is None:
            raise not_found("Agent version", f"{agent_id}:{version}")
        return agent | found

    # Agents

    def create(self, owner: str, request: Request) -> Response:
        """POST /v1/agents."""
        body = parse(CreateAgent, request.json())
        now = self._stamps.now()
        made = {"id": self._stamps.new_id("ag"), "version": 0, "versions": [0], "created_at": now, "updated_at": now}
        agent = {"object": "agent", "deployment_chat": False, "source": "api", "owner_id": None} | made | body.model_dump()
        agent["tools"] = [tool.model_dump(exclude_unset=True) for tool in body.tools or ()]
        agent["completion_args"] = (body.completion_args or CompletionArgs()).model_dump()
        self._store.save_agent(owner, agent, _content(agent))
        return json_response(agent)

    def update(self, owner: str, agent_id: str, request: Request) -> Response:
        """PATCH /v1/agents/{agent_id}."""
        body = parse(UpdateAgent, request.json())
        agent = self._known(owner, agent_id)
        changes = body.model_dump(exclude_unset=True)
        if body.completion_args is not None:
            changes["completion_args"] = CompletionArgs().model_dump() | changes["completion_args"]
        required = ("model", "name", "tools", "completion_args", "deployment_chat")
        changes = {key: value for key, value in changes.items() if value is not None or key not in required}
        number = max(agent["versions"]) + 1
        made = {"version": number, "versions": [*agent["versions"], number], "updated_at": self._stamps.now()}
        agent |= {"version_message": None, **changes, **made}
        self._store.save_agent(owner, agent, _content(agent))
        return json_response(agent)

    def update_version(self, owner: str, agent_id: str, request: Request) -> Response:
        """PATCH /v1/agents/{agent_id}/version: the number is in the query, or in the body as the guide shows it."""
        wanted = request.query.get("version") or str(request.json().get("version"))
        if not wanted.isdecimal():
            raise invalid("int_parsing", ("query", "version"), "Input should be a valid integer", wanted)
        agent = self.version(owner, agent_id, int(wanted)) | {"updated_at": self._stamps.now()}
        self._store.save_agent(owner, agent)
        return json_response(agent)

    def get(self, owner: str, agent_id: str, request: Request) -> Response:
        """GET /v1/agents/{agent_id}."""
        return json_response(self.version(owner, agent_id, request.query.get("agent_version")))

    def delete(self, owner: str, agent_id: str, request: Request) -> Response:
        """DELETE /v1/agents/{agent_id}."""
        if not self._store.delete_agent(owner, agent_id):
            raise not_found("Agent", agent_id)
        return empty()

    def list(self, owner: str, request: Request) -> Response:
        """GET /v1/agents: newest first, by pages."""
        page, size = number(request, "page", 0, 0), number(request, "page_size", 20, 1, 1000)
        return json_response(self._found(owner, request)[page * size : (page + 1) * size])

    def list_pages(self, owner: str, request: Request) -> Response:
        """GET /v1/agents/pages: newest first; the token of a page is the id that the one before ended with."""
        size, token = number(request, "page_size", 20, 1, 1000), request.query.get("page_token")
        left = [agent for agent in self._found(owner, request) if not token or agent["id"] < token]
        more = len(left) > size
        return json_response({"data": left[:size], "next_page_token": left[size - 1]["id"] if more else None})

    def list_versions(self, owner: str, agent_id: str, request: Request) -> Response:
        """GET /v1/agents/{agent_id}/versions: newest first, by pages."""
        agent = self._known(owner, agent_id)
        page, size = number(request, "page", 0, 0), number(request, "page_size", 20, 1, 100)
        return json_response([agent | each for each in islice(self._store.versions(agent_id), page * size, (page + 1) * size)])

    def get_version(self, owner: str, agent_id: str, version: str, request: Request) -> Response:
        """GET /v1/agents/{agent_id}/versions/{version}."""
        return json_response(self.version(owner, agent_id, version))

    # Aliases

    def create_alias(self, owner: str, agent_id: str, request: Request) -> Response:
        """PUT /v1/agents/{agent_id}/aliases: points an alias to a version, also one that exists."""
        alias, version = request.query.get("alias", ""), request.query.get("version", "")
        if not _ALIAS.fullmatch(alias) or len(alias) > _LONGEST_ALIAS:
            raise invalid_query("alias", f"String should match pattern '^{_ALIAS.pattern}$', {_LONGEST_ALIAS} characters", alias)
        if not version.isdecimal():
            raise invalid_query("version", "Input should be a valid integer", version)
        self.version(owner, agent_id, int(version))
        now = self._stamps.now()
        created = next((each["created_at"] for each in self._store.aliases(agent_id) if each["alias"] == alias), now)
        made = {"alias": alias, "version": int(version), "created_at": created, "updated_at": now}
        self._store.save_alias(agent_id, made)
        return json_response(made)

    def list_aliases(self, owner: str, agent_id: str, request: Request) -> Response:
        """GET /v1/agents/{agent_id}/aliases."""
        self._known(owner, agent_id)
        return json_response(self._store.aliases(agent_id))

    def delete_alias(self, owner: str, agent_id: str, request: Request) -> Response:
        """DELETE /v1/agents/{agent_id}/aliases."""
        self._known(owner, agent_id)
        alias = request.query.get("alias", "")
        if not self._store.delete_alias(agent_id, alias):
            raise not_found("Agent alias", f"{agent_id}:{alias}")
        return empty()

    def _known(self, owner: str, agent_id: str) -> Json:
        agent = self._store.agent(owner, agent_id)
        if agent is None:
            raise not_found("Agent", agent_id)
        return agent

    def _found(self, owner: str, request: Request) -> list[Json]:
        query, wanted = request.query, metadata_filter(request)
        tests: list[Callable[[Json], bool]] = [lambda agent: contains(agent["metadata"], wanted)]
        if name := query.get("name"):
            tests.append(lambda agent: agent["name"] == name)
        if wanted_id := query.get("id"):
            tests.append(lambda agent: agent["id"] == wanted_id)
        if search := query.get("search", "").lower():
            tests.append(lambda agent: search in f"{agent['name']}\n{agent['description'] or ''}".lower())
        if (deployed := flag(request, "deployment_chat")) is not None:
            tests.append(lambda agent: agent["deployment_chat"] == deployed)
        return [agent for agent in self._store.agents(owner) if all(test(agent) for test in tests)]


def _content(agent: Json) -> Json:
    """What belongs to a version, and not to the agent as a whole."""
    return {key: value for key, value in agent.items() if key not in ("versions", "id", "created_at", "owner_id")}
