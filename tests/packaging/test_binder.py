"""Binder's steps, carried out: a bare environment, then `binder/postBuild` in a clone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def declared() -> dict[str, str]:
    """What the environment asks conda for, name to version."""
    environment: dict[str, Any] = yaml.safe_load((ROOT / "binder/environment.yml").read_text())
    assert environment["channels"] == ["conda-forge"]
    return {name: version for name, _, version in (entry.partition("=") for entry in environment["dependencies"])}


def test_the_environment_brings_what_post_build_needs(declared: dict[str, str]) -> None:
    assert set(declared) == {"python", "nodejs", "pip"}
    assert int(declared["nodejs"]) >= node_we_need()
    assert (3, 11) <= tuple(map(int, declared["python"].split("."))) <= (3, 13)


def node_we_need() -> int:
    """The one number the Makefile checks."""
    [least] = re.findall(r'versions\.node\.split\("\."\)\[0\] < (\d+)\)', (ROOT / "Makefile").read_text())
    return int(least)


def test_every_place_names_the_same_node() -> None:
    least = node_we_need()
    assert f"Node >= {least}" in (ROOT / "js/hatch_build.py").read_text()
    assert f'versions.node.split(".")[0] < {least}' in (ROOT / ".ci/run").read_text()


def test_post_build_makes_a_working_environment(tmp_path: Path, copy_repository: Callable[[Path], Path]) -> None:
    clone, environment = copy_repository(tmp_path / "clone"), tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    path = f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "PIP_NO_CACHE_DIR": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    log = tmp_path / "log"
    with log.open("w") as output:
        done = subprocess.run([str(clone / "binder/postBuild")], cwd=clone, env=env, check=False, stdout=output, stderr=output)
    assert done.returncode == 0, log.read_text()

    def run(*command: str) -> str:
        return subprocess.run(command, cwd=tmp_path, env=env, check=True, capture_output=True, text=True).stdout.strip()

    check = (
        "import nbconvo, pathlib; static = pathlib.Path(nbconvo.__file__).parent / 'widgets' / 'static';"
        "print(static, *sorted(file.name for file in static.iterdir()))"
    )
    static, *built = run("python", "-c", check).split()
    assert Path(static).is_relative_to(environment)
    assert {"loader.js", "core.js"} <= set(built)
    assert run("jupyter", "lab", "--version").startswith("4.")
    assert "enabled" in run("sh", "-c", "jupyter labextension list 2>&1 | grep anywidget")
