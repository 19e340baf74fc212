"""A flow's turn as a workflow of the engine: one definition for each flow class, one run for each turn.

The definition's entrypoint runs in the deterministic loop: it puts the message into the state, lets the graph run, says the reply
that nobody said, and returns the record of the turn. The engine writes that down as the result of the run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nbconvo.conversations.memory import text_of
from nbconvo.engine.context import current
from nbconvo.flow.asking import ASK, FAIL
from nbconvo.flow.ending import output_of, promote_reply, record_of, result_of
from nbconvo.flow.errors import HumanFeedbackCollapseError, NoChatReplyError
from nbconvo.flow.executor import Executor
from nbconvo.flow.graph import Graph
from nbconvo.flow.intents import classify
from nbconvo.flow.state import has_field, is_dict, set_field
from nbconvo.flow.steps import run_work
from nbconvo.flow.turn import Turn, current_turn
from nbconvo.protocol.definition import DEFINITION_ATTRIBUTE, HandlerDefinition, WorkflowDefinition


class _Anything:
    """The shape of what is JSON already. Implements `definition.Shape`."""

    takes_input = True
    parameters = ("start",)

    def input_schema(self) -> dict[str, Any]:
        """Any object."""
        return {"type": "object"}

    def output_schema(self) -> dict[str, Any] | None:
        """Any object."""
        return {"type": "object"}

    def decode(self, value: Any) -> list[Any]:
        """The value is the one argument."""
        return [value]

    def decode_positional(self, values: list[Any]) -> list[Any]:
        """The values are the arguments."""
        return values

    def encode(self, value: Any) -> Any:
        """It is JSON already."""
        return value

    def decode_result(self, value: Any) -> Any:
        """It stays JSON."""
        return value


class FlowRun:
    """The instance of a run. It takes its turn from the context in which the run was started."""

    def __init__(self) -> None:
        turn = current_turn.get()
        assert turn is not None, "a flow is started by its session"
        self._turn = turn

    async def run(self, start: dict[str, Any]) -> dict[str, Any]:
        """The entrypoint: one turn, from the message to the record."""
        turn, runtime = self._turn, current("a flow")
        current_turn.set(turn)
        take_message(turn)
        await self._classify(turn)
        graph: Graph = turn.flow.__nbconvo_graph__
        run = Executor(graph, turn, runtime)
        await run.run()
        output = output_of(graph, run)
        turn.options["output"] = output
        promote_reply(graph, turn, run)
        if getattr(turn.flow, "kind", None) == "chat" and not turn.answered:
            turn.note("error", str(NoChatReplyError(type(turn.flow).__name__)))
        finish = getattr(turn.flow, "_turn_finished", None)
        if finish is not None:
            finish(turn)
        return result_of(record_of(turn, output))

    async def ask(self, request: dict[str, Any]) -> None:
        """The signal of a step that asks."""
        await self._turn.asks.open(request)

    def fail(self, _: Any) -> None:
        """The signal of who waits for the turn and cannot bring an answer."""
        raise self._turn.options["error"]

    async def _classify(self, turn: Turn) -> None:
        intents, llm = turn.start.get("intents"), turn.options.get("intent_llm")
        if not intents or turn.start.get("message") is None:
            return
        text = text_of(turn.start["message"]["content"])
        context = turn.conversation
        try:
            label = await run_work(current("a flow"), turn, "intent", lambda: classify(text, intents, llm, context=context))
        except HumanFeedbackCollapseError as error:
            turn.note("route", {"label": None, "router": "intents", "error": str(error)})
            return
        turn.note("intent", label)
        if not turn.rehearsing:
            set_field(turn.state, "last_intent", label)


def take_message(turn: Turn) -> None:
    """Put the turn's message and inputs into its state."""
    message = turn.start.get("message")
    if turn.rehearsing:  # what was done before the wait is in the checkpoint
        if message is not None:
            turn.note("message", message)
        return
    inputs: dict[str, Any] = turn.start.get("inputs") or {}
    for name, value in inputs.items():
        set_field(turn.state, name, value)
    if message is None:
        return
    text = text_of(message["content"])
    turn.say(message)
    if not is_dict(turn.state):
        set_field(turn.state, "last_user_message", text)
        set_field(turn.state, "current_user_message", text)
    else:
        turn.state["last_user_message"] = text
    if not getattr(turn.flow, "keeps_last_intent", False) and has_field(turn.state, "last_intent"):
        set_field(turn.state, "last_intent", None)


def definition_for(cls: type[Any]) -> WorkflowDefinition:
    """The definition of a flow class, as the engine wants it."""
    shape = _Anything()
    handlers = {("signal", name): HandlerDefinition("signal", name, None, function, shape) for name, function in _handlers()}
    title = getattr(cls, "name", None)
    return WorkflowDefinition(
        cls.__name__,
        title if isinstance(title, str) else None,
        cls.__doc__,
        FlowRun,
        FlowRun.run,
        shape,
        None,
        {},
        handlers,  # type: ignore[arg-type]
    )


def _handlers() -> list[tuple[str, Callable[..., Any]]]:
    return [(ASK, FlowRun.ask), (FAIL, FlowRun.fail)]


def workflow_class(cls: type[Any]) -> type[Any]:
    """A class that carries the definition; the flow class itself is none that a person would start as a workflow."""
    return type(cls.__name__, (), {DEFINITION_ATTRIBUTE: definition_for(cls)})
