"""Who answers `%convo`: the client as the environment and `%convo config` want it, its default model, its agents by name."""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Awaitable, Mapping
from typing import Any

from nbconvo.conversations import EmbeddedBackend, connect
from nbconvo.conversations.client import clean_key
from nbconvo.conversations.raw import plain
from nbconvo.conversations.sdk import api_error
from nbconvo.errors import UsageError
from nbconvo.ipython.convo_results import Fields

MODEL = "mistral-medium-latest"
"""The model where none is named."""

_ID = re.compile(r"[A-Za-z0-9_-]+")


class Service:
    """The client of a notebook. It is made when it is first used, and again when the key or a setting has changed since."""

    def __init__(self) -> None:
        self.model = MODEL
        self.server_url: str | None = None
        self.backend: str | EmbeddedBackend | None = None
        self._client: Any = None
        self._made_for: object = None

    def configure(self, values: Mapping[str, Any], namespace: Mapping[str, Any]) -> None:
        """What `%convo config` sets. Raises `UsageError` for settings that exclude each other."""
        if "reset" in values:
            self.model, self.server_url, self.backend = MODEL, None, None
        url, backend = values.get("server-url", self.server_url), values.get("backend", self.backend)
        if url is not None and backend is not None:
            raise UsageError("%convo config: --backend and --server-url exclude each other; --reset drops both.")
        if isinstance(namespace.get(str(backend)), EmbeddedBackend):
            backend = namespace[str(backend)]
        self.model, self.server_url, self.backend = values.get("model", self.model), url, backend

    @property
    def client(self) -> Any:
        """The official client. Raises `InvalidKey`."""
        wanted = (self.server_url, self.backend, hash(os.environ.get("MISTRAL_API_KEY")))
        if self._made_for != wanted:
            self._client = connect(server_url=self.server_url, store=self.backend)
            self._made_for = wanted
        return self._client

    def described(self, conversation_id: str | None) -> Fields:
        """What `%convo config` shows; of the key only whether there is one."""
        has_key = bool(clean_key(os.environ.get("MISTRAL_API_KEY")))
        embedded = "the embedded backend" + (f", in {self.backend}" if isinstance(self.backend, str) else "")
        where = self.server_url or ("Mistral" if has_key and self.backend is None else embedded)
        key = "set" if has_key else "not set"
        return Fields({"answers come from": where, "MISTRAL_API_KEY": key, "model": self.model, "conversation": conversation_id})

    async def call(self, operation: str, **arguments: Any) -> Any:
        """The client's model of an answer; `Fields`, with all that came, when the client does not understand it."""
        group, _, name = operation.partition(".")
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # agents.list: it is asked for by its name
            answer: Awaitable[Any] = getattr(getattr(self.client.beta, group), f"{name}_async")(**arguments)
            try:
                made = await answer
                return made.result if operation == "agents.list_pages" else made  # the pager itself could only block
            except api_error() as error:
                if getattr(error, "status_code", None) != 200:
                    raise
                return Fields(json.loads(getattr(error, "body", "")))

    async def agent_id(self, agent: str) -> str:
        """The id of an agent that is given by its name or its id. Raises `UsageError` when several have the name."""
        page = plain(await self.call("agents.list_pages", name=agent))
        found = [each["id"] for each in page["data"] if each["name"] == agent]
        if len(found) > 1:
            raise UsageError(f"Several agents are named {agent!r}: {', '.join(found)}. Give the id.")
        return found[0] if found else checked_id(agent)


def checked_id(text: str) -> str:
    """An id, which the client puts into a path as it is. Raises `UsageError` for what can be none."""
    if not _ID.fullmatch(text):
        raise UsageError(f"{text!r} is neither a name that is known nor an id.")
    return text
