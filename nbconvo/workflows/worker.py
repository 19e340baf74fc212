"""What a worker of the hosted platform offers, where there is none: one process is one worker, and it is always here.

Source: workflows specification, "Calls available inside a workflow".
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

from nbconvo.engine.context import current_activity
from nbconvo.errors import NotAWorker


@dataclass(frozen=True, slots=True)
class StickyWorkerSession:
    """The worker that sticky activities go to: this process."""

    task_queue: str = "this-process"


async def get_sticky_worker_session() -> StickyWorkerSession:
    """This process."""
    return StickyWorkerSession()


@asynccontextmanager
async def run_sticky_worker_session(session: StickyWorkerSession | None = None) -> AsyncGenerator[StickyWorkerSession]:
    """Activities inside go to one worker. Here they always do."""
    yield session or StickyWorkerSession()


@contextmanager
def run_activities_locally() -> Generator[None]:
    """Activities inside run beside the workflow. Here they always do."""
    yield


def activity_heartbeat(*details: Any) -> None:
    """Say that the running activity is alive; starts its `heartbeat_timeout` again. Outside of one it does nothing."""
    activity = current_activity.get()
    if activity is not None:
        activity.heartbeat()


async def run_worker(workflows: Sequence[type[Any]], detach: bool = False, **_: Any) -> NoReturn:
    """Upstream's production worker. Raises `NotAWorker`, which says how to hand a workflow over."""
    raise NotAWorker([workflow.__name__ for workflow in workflows])
