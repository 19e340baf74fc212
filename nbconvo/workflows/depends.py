"""Dependencies of activities: values that are made where the activity runs and never become events.

>>> from nbconvo.workflows import Depends, activity
>>> def greeting() -> str:
...     return "Hello"
>>> @activity()
... async def greet(name: str, word: str = Depends(greeting)) -> str:
...     return f"{word}, {name}!"

A provider is a sync or async function, a context manager, or a generator that yields once. Here each call of the activity has its
own, closed when the call ends; upstream's workers keep one per worker.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any, cast


class _Provider:
    """Stands as a parameter's default until the provider has made the value."""

    def __init__(self, provider: Callable[[], Any]) -> None:
        self.provider = provider


def Depends(provider: Callable[[], Any]) -> Any:  # noqa: N802 - upstream's name
    """The default of an activity's parameter that `provider` gives the value of."""
    return _Provider(provider)


def dependencies_of(signature: inspect.Signature) -> dict[str, Callable[[], Any]]:
    """The parameters that have a provider."""
    return {
        name: parameter.default.provider
        for name, parameter in signature.parameters.items()
        if isinstance(parameter.default, _Provider)
    }


@asynccontextmanager
async def provided(providers: Mapping[str, Callable[[], Any]]) -> AsyncGenerator[dict[str, Any]]:
    """The values of the providers, given back at the end."""
    async with AsyncExitStack() as stack:
        yield {name: await _made(provider, stack) for name, provider in providers.items()}


async def _made(provider: Callable[[], Any], stack: AsyncExitStack) -> Any:
    if inspect.isasyncgenfunction(provider):
        return await stack.enter_async_context(asynccontextmanager(provider)())
    if inspect.isgeneratorfunction(provider):
        return stack.enter_context(contextmanager(provider)())
    value: Any = provider()
    if inspect.isawaitable(value):
        value = await value
    if isinstance(value, AbstractAsyncContextManager):
        return await stack.enter_async_context(cast("AbstractAsyncContextManager[Any]", value))
    if isinstance(value, AbstractContextManager):
        return stack.enter_context(cast("AbstractContextManager[Any]", value))
    return value
