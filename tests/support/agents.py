"""What tests of agents share: a model that replies a script, and a clock that is fast but does not jump.

The embedded backend works in a thread of its own. While it does, the loop of a test is idle, and a clock that jumps would take
that for waiting.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nbconvo.conversations import EmbeddedBackend, ScriptedModel, connect
from nbconvo.protocol.clock import Timer
from nbconvo.workflows.plugins.mistralai import use_client

SPEED = 100


class FastClock:
    """Implements `nbconvo.protocol.clock.Clock`: a hundred seconds pass in one."""

    def __init__(self) -> None:
        self._start = time.time()

    def time_ns(self) -> int:
        """Now, in nanoseconds since the epoch."""
        return round((self._start + (time.time() - self._start) * SPEED) * 1e9)

    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        """Call back when the time is `when`."""
        return asyncio.get_running_loop().call_later(max(0.0, when - self.time_ns() / 1e9) / SPEED, callback)


class Scripted:
    """A backend whose model replies a script, with its client."""

    def __init__(self, *replies: Any) -> None:
        self.model = ScriptedModel(replies)
        self.backend = EmbeddedBackend(model=self.model)
        self.client: Any = connect(store=self.backend)

    @property
    def asked(self) -> list[list[tuple[str, Any]]]:
        """What the model was shown, call by call: roles and contents."""
        return [[(message["role"], message["content"]) for message in request.messages] for request in self.model.requests]

    def agents(self) -> list[str]:
        """The names of the agents that are at the service."""
        return [agent.name for agent in self.client.beta.agents.list_pages().result.data]


@contextmanager
def agents_talk_to(scripted: Scripted) -> Iterator[Scripted]:
    """Agents call this backend for as long as this is entered."""
    use_client(scripted.client)
    try:
        yield scripted
    finally:
        use_client(None)
