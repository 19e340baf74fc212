"""Dependencies of activities: made where they are needed, given back at the end."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from nbconvo.engine import KernelEngine
from nbconvo.workflows import DependencyInjector, Depends, activity
from tests.support.workflows import workflow_of

log: list[str] = []


@pytest.fixture(autouse=True)
def _fresh() -> None:
    log.clear()


def function() -> str:
    return "function"


async def coroutine() -> str:
    return "coroutine"


def generator() -> Iterator[str]:
    log.append("open")
    yield "generator"
    log.append("close")


async def async_generator() -> AsyncGenerator[str]:
    log.append("open")
    yield "async generator"
    log.append("close")


def looping() -> Iterator[str]:
    log.append("open")
    while True:
        try:
            yield "looping"
        finally:
            log.append("close")


@contextmanager
def context() -> Iterator[str]:
    log.append("open")
    yield "context"
    log.append("close")


@asynccontextmanager
async def async_context() -> AsyncIterator[str]:
    log.append("open")
    yield "async context"
    log.append("close")


PROVIDERS = [function, coroutine, generator, async_generator, looping, context, async_context]


def asking(provider: Any) -> Any:
    @activity()
    async def ask(n: int, value: str = Depends(provider)) -> str:
        log.append("use")
        return f"{value} {n}"

    return ask


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.__name__)
@pytest.mark.parametrize("inside", [True, False], ids=["in a workflow", "outside"])
async def test_whatever_makes_it_it_is_given_back(engine: KernelEngine, provider: Any, inside: bool) -> None:
    ask = asking(provider)
    result = await ((await engine.start(workflow_of(lambda: ask(1)))).result() if inside else ask(1))
    assert result == f"{provider.__name__.replace('_', ' ')} 1"
    assert log[0] == "open" if len(log) > 1 else log == ["use"]
    assert [each for each in log if each == "open"] == [each.replace("close", "open") for each in log if each == "close"][:1]


async def test_an_activity_shares_it_with_those_that_it_calls() -> None:
    inner = asking(generator)

    @activity()
    async def outer(value: str = Depends(generator)) -> str:
        return f"{value}, {await inner(2)}"

    assert await outer() == "generator, generator 2"
    assert log == ["open", "use", "close"]


async def test_each_call_has_its_own() -> None:
    ask = asking(generator)
    await ask(1)
    await ask(2)
    assert log == ["open", "use", "close"] * 2


async def test_while_the_injector_is_entered_it_is_made_once() -> None:
    ask = asking(async_context)
    async with DependencyInjector.get_singleton_instance().with_dependencies():
        await ask(1)
        await ask(2)
        assert log == ["open", "use", "use"]
    assert log[-1] == "close"


async def test_it_is_given_back_when_the_activity_fails() -> None:
    closed: list[str] = []

    def careful() -> Iterator[int]:
        try:
            yield 1
        finally:
            closed.append("close")

    @activity()
    async def failing(value: int = Depends(careful)) -> None:
        raise LookupError("no such thing")

    with pytest.raises(LookupError):
        await failing()
    assert closed == ["close"]
