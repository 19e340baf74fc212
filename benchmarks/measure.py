"""What every measured process shares: counts, medians, flatness, memory, and the JSON at the end.

Only the standard library is imported here: the peers run in an environment of their own, without nbconvo. A workload is a
function of a folder for its files and a scale (1 for the real counts, less for a quick look) that returns seconds by key; keys
are those of `report.ROWS`.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import tempfile
import time
import traceback
import tracemalloc
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

Workload = Callable[[Path, float], dict[str, float]]


def scaled(count: int, scale: float) -> int:
    """`count` times `scale`, but at least 10: flatness compares tenths."""
    return max(10, round(count * scale))


def flatness(times: Sequence[float]) -> float:
    """The median of the last tenth beside that of the first: of 1,000 asks, 901 to 1,000 beside 1 to 100."""
    tenth = max(1, len(times) // 10)
    return statistics.median(times[-tenth:]) / statistics.median(times[:tenth])


@dataclass
class Took:
    """What a block took: seconds, or bytes of Python's memory that were still held at its end."""

    seconds: float = 0.0
    bytes: float = 0.0


@contextmanager
def timed() -> Generator[Took]:
    """Time a block."""
    took = Took()
    gc.collect()
    begin = time.perf_counter()
    yield took
    took.seconds = time.perf_counter() - begin


@contextmanager
def held() -> Generator[Took]:
    """Count what a block leaves in memory, as tracemalloc sees it. The block is slower meanwhile."""
    took = Took()
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    yield took
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    took.bytes = after - before


def run(*workloads: Workload) -> None:
    """Run them in this process and print one JSON object. One that fails is told on stderr, and the process exits with 1."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--only", default="", help="one workload")
    given = parser.parse_args()
    results: dict[str, float] = {}
    failed = False
    for workload in workloads:
        if given.only not in ("", workload.__name__):
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                results |= workload(Path(folder), given.scale)
            except Exception:
                traceback.print_exc()
                failed = True
        gc.collect()
    print(json.dumps(results), flush=True)
    if failed:
        sys.exit(1)
