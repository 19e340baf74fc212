"""Bodies of requests, checked as the service checks them: what does not fit is 422 with one entry per mistake.

Source: the official OpenAPI document (objects take no other keys, samplers have bounds) and document 001 for the names.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, field_validator, model_validator

from nbconvo.conversations.backend.wire import invalid_all
from nbconvo.conversations.jsons import Json

B = TypeVar("B", bound=BaseModel)

Content = str | list[Json]
Version = int | str | None


class Entry(BaseModel):
    """What every entry has. Ids and times of entries that are sent back are not taken over: they get new ones."""

    model_config = ConfigDict(extra="ignore")

    def to_json(self, kind: str) -> Json:
        """The entry as it is kept."""
        return {"object": "entry", "type": kind, **self.model_dump()}


class MessageInput(Entry):
    """A message of the user, or one of the assistant that is continued with `prefix`."""

    role: Literal["user", "assistant"]
    content: Content
    prefix: bool = False


class MessageOutput(Entry):
    """A message of the model, sent back."""

    role: Literal["assistant"] = "assistant"
    content: Content
    agent_id: str | None = None
    model: str | None = None


class FunctionCall(Entry):
    """A call, sent back."""

    tool_call_id: str
    name: str
    arguments: str | Json
    confirmation_status: Literal["pending", "allowed", "denied"] | None = None

    @field_validator("arguments")
    @classmethod
    def _as_text(cls, value: str | Json) -> str:
        return value if isinstance(value, str) else json.dumps(value)


class FunctionResult(Entry):
    """What a function returned."""

    tool_call_id: str
    result: str


class ToolExecution(Entry):
    """A built-in tool's execution, sent back."""

    name: str
    arguments: str
    info: Json = Field(default_factory=dict)


class AgentHandoff(Entry):
    """A handoff, sent back."""

    previous_agent_id: str
    previous_agent_name: str
    next_agent_id: str
    next_agent_name: str


def _kind(value: Any) -> str:
    """An entry's type; without one, what its keys say."""
    if not isinstance(value, dict):
        return ""
    if kind := value.get("type"):  # type: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return str(kind)  # type: ignore[reportUnknownArgumentType]
    return "function.result" if "result" in value else "function.call" if "arguments" in value else "message.input"


InputEntry = Annotated[
    Annotated[MessageInput, Tag("message.input")]
    | Annotated[MessageOutput, Tag("message.output")]
    | Annotated[FunctionCall, Tag("function.call")]
    | Annotated[FunctionResult, Tag("function.result")]
    | Annotated[ToolExecution, Tag("tool.execution")]
    | Annotated[AgentHandoff, Tag("agent.handoff")],
    Discriminator(_kind),
]
_KINDS = {
    MessageInput: "message.input",
    MessageOutput: "message.output",
    FunctionCall: "function.call",
    FunctionResult: "function.result",
    ToolExecution: "tool.execution",
    AgentHandoff: "agent.handoff",
}


class Strict(BaseModel):
    """No other keys than these."""

    model_config = ConfigDict(extra="forbid")


class CompletionArgs(Strict):
    """The sampler options that conversations take."""

    stop: str | list[str] | None = None
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    temperature: float | None = Field(default=None, ge=0, le=1)
    top_p: float | None = Field(default=None, ge=0, le=1)
    max_tokens: int | None = Field(default=None, ge=0)
    random_seed: int | None = Field(default=None, ge=0)
    prediction: Json | None = None
    response_format: Json | None = None
    tool_choice: Literal["auto", "none", "any", "required"] = "auto"
    reasoning_effort: str | None = None


class Function(BaseModel):
    """A function that the caller runs."""

    name: str = Field(pattern=r"^[A-Za-z0-9_.-]+$", max_length=256)
    parameters: Json
    description: str | None = None
    strict: bool | None = None


