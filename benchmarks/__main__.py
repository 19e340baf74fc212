"""All benchmarks, or those named: `python -m benchmarks [w01 w05 ...]`. Each prints ratios that were taken in one run."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import benchmarks


def main() -> int:
    """Run them one after the other, each in a process of its own."""
    wanted = sys.argv[1:]
    names = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name.startswith("w"))
    chosen = [name for name in names if not wanted or name.split("_")[0] in wanted or name in wanted]
    if not chosen:
        print(f"No such benchmark. There are: {', '.join(names)}", file=sys.stderr)
        return 2
    for name in chosen:
        print(f"\n== {name}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
