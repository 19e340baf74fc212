"""One door: what `__all__` says is there, and nothing happens on the way in."""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys
from types import ModuleType

import pytest

import nbconvo

MODULES = sorted(module.name for module in pkgutil.walk_packages(nbconvo.__path__, "nbconvo."))
WITH_ALL = [name for name in MODULES if hasattr(importlib.import_module(name), "__all__")]


def run(code: str) -> str:
    """Run code in a fresh Python whose warnings are errors; returns what it printed."""
    quiet = os.environ | {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}  # ipykernel loads a debugger that would complain
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False, env=quiet)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def loaded_after(code: str) -> set[str]:
    return set(run(f"{code}\nimport sys; print(*sys.modules)").split())


def own_names(module: ModuleType) -> set[str]:
    """The public names of a module that stand for something of ours."""
    names = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    return {name for name, value in names.items() if str(getattr(value, "__module__", "")).startswith("nbconvo")}


@pytest.mark.parametrize("name", ["nbconvo", *WITH_ALL])
def test_every_listed_name_is_there_once(name: str) -> None:
    module = importlib.import_module(name)
    assert len(module.__all__) == len(set(module.__all__))
    assert [each for each in module.__all__ if getattr(module, each, None) is None] == []


@pytest.mark.parametrize("name", ["nbconvo.engine", "nbconvo.journal", "nbconvo.workflows.plugins.mistralai"])
def test_a_package_shows_nothing_but_what_it_lists(name: str) -> None:
    module = importlib.import_module(name)
    assert own_names(module) - set(module.__all__) == set()


def test_the_names_of_nbconvo_load_when_used() -> None:
    for name in nbconvo.__all__:
        assert getattr(nbconvo, name) is not None
    assert set(nbconvo.__all__) <= set(dir(nbconvo))
    assert set(nbconvo._MODULES) | set(nbconvo._NAMES) == set(nbconvo.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"^module 'nbconvo' has no attribute 'rnu'$"):
        nbconvo.rnu  # type: ignore[attr-defined]  # noqa: B018


def test_importing_nbconvo_loads_nothing_else() -> None:
    ours = {name for name in loaded_after("import nbconvo") if name.partition(".")[0] == "nbconvo"}
    assert ours == {"nbconvo"}


def test_authors_and_engine_know_nothing_of_jupyter() -> None:
    loaded = loaded_after("import nbconvo.workflows, nbconvo.engine, nbconvo.views.static, nbconvo.views.live, nbconvo.journal")
    assert loaded & {"IPython", "ipykernel", "ipywidgets", "anywidget", "traitlets", "zmq", "mistralai"} == set()


WATCH = """
import asyncio, logging, os, random, signal, sys, threading, warnings
touched = []

def hook(event, args):
    writes = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+") and ".pyc" not in str(args[0])
    if writes or event in ("socket.bind", "socket.connect", "subprocess.Popen", "_thread.start_new_thread", "sqlite3.connect"):
        touched.append((event, str(args[:1])))

def state():
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)]
    hooks = (sys.excepthook, sys.displayhook, sys.unraisablehook, sys.stdout, asyncio.get_event_loop_policy.__code__)
    rest = (dict(os.environ), os.getcwd(), logging.root.handlers[:], random.getstate(), warnings.filters[:])
    return (handlers, hooks, rest, threading.active_count())

for name in OTHERS:
    __import__(name)
before = state()
sys.addaudithook(hook)
for name in MODULES:
    __import__(name)
assert touched == [], touched
assert state() == before
"""


def test_no_module_does_anything_when_imported() -> None:
    others = ["IPython", "ipykernel.ipkernel", "ipywidgets", "anywidget", "markdown_it", "pydantic", "sqlite3"]
    assert run(f"import warnings; warnings.simplefilter('ignore'); MODULES = {MODULES!r}; OTHERS = {others!r}\n{WATCH}") == ""
