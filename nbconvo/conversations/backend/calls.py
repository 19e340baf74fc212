"""Calls of a history that wait for an answer, and the answers that a request brings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nbconvo.conversations.backend.wire import Problem, error, unbalanced_calls
from nbconvo.conversations.jsons import Json


@dataclass(frozen=True, slots=True)
class Settled:
    """What confirmations change: the calls with their new status, and those of them that have to be executed now."""

    changed: tuple[Json, ...] = ()
    allowed: tuple[Json, ...] = ()


def settle(history: Iterable[Json], inputs: Iterable[Json], confirmations: Mapping[str, str]) -> Settled:
    """Match results and confirmations with the open calls.

    `confirmations` is "allow" or "deny" by call id. Raises `Problem` 400 when one belongs to no open call, or a call stays open.
    """
    calls = open_calls(history)
    for entry in inputs:
        if entry["type"] == "function.result" and entry["tool_call_id"] not in calls:
            raise unbalanced_calls()
        _apply(calls, entry)
    wrong = [call_id for call_id in confirmations if _status(calls.get(call_id)) != "pending"]
    if wrong:
        raise _not_waiting(wrong[0])
    if calls.keys() - confirmations:
        raise unbalanced_calls()
    changed = [calls[call_id] | {"confirmation_status": _STATUS[how]} for call_id, how in confirmations.items()]
    return Settled(tuple(changed), tuple(call for call in changed if call["confirmation_status"] == "allowed"))


_STATUS = {"allow": "allowed", "deny": "denied"}


def open_calls(entries: Iterable[Json]) -> dict[str, Json]:
    """The calls that nobody has answered, by their call id: neither by a result nor by a confirmation."""
    calls: dict[str, Json] = {}
    for entry in entries:
        _apply(calls, entry)
    return calls


def _apply(calls: dict[str, Json], entry: Json) -> None:
    if entry["type"] == "function.call" and _status(entry) in (None, "pending"):
        calls[entry["tool_call_id"]] = entry
    elif entry["type"] == "function.result":
        calls.pop(entry["tool_call_id"], None)


def _status(call: Json | None) -> str | None:
    return call.get("confirmation_status") if call else None


def _not_waiting(call_id: str) -> Problem:
    return error(400, f"Tool call {call_id} is not waiting for a confirmation.", 3000)
