"""Dependencies of activities: values that are made where the activity runs and never become events.

>>> from nbconvo.workflows import Depends, activity
>>> def greeting() -> str:
...     return "Hello"
>>> @activity()
... async def greet(name: str, word: str = Depends(greeting)) -> str:
...     return f"{word}, {name}!"

A provider is a sync or async function, a context manager, or a generator. Here each call of the activity has its own, closed when
the call ends, and shares it with the activities that it calls; upstream's workers keep one per worker. So does
`DependencyInjector.get_singleton_instance().with_dependencies()`, for as long as it is entered.

Source: workflows specification, "Calls available inside a workflow" (`Depends`).
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    aclosing,
    asynccontextmanager,
    closing,
    contextmanager,
)
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast


class _Provider:
    """Stands as a parameter's default until the provider has made the value."""

    def __init__(self, provider: Callable[[], Any]) -> None:
        self.provider = provider


def Depends(dependency: Callable[[], Any]) -> Any:  # noqa: N802 - upstream's name
    """The default of an activity's parameter whose value `dependency`, its provider, makes."""
    return _Provider(dependency)


def dependencies_of(signature: inspect.Signature) -> dict[str, Callable[[], Any]]:
    """The parameters that have a provider."""
    return {
        name: parameter.default.provider
        for name, parameter in signature.parameters.items()
        if isinstance(parameter.default, _Provider)
    }


@dataclass(frozen=True, slots=True)
class _Scope:
    """Values that were made, by their providers, and how to give them back."""

    values: dict[Callable[[], Any], Any]
    stack: AsyncExitStack


_scope: ContextVar[_Scope | None] = ContextVar("nbconvo_dependencies", default=None)


@asynccontextmanager
async def provided(providers: Mapping[str, Callable[[], Any]]) -> AsyncGenerator[dict[str, Any]]:
    """The values of the providers, given back at the end; those that a caller has made already are his."""
    async with _scoped(_scope.get()) as scope:
        for provider in providers.values():
            if provider not in scope.values:
                scope.values[provider] = await _made(provider, scope.stack)
        yield {name: scope.values[provider] for name, provider in providers.items()}


@asynccontextmanager
async def _scoped(outer: _Scope | None) -> AsyncGenerator[_Scope]:
    if outer is not None:
        yield outer
        return
    async with AsyncExitStack() as stack:
        scope = _Scope({}, stack)
        token = _scope.set(scope)
        try:
            yield scope
        finally:
            _scope.reset(token)


class DependencyInjector:
    """Upstream's name for who makes dependencies."""

    @staticmethod
    def get_singleton_instance() -> DependencyInjector:
        """The one there is."""
        return _INJECTOR

    def with_dependencies(self) -> AbstractAsyncContextManager[None]:
        """While this is entered, each provider is asked once; what it made is given back at the end."""
        return self._entered()

    @asynccontextmanager
    async def _entered(self) -> AsyncGenerator[None]:
        async with _scoped(_scope.get()):
            yield


_INJECTOR = DependencyInjector()


async def _made(provider: Callable[[], Any], stack: AsyncExitStack) -> Any:
    value: Any = provider()
    if isinstance(value, AsyncGenerator):
        return await stack.enter_async_context(_first_of_async(cast("AsyncGenerator[Any]", value)))
    if isinstance(value, Generator):
        return stack.enter_context(_first_of(cast("Generator[Any]", value)))
    if inspect.isawaitable(value):
        value = await value
    if isinstance(value, AbstractAsyncContextManager):
        return await stack.enter_async_context(cast("AbstractAsyncContextManager[Any]", value))
    if isinstance(value, AbstractContextManager):
        return stack.enter_context(cast("AbstractContextManager[Any]", value))
    return value


@contextmanager
def _first_of(generator: Generator[Any]) -> Generator[Any]:
    """What a generator yields first; at the end it goes on once, to clean up. One that yields again is closed."""
    with closing(generator):
        yield next(generator)
        next(generator, None)


@asynccontextmanager
async def _first_of_async(generator: AsyncGenerator[Any]) -> AsyncGenerator[Any]:
    async with aclosing(generator):
        yield await anext(generator)
        await anext(generator, None)
