"""The benchmarks still run: every workload of ours and every floor, with tiny counts. Nothing here looks at how long it took."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.rows import PEERS, ROWS
from benchmarks.table import Results, ratio, table

ROOT = Path(__file__).parents[2]


def measured(module: str) -> dict[str, float]:
    command = [sys.executable, "-m", f"benchmarks.{module}", "--scale", "0.01"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == ""  # a workload that fails is told there and left out
    return json.loads(done.stdout.splitlines()[-1])


def test_every_row_has_its_number_and_every_number_its_row() -> None:
    numbers = measured("ours") | measured("waiting") | measured("imports")
    assert set(numbers) == {row.key for row in ROWS}
    assert all(value > 0 for value in numbers.values())


def test_floors_are_those_of_rows() -> None:
    assert set(measured("floors")) <= {row.key for row in ROWS}


@pytest.mark.parametrize("peers", [[], list(PEERS)])
def test_the_table_fits_a_page_and_marks_what_misses_its_target(peers: list[str]) -> None:
    numbers = {row.key: [2.0, 4.0] for row in ROWS}
    results: Results = {"nbconvo": numbers, "floor": {"w1": [1.0, 1.0], "w3": [0.1, 0.2]}, "burr": {"w1": [1.0, 2.0]}}
    lines = table(results, peers).splitlines()
    assert max(len(line) for line in lines) <= 100
    row = {line[:3]: line for line in lines}
    assert row["W1 "].split()[5:10] == ["s", "3", "s", "3.0", "5.6x"]
    assert "!" not in row["W1 "]
    assert "!" in row["W3 "]


def test_a_ratio_compares_what_ran_in_one_pass() -> None:
    assert ratio([1.0, 100.0, 3.0], [1.0, 10.0, 3.0]) == 1.0


@pytest.mark.parametrize("peer", PEERS)
def test_a_peer_is_where_its_name_says(peer: str) -> None:
    assert (ROOT / "benchmarks" / "peers" / f"{peer}.py").is_file()
