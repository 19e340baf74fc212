"""How a step runs: as an activity of the engine, so that its outcome is an event, and what is recorded of that outcome.

A coroutine runs on the host's loop, anything else in a thread. While the turn is alive the next step gets the very object that
was returned; only when the turn waits over a restart is it read back from JSON.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from nbconvo.engine.context import Runtime
from nbconvo.errors import ActivityError, NbconvoError
from nbconvo.flow.errors import StateNotSerializable, StepExited
from nbconvo.flow.graph import Step
from nbconvo.flow.state import check_json, is_dict
from nbconvo.flow.threads import in_thread
from nbconvo.flow.turn import Turn, current_step, current_turn
from nbconvo.protocol.definition import ActivityDefinition, RetryPolicy
from nbconvo.protocol.envelope import Event
from nbconvo.protocol.events import ActivityTaskCompleted

INTERNAL = "__internal__"
"""Before the names of activities that are no line of a conversation."""

_LIVE = "$live"
_ONCE = RetryPolicy(max_attempts=1)
_FOREVER = timedelta(days=3650)


async def run_step(runtime: Runtime, turn: Turn, step: Step, argument: Any) -> Any:
    """The step's result. Raises what the step raised, with its own traceback."""
    bound = step.bound(turn.flow)
    work = functools.partial(bound, argument) if step.takes_argument else bound
    return await run_work(runtime, turn, step.name, work, is_async=step.is_async)


async def run_work(runtime: Runtime, turn: Turn, name: str, work: Callable[[], Any], *, is_async: bool = True) -> Any:
    """What `work` returns, called outside of the deterministic loop; its outcome is an event named `name`."""

    async def call() -> Any:
        current_turn.set(turn)
        current_step.set(name)
        turn.step_began()
        try:
            if is_async:
                return await work()
            result = await in_thread(work)
            return await result if inspect.isawaitable(result) else result
        except (SystemExit, KeyboardInterrupt) as error:
            raise StepExited(name, error) from error
        finally:
            turn.step_ended()

    definition = ActivityDefinition(INTERNAL + name, call, _Outcome(turn), _ONCE, _FOREVER)
    try:
        return await runtime.run_activity(definition, [])
    except ActivityError as error:
        failed = _original(error)
    raise failed  # not above: the engine's error would become its context, and it is that one's cause


def _original(error: ActivityError) -> BaseException:
    """What the step itself raised, where this process has seen it."""
    cause = error.__cause__
    return error if cause is None else cause.__cause__ or cause


class _Outcome:
    """The shape of a step's outcome: the value stays here, the event holds its number. Implements `definition.Shape`."""

    takes_input = False
    parameters = ()

    def __init__(self, turn: Turn) -> None:
        self._outputs = turn.outputs

    def input_schema(self) -> dict[str, Any]:
        """Nothing is handed over."""
        return {}

    def output_schema(self) -> dict[str, Any] | None:
        """Anything may come."""
        return None

    def decode(self, value: Any) -> list[Any]:
        """Nothing is handed over by the engine."""
        return []

    def decode_positional(self, values: list[Any]) -> list[Any]:
        """The same."""
        return []

    def encode(self, value: Any) -> Any:
        """Keep the value; its number goes into the event."""
        self._outputs.append(value)
        return {_LIVE: len(self._outputs) - 1}

    def decode_result(self, value: Any) -> Any:
        """The value that was kept, or the recorded one."""
        return self._outputs[value[_LIVE]] if _LIVE in value else revived(value)


def settled(turn: Turn, event: Event) -> Event:
    """An event as it is stored: the number of a value becomes the value."""
    attributes = event.attributes
    if isinstance(attributes, ActivityTaskCompleted) and is_dict(attributes.result) and _LIVE in attributes.result:
        value = turn.outputs[attributes.result[_LIVE]]
        return replace(event, attributes=replace(attributes, result=recorded(value)))
    return event


def recorded(value: Any) -> dict[str, Any]:
    """A step's result as JSON with its type; what cannot be recorded is named, and missed only if it is needed again.

    >>> recorded({"n": 1})
    {'value': {'n': 1}}
    >>> recorded(object())
    {'lost': 'object'}
    """
    try:
        if isinstance(value, BaseModel):
            kind = type(value)
            return {"model": f"{kind.__module__}:{kind.__qualname__}", "value": value.model_dump(mode="json")}
        check_json(value, "result")
    except (StateNotSerializable, ValueError):
        return {"lost": type(value).__name__}
    return {"value": value}


def revived(data: dict[str, Any]) -> Any:
    """The result again. Only classes that are loaded already are looked up. Raises NbconvoError when it was not recorded."""
    if "lost" in data:
        text = f"A step returned a {data['lost']}, which cannot be recorded as JSON, and the process has ended since."
        raise NbconvoError(f"{text} Return a pydantic model or plain data from steps that come before a question.")
    if "model" not in data:
        return data["value"]
    module, _, name = data["model"].partition(":")
    kind: Any = sys.modules.get(module)
    for part in name.split("."):
        kind = getattr(kind, part, None)
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        text = f"A step returned a {name} of {module}, which is not loaded here."
        raise NbconvoError(f"{text} Import it before the session goes on.")
    return kind.model_validate(data["value"])
