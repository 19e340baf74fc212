"""What a conversational flow is configured with.

Source: document 004, "ConversationalConfig", "ConversationConfig" and "RouterConfig"; the names and defaults are theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

ClassT = TypeVar("ClassT", bound=type[Any])

SYSTEM_PROMPT = (
    "You are a helpful assistant in an ongoing conversation. Keep the context of earlier turns, treat the message history as "
    "what was really said, and ask when the user's wish is not clear."
)
"""What `converse` tells its model when nothing else is given."""


@dataclass
class ConversationalConfig:
    """Defaults of a flow's turns: `conversational_config = ConversationalConfig(...)` in the class.

    With `default_intents` and `intent_llm` each message is classified before the graph runs. The `interactive_...` fields and
    `exit_commands` are for `kickoff(interactive=True)`.
    """

    default_intents: Sequence[str] | None = None
    intent_llm: Any = None
    interactive_prompt: str = "You: "
    interactive_timeout: float | None = None
    exit_commands: Sequence[str] = ("exit", "quit")
    defer_trace_finalization: bool = True
    trace_scope: Literal["turn", "session"] | None = None


@dataclass
class RouterConfig:
    """How a `ConversationalFlow` chooses a route.

    `routes` and their descriptions are found by themselves (see `ConversationalFlow`); `response_format` is a pydantic model with
    the field `intent_field`. `default_intent` is taken without a model, `fallback_intent` when it fails or names no route.
    """

    prompt: str | None = None
    response_format: Any = None
    llm: Any = None
    routes: Sequence[str] | None = None
    route_descriptions: Mapping[str, str] | None = None
    default_intent: str = "converse"
    fallback_intent: str | None = "converse"
    intent_field: str = "intent"


@dataclass
class ConversationConfig:
    """Class decorator that gives a `ConversationalFlow` its defaults.

    `system_prompt` is what `converse` begins with (None for a canned one, "" for none); `visible_agent_outputs` is "all" or the
    names of agents whose results people see. The `answer_from_history_...` fields are taken and lead to `converse`.
    Raises ValueError for a wrong `trace_scope`.
    """

    system_prompt: str | None = None
    llm: Any = None
    router: RouterConfig | None = None
    answer_from_history_prompt: str | None = None
    default_intents: Sequence[str] | None = None
    intent_llm: Any = None
    answer_from_history_llm: Any = None
    visible_agent_outputs: Literal["all"] | Sequence[str] | None = None
    defer_trace_finalization: bool = True
    trace_scope: Literal["turn", "session"] | None = None

    def __post_init__(self) -> None:
        if self.trace_scope not in (None, "turn", "session"):
            raise ValueError("trace_scope must be 'turn', 'session', or None")

    def __call__(self, cls: ClassT) -> ClassT:
        """Decorate a class."""
        cls.conversation_config = self
        cls.conversational = True
        return cls


@dataclass
class FlowConfig:
    """What holds for all flows of this process; `flow_config` is the one."""

    input_provider: Any = None
    hitl_provider: Any = None


flow_config = FlowConfig()
"""Defaults for all flows: `flow_config.input_provider = ...`."""
