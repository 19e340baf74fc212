"""The items of a view: how a fold adds one, finds one and changes one. The view that is given is left as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from nbconvo.protocol.patch import Patch, apply
from nbconvo.views.model import Item, TranscriptView


def append(view: TranscriptView, item: Item) -> TranscriptView:
    """The view with one more item at its end."""
    return {**view, "items": [*view["items"], item]}


def begin(view: TranscriptView, item: Item) -> TranscriptView:
    """The same for the item of a task. One that an attempt which was cut off had begun goes: the task begins anew."""
    if find(view, item["id"]) is not None:
        view = {**view, "items": [one for one in view["items"] if one["id"] != item["id"]]}
    return append(view, item)


def find(view: TranscriptView, item_id: str) -> Item | None:
    """The item with this id; looked for from the end, where nearly all changes are."""
    return next((item for item in reversed(view["items"]) if item["id"] == item_id), None)


def replace(view: TranscriptView, item_id: str, change: Callable[[Item], Item]) -> TranscriptView:
    """The view with one item changed; the very same view when it has no such item."""
    items = view["items"]
    for index in range(len(items) - 1, -1, -1):
        if items[index]["id"] == item_id:
            return {**view, "items": [*items[:index], change(items[index]), *items[index + 1 :]]}
    return view


def change(view: TranscriptView, item_id: str, changes: dict[str, Any]) -> TranscriptView:
    """The view with some keys of one item changed."""
    return replace(view, item_id, lambda item: cast("Item", {**item, **changes}))


def next_state(state: Any, patches: list[Patch] | None, payload: Any) -> Any:
    """The state of a task after its news; one that does not fit the state (of a stream that was joined late) changes nothing."""
    if patches is None:
        return payload
    try:
        return apply(state, patches)
    except (KeyError, IndexError, TypeError, ValueError):
        return state
