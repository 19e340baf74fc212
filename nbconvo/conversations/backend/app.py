"""The embedded backend: Mistral's Agents and Conversations API in this process, without a network and without a key."""

from __future__ import annotations

import hashlib
import inspect
import logging
import os
import re
import sqlite3
from collections import deque
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import AbstractContextManager, aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbconvo.conversations.backend.agents import Agents
from nbconvo.conversations.backend.builtin import BuiltinTools
from nbconvo.conversations.backend.chat import Chat
from nbconvo.conversations.backend.conversations import Conversations
from nbconvo.conversations.backend.files import Files
from nbconvo.conversations.backend.server import serve
from nbconvo.conversations.backend.stamps import Stamps
from nbconvo.conversations.backend.store import Store
from nbconvo.conversations.backend.wire import NOT_FOUND, Answer, Disconnected, Problem, Request, Response, error, unauthorized
from nbconvo.conversations.background import Pump, loop_thread
from nbconvo.conversations.models.contract import Model
from nbconvo.conversations.models.offline import OfflineModel

_log = logging.getLogger(__name__)
_LOCAL = "local"
_ID = r"([^/]+)"


@dataclass(frozen=True, slots=True)
class Fault:
    """How the next requests fail, to try what happens then.

    With a `status` they are answered by that error; with `frames` the connection breaks after so many events of a stream.
    """

    status: int | None = None
    message: str = "A fault that was asked for."
    code: int = 3000
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    frames: int | None = None


