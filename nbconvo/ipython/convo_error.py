"""What goes wrong in `%convo` and `%%convo`, told in one line: the text says it all, a traceback would only bury it."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from nbconvo.conversations.sdk import api_error, http_library
from nbconvo.errors import NbconvoError, UsageError

_HINTS = {
    401: "The API key was refused: set MISTRAL_API_KEY to a valid one, or unset it to go on offline.",
    403: "This key is not allowed to do that.",
    404: "Not found",
    429: "Too many requests: wait a moment and run the cell again.",
}


class ConvoError(UsageError):
    """A conversation's magic could not do what it was told; IPython shows the text alone."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class Interrupted(ConvoError):
    """The answer was stopped by the person."""


def one_line(error: Exception) -> ConvoError | None:
    """What to raise instead of an error that needs no traceback; None for one that does (a mistake in somebody's code).

    >>> str(one_line(UsageError("%convo: no such command")))
    '%convo: no such command'
    """
    if isinstance(error, ConvoError):
        return error
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        return ConvoError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    if isinstance(error, NbconvoError | ValueError | TypeError):
        return ConvoError(" ".join(str(error).split()))
    if isinstance(error, api_error()):
        return ConvoError(_refused(error))
    if isinstance(error, http_library().HTTPError):
        return ConvoError(f"The service could not be reached: {type(error).__name__}. Run the cell again.")
    return None


def _refused(error: Any) -> str:
    """What the service said, with what to do about it."""
    status, said = error.status_code, _detail(error.body)
    hint = _HINTS.get(status)
    if hint is None:
        return f"{said or 'The service could not answer'} (status {status})."
    if status == 404:
        return f"{said or hint} (status {status})."
    return f"{hint} (status {status})"


def _detail(body: str) -> str:
    """The message in the body of an error, of whichever shape."""
    try:
        value = json.loads(body)
    except ValueError:
        return " ".join(body.split())[:300]
    for key in ("message", "detail"):
        if isinstance(value, dict) and key in value:
            value = value[key]  # type: ignore[reportUnknownVariableType]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        value = f"{'.'.join(map(str, value[0].get('loc', ())))}: {value[0].get('msg')}"  # type: ignore[reportUnknownVariableType, reportUnknownMemberType, reportUnknownArgumentType]
    return " ".join(str(value).split()).rstrip(".")[:300]  # type: ignore[reportUnknownArgumentType]
