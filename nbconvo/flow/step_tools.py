"""What a step calls on its flow: messages, questions, intents. Mixed into `Flow`; each finds the turn that it belongs to.

Source: document 004, "Flow conversational API".
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from nbconvo.flow import blocking
from nbconvo.flow.intents import classify
from nbconvo.flow.session import Session
from nbconvo.flow.state import set_field
from nbconvo.flow.turn import Turn, current_turn

_EXTRAS = ("tool_call_id", "name", "tool_calls", "files")


class StepTools:
    """Messages, questions, intents."""

    session: Callable[..., Session]

    @property
    def conversation_messages(self) -> list[dict[str, Any]]:
        """The messages so far, as models take them: a copy."""
        turn = self._turn_now()
        return turn.conversation if turn is not None else [dict(message) for message in self.session().log.messages]

    def append_message(self, role: str, content: Any, **extra: Any) -> None:
        """Say something: `role` is "user", "assistant", "system" or "tool". Extras that messages have no place for are warned of.

        Raises RuntimeError outside of a step, ValueError for another role.
        """
        if role not in ("user", "assistant", "system", "tool"):
            raise ValueError(f"a message's role is user, assistant, system or tool, not {role!r}")
        if unknown := [name for name in extra if name not in _EXTRAS]:
            warnings.warn(f"append_message() drops {', '.join(unknown)}: messages have no such field.", stacklevel=2)
        known = {name: value for name, value in extra.items() if name in _EXTRAS and value is not None}
        self._turn_or_raise("append_message").say({"role": role, "content": content, **known})

    def receive_user_message(self, text: str, *, outcomes: Sequence[str] | None = None, llm: Any = None) -> Any:
        """Add a message of the user from a step; with `outcomes` and `llm` it is classified, too. In an async step, await it.

        `kickoff(user_message=...)` has done this already.
        """
        turn = self._turn_or_raise("receive_user_message")
        if outcomes and llm is None:
            raise ValueError("llm is required when outcomes are provided")
        turn.say({"role": "user", "content": text})
        set_field(turn.state, "last_user_message", text)
        if not outcomes:
            return None

        async def classified() -> str:
            intent = await classify(text, outcomes, llm, context=turn.conversation)
            set_field(turn.state, "last_intent", intent)
            return intent

        return self._either(classified())

    def classify_intent(self, text: str, outcomes: Sequence[str], *, llm: Any, context: Any = None) -> Any:
        """The one of `outcomes` that `text` comes to, by `llm`. In an async step it is awaited.

        Raises `HumanFeedbackCollapseError` when the model fails or names none of them.
        """
        return self._either(classify(text, list(outcomes), llm, context=context))

    def ask(self, message: str, timeout: float | None = None, metadata: dict[str, Any] | None = None) -> Any:
        """Ask a person from inside a step; the answer is a text, None when `timeout` seconds pass. In an async step, await it.

        Raises `InputProviderError` when an input provider fails, RuntimeError outside of a step.
        """
        return self._either(self._turn_or_raise("ask").asks.ask(message, timeout, metadata))

    @property
    def input_history(self) -> list[dict[str, Any]]:
        """What `ask` asked and what was answered, oldest first."""
        turn = self._turn_now()
        return [*turn.log.input_history, *turn.inputs] if turn is not None else list(self.session().log.input_history)

    def _turn_or_raise(self, what: str) -> Turn:
        turn = self._turn_now()
        if turn is None:
            raise RuntimeError(f"{what}() is for the steps of a flow; outside, send a message with kickoff(user_message=...).")
        return turn

    def _either(self, work: Coroutine[Any, Any, Any]) -> Any:
        """In a coroutine: something to await. In a step's thread, or a script: the result."""
        if asyncio._get_running_loop() is not None:  # noqa: SLF001 - the one way that does not raise
            return work
        turn = self._turn_now()
        if turn is None:
            return blocking.call(lambda _: work, "classify_intent")
        return asyncio.run_coroutine_threadsafe(work, turn.loop).result()

    def _turn_now(self) -> Turn | None:
        turn = current_turn.get()
        return turn if turn is not None and turn.flow is self else None
