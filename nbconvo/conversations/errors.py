"""What can go wrong in conversations, beside the errors of the client itself.

NbconvoError
    InvalidKey                an API key cannot be one; it is not shown
    ModelError                a model could not answer; the conversation is as it was before
    ConversationError         an answer ended by an error of the service, or broke off
    ToolLoopLimit             a model went on calling tools for too many rounds
"""

from __future__ import annotations

from nbconvo.errors import NbconvoError


class InvalidKey(NbconvoError):
    """What was given as an API key cannot be one. The message does not repeat it."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The API key {why}. Copy it again from the console; it was not sent anywhere and is not shown here.")


class ModelError(NbconvoError):
    """A model could not answer. `status` and `code` are what an API answers with (HTTP status, the service's number)."""

    def __init__(self, message: str, *, status: int = 503, code: int = 3000) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class ToolLoopLimit(NbconvoError):
    """The model still calls tools after as many rounds as it was given. The next message answers the open calls."""

    def __init__(self, rounds: int) -> None:
        super().__init__(
            f"The model still called tools after {rounds} rounds. Raise max_rounds, or look at what the tools answer it."
        )
        self.rounds = rounds


class ConversationError(NbconvoError):
    """The service ended a streamed answer with an error. The conversation is as it was before."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(f"{message} (code {code})")
        self.code = code
