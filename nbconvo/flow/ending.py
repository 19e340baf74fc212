"""What comes of a turn: its output, the reply that was not said yet, and the record that goes into the journal.

Source: flow specification, "Rules that settle the contradictions" (what a turn returns, reply from return value).
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from nbconvo.flow.executor import Executor
from nbconvo.flow.graph import Graph
from nbconvo.flow.log import FLOW
from nbconvo.flow.state import StateNotSerializable, check_json, dump_fields, get_field, is_dict
from nbconvo.flow.turn import Turn
from nbconvo.protocol.outputs import ChatAssistantWorkflowOutput
from nbconvo.protocol.patch import diff

LONGEST_OUTPUT = 500
"""Bytes of an output that is recorded; a longer one is what the state holds anyway, or a document that has its own place."""


def output_of(graph: Graph, run: Executor) -> Any:
    """The result of the last step that ran, in the order of definition; a None of a side effect does not take its place."""
    ran = [run.results[name] for name, step in graph.steps.items() if name in run.results and step.kind != "router"]
    return next((result for result in reversed(ran) if result is not None), None)


def promote_reply(graph: Graph, turn: Turn, run: Executor) -> None:
    """Say what a routed or a last step returned as text, when nobody has said anything in this turn."""
    if turn.answered or turn.start.get("message") is None:
        return
    given = turn.scope.get("$agent_results", [])
    ran = [
        name
        for name, step in graph.steps.items()
        if name in run.results and step.kind != "router" and not any(run.results[name] is one for one in given)
    ]
    for group in ([name for name in ran if name in run.routed], [name for name in ran if name not in run.followed]):
        for name in reversed(group):
            text = reply_text(run.results[name])
            if text and text not in run.labels and text != get_field(turn.state, "last_intent"):
                turn.say({"role": "assistant", "content": text})
                return


def reply_text(value: Any) -> str | None:
    """The text that a step's result is, None when it is something else."""
    if isinstance(value, ChatAssistantWorkflowOutput):
        return "".join(chunk.text for chunk in value.content if getattr(chunk, "type", "") == "text")  # type: ignore[union-attr]
    if isinstance(value, str):
        return value
    raw = getattr(value, "raw", None)
    return raw if isinstance(raw, str) else None


def record_of(turn: Turn, output: Any) -> dict[str, Any]:
    """The turn's record: everything the log needs to have it again, and nothing twice. Raises `StateNotSerializable`."""
    record: dict[str, Any] = turn.said()
    if patches := diff(turn.before or {}, dump_fields(turn.state)):
        record["state"] = patches
    if turn.inputs:
        record["inputs"] = turn.inputs
    if turn.summary is not None and turn.summary is not turn.log.summary:
        record["summary"] = {"text": turn.summary.text, "turns": turn.summary.turns}
    record["trace"] = [one for one in turn.trace if one[0] != "message"]
    short = _short(output)
    if short is not None:
        record["output"] = short
    return {key: value for key, value in record.items() if value or key in ("kept",)}


def result_of(record: dict[str, Any]) -> dict[str, Any]:
    """The result of the run as a chat workflow has it; the messages were shown as they were said."""
    return {"content": [], "structuredContent": {FLOW: record}, "isError": None}


def _short(output: Any) -> Any:
    if output is None:
        return None
    try:
        value = output.model_dump(mode="json") if isinstance(output, BaseModel) else output
        if is_dict(value) and "messages" in value:
            return None
        check_json(value, "output")
    except (StateNotSerializable, ValueError):
        return None
    return value if len(to_json(value)) <= LONGEST_OUTPUT else None
