"""A workflow that is stopped and taken up again does exactly what it does when nobody stops it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.programs import PROGRAMS, tries
from tests.support.restarts import Told, differences, finished, forever, once, told


def run(
    name: str, path: Path, lives: Iterator[int | None] | None = None, *, closing: bool = False
) -> tuple[Told, dict[str, int]]:
    finished.clear()
    tries.clear()
    program = PROGRAMS[name]
    return told(program.workflow, program.act, path, value=program.value, lives=lives or forever(None), closing=closing), dict(
        finished
    )


@pytest.mark.parametrize("closing", [False, True], ids=["killed", "closed"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_run_that_is_stopped_at_every_write_is_the_same(name: str, closing: bool, tmp_path: Path) -> None:
    straight, once_each = run(name, tmp_path / "straight")
    stopped, again = run(name, tmp_path / "stopped", forever(1), closing=closing)
    assert stopped.outcome == straight.outcome
    assert differences(straight.events, stopped.events) == ""
    assert again == once_each


@pytest.mark.parametrize("closing", [False, True], ids=["killed", "closed"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_run_that_is_stopped_at_any_write_is_the_same(name: str, closing: bool, tmp_path: Path) -> None:
    straight, once_each = run(name, tmp_path / "straight")
    for lives in range(1, straight.appends + 1):
        stopped, again = run(name, tmp_path / f"after {lives}", once([lives]), closing=closing)
        assert (lives, stopped.outcome) == (lives, straight.outcome)
        assert (lives, differences(straight.events, stopped.events)) == (lives, "")
        assert (lives, again) == (lives, once_each)
