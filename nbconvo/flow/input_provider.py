"""Input providers at the path where the original has them."""

from nbconvo.flow.providers import InputProvider, InputResponse, QueueInputProvider

__all__ = ["InputProvider", "InputResponse", "QueueInputProvider"]
