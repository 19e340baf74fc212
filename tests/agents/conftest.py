"""What the tests of agents share: an engine, a script for the model, no key and no network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from nbconvo.engine import KernelEngine
from nbconvo.workflows.plugins.mistralai import use_client
from tests.conversations.conftest import _limit, _no_key, network
from tests.support.agents import FastClock, Scripted

__all__ = ["_limit", "_no_key", "network"]


@pytest.fixture
async def engine() -> AsyncIterator[KernelEngine]:
    async with KernelEngine(clock=FastClock()) as engine:
        yield engine


@pytest.fixture
def scripted() -> Iterator[Callable[..., Scripted]]:
    """Makes a backend whose model replies a script, and lets agents call it."""

    def make(*replies: Any) -> Scripted:
        made = Scripted(*replies)
        use_client(made.client)
        return made

    yield make
    use_client(None)