class Tool(BaseModel):
    """A tool of any kind; what only its kind knows is kept as it came."""

    model_config = ConfigDict(extra="allow")

    type: Literal[
        "function", "web_search", "web_search_premium", "code_interpreter", "image_generation", "document_library", "connector"
    ]
    function: Function | None = None
    connector_id: str | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Tool:
        if self.type == "function" and self.function is None:
            raise ValueError("a function tool needs its function")
        if self.type == "connector" and self.connector_id is None:
            raise ValueError("a connector tool needs its connector_id")
        return self


def _no_two_searches(tools: list[Tool] | None) -> list[Tool] | None:
    kinds = {tool.type for tool in tools or ()}
    if {"web_search", "web_search_premium"} <= kinds:
        raise ValueError("web_search and web_search_premium cannot be used together")
    return tools


Name = Annotated[str, Field(min_length=1)]


class Configured(Strict):
    """What agents and model conversations are configured with."""

    instructions: str | None = None
    tools: list[Tool] | None = None
    completion_args: CompletionArgs | None = None
    guardrails: list[Json] | None = None
    description: str | None = None
    metadata: Json | None = None

    _searches = field_validator("tools")(_no_two_searches)


class Turned(Strict):
    """What every request that runs a model has."""

    inputs: str | list[InputEntry] | None = None
    stream: bool = False
    store: bool | None = True
    handoff_execution: Literal["server", "client"] | None = None
    completion_args: CompletionArgs | None = None

    def entries(self) -> list[Json]:
        """The inputs as entries; a string is one message of the user."""
        if isinstance(self.inputs, str):
            return [MessageInput(role="user", content=self.inputs).to_json("message.input")] if self.inputs else []
        return [entry.to_json(_KINDS[type(entry)]) for entry in self.inputs or ()]


class Start(Turned, Configured):
    """POST /v1/conversations."""

    name: str | None = None
    agent_id: str | None = None
    agent_version: Version = None
    model: str | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Start:
        if (self.model is None) == (self.agent_id is None):
            raise ValueError("exactly one of model and agent_id is required")
        if self.model is not None and self.handoff_execution is not None:
            raise ValueError("handoff_execution needs an agent")
        if self.agent_id is not None and (self.instructions is not None or self.tools):
            raise ValueError("instructions and tools belong to the agent; update it, or start with a model")
        if not self.inputs:
            raise ValueError("inputs is required")
        return self


class ToolConfirmation(Strict):
    """A person's decision about one call."""

    tool_call_id: str
    confirmation: Literal["allow", "deny"]


class Append(Turned):
    """POST /v1/conversations/{id}."""

    tool_confirmations: list[ToolConfirmation] | None = None


class Restart(Turned):
    """POST /v1/conversations/{id}/restart."""

    from_entry_id: str
    guardrails: list[Json] | None = None
    metadata: Json | None = None
    agent_version: Version = None


class CreateAgent(Configured):
    """POST /v1/agents."""

    model: Name
    name: Name
    handoffs: list[str] | None = Field(default=None, min_length=1)
    version_message: str | None = Field(default=None, max_length=500)


class UpdateAgent(Configured):
    """PATCH /v1/agents/{id}: what is given changes."""

    model: Name | None = None
    name: Name | None = None
    handoffs: list[str] | None = Field(default=None, min_length=1)
    version_message: str | None = Field(default=None, max_length=500)
    deployment_chat: bool | None = None


class ChatMessage(BaseModel):
    """A chat message."""

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "user", "assistant", "tool"]
    content: Content | None = None


class ChatCompletion(BaseModel):
    """POST /v1/chat/completions. What only a real model understands is passed on to it."""

    model_config = ConfigDict(extra="allow")

    model: Name
    messages: list[ChatMessage] = Field(min_length=1)
    stream: bool = False
    tools: list[Json] | None = None
    temperature: float | None = Field(default=None, ge=0, le=1.5)


def parse(kind: type[B], value: Any) -> B:
    """The body as `kind`. Raises `Problem` 422."""
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        detail = error.errors(include_url=False, include_context=False)
        raise invalid_all(
            [{**each, "loc": ["body", *each["loc"]]} for each in json.loads(json.dumps(detail, default=str))]
        ) from None
