"""Exceptions of workflow code, made readable for their author."""

from __future__ import annotations

import traceback


def explained(error: BaseException) -> BaseException:
    """The same exception, with a note where its own text does not say what to do."""
    if isinstance(error, RuntimeError) and "attached to a different loop" in str(error):
        error.add_note("Workflow code awaited something of the notebook's own event loop. Await it in an @activity.")
    return error


def author_traceback(error: BaseException) -> str:
    """The traceback without the frames of this package that lie above the author's code."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_globals.get("__name__", "").startswith("nbconvo.") and frames.tb_next:
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames))
