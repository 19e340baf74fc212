"""`@human_feedback`: a person looks at what a step returned and says what they think; their words may choose the way on.

It fails closed. An empty answer takes the declared default or is asked again, an answer that names no outcome is asked again,
and a model that fails ends the turn: no outcome is ever taken because it happens to be the first.

Source: document 004; flow specification, "Human in the loop".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from nbconvo.flow.graph import FEEDBACK

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class HumanFeedbackResult:
    """What a person said about `output`. `outcome` is the label it came to, None without `emit`."""

    output: Any
    feedback: str
    outcome: str | None = None
    timestamp: datetime = field(default_factory=lambda: datetime.now(UTC))
    method_name: str = ""
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class HumanFeedbackConfig:
    """What `@human_feedback` was given."""

    message: str
    emit: tuple[str, ...] | None = None
    llm: Any = None
    default_outcome: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    provider: Any = None


@dataclass(frozen=True, slots=True)
class PendingFeedbackContext:
    """A feedback that is waited for: which flow and method ask, for what output, and what may come of it."""

    flow_id: str
    flow_class: str
    method_name: str
    method_output: Any
    message: str
    emit: list[str] | None = None
    default_outcome: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    llm: Any = None


class HumanFeedbackPending(Exception):
    """A provider raises this to say that the answer comes later; `kickoff` then returns it, and `resume` brings the answer."""

    def __init__(
        self, context: PendingFeedbackContext, callback_info: dict[str, Any] | None = None, message: str | None = None
    ) -> None:
        where = f"flow '{context.flow_id}' at method '{context.method_name}'"
        super().__init__(message or f"Human feedback pending for {where}")
        self.context = context
        self.callback_info = callback_info or {}


def human_feedback(
    message: str,
    emit: Sequence[str] | None = None,
    llm: Any = None,
    default_outcome: str | None = None,
    metadata: dict[str, Any] | None = None,
    provider: Any = None,
    **learning: Any,
) -> Callable[[FunctionT], FunctionT]:
    """Ask a person about what the decorated step returned.

    Without `emit` the next step gets a `HumanFeedbackResult`. With it the words are brought to one of these labels, which others
    listen to: by themselves when they are a label, else by `llm`. `provider` asks somewhere else. `learn...` options of the
    original are accepted and do nothing. Raises ValueError with the original's texts.
    """
    if default_outcome is not None and emit is None:
        raise ValueError("default_outcome requires emit to be specified.")
    if emit is not None and default_outcome is not None and default_outcome not in emit:
        raise ValueError(f"default_outcome '{default_outcome}' must be one of the emit options: {list(emit)}")
    if unknown := [name for name in learning if not name.startswith("learn")]:
        raise TypeError(f"human_feedback() got an unexpected keyword argument {unknown[0]!r}")
    labels = None if emit is None else tuple(emit)
    config = HumanFeedbackConfig(message, labels, llm, default_outcome, dict(metadata or {}), provider)

    def decorate(function: FunctionT) -> FunctionT:
        setattr(function, FEEDBACK, config)
        return function

    return decorate
