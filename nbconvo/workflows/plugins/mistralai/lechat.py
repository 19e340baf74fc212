"""The conversational names, at another path where upstream has them."""

from nbconvo.workflows import conversational
from nbconvo.workflows.conversational import *  # noqa: F403 - one list of names, kept there

__all__: list[str] = []
__all__ += conversational.__all__
