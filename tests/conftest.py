"""What the tests below Jupyter share: an engine on a clock that jumps, and a limit, so that a test that hangs fails."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nbconvo.engine import KernelEngine
from nbconvo.testing import JumpingClock

HERE = Path(__file__).parent
PLAIN = ("agents", "durable", "engine", "flow", "journal", "parity", "testing", "unit")
LIMIT = 20  # seconds: a hundred times what the slowest of these tests takes

asyncio.set_event_loop(None)  # otherwise the oldest pytest-asyncio makes a loop that nobody closes


def stop(*_: object) -> None:
    raise TimeoutError(f"the test did not end within {LIMIT} seconds")


@pytest.fixture(autouse=True)
def _limit(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.path.relative_to(HERE).parts[0] not in PLAIN:
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(LIMIT)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def data() -> Callable[[str], Any]:
    """Read a JSON file of `tests/data`."""
    return lambda name: json.loads((HERE / "data" / name).read_text())


@pytest.fixture
def clock() -> JumpingClock:
    return JumpingClock()


@pytest.fixture
async def engine(clock: JumpingClock) -> AsyncIterator[KernelEngine]:
    async with KernelEngine(clock=clock) as engine:
        yield engine
