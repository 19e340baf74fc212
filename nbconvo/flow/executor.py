"""Runs a graph, inside the deterministic loop of its execution: which step is next is decided here, its work is done outside.

What a step triggers: routers first, one after the other (each gives a label that triggers more), then the listeners side by side.

Source: flow specification, "Graph".
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from enum import Enum
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model

from nbconvo.engine.context import Runtime
from nbconvo.flow.conditions import Or, Watch
from nbconvo.flow.errors import RouteNotFoundError
from nbconvo.flow.feedback import HumanFeedbackConfig, HumanFeedbackPending, HumanFeedbackResult, PendingFeedbackContext
from nbconvo.flow.graph import Graph, Step
from nbconvo.flow.intents import classify
from nbconvo.flow.interpolate import to_text
from nbconvo.flow.labels import whole_label
from nbconvo.flow.steps import recorded, run_step, run_work
from nbconvo.flow.threads import call_provider
from nbconvo.flow.turn import Turn

LONGEST_SHOWN = 4000
"""Characters of an output that are shown to who gives feedback on it."""


def feedback_input(message: str, output: Any) -> type[BaseModel]:
    """The ask for feedback: a text, about what the description shows."""
    about = f"{message}\n\n{to_text(output)[:LONGEST_SHOWN]}".strip()
    config = ConfigDict(title="Feedback", json_schema_extra={"description": about})
    return create_model("Feedback", __config__=config, feedback=(str, ""))


class Executor:
    """One run of a graph for one turn. Afterwards `results` has what each step returned last, `routed` who ran on a label."""

    def __init__(self, graph: Graph, turn: Turn, runtime: Runtime) -> None:
        self._graph = graph
        self._turn = turn
        self._runtime = runtime
        self._watches: dict[str, list[tuple[Step, Watch]]] = {}
        for step in graph.steps.values():
            if step.condition is not None:
                watch = step.condition.watch()
                for name in step.condition.names():
                    self._watches.setdefault(name, []).append((step, watch))
        self._calls: Counter[str] = Counter()
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        self._most = getattr(turn.flow, "max_method_calls", 100)
        self.results: dict[str, Any] = {}
        self.routed: set[str] = set()
        self.followed: set[str] = set()
        self.labels: list[str] = []

    async def run(self) -> None:
        """From the starts to where nothing is triggered any more. Raises what a step raises."""
        await self._all(self._graph.starts, None, frozenset())

    async def _all(self, steps: Iterable[Step], argument: Any, before: frozenset[str]) -> None:
        several = list(steps)
        if len(several) == 1:
            await self._step(several[0], argument, before)
        elif several:
            tasks = [asyncio.create_task(self._step(step, argument, before), name=step.name) for step in several]
            self._tasks |= {task.get_name(): task for task in tasks}
            await _together(tasks)

    async def _step(self, step: Step, argument: Any, before: frozenset[str]) -> None:
        """Run a step and what it brings to run; `before` are the steps that led to it."""
        self._count(step)
        before |= {step.name}
        if not self._turn.rehearsing:
            self._turn.trace.append(("step", step.name))  # to who follows, the activity says so
        result = await run_step(self._runtime, self._turn, step, argument)
        label = _label(result) if step.kind == "router" else None
        if step.feedback is not None:
            result = await self._feedback(step, step.feedback, result)
            label = result.outcome or label
        self.results[step.name] = result
        if step.declared is None:
            self._turn.scope[step.name] = result
        else:  # it may have left more there itself
            self._turn.scope.setdefault(getattr(step.declared, "response_key", None) or step.name, result)
        await self._trigger(step.name, result, before)
        if label is not None:
            await self._route(step, label, result if step.feedback is not None else argument, before)

    def _count(self, step: Step) -> None:
        self._calls[step.name] += 1
        if self._calls[step.name] > self._most:
            raise RecursionError(
                f"Method '{step.name}' has been called {self._most} times in this turn, which usually is an endless loop. "
                "Let its router stop (return None), or raise max_method_calls on the flow."
            )

    async def _trigger(self, name: str, result: Any, before: frozenset[str]) -> None:
        """Run what `name` brings to run."""
        listening = self._watches.get(name, ())
        for step, watch in listening:
            if step.name in before:
                watch.begin_again()
        hit = [step for step, watch in listening if watch.happened(name)]
        if hit:
            self.followed.add(name)
            self._stop_losers(hit, name)
        for step in hit:
            if step.kind == "router":
                await self._step(step, result, before)
        await self._all((step for step in hit if step.kind != "router"), result, before)

    def _stop_losers(self, hit: list[Step], name: str) -> None:
        for step in hit:
            if isinstance(step.condition, Or) and step.condition.race:
                for other in set(step.condition.names()) - {name}:
                    if (task := self._tasks.get(other)) is not None:
                        task.cancel()

    async def _route(self, step: Step, label: str, argument: Any, before: frozenset[str]) -> None:
        known = self._graph.listened_labels
        listening = self._graph.listeners(label)
        if not listening and (fallback := getattr(self._turn.flow, "fallback_route", None)) is not None:
            self._turn.note("route", {"label": fallback, "router": step.name, "error": f"nothing listens to {label!r}"})
            label = fallback
            listening = self._graph.listeners(label)
        else:
            self._turn.note("route", {"label": label, "router": step.name})
        if not listening and step.feedback is None:
            raise RouteNotFoundError(step.name, label, known)
        self.labels.append(label)
        self.routed |= {one.name for one in listening}
        await self._trigger(label, argument, before)

    # Human feedback

    async def _feedback(self, step: Step, config: HumanFeedbackConfig, output: Any) -> HumanFeedbackResult:
        turn = self._turn
        while True:
            said = await self._asked(step, config, output)
            outcome = await self._outcome(config, said)
            if config.emit is None or outcome is not None:
                break
            turn.note("feedback.unclear", {"method": step.name, "feedback": said})
        result = HumanFeedbackResult(output, said, outcome, self._runtime.now(), step.name, config.metadata)
        turn.scope.setdefault("$feedback", []).append(result)
        return result

    async def _asked(self, step: Step, config: HumanFeedbackConfig, output: Any) -> str:
        provider = config.provider or self._turn.options.get("feedback_provider")
        if provider is not None:
            context = PendingFeedbackContext(
                self._turn.session_id, type(self._turn.flow).__name__, step.name, output, config.message,
                list(config.emit) if config.emit else None, config.default_outcome, config.metadata, config.llm,
            )  # fmt: skip
            answer = await run_work(self._runtime, self._turn, "feedback", lambda: self._provided(provider, context))
            if answer is not None:
                return answer
        shown = {"method": step.name, "message": config.message, "output": recorded(output), "emit": config.emit}
        self._turn.note("feedback", shown)
        answer: Any = await self._runtime.wait_for_input(feedback_input(config.message, output), config.message, None)
        return answer.feedback.strip()

    async def _provided(self, provider: Any, context: PendingFeedbackContext) -> str | None:
        """The provider's answer; None when it comes later."""
        try:
            return await call_provider(lambda: provider.request_feedback(context, self._turn.flow), provider.request_feedback)
        except HumanFeedbackPending as pending:
            self._turn.options["pending"] = pending
            return None

    async def _outcome(self, config: HumanFeedbackConfig, said: str) -> str | None:
        """The label that the words come to; None when they come to none."""
        if config.emit is None:
            return None
        if not said:
            return config.default_outcome
        if (label := whole_label(said, config.emit)) is not None:
            return label
        if config.llm is None:
            return config.default_outcome
        emit, llm = config.emit, config.llm
        return await run_work(self._runtime, self._turn, "classify", lambda: classify(said, emit, llm))


async def _together(tasks: list[asyncio.Task[Any]]) -> None:
    """Until all are through. The first that fails ends the others, and its error is raised; one that lost a race just ends."""
    try:
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        failed = [task for task in tasks if task in done and not task.cancelled() and task.exception() is not None]
        while pending and not failed:
            more, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)
            failed = [task for task in tasks if task in more and not task.cancelled() and task.exception() is not None]
        if failed:
            raise failed[0].exception() or RuntimeError
    finally:
        for task in tasks:
            task.cancel()


def _label(result: Any) -> str | None:
    """The label that a router's result means."""
    if isinstance(result, Enum):
        result = result.value
    return None if result is None else str(result)
