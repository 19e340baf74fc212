"""Every workload beside its floor and the peers, in one run.

    python -m benchmarks [--passes 3] [--peers "langgraph burr"] [--only w1] [--scale 0.1] [--json FILE]

At each workload of a pass the floor, nbconvo and the peers take turns, each in a process of its own, so that a ratio compares
what ran within seconds; the table shows medians over the passes. The peers live in `.venv-peers`, which `make bench` makes.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from pathlib import Path

from benchmarks.imports import process
from benchmarks.rows import PEERS
from benchmarks.table import Results, table

ROOT = Path(__file__).parents[1]
WORKLOADS = ["w1", "w1d", "w2", "w3", "w4", "w5", "many"]
PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"


def main() -> None:
    """Measure, print, and write the JSON where it is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--peers", default=" ".join(PEERS), help=f"some of: {' '.join(PEERS)}")
    parser.add_argument("--scale", type=float, default=1.0, help="less than 1 for a quick look")
    parser.add_argument("--only", choices=WORKLOADS, help="one workload (W6 is in w3)")
    parser.add_argument("--json", type=Path, help="write all numbers to this file")
    given = parser.parse_args()
    peers = installed(given.peers.split())
    results: Results = {}
    for number in range(1, given.passes + 1):
        print(f"pass {number} of {given.passes}", file=sys.stderr)
        for workload in [given.only] if given.only else WORKLOADS:
            one_pass(results, peers, workload, given.scale)
    print(table(results, peers))
    if given.json:
        about = {"python": platform.python_version(), "machine": platform.machine(), "passes": given.passes, "scale": given.scale}
        given.json.write_text(json.dumps({**about, "results": results}, indent=1) + "\n")


def installed(wanted: list[str]) -> list[str]:
    """The peers that are wanted and can be run."""
    if unknown := set(wanted) - set(PEERS):
        sys.exit(f"No such peer: {', '.join(sorted(unknown))}. There are: {', '.join(PEERS)}.")
    if wanted and not (ROOT / ".venv-peers" / ".locked").exists():
        print("The peers are not installed (make .venv-peers/.locked): going on without them.", file=sys.stderr)
        return []
    return wanted


def one_pass(results: Results, peers: list[str], workload: str, scale: float) -> None:
    """Everybody takes a turn at one workload."""
    if workload == "w5":
        add(results, "floor", {"w5": process(sys.executable, "pass")})
        add(results, "nbconvo", measured(sys.executable, "imports", workload, scale))
        for peer in peers:
            add(results, peer, {"w5": process(str(PEERS_PYTHON), PEERS[peer][1])})
    elif workload == "many":
        add(results, "nbconvo", measured(sys.executable, "waiting", workload, scale))
    else:
        add(results, "floor", measured(sys.executable, "floors", workload, scale))
        add(results, "nbconvo", measured(sys.executable, "ours", workload, scale))
        for peer in peers:
            add(results, peer, measured(str(PEERS_PYTHON), f"peers.{peer}", workload, scale))


def measured(python: str, module: str, workload: str, scale: float) -> dict[str, float]:
    """What one process measured, by key. A peer that cannot run is told of and has no numbers; ours has to run."""
    command = [python, "-m", f"benchmarks.{module}", "--only", workload, "--scale", str(scale)]
    done = subprocess.run(command, check=python == sys.executable, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    if done.returncode:
        print(f"{module} ended with {done.returncode} at {workload}: it is left out.", file=sys.stderr)
        return {}
    return json.loads(done.stdout.splitlines()[-1])


def add(results: Results, who: str, numbers: dict[str, float]) -> None:
    """Note the numbers of a pass."""
    for key, value in numbers.items():
        results.setdefault(who, {}).setdefault(key, []).append(value)


if __name__ == "__main__":
    main()
