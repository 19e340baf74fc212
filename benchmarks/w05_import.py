"""What it costs to have nbconvo: `import nbconvo` and `%load_ext nbconvo`, each in a fresh interpreter.

    python -m benchmarks.w05_import [--rounds 9]

The measure is the import of pydantic and IPython, which a kernel with any modern library has loaded anyway. All three take
turns. What `%load_ext` costs is counted in a shell that is there already, as in a kernel.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys

SHELL = "from IPython.core.interactiveshell import InteractiveShell\nshell = InteractiveShell.instance()\n"
KINDS = {
    "pydantic + IPython": ("", "import pydantic, IPython"),
    "import nbconvo": ("", "import nbconvo"),
    "%load_ext nbconvo": (SHELL, "shell.run_line_magic('load_ext', 'nbconvo')"),
    "the same, pydantic there": (f"{SHELL}import pydantic\n", "shell.run_line_magic('load_ext', 'nbconvo')"),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    times: dict[str, list[float]] = {name: [] for name in KINDS}
    for _ in range(rounds):
        for name, (before, statement) in KINDS.items():
            times[name].append(measure(before, statement))
    floor = statistics.median(times["pydantic + IPython"])
    print(f"{'':26}{'median':>8}  ratio to the first   (ms, {rounds} fresh interpreters each)")
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:26}{median:8.1f}  {median / floor:.3f}")


def measure(before: str, statement: str) -> float:
    """Milliseconds that `statement` takes in a new interpreter after `before`."""
    code = f"{before}import time\nbegin = time.perf_counter()\n{statement}\nprint(1000 * (time.perf_counter() - begin))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
