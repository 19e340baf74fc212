"""`@start`, `@listen` and `@router`: which methods of a flow are steps, and when they run.

>>> @start()
... def begin(self): ...
>>> @listen(begin)
... def then(self, result): ...
>>> mark_of(then).condition.names()
['begin']

Source: document 004, "Quick start".
"""

from __future__ import annotations

import enum
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args, get_origin

from nbconvo.flow.conditions import Condition, condition

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])
StepKind = Literal["start", "listen", "router"]

_MARK = "__nbconvo_step__"


@dataclass(frozen=True, slots=True)
class StepMark:
    """What a decorator says of a method. `labels` are those a router can give, None when they are not known."""

    kind: StepKind
    condition: Condition | None
    labels: tuple[str, ...] | None = None


def start(condition: Any = None) -> Callable[[FunctionT], FunctionT]:
    """A step that begins a turn; with a condition it also runs when that comes true, and only then."""
    return _marker("start", condition)


def listen(condition: Any) -> Callable[[FunctionT], FunctionT]:
    """A step that runs after a step, on a label, or when `or_(...)` or `and_(...)` comes true.

    It is given the result of what it listens to when it takes a parameter.
    """
    return _marker("listen", condition)


def router(condition: Any = None, *, emit: Sequence[str] | None = None) -> Callable[[FunctionT], FunctionT]:
    """A step whose result is a label that others listen to. None stops there; an Enum member stands for its value.

    `emit` lists the labels it can give; so does a return annotation of `Literal` or an Enum.
    """
    return _marker("router", condition, emit)


def _marker(kind: StepKind, given: Any, emit: Sequence[str] | None = None) -> Callable[[FunctionT], FunctionT]:
    if kind == "start" and callable(given) and mark_of(given) is None:
        raise TypeError("Use @start() with parentheses.")

    def decorate(function: FunctionT) -> FunctionT:
        when = None if given is None else condition(given)
        labels = tuple(emit) if emit is not None else (_annotated(function) if kind == "router" else None)
        setattr(function, _MARK, StepMark(kind, when, labels))
        return function

    return decorate


def mark_of(function: Any) -> StepMark | None:
    """What the decorator left on a method, None when there was none."""
    return getattr(function, _MARK, None)


def _annotated(function: Callable[..., Any]) -> tuple[str, ...] | None:
    """The labels that a return annotation lists."""
    try:
        returns = typing.get_type_hints(function).get("return")
    except Exception:  # an annotation that cannot be resolved here says nothing
        return None
    members = [returns] if get_origin(returns) is Literal else [each for each in get_args(returns) if each is not type(None)]
    if isinstance(returns, type) and issubclass(returns, enum.Enum):
        return tuple(str(member.value) for member in returns)
    if members and all(get_origin(member) is Literal for member in members):
        return tuple(str(label) for member in members for label in get_args(member) if label is not None)
    return None
