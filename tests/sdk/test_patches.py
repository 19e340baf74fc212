"""Our patches and upstream's, on random states: each side understands the other's, and ours are never a move."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from nbconvo.protocol.patch import Patch, apply, diff
from tests.sdk import theirs

KEYS = st.text("abt~/", min_size=1, max_size=2)
LEAVES = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "a", "ab", "abc", "b"])
STATES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12)
FLAT = st.dictionaries(
    KEYS, st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=8), max_size=4
)
THEIR_PATCHES: TypeAdapter[Any] = TypeAdapter(list[theirs.JSONPatch])


def upstream(before: Any, after: Any) -> list[Patch] | None:
    """Upstream's patches, None where it fails for a move."""
    try:
        patches, _ = theirs.make_json_patch(before, after)
    except ValueError as error:
        assert "Unknown operation: move" in str(error)  # noqa: PT017 - the one failure that is known
        return None
    return [patch.model_dump(mode="json") for patch in patches]


@given(STATES, STATES)
@settings(max_examples=1500, deadline=None)
@example({"l": ["a", "b", "c"]}, {"l": ["c", "a", "b"]})
def test_ours_lead_to_the_new_state_and_upstream_can_read_them(before: Any, after: Any) -> None:
    patches = diff(before, after)
    assert apply(before, patches) == after
    assert {patch["op"] for patch in patches} <= {"add", "remove", "replace", "append"}
    read = THEIR_PATCHES.validate_python(patches)
    assert [patch.model_dump(mode="json") for patch in read] == patches


@given(STATES, STATES)
@settings(max_examples=1500, deadline=None)
def test_we_can_read_upstreams(before: Any, after: Any) -> None:
    patches = upstream(before, after)
    if patches is not None:
        assert apply(before, patches) == after


@given(FLAT, FLAT)
@settings(max_examples=1500, deadline=None)
def test_of_states_without_lists_they_are_the_same(before: Any, after: Any) -> None:
    """In lists there is more than one way to say it."""
    patches = upstream(before, after)
    if patches is not None:
        assert sorted(map(repr, diff(before, after))) == sorted(map(repr, patches))


@pytest.mark.parametrize("key", ["a", "a/b", "a~b"])
def test_a_text_that_grows_is_told_alike(key: str) -> None:
    assert diff({key: "He"}, {key: "Hello"}) == upstream({key: "He"}, {key: "Hello"})
