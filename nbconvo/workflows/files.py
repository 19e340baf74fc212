"""Files that people gave, for activities: workflow code itself may not open them. Source: docs/files.md."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname


def local_path(url: str) -> Path:
    """The place on this machine of a `file://` address. Raises ValueError for any other.

    >>> local_path("file:///tmp/my%20receipt.pdf").name
    'my receipt.pdf'
    """
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise ValueError(f"{url!r} is not a file of this machine: its address begins with file:///")
    return Path(url2pathname(parts.path))
