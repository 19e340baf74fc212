"""An agent's run is taken up where it stood: answers that were whole are not asked for again, nor are tools called again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def process(folder: Path, *how: str) -> int:
    command = [sys.executable, "-m", "tests.support.killed_agent", str(folder), *how]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, env=os.environ)
    assert done.stderr == ""
    return done.returncode


@pytest.mark.parametrize("store", ["service.sqlite3", ":memory:"], ids=["the service stays", "the service forgets"])
def test_a_process_is_killed_in_mid_stream(tmp_path: Path, store: str) -> None:
    assert process(tmp_path, "kill", store) == -signal.SIGKILL
    before = (tmp_path / "asked.txt").read_text().splitlines()
    assert before == ["model user", "tool tea", "model tool"]
    assert process(tmp_path, "live", store) == 0
    after = (tmp_path / "asked.txt").read_text().splitlines()
    assert after == [*before, "model tool"]  # only the answer that was cut off is asked for again
    result, items = json.loads((tmp_path / "result.json").read_text())
    assert result == "It has three letters."
    messages = [(item["chunks"], item["streaming"]) for item in items if item["kind"] == "message"]
    assert messages == [([{"type": "text", "text": "It has three letters."}], False)]
    assert [item["tool"]["result"] for item in items if item["kind"] == "working"] == [{"status": "success", "value": "3"}]
