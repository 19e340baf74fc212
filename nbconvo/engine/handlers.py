"""Signals, queries and updates: how the outside talks to the instance of a running workflow.

A signal or an update is checked before it is recorded: a wrong one is told to its sender, and the run never hears of it. A query
looks and changes nothing. The names beginning with `__` are the framework's own, as upstream has them.
"""

from __future__ import annotations

import asyncio
import inspect
from asyncio import Future
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from nbconvo.engine import guard
from nbconvo.engine.inside import Inside
from nbconvo.engine.loop import Entered
from nbconvo.errors import HandlerNotFound, HandlerRejected, UpdateFailedError
from nbconvo.protocol.definition import HandlerDefinition, WorkflowDefinition
from nbconvo.protocol.events import SignalReceived, UpdateAccepted, UpdateCompleted, UpdateFailed

GET_PENDING_INPUTS = "__get_pending_inputs"
SUBMIT_INPUT = "__submit_input"


class Handlers:
    """The handlers of one execution. `fail` ends the run when a signal's handler raises."""

    __slots__ = ("_callers", "_count", "_definition", "_done", "_fail", "_inside", "instance")

    def __init__(self, definition: WorkflowDefinition, inside: Inside, fail: Callable[[BaseException], None]) -> None:
        self.instance: Any = None
        self._definition = definition
        self._inside = inside
        self._fail = fail
        self._count = 0
        self._callers: dict[str, Future[Any]] = {}
        self._done: list[tuple[str, Any, Exception | None]] = []

    def signal(self, name: str, value: Any) -> None:
        """Accept a signal. Raises `HandlerNotFound` or `HandlerRejected`."""
        _decoded(self._find("signal", name), value)
        event = SignalReceived(name, to_jsonable_python(value))
        self._inside.history.happened(event)
        self._inside.history.commit()
        self.apply_signal(event)

    def apply_signal(self, event: SignalReceived) -> None:
        """Run the handler in the next turn."""
        handler = self._find("signal", event.name)
        self._inside.loop.create_task(self._run_signal(handler, _decoded(handler, event.input)), name=f"signal {event.name}")

    async def _run_signal(self, handler: HandlerDefinition, arguments: list[Any]) -> None:
        try:
            await _call(handler, self.instance, arguments)
        except Exception as error:
            self._fail(error)

    def update(self, name: str, value: Any) -> Future[Any]:
        """Accept an update; the future has its result. Raises `HandlerNotFound` or `HandlerRejected`."""
        _decoded(self._find("update", name), value)
        event = UpdateAccepted(f"update-{self._count + 1}", name, to_jsonable_python(value))
        self._inside.history.happened(event)
        self._inside.history.commit()
        caller = self._callers[event.update_id] = asyncio.get_running_loop().create_future()
        self.apply_update(event)
        return caller

    def apply_update(self, event: UpdateAccepted) -> None:
        """Run the handler in the next turn."""
        self._count += 1
        handler = self._find("update", event.name)
        arguments = _decoded(handler, event.input)
        self._inside.loop.create_task(self._run_update(event.update_id, handler, arguments), name=f"update {event.name}")

    async def _run_update(self, update_id: str, handler: HandlerDefinition, arguments: list[Any]) -> None:
        try:
            result = handler.shape.encode(await _call(handler, self.instance, arguments))
        except Exception as error:
            self._inside.emit(UpdateFailed(update_id, str(error)))
            failure = UpdateFailedError(handler.name, type(error).__name__, str(error))
            failure.__cause__ = error
            self._done.append((update_id, None, failure))
        else:
            self._inside.emit(UpdateCompleted(update_id, result))
            self._done.append((update_id, result, None))

    def tell_callers(self) -> None:
        """The turn is committed: who waits for an update that ended in it goes on."""
        done, self._done = self._done, []
        for update_id, result, error in done:
            caller = self._callers.pop(update_id, None)
            if caller is None or caller.done():
                continue
            if error is None:
                caller.set_result(result)
            else:
                caller.set_exception(error)

    def abandon(self, error: Exception) -> None:
        """The run has ended: updates under way will not."""
        callers, self._callers = self._callers, {}
        for caller in callers.values():
            if not caller.done():
                caller.set_exception(error)

    def query(self, name: str, value: Any) -> Any:
        """What a query's handler returns, as JSON. Raises `HandlerNotFound`, `HandlerRejected`, or what the handler raises."""
        if name == GET_PENDING_INPUTS:
            return {"pending_inputs": self._inside.pending.list()}
        handler = self._find("query", name)
        arguments = _decoded(handler, value)
        with guard.Guarded(), Entered(self._inside.loop), self._inside.looking(f"Query {name!r}"):
            return handler.shape.encode(handler.function(self.instance, *arguments))

    def _find(self, kind: str, name: str) -> HandlerDefinition:
        handler = self._definition.handlers.get((kind, name))
        if handler is None:
            known = [known for of_kind, known in self._definition.handlers if of_kind == kind]
            raise HandlerNotFound(kind, name, known)
        return handler


def _decoded(handler: HandlerDefinition, value: Any) -> list[Any]:
    try:
        return handler.shape.decode(to_jsonable_python(value))
    except ValidationError as error:
        raise HandlerRejected(handler.kind, handler.name, str(error)) from error


async def _call(handler: HandlerDefinition, instance: Any, arguments: list[Any]) -> Any:
    result = handler.function(instance, *arguments)
    return await result if inspect.isawaitable(result) else result
