"""The `nbconvo` command: `demo` shows a tutorial, `run` runs a notebook, `export` makes a module of a workflow in one, and
`doctor` says whether this machine has what it needs."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from nbconvo import headless
from nbconvo.portability import command as export

DEMO = Path("notebooks/01_greeting.ipynb")
STATIC = Path(__file__).parent / "widgets" / "static"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="nbconvo", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="open the first tutorial in JupyterLab, or run it here when there is no screen")
    demo.add_argument("notebook", nargs="?", type=Path, default=DEMO, help=f"another notebook than {DEMO}")
    demo.add_argument("--headless", action="store_true", help="run it with its scripted replies and print the transcript")
    commands.add_parser("doctor", help="check the parts that conversations in a cell need")
    headless.add_command(commands)
    export.add_command(commands)
    given = parser.parse_args(arguments)
    if given.command == "run":
        return headless.command(given)
    if given.command == "export":
        return export.command(given)
    return _doctor() if given.command == "doctor" else _demo(given.notebook, given.headless or _is_headless())


def _is_headless() -> bool:
    wanted = os.environ.get("HEADLESS", "") not in ("", "0") or os.environ.get("CI", "") not in ("", "0", "false")
    screen = sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return wanted or not screen


def _demo(notebook: Path, headless: bool) -> int:
    if not notebook.exists():
        print(f"{notebook} is not here: run this in the repository's folder, or name a notebook.", file=sys.stderr)
        return 2
    if headless:
        return _run_headless(notebook)
    if find_spec("jupyterlab") is None:
        print("JupyterLab is not installed: pip install 'nbconvo[lab]'", file=sys.stderr)
        return 2
    return subprocess.call([sys.executable, "-m", "jupyter", "lab", str(notebook)])


def _run_headless(path: Path) -> int:
    """Execute the notebook with the replies it was written with, and print what was said."""
    print(f"{path}, run without a browser:\n", flush=True)
    return headless.execute(headless.read_notebook(path), path, timeout=120)


def _doctor() -> int:
    problems = [problem for problem in (_check_bundle(), _check_kernel(), _check_lab()) if problem]
    for name in ("nbconvo", "ipykernel", "ipywidgets", "anywidget", "pydantic", "mistralai", "jupyterlab"):
        print(f"{name:12} {_version(name) or 'not installed'}")
    print(f"{'python':12} {sys.version.split()[0]}")
    for problem in problems:
        print(f"! {problem}")
    print("Everything a conversation needs is here." if not problems else "")
    return 1 if problems else 0


def _check_bundle() -> str | None:
    missing = [name for name in ("loader.js", "core.js") if not (STATIC / name).exists()]
    fix = (
        "run `make js` in the repository"
        if shutil.which("npm")
        else "install Node 20 or newer, then run `make js` in the repository"
    )
    return f"The front end is not built ({', '.join(missing)} missing): {fix}." if missing else None


def _check_kernel() -> str | None:
    version = _version("ipykernel") or ""
    if version.startswith(("7.0.", "7.1.")):
        return f"ipykernel {version} sometimes hangs with open notebooks: pip install --upgrade ipykernel"
    return None


def _check_lab() -> str | None:
    if _version("jupyterlab") is None:
        return "JupyterLab is not in this environment (it may be in another): pip install 'nbconvo[lab]'"
    return None


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
