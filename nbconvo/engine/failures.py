"""Exceptions of workflow code, made readable for their author."""

from __future__ import annotations

import traceback

source_names: dict[str, str] = {}
"""What people call a source file, by its name in code objects: a notebook's cell is "Cell In[2]", not a file in a folder of its
kernel. Who compiles the source puts the name here."""


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
    text = "".join(traceback.format_exception(type(error), error, frames))
    for filename in _filenames(error) & source_names.keys():
        text = text.replace(f'File "{filename}"', source_names[filename])
    return text


def _filenames(error: BaseException) -> set[str]:
    """The source files of the traceback, and of those of its causes."""
    names: set[str] = set()
    seen: set[int] = set()  # a chain can lead back to itself: `raise a from b`, after `b` was raised from `a`
    pending: list[BaseException | None] = [error]
    while pending:
        one = pending.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            names |= {frame.f_code.co_filename for frame, _ in traceback.walk_tb(one.__traceback__)}
            pending += [one.__cause__, one.__context__]
    return names
