"""Answers as the plain JSON that the service sent, under the official client's models.

The client refuses a whole answer when one entry or chunk in it is of a kind it does not know, and drops keys it does not know.
Read here, whatever comes is kept.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable
from typing import Any

from nbconvo.conversations.jsons import Json
from nbconvo.conversations.sdk import api_error


def plain(value: Any) -> Any:
    """A model of the client as JSON, without what was not sent; anything else as it is."""
    return value.model_dump(mode="json", by_alias=True) if hasattr(value, "model_dump") else value


async def tolerant(answer: Awaitable[Any]) -> Any:
    """The JSON of an answer, also when the client does not understand all of it. Raises the client's other errors."""
    try:
        return plain(await answer)
    except api_error() as error:
        if getattr(error, "status_code", None) != 200:
            raise
        try:
            return json.loads(getattr(error, "body", ""))
        except ValueError:
            raise error from None


async def events_of(stream: Any) -> AsyncGenerator[Json, None]:
    """The events of a stream of the client as their JSON data, known or not; the stream is closed at the end.

    Data that is not an object is passed on as `{"type": "unreadable", "data": text}`.
    """
    response = stream.response
    name, data = "", list[str]()
    try:
        async for line in response.aiter_lines():
            if line.startswith("data:"):
                data.append(line[5:].removeprefix(" "))
            elif line.startswith("event:"):
                name = line[6:].strip()
            elif not line and data:
                yield _event(name, "\n".join(data))
                name, data = "", []
        if data:
            yield _event(name, "\n".join(data))
    finally:
        await response.aclose()


def _event(name: str, text: str) -> Json:
    try:
        data = json.loads(text)
    except ValueError:
        data = text
    return {"type": name, **data} if isinstance(data, dict) else {"type": "unreadable", "data": data}