class EmbeddedBackend:
    """Every operation of `beta.conversations`, `beta.agents`, chat completions and `files`, on one SQLite database.

    `store` is a path, or ":memory:" for one that ends with the backend. `model` answers (see `nbconvo.conversations.models`); the
    default one is offline and follows simple rules. Built-in tools are simulated and say so; with `code_interpreter` the code is
    really run, in a process of its own with limits. With `keys` only these API keys are accepted and each sees its own things;
    otherwise every key is, and so is none. Safe to use from any thread and any event loop.

    Raises sqlite3.Error or OSError when the store cannot be opened.

    >>> import json
    >>> backend = EmbeddedBackend()
    >>> body = {"model": "any", "inputs": "What is 6 * 7?"}
    >>> answer = backend.handle_blocking(Request("POST", "/v1/conversations", body=json.dumps(body).encode()))
    >>> json.loads(bytes(answer.body))["outputs"][0]["content"].rpartition(chr(10))[2]
    '6 * 7 = 42'

    Source: documents 001 and 003.
    """

    def __init__(
        self,
        store: str | os.PathLike[str] = ":memory:",
        model: Model | None = None,
        *,
        code_interpreter: bool = False,
        keys: Collection[str] | None = None,
    ) -> None:
        self._path = store if store == ":memory:" else str(Path(store))
        self._keys = None if keys is None else {_fingerprint(key) for key in keys}
        self._store = Store(str(self._path))
        self._stamps = Stamps()
        self._files = Files(self._store, self._stamps)
        self._agents = Agents(self._store, self._stamps)
        self._faults: deque[Fault] = deque()
        self._runs_code = code_interpreter
        self._model = model or OfflineModel()
        self._routes = self._make_routes()

    def __repr__(self) -> str:
        return f"EmbeddedBackend({str(self._path)!r})"

    async def handle(self, request: Request, timeout: float | None = None) -> Answer:
        """Answer a request, on any event loop. `timeout` (seconds) bounds the wait for an answer and for each piece of it."""
        response = await loop_thread().wait(self._respond(request), timeout)
        body = response.body if isinstance(response.body, bytes) else Pump(response.body, timeout)
        return Answer(response.status, response.headers, body)

    def handle_blocking(
        self, request: Request, timeout: float | None = None, is_wanted: Callable[[], bool] | None = None
    ) -> Answer:
        """The same from a thread. The work stops when `is_wanted` becomes false."""
        response = loop_thread().run(self._respond(request), timeout, is_wanted)
        body = response.body if isinstance(response.body, bytes) else Pump(response.body, timeout, is_wanted)
        return Answer(response.status, response.headers, body)

    def serve(self, port: int = 0) -> AbstractContextManager[str]:
        """A server of this backend on 127.0.0.1 while the `with` block runs; gives its URL. Port 0 takes a free one."""
        return serve(self.handle_blocking, port)

    def fail_next(self, times: int = 1, **fault: Any) -> None:
        """Let the next `times` requests fail. The keywords are those of `Fault`."""
        self._faults.extend([Fault(**fault)] * times)

    def close(self) -> None:
        """Close the store. Requests after this are answered by an error."""

        async def close() -> None:
            self._store.close()

        loop_thread().run(close())

    async def _respond(self, request: Request) -> Response:
        try:
            fault = self._faults.popleft() if self._faults else Fault()
            if fault.status is not None:
                raise error(fault.status, fault.message, fault.code, fault.headers)
            answer = await self._route(request)
        except Problem as problem:
            return problem.response()
        except sqlite3.Error as failure:
            return error(500, f"The backend's store {self._path} cannot be used now: {failure}", NOT_FOUND).response()
        except Exception as failure:  # hostile input, or our own mistake: the caller gets an answer all the same
            _log.debug("a request failed", exc_info=failure)
            return error(500, f"The embedded backend failed: {type(failure).__name__}: {failure}", NOT_FOUND).response()
        if fault.frames is None:
            return answer
        if isinstance(answer.body, bytes):
            raise Disconnected
        return Response(answer.status, answer.headers, _broken(answer.body, fault.frames))

    async def _route(self, request: Request) -> Response:
        owner = self._owner(request)
        for method, pattern, operation in self._routes:
            found = pattern.fullmatch(request.path) if method == request.method else None
            if found is not None:
                answer = operation(owner, *found.groups(), request)
                return await answer if inspect.isawaitable(answer) else answer
        raise error(404, f"nbconvo's embedded backend does not answer {request.method} {request.path}.", NOT_FOUND)

    def _owner(self, request: Request) -> str:
        """Whose things are meant. Keys are compared and kept as fingerprints only."""
        if self._keys is None:
            return _LOCAL
        key = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if not key:
            raise unauthorized("Unauthorized")
        if _fingerprint(key) not in self._keys:
            raise unauthorized("Invalid API Key")
        return _fingerprint(key)

    def _builtin(self, owner: str) -> BuiltinTools:
        return BuiltinTools(
            lambda name, content: self._files.keep(owner, name, content, source="generated")["id"], self._runs_code
        )

    def _make_routes(self) -> list[tuple[str, re.Pattern[str], Callable[..., Any]]]:
        agents, files = self._agents, self._files
        talks = Conversations(self._store, self._stamps, agents, self._model, self._builtin)
        table: list[tuple[str, str, Callable[..., Any]]] = [
            ("POST", "/v1/conversations", talks.start),
            ("GET", "/v1/conversations", talks.list),
            ("POST", f"/v1/conversations/{_ID}", talks.append),
            ("GET", f"/v1/conversations/{_ID}", talks.get),
            ("DELETE", f"/v1/conversations/{_ID}", talks.delete),
            ("POST", f"/v1/conversations/{_ID}/restart", talks.restart),
            ("GET", f"/v1/conversations/{_ID}/history", talks.history),
            ("GET", f"/v1/conversations/{_ID}/messages", talks.messages),
            ("POST", "/v1/agents", agents.create),
            ("GET", "/v1/agents", agents.list),
            ("GET", "/v1/agents/pages", agents.list_pages),
            ("GET", f"/v1/agents/{_ID}", agents.get),
            ("PATCH", f"/v1/agents/{_ID}", agents.update),
            ("POST", f"/v1/agents/{_ID}", agents.update),  # as document 003 has it for curl, and below
            ("DELETE", f"/v1/agents/{_ID}", agents.delete),
            ("PATCH", f"/v1/agents/{_ID}/version", agents.update_version),
            ("POST", f"/v1/agents/{_ID}/version", agents.update_version),
            ("GET", f"/v1/agents/{_ID}/versions", agents.list_versions),
            ("GET", f"/v1/agents/{_ID}/versions/{_ID}", agents.get_version),
            ("PUT", f"/v1/agents/{_ID}/aliases", agents.create_alias),
            ("GET", f"/v1/agents/{_ID}/aliases", agents.list_aliases),
            ("DELETE", f"/v1/agents/{_ID}/aliases", agents.delete_alias),
            ("POST", "/v1/chat/completions", Chat(self._model, self._stamps).complete),
            ("POST", "/v1/files", files.upload),
            ("GET", "/v1/files", files.list),
            ("GET", f"/v1/files/{_ID}", files.get),
            ("DELETE", f"/v1/files/{_ID}", files.delete),
            ("GET", f"/v1/files/{_ID}/content", files.download),
            ("GET", f"/v1/files/{_ID}/url", files.signed_url),
        ]
        return [(method, re.compile(pattern), operation) for method, pattern, operation in table]


async def _broken(source: AsyncGenerator[bytes, None], frames: int) -> AsyncGenerator[bytes, None]:
    async with aclosing(source):
        for _ in range(frames):
            yield await anext(source)
    raise Disconnected


def _fingerprint(key: str) -> str:
    return hashlib.sha256(key.strip().encode()).hexdigest()
