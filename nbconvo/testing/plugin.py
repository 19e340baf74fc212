"""Fixtures that pytest finds by itself where nbconvo is installed. `engine` and `scripted_user` need pytest-asyncio.

    async def test_greeting(engine, scripted_user):
        played = await scripted_user(await engine.start(Greeting), ["Ada"])
        assert played.result == "Nice to meet you, Ada!"

    async def test_it_waits_for_a_month(engine, clock):
        handle = await engine.start(SleepsForAMonth)
        await handle.result()
        assert clock.elapsed == 30 * 24 * 3600

    def test_without_a_network(no_network):
        ...

A fixture of the same name in your conftest.py takes the place of the one here. Without pytest there is `nbconvo.testing.play`.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from nbconvo.engine import KernelEngine, KernelHandle
from nbconvo.errors import NbconvoError
from nbconvo.testing.clock import JumpingClock
from nbconvo.testing.play import Played, Replies, converse

try:
    from pytest_asyncio import fixture as _async_fixture
except ModuleNotFoundError:  # pragma: no cover - then pytest itself says that it has nobody to run an async fixture
    _async_fixture = pytest.fixture

_SUITES = ("nbconvo.testing.engine_conformance", "nbconvo.testing.journal_conformance")

ScriptedUser = Callable[..., Awaitable[Played]]


class NetworkBlocked(NbconvoError):
    """A test that has the fixture `no_network` reached for the network."""

    def __init__(self, address: object) -> None:
        super().__init__(f"This test runs without a network (fixture no_network), and something connects to {address!r}.")
        self.address = address


def pytest_configure() -> None:
    """The asserts of the suites tell both sides, as those of a test do."""
    if not sys.modules.keys() & set(_SUITES):
        pytest.register_assert_rewrite(*_SUITES)


@pytest.fixture
def clock() -> JumpingClock:
    """The clock of `engine`: it jumps to the next timer when nothing is ready, so no test waits."""
    return JumpingClock()


@_async_fixture
async def engine(clock: JumpingClock) -> AsyncIterator[KernelEngine]:
    """An engine in memory, closed when the test ends."""
    async with KernelEngine(clock=clock) as engine:
        yield engine


@pytest.fixture
def scripted_user(engine: KernelEngine, clock: JumpingClock) -> ScriptedUser:
    """`await scripted_user(handle, replies)` holds the conversation to its end; replies and errors are those of `play`."""

    async def user(handle: KernelHandle, replies: Replies = ()) -> Played:
        return await converse(engine, handle, clock, replies)

    return user


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting to another machine, or asking for its address, raises `NetworkBlocked`. This machine can be reached."""
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    lookup = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_here(host):
            raise NetworkBlocked(host)
        return lookup(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def _guarded(method: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: socket.socket, *args: Any) -> Any:
        address = args[-1]
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
            raise NetworkBlocked(address)
        return method(self, *args)

    return call


def _is_here(host: Any) -> bool:
    """True for this machine."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False
