"""What a request is answered by when its model failed."""

from __future__ import annotations

import logging

from nbconvo.conversations.backend.wire import NOT_FOUND, Problem, error
from nbconvo.conversations.errors import ModelError

_log = logging.getLogger(__name__)


def problem_of(failure: Exception) -> Problem:
    """The error of the API that stands for `failure`. What a model of the user raised is named, its traceback is for the log.

    Source: observed answers: a model that fails is 503 with code 3000.
    """
    if isinstance(failure, Problem):
        return failure
    if isinstance(failure, ModelError):
        return error(failure.status, str(failure), failure.code)
    _log.debug("a model raised", exc_info=failure)
    return error(503, f"Failed to create conversation response. ({type(failure).__name__}: {failure})", NOT_FOUND)
