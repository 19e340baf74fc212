"""Activities over items, and a workflow that runs one of them over many."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from pydantic import BaseModel

from nbconvo.workflows import ExtraItemParams, GetItemFromIndexParams, activity, execute_activities_in_parallel, workflow
from tests.support.restarts import Mortal, finish

seen: list[Any] = []
busy = Counter[str]()


def ends(name: str) -> None:
    """An activity comes to its end; counted where processes die."""
    if hasattr(Mortal, "latest"):
        finish(name)


class Page(BaseModel):
    number: int


class Wanted(ExtraItemParams):
    name: str


@activity()
async def double(n: int) -> int:
    busy["now"] += 1
    busy["most"] = max(busy["most"], busy["now"])
    await asyncio.sleep(0)
    busy["now"] -= 1
    ends(f"double {n}")
    return 2 * n


@activity()
async def join(a: str, b: int = 0) -> str:
    return f"{a}{b}"


@activity()
async def read(page: Page) -> Page:
    return Page(number=page.number + 100)


@activity()
async def note(n: int) -> None:
    seen.append(n)


@activity()
async def greet(wanted: Wanted) -> str:
    return f"{wanted.extra_params['greeting']} {wanted.name}"


@activity()
async def next_page(page: Page | None) -> Page | None:
    number = 0 if page is None else page.number + 1
    return Page(number=number) if number < 3 else None


@activity()
async def a_page(params: GetItemFromIndexParams) -> Page:
    return Page(number=params.idx)


@activity()
async def square(params: GetItemFromIndexParams) -> int:
    return params.idx**2 + (params.extra_params or {}).get("plus", 0)


@activity()
async def nothing() -> int:
    return 0


@activity(retry_policy_max_attempts=2)
async def fragile(n: int) -> int:
    seen.append(n)
    if n == 2:
        raise ValueError("two is too much")
    return n


async def plain(n: int) -> int:
    return n


def using(*args: Any, **kwargs: Any) -> type[Any]:
    """A workflow that makes one such call."""

    async def run(self: Any) -> Any:
        return await execute_activities_in_parallel(*args, **kwargs)

    return workflow.define(name="using")(type("Using", (), {"run": workflow.entrypoint(annotated(run))}))


def annotated(run: Any) -> Any:
    run.__annotations__ = {"return": Any}
    return run
