"""The client that agents and the direct activities call, in the process where they run. It is never recorded."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

from nbconvo.conversations.client import connect

_given: list[Any] = []


def use_client(client: Any) -> None:
    """Let agents call `client` from now on, in this process; None for the one that `nbconvo.conversations.connect()` makes.

    >>> use_client(connect(model=lambda messages: "Hello!"))
    >>> get_mistral_client().beta.conversations.start(model="any", inputs="Hi").outputs[0].content
    'Hello!'
    >>> use_client(None)
    """
    _given[:] = [] if client is None else [client]


def get_mistral_client() -> Any:
    """The client (`Mistral`) of this process: what `use_client` was given, else of Mistral's API when `MISTRAL_API_KEY` is set,
    else of the embedded backend. It may be a dependency of an activity: `client: Any = Depends(get_mistral_client)`.
    """
    return _given[0] if _given else _connected(os.environ.get("MISTRAL_API_KEY"))


@lru_cache(maxsize=1)
def _connected(key: str | None) -> Any:
    """One client for as long as the environment's key stays the same: it keeps its connections."""
    return connect(key)
