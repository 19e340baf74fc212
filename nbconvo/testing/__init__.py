"""Testing conversational workflows: play a conversation, let the clock jump, check a journal or an engine of your own.

Everything here is public, and used by the tests of nbconvo itself.
"""

from nbconvo.testing.clock import JumpingClock
from nbconvo.testing.play import NO_ANSWER, Played, PlayError, play

__all__ = ["NO_ANSWER", "JumpingClock", "PlayError", "Played", "play"]
