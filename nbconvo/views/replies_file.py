"""A replies file on disk: reading says file, line and what to do when something is wrong; writing keeps it readable."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nbconvo.errors import UsageError
from nbconvo.protocol.secrets import at_pointer
from nbconvo.views.recording import Recording

_HOW = "Record it again with run.record(...) or the widget's Save replies, or mend that line."


def read_recording(path: str | os.PathLike[str], *, needs_input: bool = True) -> Recording:
    """The recording in a file. Raises `UsageError` with the file, the line and what to do: no such file, not JSON, not a
    recording, a secret that nobody has filled in (in the workflow's input only when that is needed).
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(
            f"There is no replies file {path}. run.record(...) and the widget's Save replies write one; "
            "a relative path starts at the notebook's folder."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The replies file {path} cannot be read: {error}.") from error
    return parse_recording(text, str(path), needs_input=needs_input)


def parse_recording(text: str, name: str, *, needs_input: bool = True) -> Recording:
    """The same of a text; `name` is what messages call it.

    >>> parse_recording('{"nbconvo_replies": 1, "replies": [{"reply": "Ada"}]}', "replies.json").replies[0].reply
    'Ada'
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{name}, line {error.lineno}: this is not JSON: {error.msg}. {_HOW}") from None
    try:
        found = Recording.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        what = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"{name}, line {line_of(text, first['loc'])}: {where}: {what}. {_HOW}") from None
    _check_filled_in(found if needs_input else found.model_copy(update={"fill_in": []}), text, name)
    return found


def recording_text(recording: Recording) -> str:
    """The text of a replies file, a reply at a time."""
    return json.dumps(recording.model_dump(mode="json", exclude_unset=True), indent=2, ensure_ascii=False) + "\n"


def _check_filled_in(recording: Recording, text: str, name: str) -> None:
    wanted = [(recording.input, place, ("input",)) for place in recording.fill_in]
    for index, entry in enumerate(recording.replies):
        wanted += [(entry.reply, place, ("replies", index, "reply")) for place in entry.fill_in]
    for value, place, path in wanted:
        if at_pointer(value, place) is None:
            where = f" at {place}" if place else ""
            line = line_of(text, (*path, *place.split("/")[1:]))
            raise UsageError(f"{name}, line {line}: a secret is missing{where}: secrets are not recorded, so fill it in.")


_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[\s,:]*")


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line (from 1) where the member at `path` begins, or the innermost one around it that is there. `text` is JSON.

    >>> line_of('{"replies": [\\n1,\\n2]}', ("replies", 1, "unknown"))
    3
    """
    at: int | None = _skip(text, 0)
    begin = 0
    for step in path:
        if at is None:
            break
        begin, at = at, _member(text, at, step)
    return text.count("\n", 0, begin if at is None else at) + 1


def _member(text: str, at: int, step: str | int) -> int | None:
    """Where the member `step` of the object or list that begins at `at` begins; None when there is none."""
    opening, index = text[at], 0
    if opening not in "{[":
        return None
    at = _skip(text, at + 1)
    while text[at] not in "}]":
        key: Any = index
        if opening == "{":
            key, at = _DECODER.raw_decode(text, at)
            at = _skip(text, at)
        if str(key) == str(step):
            return at
        at, index = _skip(text, _DECODER.raw_decode(text, at)[1]), index + 1
    return None


def _skip(text: str, at: int) -> int:
    found = _BETWEEN.match(text, at)
    return found.end() if found else at
