"""`self.ask` inside a step: the one way in which a step waits for a person.

A step runs beside the deterministic loop, so it asks by a signal, which is recorded, and the loop opens the ask. When the process
ends meanwhile, the step begins again in the next one, and the answers it has had already are there: it does not ask twice.

Source: document 004, `ask()`; flow specification, "Human in the loop".
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from nbconvo.engine.context import current, current_activity
from nbconvo.flow.errors import InputProviderError
from nbconvo.flow.threads import call_provider
from nbconvo.flow.turn import Turn, current_step
from nbconvo.protocol.clock import SystemClock
from nbconvo.protocol.inputs import ChatInput

ASK = "ask"
FAIL = "fail"
"""Names of the signals by which a step, or who waits for the turn, reaches the loop."""


@dataclass(frozen=True, slots=True)
class InputResponse:
    """An answer with something about it (who gave it, from where)."""

    text: str
    metadata: dict[str, Any] | None = None


@runtime_checkable
class InputProvider(Protocol):
    """Answers `ask` instead of the session: a terminal, a bot, another service."""

    def request_input(self, message: str, flow: Any, metadata: dict[str, Any] | None = None) -> Any:
        """The answer: text, an `InputResponse`, or None when nobody answered. May be a coroutine."""
        ...


class Asks:
    """The asks of one turn. `answers` are by key: the step's call, the prompt, and which time that prompt is asked in it."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._opened: set[str] = set()
        self._answers: dict[str, Any] = {}
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    async def ask(self, message: str, timeout: float | None, metadata: dict[str, Any] | None) -> str | None:
        """Ask from a step, on the host's loop; None when `timeout` seconds pass. Raises `InputProviderError`."""
        provider = self._turn.options.get("input_provider")
        asked_at = _now()
        if provider is not None:
            given = await self._from_provider(provider, message, timeout, metadata)
        else:
            given = await self._from_person(message, timeout, metadata)
        response = given if isinstance(given, InputResponse) or given is None else InputResponse(str(given))
        entry: dict[str, Any] = {
            "message": message,
            "response": None if response is None else response.text,
            "method_name": current_step.get(),
            "timestamp": asked_at,
            "metadata": metadata,
            "response_metadata": None if response is None else response.metadata,
        }
        self._turn.inputs.append(entry)
        return entry["response"]

    async def _from_provider(self, provider: Any, message: str, timeout: float | None, metadata: dict[str, Any] | None) -> Any:
        limit = asyncio.timeout(timeout)
        try:
            async with limit:
                request = provider.request_input
                return await call_provider(lambda: request(message, self._turn.flow, metadata), request)
        except TimeoutError as error:
            if limit.expired():
                return None
            raise InputProviderError(f"The input provider failed: {error!r}") from error
        except Exception as error:
            raise InputProviderError(f"The input provider failed: {error!r}") from error

    async def _from_person(self, message: str, timeout: float | None, metadata: dict[str, Any] | None) -> Any:
        call: Any = current_activity.get()
        count = self._counts[call.task_id, message]
        self._counts[call.task_id, message] += 1
        key = f"{call.task_id}/{count}/{message}"
        if key not in self._answers:
            future = self._waiting[key] = asyncio.get_running_loop().create_future()
            if key not in self._opened:
                await self._turn.handle.signal(ASK, {"key": key, "message": message, "timeout": timeout, "metadata": metadata})
            await future
        answer = self._answers[key]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def open(self, request: dict[str, Any]) -> None:
        """Open an ask: the handler of the signal, on the deterministic loop."""
        key: str = request["key"]
        self._opened.add(key)
        try:
            given = await current("ask").wait_for_input(ChatInput(request["message"]), "ask", request["timeout"])
            self._deliver(key, InputResponse("".join(chunk.text for chunk in given.message)))
        except TimeoutError:
            self._deliver(key, None)

    def _deliver(self, key: str, answer: Any) -> None:
        """The step goes on after the turn that brought the answer is recorded."""
        self._answers[key] = answer
        future = self._waiting.pop(key, None)
        if future is not None:
            future.get_loop().call_soon(_settle, future)


def _settle(future: asyncio.Future[Any]) -> None:
    if not future.done():
        future.set_result(None)


def _now() -> float:
    return SystemClock().time_ns() / 1e9
