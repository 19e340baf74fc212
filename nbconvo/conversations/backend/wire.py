"""What goes in and out of the backend: a request, a response, server-sent events, and the error bodies of the service.

Source: the official OpenAPI document and observed answers: 404 and 400 carry a `code`, 422 a `detail` list, 401 a `detail` text.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbconvo.conversations.background import Pump
from nbconvo.conversations.jsons import Json

NOT_FOUND = 3000
"""Also the code of failures that have no other."""
UNBALANCED_CALLS = 3230


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `query` holds the first value of each name, header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""

    def json(self) -> Any:
        """The body as JSON; an empty body is `{}`. Raises `Problem` 422."""
        try:
            return json.loads(self.body or b"{}", parse_constant=_no_json)
        except ValueError as error:
            raise invalid("json_invalid", ("body",), f"JSON decode error: {error}") from error


def _no_json(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response, on the loop thread: its whole body, or the server-sent events of a stream as they come."""

    status: int
    headers: Mapping[str, str]
    body: bytes | AsyncGenerator[bytes, None]


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as the outside gets it: a stream can be read from any thread or loop, and closed from any other."""

    status: int
    headers: Mapping[str, str]
    body: bytes | Pump[bytes]


class Problem(Exception):
    """The request is answered by an error: its HTTP status and its JSON body."""

    def __init__(self, status: int, body: Json, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(str(body.get("message") or body.get("detail")))
        self.status = status
        self.body = body
        self.headers = headers or {}

    def response(self) -> Response:
        """The response that says so."""
        return json_response(self.body, self.status, self.headers)


class Disconnected(Exception):
    """The connection breaks here, on purpose."""


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON body."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, {"content-type": "application/json", **(headers or {})}, body)


def empty() -> Response:
    """204, what a delete answers."""
    return Response(204, {}, b"")


def stream(frames: AsyncGenerator[bytes, None]) -> Response:
    """Server-sent events."""
    return Response(200, {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}, frames)


def frame(data: Json) -> bytes:
    """One event of a conversation's stream; its name is the data's `type`."""
    return f"event: {data['type']}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


def error(status: int, message: str, code: int, headers: Mapping[str, str] | None = None) -> Problem:
    """The service's ordinary error."""
    body = {"object": "error", "message": message, "type": "invalid_request_error", "param": None, "code": code}
    return Problem(status, body, headers)


def not_found(what: str, id: str) -> Problem:  # noqa: A002 - the API's word
    """404: there is no such thing, or it belongs to another key."""
    return Problem(404, error(404, f"{what} with id {id} not found.", NOT_FOUND).body | {"object": "Error"})


def unbalanced_calls(message: str = "Not the same number of function calls and responses") -> Problem:
    """400: the calls that are open and the results that were sent do not match."""
    return error(400, message, UNBALANCED_CALLS)


def invalid(kind: str, loc: tuple[str | int, ...], message: str, value: Any = None) -> Problem:
    """422: one thing is wrong with the request, at `loc`."""
    return invalid_all([{"type": kind, "loc": list(loc), "msg": message, "input": value}])


def invalid_all(detail: list[Json]) -> Problem:
    """422: what is wrong, one entry each."""
    return Problem(422, {"object": "Error", "detail": detail})


def unauthorized(detail: str) -> Problem:
    """401: no key, or one that is not accepted. The key itself is never repeated."""
    return Problem(401, {"detail": detail})
