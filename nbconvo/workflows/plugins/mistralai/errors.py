"""How a call of the service that an agent makes can fail. It fails an activity; the workflow sees the cause's type and text."""

from __future__ import annotations

from nbconvo.errors import ActivityError, ApplicationError


class ServiceUnavailable(ApplicationError):
    """The service could not answer now (too many calls, a broken connection, an error of its own); the call is tried again."""


class RequestRefused(ApplicationError):
    """The service answered that the request is wrong (or the key is): the same request will not do better."""

    def __init__(self, message: str) -> None:
        super().__init__(message, non_retryable=True)


class NotThere(RequestRefused):
    """The service does not have the conversation or the agent (any more)."""


class AppendTimedOut(RequestRefused):
    """No answer came in time; the service may still be at work on the message, so that it is not sent twice."""


def is_not_there(error: BaseException) -> bool:
    """True for a `NotThere`, also as the cause of an activity's failure, where a replay knows its name only."""
    cause = error.__cause__ if isinstance(error, ActivityError) else error
    return isinstance(cause, NotThere) or getattr(cause, "type", None) == NotThere.__name__
