"""Files that people gave: kept beside the journal, each in a folder that is named by its content.

`.nbconvo/files/<sha256>/<name>`: the same file that comes twice is there once. A file that is not whole yet has a name that says
so, and is removed when the upload is given up, when its process ends, or, where that was killed, by a later one.
"""

from __future__ import annotations

import hashlib
import mimetypes
import os
import re
import shutil
import tempfile
import time
import weakref
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from weakref import WeakKeyDictionary

from nbconvo.journal.contract import Journal

MAX_BYTES = 1 << 30
"""Largest file where a field says nothing else, in bytes."""

CHUNK = 1 << 20
"""Bytes that are read or sent at once."""

_PART = ".part"
_ABANDONED = 3600
"""Seconds after which an upload that nothing came for is taken to be dead."""
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was stored. `url` is a `file://` address, `size` is in bytes."""

    filename: str
    url: str
    content_type: str
    size: int

    @property
    def metadata(self) -> dict[str, str]:
        """What a file field with metadata wants. Source: workflows specification, "Form fields"."""
        return {"filename": self.filename, "url": self.url, "content_type": self.content_type}


class FileStore:
    """The files in one folder, which is made with the first of them; without one, in a folder that goes with the store."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._is_tidy = False

    def begin(
        self, filename: str, *, size: int, content_type: str = "", accept: str | None = None, max_bytes: int | None = None
    ) -> Upload:
        """Take in a file of `size` bytes, piece by piece.

        Raises ValueError when it is larger than `max_bytes`, or of a kind that is not in `accept` (media types and endings, as
        HTML has it: "image/*,.pdf").
        """
        name = safe_name(filename)
        kind = content_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
        limit = MAX_BYTES if max_bytes is None else max_bytes
        if size > limit:
            raise ValueError(f"{name} is {size:,} bytes long, the most is {limit:,}.")
        if accept and not is_accepted(name, kind, accept):
            raise ValueError(f"{name} ({kind}) is not of a wanted kind: {accept}.")
        return Upload(self._tidy(), name, kind, size)

    def add(self, path: Path, *, accept: str | None = None, max_bytes: int | None = None) -> StoredFile:
        """Copy a file of this machine into the store. Raises as `begin`, and OSError when it cannot be read."""
        with path.open("rb") as source:
            upload = self.begin(path.name, size=path.stat().st_size, accept=accept, max_bytes=max_bytes)
            try:
                while piece := source.read(CHUNK):
                    upload.write(upload.received, piece)
                return upload.end()
            finally:
                upload.cancel()

    def _tidy(self) -> Path:
        """The folder; once, it is made, and what uploads left that died with their process is removed."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="nbconvo-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        if not self._is_tidy:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for part in self._folder.glob(f"*{_PART}"):
                with suppress(OSError):
                    if time.time() - part.stat().st_mtime > _ABANDONED:
                        part.unlink()
            self._is_tidy = True
        return self._folder


class Upload:
    """One file that is coming in. `received` is how many bytes of it are there."""

    def __init__(self, folder: Path, filename: str, content_type: str, size: int) -> None:
        self.received = 0
        self._folder = folder
        self._filename = filename
        self._content_type = content_type
        self._size = size
        self._digest = hashlib.sha256()
        descriptor, name = tempfile.mkstemp(_PART, "", folder)
        self._file = os.fdopen(descriptor, "wb")
        self._part = Path(name)
        self._discard = weakref.finalize(self, _discard, self._file, self._part)

    def write(self, offset: int, data: bytes | memoryview) -> None:
        """Go on with `data`. Raises ValueError when it is not what comes next, or more than was announced."""
        if offset != self.received:
            raise ValueError(f"{self._filename}: byte {self.received} comes next, not {offset}.")
        if offset + len(data) > self._size:
            raise ValueError(f"{self._filename} is longer than the {self._size:,} bytes that were announced.")
        self._file.write(data)
        self._digest.update(data)
        self.received += len(data)

    def end(self) -> StoredFile:
        """The file is whole: it has its place now. Raises ValueError when it is not."""
        if self.received != self._size:
            raise ValueError(f"{self._filename} is not whole: {self.received:,} of {self._size:,} bytes have come.")
        self._file.close()
        place = self._folder / self._digest.hexdigest()
        place.mkdir(exist_ok=True, mode=0o700)
        os.replace(self._part, place / self._filename)
        self._discard.detach()
        return StoredFile(self._filename, (place / self._filename).resolve().as_uri(), self._content_type, self._size)

    def cancel(self) -> None:
        """Forget what has come; harmless after the end."""
        self._discard()


def safe_name(filename: str) -> str:
    """The name of a file without a path, and without what a file system, a shell or a page could take for something else.

    >>> safe_name("../../etc/pass wd")
    'pass wd'
    """
    name = _UNSAFE.sub("_", re.split(r"[/\\\\]", filename)[-1]).strip(" .") or "file"
    stem, dot, ending = name.rpartition(".")
    if len(name) > _LONGEST_NAME:
        name = f"{(stem or ending)[: _LONGEST_NAME - 20]}{dot}{ending[-19:]}" if stem else name[:_LONGEST_NAME]
    return f"_{name}" if _RESERVED.fullmatch(name) else name


def is_accepted(filename: str, content_type: str, accept: str) -> bool:
    """True when a file is of one of the kinds in `accept`.

    >>> is_accepted("a.PDF", "application/pdf", "image/*, .pdf")
    True
    """
    for kind in (kind.strip().lower() for kind in accept.split(",")):
        media = content_type.partition(";")[0].strip().lower()
        if kind in ("*", "*/*", media) or (kind.startswith(".") and filename.lower().endswith(kind)):
            return True
        if kind.endswith("/*") and media.startswith(kind[:-1]):
            return True
    return False


_stores: WeakKeyDictionary[Journal, FileStore] = WeakKeyDictionary()


def files_beside(journal: Journal) -> FileStore:
    """The store that belongs to a journal: beside its file, or for one in memory in a folder that goes with the process."""
    store = _stores.get(journal)
    if store is None:
        path: Path | None = getattr(journal, "path", None)
        store = _stores[journal] = FileStore(None if path is None else path.parent / "files")
    return store


def _discard(file: BinaryIO, part: Path) -> None:
    with suppress(OSError):
        file.close()
    with suppress(OSError):
        part.unlink()
