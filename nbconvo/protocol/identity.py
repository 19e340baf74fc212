"""Identity, handed in: new things get their ids from the execution whose code runs, so that a replay gives them the same ones."""

from __future__ import annotations

import asyncio
from typing import Any

from nbconvo.protocol.clock import random_id


def new_id() -> str:
    """A UUID as text: the next one of the execution whose loop is running (the loop carries it), any other elsewhere."""
    execution: Any = getattr(asyncio._get_running_loop(), "runtime", None)  # noqa: SLF001 - the one way that does not raise
    return random_id() if execution is None else execution.new_id()
