"""W5: what an import costs, in fresh interpreters.

    python -m benchmarks.imports

A whole process, from its start to its end, is what a person waits for and what can be compared. What nbconvo adds to a kernel
is counted inside of one that has loaded pydantic and IPython already, as any kernel with a modern library has.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.measure import run

ROUNDS = 3
"""Interpreters in one pass."""
KERNEL = "import pydantic\nfrom IPython.core.interactiveshell import InteractiveShell\nshell = InteractiveShell.instance()\n"
LOAD = "shell.run_line_magic('load_ext', 'nbconvo')"
USE = "from nbconvo import workflows\nfrom nbconvo.engine import KernelEngine"
CLOCK = "import time\nbegin = time.perf_counter()\n{}\nprint(time.perf_counter() - begin)"


def process(python: str, statement: str, rounds: int = ROUNDS) -> float:
    """Seconds that a process with one statement takes, median of `rounds`."""
    times: list[float] = []
    for _ in range(rounds):
        begin = time.perf_counter()
        subprocess.run([python, "-c", statement], check=True, capture_output=True)
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def statement(before: str, code: str, rounds: int = ROUNDS) -> float:
    """Seconds that `code` takes after `before` in a new interpreter, median of `rounds`."""
    source = before + CLOCK.format(code)
    done = [subprocess.run([sys.executable, "-c", source], check=True, capture_output=True, text=True) for _ in range(rounds)]
    return statistics.median(float(each.stdout) for each in done)


def w5(_: Path, __: float) -> dict[str, float]:
    """Ours; the peers' are taken by `process`."""
    return {
        "w5": process(sys.executable, USE),
        "w5_over": statement("import pydantic, IPython\n", "import nbconvo"),
        "w5_use": statement("import pydantic, IPython\n", USE),
        "w5_ext": statement(KERNEL, LOAD),
    }


if __name__ == "__main__":
    run(w5)
