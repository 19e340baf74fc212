"""What a step that uses memory is shown: the last turns and a summary of the others, which is made when it is first needed.

The summary is recorded with the turn that made it, together with how many turns it covers, so it is made once.
"""

from __future__ import annotations

from typing import Any

from nbconvo.conversations.memory import Memory
from nbconvo.flow.models import ask_model
from nbconvo.flow.turn import Turn


async def remembered(turn: Turn, model: Any, message: str) -> Memory:
    """The memory for a step of this turn; `model` makes the summary when the flow has no `summary_llm`.

    A summary that cannot be made loses nothing: the turns it would have covered are shown as they were.
    """
    policy = turn.options["session"].memory
    said = turn.turns()
    request = policy.next_summary(said, turn.summary, message=message)
    if request is not None:
        try:
            text = await ask_model(turn.flow.summary_llm or model, request.messages)
        except Exception as error:
            turn.note("error", f"The summary could not be made: {error}")
        else:
            made = turn.summary = request.answered(text)
            turn.note("summary", {"text": made.text, "turns": made.turns}, kept=False)
    return policy.remember(said, turn.summary, message=message)


def scope_of(turn: Turn) -> dict[str, Any]:
    """What `${...}` can name: `userMessage`, `sessionId`, `context`, the state's fields, and what steps have left."""
    state: Any = turn.state
    fields: dict[str, Any] = dict(state)  # a model gives its fields
    message = turn.start.get("message")
    results = {name: value for name, value in turn.scope.items() if not name.startswith("$")}
    own: dict[str, Any] = {
        "userMessage": "" if message is None else message["content"],
        "sessionId": turn.session_id,
        "context": turn.start.get("context") or {},
        "state": state,
    }
    return {**fields, **results, **own}
