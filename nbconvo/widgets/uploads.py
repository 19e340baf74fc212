"""Files that come in through the widget, piece by piece, each for a field of an open ask.

Begin, chunks in order, end or cancel; every message is acknowledged, and a page sends the next chunk after that. An upload
belongs to its ask: when that is answered or closed, what has come and was not used is removed. Source: docs/files.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from nbconvo.errors import FieldProblem, InputRejected
from nbconvo.journal.files import CHUNK, StoredFile, Upload

MOST = 32
"""Uploads that one page may have under way."""


class TakesFiles(Protocol):
    """Who knows the asks and where files go."""

    def begin_upload_nowait(self, task_id: str, field: list[str | int], filename: str, content_type: str, size: int) -> Upload:
        """Take in a file for a field. Raises `InputRejected` when it is not wanted there, `NoPendingInput`."""
        ...


class Uploads:
    """The uploads of one widget that are under way."""

    def __init__(self, target: TakesFiles) -> None:
        self._target = target
        self._uploads: dict[str, tuple[str, list[str | int], Upload]] = {}

    def receive(self, message: Mapping[str, Any], buffers: list[memoryview]) -> StoredFile | None:
        """Do what one message says; gives the file at its end. Raises `InputRejected`, `NoPendingInput`."""
        match message:
            case {
                "kind": "upload_begin", "upload_id": str(upload_id), "task_id": str(task_id), "field": [*field],
                "filename": str(name), "content_type": str(kind), "size": int(size),
            }:  # fmt: skip
                self._begin(upload_id, task_id, field, (name, kind, size))
            case {"kind": "upload_chunk", "upload_id": str(upload_id), "offset": int(offset)}:
                self._chunk(upload_id, offset, buffers)
            case {"kind": "upload_end", "upload_id": str(upload_id)}:
                return self._end(upload_id)
            case {"kind": "upload_cancel", "upload_id": str(upload_id)}:
                self._cancel(upload_id)
            case _:
                raise InputRejected("", "the page sent an upload that the kernel does not understand: reload the page", [])
        return None

    def keep_only(self, task_ids: Collection[str]) -> None:
        """These asks are open: uploads for others are removed."""
        for upload_id, (task_id, _, _) in list(self._uploads.items()):
            if task_id not in task_ids:
                self._cancel(upload_id)

    def _begin(self, upload_id: str, task_id: str, field: list[Any], file: tuple[str, str, int]) -> None:
        self._cancel(upload_id)
        if len(self._uploads) >= MOST:
            raise _rejected(task_id, field, f"More than {MOST} files at once: wait until some are through.")
        self._uploads[upload_id] = task_id, field, self._target.begin_upload_nowait(task_id, field, *file)

    def _chunk(self, upload_id: str, offset: int, buffers: list[memoryview]) -> None:
        task_id, field, upload = self._find(upload_id)
        try:
            if len(buffers) != 1 or len(buffers[0]) > CHUNK:
                raise ValueError(f"A chunk is one buffer of at most {CHUNK:,} bytes.")
            upload.write(offset, buffers[0])
        except (ValueError, OSError) as error:
            self._cancel(upload_id)
            raise _rejected(task_id, field, str(error)) from error

    def _end(self, upload_id: str) -> StoredFile:
        task_id, field, upload = self._find(upload_id)
        try:
            return upload.end()
        except (ValueError, OSError) as error:
            raise _rejected(task_id, field, str(error)) from error
        finally:
            self._cancel(upload_id)

    def _cancel(self, upload_id: str) -> None:
        if (known := self._uploads.pop(upload_id, None)) is not None:
            known[2].cancel()

    def _find(self, upload_id: str) -> tuple[str, list[str | int], Upload]:
        known = self._uploads.get(upload_id)
        if known is None:
            raise _rejected("", [], "This upload is not under way any more: choose the file again.")
        return known


def _rejected(task_id: str, field: list[Any], text: str) -> InputRejected:
    return InputRejected(task_id, text, [FieldProblem(tuple(field), text)])
