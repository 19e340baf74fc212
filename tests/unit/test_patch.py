"""JSON patches: what they say, and that applying a difference gives what it was made of."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest

from nbconvo.protocol.patch import Patch, apply, diff

DATA = Path(__file__).parents[1] / "data"
VECTORS = json.loads((DATA / "json_patches.json").read_text())
UPSTREAM = json.loads((DATA / "upstream_patches.json").read_text())
MOVES = {name for name, vector in UPSTREAM.items() if isinstance(vector["patches"], str)}  # there, upstream fails
ALPHABET = ["", "a", "ab", "abc", "/", "~", "~1", "0", "-", "é🚀"]


def random_json(chance: random.Random, depth: int = 3) -> Any:
    """A small value from a small alphabet, so that two of them often have much in common."""
    match chance.randrange(9 if depth else 6):
        case 0:
            return chance.choice([None, True, False])
        case 1 | 2:
            return chance.choice([0, 1, 2, 1.0, 0.5])
        case 3 | 4 | 5:
            return chance.choice(ALPHABET)
        case 6:
            return [random_json(chance, depth - 1) for _ in range(chance.randrange(4))]
        case _:
            return {chance.choice(ALPHABET): random_json(chance, depth - 1) for _ in range(chance.randrange(4))}


def same_json(one: Any, other: Any) -> bool:
    """Equal as JSON text: Python takes 1, 1.0 and True for the same."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_applying_the_shared_vectors(vector: dict[str, Any]) -> None:
    before = copy.deepcopy(vector["before"])
    assert same_json(apply(vector["before"], vector["patches"]), vector["after"])
    assert same_json(vector["before"], before)


@pytest.mark.parametrize("name", sorted(UPSTREAM.keys() - MOVES))
def test_a_difference_is_written_as_upstream_writes_it(name: str) -> None:
    vector = UPSTREAM[name]
    assert diff(vector["before"], vector["after"]) == vector["patches"]


@pytest.mark.parametrize("name", sorted(MOVES))
def test_what_upstream_cannot_say_is_said_without_move(name: str) -> None:
    vector = UPSTREAM[name]
    patches = diff(vector["before"], vector["after"])
    assert {patch["op"] for patch in patches} <= {"add", "replace", "remove", "append"}
    assert same_json(apply(vector["before"], patches), vector["after"])


@pytest.mark.parametrize("seed", range(20))
def test_a_difference_applied_gives_the_other_value(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(100):
        before, after = random_json(chance), random_json(chance)
        patches = diff(before, after)
        assert same_json(apply(before, patches), after), (before, after, patches)
        assert not any(patch["op"] == "move" for patch in patches)  # type: ignore[comparison-overlap]
        assert same_json(before, after) == (not patches)


def test_a_difference_is_json() -> None:
    for vector in VECTORS:
        patches = diff(vector["before"], vector["after"])
        assert json.loads(json.dumps(patches)) == patches


@pytest.mark.parametrize(("before", "after"), [([1], [True]), ([{"a": 1}], [{"a": 1.0}]), ({"a": False}, {"a": 0})])
def test_values_that_only_python_takes_for_equal_differ(before: Any, after: Any) -> None:
    assert same_json(apply(before, diff(before, after)), after)


def test_what_is_taken_from_a_list_costs_one_remove_each() -> None:
    asks = [{"task_id": name} for name in "abcd"]
    assert diff({"asks": asks}, {"asks": [asks[0], asks[3]]}) == [
        {"path": "/asks/1", "value": None, "op": "remove"},
        {"path": "/asks/1", "value": None, "op": "remove"},
    ]


def test_what_two_values_share_is_not_looked_into() -> None:
    class Unequal(dict[str, int]):
        def __eq__(self, other: object) -> bool:
            raise AssertionError("compared")

        __hash__ = None  # type: ignore[assignment]

    shared = Unequal()
    assert diff({"old": shared, "n": 1}, {"old": shared, "n": 2}) == [{"path": "/n", "value": 2, "op": "replace"}]


def test_what_a_patch_does_not_touch_is_shared() -> None:
    before = {"items": [{"id": 1}, {"id": 2, "text": "a"}], "asks": [{"id": 3}]}
    after = apply(before, [{"path": "/items/1/text", "value": "b", "op": "append"}])
    assert after["items"][0] is before["items"][0]
    assert after["asks"] is before["asks"]
    assert after["items"][1] == {"id": 2, "text": "ab"}


@pytest.mark.parametrize(
    ("op", "path", "value"),
    [
        ("append", "/nowhere", "x"),
        ("append", "/list/7", "x"),
        ("append", "/list", "x"),
        ("append", "/number", 1),
        ("replace", "/list/2", 1),
        ("replace", "/list/-1", 1),
        ("replace", "/list/x", 1),
        ("remove", "/list/2", None),
        ("add", "/list/4", 1),
        ("add", "/number/deeper", 1),
    ],
)
def test_a_patch_that_does_not_fit_is_an_error(op: Any, path: str, value: Any) -> None:
    patch: Patch = {"path": path, "value": value, "op": op}
    with pytest.raises((KeyError, IndexError, TypeError, ValueError)):
        apply({"list": [1, 2], "number": 1}, [patch])
