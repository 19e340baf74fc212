"""Conversations that go on over many runs."""

from nbconvo.flow.session import Session

__all__ = ["Session"]
