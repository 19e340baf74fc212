"""The steps of a flow class and what each listens to: read once, checked once, shared by all runs."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from nbconvo.flow.conditions import Condition, condition
from nbconvo.flow.decorators import StepKind, StepMark, mark_of

FEEDBACK = "__nbconvo_feedback__"
"""Where `@human_feedback` leaves what it asks, on the method."""


class Feedback(Protocol):
    """What the graph has to know of a `@human_feedback`."""

    @property
    def emit(self) -> tuple[str, ...] | None:
        """The outcomes that become labels, None when the text is just handed on."""
        ...


class DeclaredStep:
    """Base of steps that are objects: assigned in the class body, they get the attribute's name.

    `listen` is what the step listens to; None makes it the start.
    """

    labels: tuple[str, ...] | None = None
    is_router = False

    def __init__(self, listen: Any = None) -> None:
        self.listen = listen
        self.step_name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.step_name = name

    async def run(self, flow: Any, argument: Any) -> Any:
        """Do the step's work in the current turn; `argument` is the result of what it listened to."""
        raise NotImplementedError

    def kind(self) -> StepKind:
        """As what kind of step the graph runs it."""
        if self.is_router:
            return "router"
        return "start" if self.listen is None else "listen"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `declared` is its object when it is no method; `labels` are those it can give, None when unknown."""

    name: str
    kind: StepKind
    condition: Condition | None
    labels: tuple[str, ...] | None
    takes_argument: bool
    is_async: bool
    doc: str
    feedback: Any = None
    declared: DeclaredStep | None = None

    @property
    def routes(self) -> bool:
        """True when its outcome is a label."""
        return self.kind == "router" or bool(self.feedback and self.feedback.emit)

    @property
    def begins(self) -> bool:
        """True when it begins a turn."""
        return self.condition is None

    def bound(self, flow: Any) -> Callable[..., Any]:
        """What to call."""
        if self.declared is not None:
            return functools.partial(self.declared.run, flow)
        return getattr(flow, self.name)


@dataclass(frozen=True, slots=True)
class Graph:
    """The steps of a flow by name, in the order they were defined."""

    flow: str
    steps: Mapping[str, Step]

    @property
    def starts(self) -> list[Step]:
        """The steps that begin a turn."""
        return [step for step in self.steps.values() if step.begins]

    @property
    def listened_labels(self) -> list[str]:
        """What steps listen to that is no step: the labels."""
        names = {name for step in self.steps.values() if step.condition for name in step.condition.names()}
        return sorted(names - self.steps.keys())

    def listeners(self, name: str) -> list[Step]:
        """The steps that listen to a step or label, in the order they were defined."""
        return [step for step in self.steps.values() if step.condition and name in step.condition.names()]

    def description(self, label: str) -> str:
        """The first line of the docstring of what listens to a label."""
        return next((step.doc for step in self.listeners(label) if step.doc), "")


def graph_of(cls: type[Any]) -> Graph:
    """The graph of a flow class; a method that overrides a step without a decorator stays that step."""
    steps = {step.name: step for step in _steps(cls)}
    return Graph(cls.__name__, steps)


def _steps(cls: type[Any]) -> Iterator[Step]:
    names = dict.fromkeys(name for base in reversed(cls.__mro__) for name in vars(base))
    for name in names:
        value = inspect.getattr_static(cls, name)
        if isinstance(value, DeclaredStep):
            yield _declared(name, value)
        elif inspect.isfunction(value) and (mark := _inherited_mark(cls, name)) is not None:
            yield _method(cls, name, value, mark)


def _declared(name: str, step: DeclaredStep) -> Step:
    when = None if step.listen is None else condition(step.listen)
    doc = inspect.cleandoc(type(step).__doc__ or "").partition("\n")[0]
    return Step(name, step.kind(), when, step.labels, True, True, doc, declared=step)


def _method(cls: type[Any], name: str, function: Any, mark: StepMark) -> Step:
    feedback = getattr(function, FEEDBACK, None)
    labels = mark.labels if feedback is None or feedback.emit is None else tuple(feedback.emit)
    doc = inspect.cleandoc(function.__doc__ or "").strip().partition("\n")[0]
    takes = _takes_argument(function)
    return Step(name, mark.kind, mark.condition, labels, takes, inspect.iscoroutinefunction(function), doc, feedback)


def _inherited_mark(cls: type[Any], name: str) -> StepMark | None:
    functions = (vars(base)[name] for base in cls.__mro__ if name in vars(base))
    return next((mark for function in functions if (mark := mark_of(function)) is not None), None)


def _takes_argument(function: Callable[..., Any]) -> bool:
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return any(one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD, one.VAR_POSITIONAL) for one in parameters)
