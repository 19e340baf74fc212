"""The `nbconvo` command, as a person runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.cells import ECHO, cell
from tests.support.refresh_notebooks import ROOT

SCREEN = {"DISPLAY": ":0", "WAYLAND_DISPLAY": "", "CI": "", "HEADLESS": ""}


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["--headless"], SCREEN),
        ([], {**SCREEN, "CI": "true"}),
        ([], {**SCREEN, "HEADLESS": "1"}),
        ([], {**SCREEN, "DISPLAY": ""}),
    ],
    ids=["--headless", "CI", "HEADLESS", "no screen"],
)
def test_demo_without_a_screen_prints_the_transcript(module, arguments: list[str], environment: dict[str, str]) -> None:
    done = module("nbconvo.cli", "demo", *arguments, **environment)
    assert done.stdout.startswith("notebooks/01_greeting.ipynb, run without a browser:\n")
    assert "> Ada" in done.stdout
    assert "Nice to meet you, Ada!" in done.stdout
    assert done.stderr == ""


def test_demo_with_a_screen_opens_jupyterlab(tmp_path: Path) -> None:
    """The page that the browser is given leads to the tutorial; the browser is a command that copies that page."""
    browser, page, config = tmp_path / "browser", tmp_path / "page", tmp_path / "config"
    browser.write_text(f'#!/bin/sh\ncp "${{1#file://}}" "{page}.part" && mv "{page}.part" "{page}"\n')
    browser.chmod(0o755)
    config.mkdir()
    (config / "jupyter_server_config.py").write_text("c.ServerApp.port = 0\nc.ServerApp.allow_root = True\n")
    own = {"HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(config), "BROWSER": f"{browser} %s"}
    with (tmp_path / "log").open("wb") as log:
        command = [sys.executable, "-m", "nbconvo.cli", "demo"]
        demo = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **SCREEN, **own}, stdout=log, stderr=log, start_new_session=True
        )
    try:
        deadline = time.monotonic() + 60
        while not page.exists() and demo.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert page.exists(), (tmp_path / "log").read_text()
        assert "/lab/tree/01_greeting.ipynb" in page.read_text()
    finally:
        os.killpg(demo.pid, signal.SIGKILL)
        demo.wait(10)


def test_demo_of_a_notebook_that_is_not_here(module) -> None:
    done = module("nbconvo.cli", "demo", "nowhere.ipynb", fails=True)
    assert done.stderr == "nowhere.ipynb is not here: run this in the repository's folder, or name a notebook.\n"


def test_demo_of_a_failing_notebook_fails(module, write) -> None:
    done = module("nbconvo.cli", "demo", "--headless", str(write(cell(ECHO))), fails=True)
    assert "NoReplyError" in done.stderr
    assert "'What?'" in done.stderr


def test_doctor_lists_the_parts(module) -> None:
    done = module("nbconvo.cli", "doctor")
    for name in ("nbconvo", "ipykernel", "anywidget", "mistralai", "python"):
        assert f"\n{name} " in f"\n{done.stdout}"
    assert done.stdout.endswith("Everything a conversation needs is here.\n")


def test_doctor_names_the_fix(module, tmp_path: Path) -> None:
    """A copy of the package without its bundle, and without JupyterLab in reach."""
    package = tmp_path / "site" / "nbconvo"
    for path in (ROOT / "nbconvo").rglob("*.py"):
        (package / path.relative_to(ROOT / "nbconvo")).parent.mkdir(parents=True, exist_ok=True)
        (package / path.relative_to(ROOT / "nbconvo")).write_bytes(path.read_bytes())
    done = module("nbconvo.cli", "doctor", fails=True, PYTHONPATH=str(package.parent), PYTHONSAFEPATH="1")
    assert "! The front end is not built (loader.js, core.js missing): run `make js`" in done.stdout


@pytest.mark.parametrize("arguments", [[], ["dance"], ["demo", "--loud"]])
def test_wrong_words_show_the_usage(module, arguments: list[str]) -> None:
    assert "usage: nbconvo" in module("nbconvo.cli", *arguments, fails=True).stderr
