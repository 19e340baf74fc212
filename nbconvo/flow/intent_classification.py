"""`IntentClassification`: a step that brings a message to one of a few described intents, and routes by it.

Source: document 002, "Intent routing"; flow specification, "Intent Classification" (at most ten, always a no-match branch).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nbconvo.flow.graph import DeclaredStep
from nbconvo.flow.interpolate import interpolate, to_text
from nbconvo.flow.labels import whole_label
from nbconvo.flow.models import ask_model
from nbconvo.flow.recall import remembered, scope_of
from nbconvo.flow.state import is_dict, set_field
from nbconvo.flow.turn import Turn, current_turn

MOST_INTENTS = 10


class IntentClassification(DeclaredStep):
    """Routes by the intent of `user_message` (a template). `intents` maps up to ten labels to descriptions.

    What matches none of them, is not sure enough (`min_confidence`, from 0 to 1), or cannot be classified at all goes to the
    label `fallback`. `include_reason` asks for a reason. The decision is kept under `response_key` as intent, reason, confidence.
    Raises ValueError for more than ten intents or none.
    """

    is_router = True

    def __init__(
        self,
        intents: Mapping[str, str],
        model: Any = None,
        *,
        listen: Any = None,
        user_message: str = "${userMessage}",
        use_memory: bool = False,
        include_reason: bool = False,
        fallback: str = "no_match",
        min_confidence: float | None = None,
        response_key: str | None = None,
    ) -> None:
        super().__init__(listen)
        if not 1 <= len(intents) <= MOST_INTENTS:
            text = f"An intent classification has 1 to {MOST_INTENTS} intents, not {len(intents)}. Join some, or use two steps."
            raise ValueError(text)
        self.intents = dict(intents)
        self.labels = self._outcomes = (*self.intents, fallback)
        self.fallback = fallback
        self.model = model
        self.user_message = user_message
        self.use_memory = use_memory
        self.include_reason = include_reason
        self.min_confidence = min_confidence
        self.response_key = response_key

    async def run(self, flow: Any, argument: Any = None) -> str:
        """The label."""
        turn = current_turn.get()
        if turn is None:
            raise RuntimeError("A classification runs in a turn of a flow.")
        model = self.model or getattr(flow, "llm", None) or turn.options.get("intent_llm") or "mistral-medium-latest"
        try:
            decision = self._decided(await ask_model(model, await self._messages(turn, model, argument), schema=self._schema()))
        except Exception as error:
            decision = {"intent": self.fallback, "error": f"the model failed: {error}"}
        turn.note("intent", decision)
        turn.scope[self.response_key or self.step_name] = decision
        set_field(turn.state, "last_intent", decision["intent"])
        return decision["intent"]

    async def _messages(self, turn: Turn, model: Any, argument: Any) -> list[dict[str, Any]]:
        text = to_text(interpolate(self.user_message, scope_of(turn) | {"input": argument}))
        listed = "\n".join(f"- {label}: {description}" for label, description in self.intents.items())
        none = f"Answer {self.fallback} when none of them fits."
        parts = [f"Choose the intent of the user's message.\nIntents:\n{listed}\n{none} Answer in JSON."]
        if self.use_memory:
            memory = (await remembered(turn, model, text)).render()
            turn.note("memory", {"step": self.step_name, "text": memory})
            parts += [memory] if memory else []
        return [{"role": "system", "content": "\n\n".join(parts)}, {"role": "user", "content": text}]

    def _schema(self) -> dict[str, Any]:
        properties: dict[str, Any] = {"intent": {"type": "string", "enum": list(self._outcomes)}}
        if self.include_reason:
            properties["reason"] = {"type": "string"}
        if self.min_confidence is not None:
            properties["confidence"] = {"type": "number", "minimum": 0, "maximum": 1}
        return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}

    def _decided(self, answer: str) -> dict[str, Any]:
        given = _fields(answer)
        label = whole_label(str(given.get("intent", answer)), self._outcomes)
        decision: dict[str, Any] = {"intent": label or self.fallback}
        if label is None:
            decision["error"] = f"{answer!r} names none of {list(self._outcomes)}"
        if self.include_reason:
            decision["reason"] = given.get("reason")
        if self.min_confidence is not None:
            sure = given.get("confidence")
            decision["confidence"] = sure
            if not isinstance(sure, int | float) or sure < self.min_confidence:
                decision |= {"intent": self.fallback, "error": f"not sure enough: {sure!r} < {self.min_confidence}"}
        return decision


def _fields(answer: str) -> dict[str, Any]:
    try:
        value = json.loads(answer)
    except ValueError:
        return {}
    return value if is_dict(value) else {}
