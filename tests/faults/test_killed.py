"""A process is killed at every write of a run; another one resumes it, and nothing is lost and nothing is done twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def stories(folder: Path, when: str) -> list[dict[str, Any]]:
    """What came of a straight run, and of one for each write."""
    command = [sys.executable, "-m", "tests.support.killed", str(folder), when]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, env=os.environ)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


@pytest.mark.parametrize("when", ["after", "before"])
def test_a_killed_run_is_resumed_as_if_nothing_had_happened(tmp_path: Path, when: str) -> None:
    straight, *killed = stories(tmp_path, when)
    assert sum(map(len, straight["sequences"])) >= 30
    assert len(killed) >= 15
    for at, story in enumerate(killed, start=1):
        assert (at, story["killed"]) == (at, signal.SIGKILL)
        assert (at, story["result"][:-1]) == (at, straight["result"][:-1])
        assert (at, story["tasks"]) == (at, straight["tasks"])
        assert (at, story["sequences"]) == (at, [list(range(1, len(one) + 1)) for one in story["sequences"]])
        assert (at, story["leftovers"]) == (at, [])
        # A kill between the end of an activity and its record is the one time that it runs again.
        again = len(story["marks"]) - len(straight["marks"])
        assert (at, again) in ([(at, 0)] if when == "after" else [(at, 0), (at, 1)])
        assert (at, set(story["marks"])) == (at, set(straight["marks"]))
