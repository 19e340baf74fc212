"""What the packaging tests share: the repository as a clone would have it, and a PATH on which there is no npm."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.packaging)


@pytest.fixture(scope="session")
def repository_files() -> list[Path]:
    """The files of the repository, relative to its root: what git has, and what it would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return [Path(name) for name in sorted({*names} - {""}) if (ROOT / name).is_file()]


@pytest.fixture(scope="session")
def copy_repository(repository_files: list[Path]) -> Callable[[Path], Path]:
    """Copy the repository somewhere, times kept, without anything that was built."""

    def copy(target: Path) -> Path:
        for name in repository_files:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
        return target

    return copy


@pytest.fixture
def without_npm(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine on which nothing but Python is installed."""
    (tmp_path / "empty").mkdir()
    return {**os.environ, "PATH": str(tmp_path / "empty")}


@pytest.fixture
def python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run this Python in a folder and hand back what it printed; both streams in `stdout`."""

    def run(*arguments: str, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=cwd, env=env, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    return run
