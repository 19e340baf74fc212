"""An activity over many items goes on after a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.items import a_page, double, next_page, read, using
from tests.support.restarts import differences, finished, forever, once, replies, told


def test_given_items_that_are_done_are_not_done_again(tmp_path: Path) -> None:
    using_items = using(double, items=[1, 2, 3])
    finished.clear()
    straight = told(using_items, replies({}), tmp_path / "straight", lives=forever(None))
    assert dict(finished) == {"double 1": 1, "double 2": 1, "double 3": 1}
    for lives in range(1, straight.appends + 1):
        finished.clear()
        stopped = told(using_items, replies({}), tmp_path / f"after {lives}", lives=once([lives]))
        assert (lives, stopped.outcome, differences(straight.events, stopped.events)) == (lives, "[2, 4, 6]", "")
        assert (lives, set(finished.values())) == (lives, {1})


MADE: dict[str, tuple[dict[str, Any], str]] = {
    "from the one before": (
        {"get_item_from_prev_item_activity": next_page},
        "[{'number': 100}, {'number': 101}, {'number': 102}]",
    ),
    "from the number": (
        {"get_item_from_index_activity": a_page, "n_items": 4, "max_concurrent_executions_per_worker": 2},
        "[{'number': 100}, {'number': 101}, {'number': 102}, {'number': 103}]",
    ),
}


@pytest.mark.parametrize("source", MADE)
def test_a_run_whose_items_are_made_goes_on_after_any_write(source: str, tmp_path: Path) -> None:
    options, outcome = MADE[source]
    straight = told(using(read, **options), replies({}), tmp_path / "straight", lives=forever(None))
    assert straight.outcome == outcome
    for lives in range(1, straight.appends + 1):
        stopped = told(using(read, **options), replies({}), tmp_path / f"after {lives}", lives=once([lives]))
        assert (lives, stopped.outcome) == (lives, outcome)
