"""From what a person would type to the JSON that an ask wants: for scripts, tests and later cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from nbconvo.errors import FieldProblem, InputRejected, NoPendingInput
from nbconvo.views.asks import ask_name
from nbconvo.views.model import AskView


def reply_input(ask: AskView, value: Any) -> Any:
    """The input for `ask` that `value` means.

    A string answers a chat, an option's value or label a confirmation, a mapping or a model any ask.
    Raises `InputRejected` when a confirmation has no such option.
    """
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if ask["kind"] == "chat" and isinstance(value, str):
        return {"message": [{"type": "text", "text": value}]}
    if ask["kind"] == "confirmation" and isinstance(value, str | bool):
        return {"choice": _choice(ask, value)}
    return value


def find_ask(asks: Sequence[AskView], label: str | None) -> AskView:
    """The ask a reply is for: the one with this label, else the oldest. Raises `NoPendingInput`."""
    found = [ask for ask in asks if label is None or ask["label"] == label]
    if not found:
        open_asks = ", ".join(ask_name(ask) for ask in asks) or "none"
        raise NoPendingInput(f"{label!r} (open now: {open_asks})" if label is not None else "(the run asks nothing now)")
    return found[0]


def _choice(ask: AskView, value: str | bool) -> str:
    """An option's value beats another's label; the case of a label does not matter; True and False mean accept and decline."""
    wanted = {True: "accept", False: "decline"}[value] if isinstance(value, bool) else value
    for option in ask["options"]:
        if option["value"] == wanted:
            return wanted
    for option in ask["options"]:
        if option["label"].casefold() == wanted.casefold():
            return option["value"]
    names = ", ".join(f"{option['value']!r} ({option['label']})" for option in ask["options"])
    text = f"Invalid choice {wanted!r}. Must be one of: {names}"
    raise InputRejected(ask["task_id"], text, [FieldProblem(("choice",), text)])
