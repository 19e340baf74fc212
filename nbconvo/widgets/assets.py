"""The front-end bundle, once per kernel: every conversation widget carries a tiny loader and a reference to this model.

anywidget sends a widget's code once per instance; thirty cells with the whole bundle would be megabytes in the saved notebook.
The version is a digest of the sources, so a page that has them already does not evaluate them twice, and one that has older
ones does not use them.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any, cast

import anywidget
import traitlets

STATIC = Path(__file__).parent / "static"


class Assets(anywidget.AnyWidget):
    """Carries the sources of the front end by name."""

    _esm = "export default {}"
    version = traitlets.Unicode().tag(sync=True)
    sources = traitlets.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        cast("Any", self).on_msg(self._send_chunk)

    def _send_chunk(self, _: object, message: dict[str, Any], __: list[memoryview]) -> None:
        """The chunk a page asks for; without a buffer when there is none of this name."""
        match message:
            case {"kind": "chunk", "name": str(name)}:
                known = re.fullmatch("[a-z]+", name) and (STATIC / f"{name}.js").exists()
                buffers = [source(name).encode()] if known else []
                cast("Any", self).send({"kind": "chunk", "name": name}, buffers=buffers)
            case _:
                pass


@cache
def source(name: str) -> str:
    """One built file. Raises FileNotFoundError, saying how to build it."""
    path = STATIC / f"{name}.js"
    if not path.exists():
        raise FileNotFoundError(
            f"The front end of nbconvo is not built ({path.name} is missing). Run `make js` in its repository."
        )
    return path.read_text(encoding="utf-8")


_shared: Assets | None = None


def assets() -> Assets:
    """The one model of this kernel; a new one when the old was closed (`Widget.close_all()`)."""
    global _shared  # noqa: PLW0603 - one per kernel is the point
    if _shared is None or _shared.comm is None:
        built = "".join(path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("*.js")))
        _shared = Assets(version=hashlib.sha256(built.encode()).hexdigest()[:16], sources={"core": source("core")})
    return _shared
