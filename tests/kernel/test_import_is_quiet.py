"""`import nbconvo` does nothing: checked in a fresh interpreter, from before the first line of the package runs."""

from __future__ import annotations

import subprocess
import sys

import pytest

WATCH = """
import sys, threading
seen = []

def inside_an_import():
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith(("importlib", "_frozen_importlib")):
            return True
        frame = frame.f_back
    return False

def hook(event, arguments):
    watched = event.startswith(("socket.", "subprocess.", "sqlite3.", "urllib.", "os.system", "os.fork", "os.posix_spawn",
                                "_thread.start_new_thread", "os.mkdir", "os.remove", "os.rename", "shutil.", "tempfile."))
    if watched or event == "open" and not (inside_an_import() and reads(arguments)):
        seen.append((event, str(arguments)[:200]))

def reads(arguments):
    return arguments[1] in (None, "r", "rb") and str(arguments[0]).endswith((".py", ".pyc", ".so", ".pyd"))

sys.addaudithook(hook)
import nbconvo
watched, heavy = list(seen), {"ipywidgets", "anywidget", "IPython", "ipykernel", "mistralai", "sqlite3", "pydantic", "asyncio"}
print("|", watched, threading.active_count(), sorted(heavy & set(sys.modules)))
"""


def python(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-B", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)


def test_import_opens_nothing_and_loads_nothing_heavy() -> None:
    done = python(WATCH)
    assert done.stderr == ""
    assert done.stdout == "| [] 1 []\n", (
        "printed something, or opened a file, socket, process or thread, or loaded a heavy module"
    )


def test_the_watch_sees_what_it_should() -> None:
    """The check above can fail: it notices each kind of thing it looks for."""
    spoiled = "import sqlite3, socket, threading; sqlite3.connect(':memory:').close(); open(__import__('os').devnull).close()"
    done = python(WATCH.replace("import nbconvo\n", f"{spoiled}\n"))
    assert "('sqlite3.connect'" in done.stdout
    assert "('open'" in done.stdout
    assert "'sqlite3'" in done.stdout


@pytest.mark.parametrize("module", ["nbconvo.workflows", "nbconvo.engine", "nbconvo.views.static"])
def test_core_loads_neither_jupyter_nor_the_client(module: str) -> None:
    heavy = {"ipywidgets", "anywidget", "IPython", "ipykernel", "mistralai"}
    done = python(f"import sys, {module}; print(sorted({heavy!r} & set(sys.modules)))")
    assert done.stdout == "[]\n"


def test_run_outside_of_jupyter_loads_no_widgets() -> None:
    code = """
import asyncio, sys, nbconvo
from nbconvo.workflows import workflow
@workflow.define(name="x")
class X:
    @workflow.entrypoint
    async def run(self) -> str:
        return "done"
async def main():
    return await nbconvo.run(X)
print(asyncio.run(main()), sorted({"ipywidgets", "anywidget", "IPython", "mistralai"} & set(sys.modules)))
"""
    assert python(code).stdout.splitlines()[-1] == "done []"
