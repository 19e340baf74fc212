"""`run_workflow`: what the test dialog of a chat-driven flow does, as a function; and what its console shows of a run.

Source: document 002, "Testing conversational workflows" and "Console log".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nbconvo.conversations.memory import text_of
from nbconvo.flow import blocking
from nbconvo.flow.log import FLOW
from nbconvo.flow.run import TurnResult
from nbconvo.flow.session import Session
from nbconvo.flow.start_input import checked_context, checked_message, checked_session_id


def run_workflow(flow: Any, **start: Any) -> TurnResult:
    """Run a chat-driven flow once and wait: `user_message` or `trigger` with `parameters`, `chat_session_id` (a UUID), and
    optionally `ui_flow_context` (a JSON object or its text) and `store`.

    The same session id again goes on with its memory, as long as the flow object or the store is the same.
    Raises ValueError for a wrong id, message or context; then nothing was recorded.
    """
    return blocking.call(lambda _: run_workflow_async(flow, **start), "run_workflow")


async def run_workflow_async(
    flow: Any,
    *,
    chat_session_id: str,
    user_message: str | None = None,
    ui_flow_context: Any = None,
    trigger: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    store: Any = None,
) -> TurnResult:
    """The same, awaited."""
    checked_session_id(chat_session_id)
    context = checked_context(ui_flow_context)
    if trigger is None:
        checked_message(user_message)
    session = Session(flow, chat_session_id, store) if store is not None else _author(flow).session(chat_session_id)
    if trigger is not None:
        return await session.fire(trigger, **dict(parameters or {})).ended()
    return await session.send(user_message, context=context).ended()


def _author(flow: Any) -> Any:
    return flow() if isinstance(flow, type) else flow


def console(session: Session, run_id: str | None = None) -> dict[str, Any]:
    """What the console shows of a run (the last one by default): `input` and `logs` as JSON text, `output` and `memory` as text.

    `memory` is what was sent to models, byte for byte. Raises KeyError for a run that is not in the session.
    """
    turns = {turn.run_id: turn for turn in session.log.turns}
    turn = session.log.turns[-1] if run_id is None else turns[run_id]
    start: dict[str, Any] = turn.start.get(FLOW, {})
    message: dict[str, Any] = start.get("message") or {}
    trigger: dict[str, Any] = start.get("trigger") or {}
    shown: dict[str, Any] = {
        "user_message": text_of(message.get("content")),
        "chat_session_id": session.id,
        "user_message_type": "AI trigger" if trigger else "text",
        "trigger": trigger.get("name"),
        "ui_flow_context": start.get("context"),
    }
    given = {name: value for name, value in shown.items() if value is not None}
    memory = [data["text"] for kind, data in turn.trace if kind == "memory"]
    logs = [{"type": kind, "data": data} for kind, data in turn.trace if kind != "memory"]
    return {
        "input": json.dumps(given, ensure_ascii=False, indent=2),
        "output": "\n".join(turn.spoken),
        "memory": "\n\n".join(dict.fromkeys(memory)),
        "logs": json.dumps(logs, ensure_ascii=False, indent=2),
        "status": turn.status,
    }
