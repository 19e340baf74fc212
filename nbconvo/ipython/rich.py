"""How IPython displays an object, for workflows that show one: they know nothing of IPython, so this is handed to them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any


def formatter(shell: Any) -> Callable[[Any], Mapping[str, Any]]:
    """A function from an object to its representations by mime type, as `shell` makes them; images are base64 text."""

    def represent(value: Any) -> Mapping[str, Any]:
        data: dict[str, Any] = shell.display_formatter.format(value)[0]
        return {mime: base64.b64encode(part).decode() if isinstance(part, bytes) else part for mime, part in data.items()}

    return represent
