"""The states of conversations: `ChatState` and `ConversationState`, and how a state becomes JSON and comes back.

>>> ChatState(id="s1").messages
[]

Source: document 004, "ChatState (recommended persisted shape)"; flow specification, "State, messages, config".
"""

from __future__ import annotations

import copy
from typing import Any, Literal, TypeGuard, cast, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticSerializationError
from typing_extensions import TypedDict

from nbconvo.flow.errors import StateMismatch, StateNotSerializable
from nbconvo.protocol.clock import random_id

MESSAGES = "messages"


class ChatState(BaseModel):
    """What a chat keeps between turns. Subclass it for more fields; everything in it must be JSON."""

    id: str = Field(default_factory=random_id)
    messages: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    last_user_message: str | None = None
    last_intent: str | None = None
    session_ready: bool = False


class FlowState(BaseModel):
    """Base of states that are no chat: an `id`, and whatever a subclass adds."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(default_factory=random_id)


class ConversationMessage(BaseModel):
    """A message of a `ConversationalFlow`; it does not change once it is said."""

    model_config = ConfigDict(frozen=True)

    role: str
    content: str | list[dict[str, Any]] | None = None
    name: str | None = None
    tool_call_id: str | None = None
    tool_calls: list[dict[str, Any]] | None = None
    files: Any = None
    metadata: dict[str, Any] = Field(default_factory=dict[str, Any])


class ConversationEvent(BaseModel):
    """Something that happened in a turn and is no message: what an agent found, a note."""

    type: str
    payload: dict[str, Any] = Field(default_factory=dict[str, Any])
    agent_name: str | None = None
    visibility: Literal["public", "private"] = "private"


class AgentMessage(BaseModel):
    """One entry of an agent's own thread."""

    role: str = "assistant"
    content: Any = None
    metadata: dict[str, Any] = Field(default_factory=dict[str, Any])


class ConversationState(BaseModel):
    """The state of a `ConversationalFlow`. `last_intent` is kept from one turn to the next, for the router to look at."""

    id: str = Field(default_factory=random_id)
    messages: list[ConversationMessage] = Field(default_factory=list[ConversationMessage])
    last_user_message: str | None = None
    last_intent: str | None = None
    session_ready: bool = False
    current_user_message: str | None = None
    ended: bool = False
    events: list[ConversationEvent] = Field(default_factory=list[ConversationEvent])
    agent_threads: dict[str, list[AgentMessage]] = Field(default_factory=dict[str, list[AgentMessage]])


class ConversationalInputs(TypedDict, total=False):
    """The keys of `kickoff(inputs={...})` that mean a conversation."""

    id: str
    user_message: str | dict[str, Any]
    last_intent: str


class Said(dict[str, Any]):
    """A message of an earlier turn. It cannot be changed in place: what was recorded would differ from what is shown."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("A message that was said stays as it was. Append another, or replace the list: state.messages = [...]")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = _refuse
    setdefault = update = _refuse  # type: ignore[assignment]

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return copy.deepcopy(dict(self), memo)

    def __reduce__(self) -> Any:
        return (dict, (dict(self),))


def is_dict(value: Any) -> TypeGuard[dict[str, Any]]:
    """True for a dict: a state that is no model, or JSON."""
    return isinstance(value, dict)


def as_model(value: Any) -> type[BaseModel] | None:
    """A pydantic class as such, None for anything else."""
    return value if isinstance(value, type) and issubclass(value, BaseModel) else None


def get_field(state: Any, name: str, default: Any = None) -> Any:
    """A field of a state, be it a dict or a model."""
    return state.get(name, default) if is_dict(state) else getattr(state, name, default)


def has_field(state: Any, name: str) -> bool:
    """True when the state has such a field; a dict and a model that takes extra fields have any."""
    if is_dict(state):
        return True
    kind = cast("Any", type(state))
    return name in kind.model_fields or kind.model_config.get("extra") == "allow"


def set_field(state: Any, name: str, value: Any) -> bool:
    """Set a field where the state has one; False when it has not. Raises pydantic's ValidationError for a wrong value."""
    if is_dict(state):
        state[name] = value
        return True
    if not has_field(state, name):
        return False
    kind = cast("Any", type(state))
    if name in kind.model_fields:
        kind.__pydantic_validator__.validate_assignment(state, name, value)
    else:
        setattr(state, name, value)
    return True


def dump_fields(state: Any) -> dict[str, Any]:
    """Everything but the messages as JSON. Raises `StateNotSerializable` naming the field."""
    if is_dict(state):
        fields: dict[str, Any] = {key: value for key, value in state.items() if key != MESSAGES}
        check_json(fields, "state")
        return copy.deepcopy(fields)
    try:
        return state.model_dump(mode="json", exclude={MESSAGES})
    except PydanticSerializationError as error:
        raise _culprit(state, error) from error


def _culprit(state: BaseModel, error: Exception) -> StateNotSerializable:
    for name in [*type(state).model_fields, *(state.model_extra or {})]:
        try:
            state.model_dump(mode="json", include={name})
        except PydanticSerializationError as cause:
            return StateNotSerializable(f"state.{name}", f"is not JSON ({cause})")
    return StateNotSerializable("state", f"is not JSON ({error})")


def check_json(value: Any, path: str) -> None:
    """A dict has no types to read it back by, so it may hold nothing but JSON. Raises `StateNotSerializable`."""
    match value:
        case None | str() | bool() | int() | float():
            return
        case dict():
            for key, item in value.items():  # pyright: ignore[reportUnknownVariableType]
                if not isinstance(key, str):
                    raise StateNotSerializable(f"{path}[{key!r}]", "has a key that is no text")
                check_json(item, f"{path}[{key!r}]")
        case list():
            for index, item in enumerate(value):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
                check_json(item, f"{path}[{index}]")
        case _:
            text = f"is a {type(value).__name__}, which would come back as something else; give the flow a pydantic state for it"
            raise StateNotSerializable(path, text)


def message_model(kind: Any) -> type[BaseModel] | None:
    """The class of a state's messages, None when they are dicts."""
    fields = getattr(kind, "model_fields", {})
    arguments = get_args(fields[MESSAGES].annotation) if MESSAGES in fields else ()
    return as_model(arguments[0]) if arguments else None


def as_said(message: Any) -> Said:
    """A message as it is recorded. Raises `StateNotSerializable` for one that is no JSON."""
    if isinstance(message, Said):
        return message
    if isinstance(message, BaseModel):
        return Said(message.model_dump(mode="json", exclude_none=True, exclude_defaults=True))
    check_json(message, "a message")
    return Said(copy.deepcopy(dict(message)))


def load_state(kind: Any, fields: dict[str, Any]) -> Any:
    """A state of class `kind` (dict for a plain one) from its recorded fields. Raises `StateMismatch`."""
    if kind is dict:
        return copy.deepcopy(fields)
    try:
        return kind.model_validate(copy.deepcopy(fields))
    except ValidationError as error:
        where = "; ".join(f"{'.'.join(map(str, row['loc']))}: {row['msg']}" for row in error.errors(include_url=False))
        fix = "Give new fields a default, or start another session."
        text = f"The recorded state does not fit {kind.__name__} any more ({where}). {fix}"
        raise StateMismatch(text) from error
