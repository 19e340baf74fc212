"""Escapes from the checks on workflow code, with upstream's names."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from nbconvo.engine.guard import unguarded


@contextmanager
def imports_passed_through() -> Generator[None]:
    """Upstream's sandbox leaves these imports alone. There is no sandbox here."""
    yield


@contextmanager
def skip_determinism_enforcement() -> Generator[None]:
    """Code inside may touch the world. A replay runs it again, so it must not matter how often it runs."""
    with unguarded():
        yield
