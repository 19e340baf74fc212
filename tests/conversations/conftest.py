"""What the tests of conversations share: no key, no network, and a limit, so that a test that hangs fails."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nbconvo.conversations import EmbeddedBackend, ScriptedModel, connect

LIMIT = 60  # seconds: importing the client alone takes two on a slow machine


def stop(*_: object) -> None:
    raise TimeoutError(f"the test did not end within {LIMIT} seconds")


@pytest.fixture(autouse=True)
def _limit() -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(LIMIT)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MISTRAL_API_KEY", raising=False)


def refuse(*_: object) -> None:
    raise AssertionError("nothing may use the network here")


@pytest.fixture(autouse=True)
def network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocked. The tests of the loopback server have a fixture of this name of their own."""
    for name in ("connect", "connect_ex", "bind"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def client() -> Any:
    """A client whose model is offline, with a backend of its own."""
    return connect(store=":memory:")


@pytest.fixture
def scripted() -> Callable[..., Any]:
    """A client whose model replies a script."""
    return lambda *replies: connect(model=ScriptedModel(replies))


@pytest.fixture
def backend() -> EmbeddedBackend:
    return EmbeddedBackend()


def types(entries: list[Any]) -> list[str]:
    """The types of entries or of events."""
    return [entry.type for entry in entries]


def events(stream: Any) -> list[Any]:
    """The data of every event."""
    with stream:
        return [event.data for event in stream]
