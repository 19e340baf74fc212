"""W11: how large the front end is, as it travels: Jupyter's server does not compress what it sends to a page.

    python -m benchmarks.w11_bundle

The loader is in every widget, the core once in every kernel and page, a chunk only where something needs it.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

from nbconvo.widgets.assets import STATIC

TARGETS = {"loader": 2 * 1024, "core": 160 * 1024}
CHUNK_TARGET = 450 * 1024
REACT_WAY = 735 * 1024
"""React, markdown-it, DOMPurify, rjsf and ajv, minified: what the same would take the usual way."""


@dataclass(frozen=True)
class Part:
    """One built file, in bytes."""

    name: str
    size: int
    compressed: int

    @property
    def target(self) -> int:
        """The most that it may be."""
        return TARGETS.get(self.name, CHUNK_TARGET)


def parts(folder: Path = STATIC) -> list[Part]:
    """The files of the front end: loader, core, then the chunks."""
    found = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.js"))}
    order = sorted(found, key=lambda name: (name not in TARGETS, name == "core", name))
    return [Part(name, len(found[name]), len(gzip.compress(found[name]))) for name in order]


def main() -> None:
    """Measure and print."""
    print(f"{'':12}{'minified':>10}{'gzip':>10}{'target':>10}")
    for part in parts():
        mark = "" if part.size <= part.target else "!"
        print(f"{part.name:12}{kilobytes(part.size)}{kilobytes(part.compressed)}{kilobytes(part.target)} {mark}")
    core = next(part.size for part in parts() if part.name == "core")
    print(f"core beside the React way ({REACT_WAY // 1024} KB): {core / REACT_WAY:.2f}")


def kilobytes(size: int) -> str:
    """A size in a column."""
    return f"{size / 1024:7.1f} KB"


if __name__ == "__main__":
    main()
