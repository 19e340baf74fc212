"""`Flow`: a class whose methods are the steps of a turn, run for any number of sessions at once.

>>> class Greeting(Flow[ChatState]):
...     @start()
...     def hello(self):
...         return f"Hello, {self.state.last_user_message}!"
>>> flow = Greeting()
>>> flow.kickoff(user_message="Ada", session_id="s1")
'Hello, Ada!'
>>> [message["role"] for message in flow.state.messages]
['user', 'assistant']

Source: document 004; flow specification, "CrewAI, feature by feature".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from nbconvo.conversations.memory import MemoryPolicy
from nbconvo.flow.chat_checks import check_chat
from nbconvo.flow.checks import check
from nbconvo.flow.conditions import and_, or_
from nbconvo.flow.config import ConversationalConfig, flow_config
from nbconvo.flow.decorators import listen, router, start
from nbconvo.flow.errors import FlowDefinitionError, SessionNotFound
from nbconvo.flow.execution import workflow_class
from nbconvo.flow.feedback import HumanFeedbackPending
from nbconvo.flow.graph import Graph, graph_of
from nbconvo.flow.kickoff import FlowStream, Kickoff
from nbconvo.flow.persistence import persist, persistence_of, store_for
from nbconvo.flow.resuming import Resuming
from nbconvo.flow.run import Run
from nbconvo.flow.session import Session
from nbconvo.flow.state import ChatState, FlowState, get_field, is_dict, set_field
from nbconvo.flow.step_tools import StepTools
from nbconvo.flow.store import Store
from nbconvo.protocol.clock import random_id

StateT = TypeVar("StateT")

_SESSIONS = 64
"""Sessions that a flow object keeps at hand; one that is older is read from the store again."""


class FlowMeta(type):
    """Makes the kind of a flow permanent."""

    def __setattr__(cls, name: str, value: Any) -> None:
        if name == "kind":
            raise FlowDefinitionError("The workflow type cannot be changed after creation. Make another flow class.")
        super().__setattr__(name, value)


class Flow(Kickoff, StepTools, Resuming, Generic[StateT], metaclass=FlowMeta):
    """Base of flows. `Flow[MyState]` has a typed state (a pydantic model with an `id`), `Flow` a dict.

    Class attributes that a flow may set: `conversational_config`, `initial_state`, `input_provider`, `stream`,
    `suppress_flow_events` (there are no console panels, so it changes nothing), `max_method_calls` (100, in one turn),
    `fallback_route` (a label for routes that nothing listens to), `triggers`, `memory` (a `MemoryPolicy`), `summary_llm` (who
    makes its summaries), and `kind`: "chat" or "output", for good.

    The object holds no turn: `state`, `conversation_messages` and the like are those of the turn whose step asks, and outside of
    steps those of the session that was used last.
    """

    conversational_config: ConversationalConfig | None = None
    initial_state: Any = None
    input_provider: Any = None
    stream: bool = False
    suppress_flow_events: bool = False
    max_method_calls: int = 100
    fallback_route: str | None = None
    triggers: Sequence[Any] = ()
    kind: str | None = None
    name: str | None = None
    keeps_last_intent = False
    conversational = False
    summary_llm: Any = None
    memory: MemoryPolicy | None = None

    __nbconvo_graph__: Graph
    __nbconvo_workflow_class__: type[Any]
    _state_class: Any = None

    def __init_subclass__(cls, kind: str | None = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        _fix_kind(cls, kind)
        for base in getattr(cls, "__orig_bases__", ()):
            arguments = get_args(base)
            if arguments and isinstance(get_origin(base), FlowMeta) and not isinstance(arguments[0], TypeVar):
                cls._state_class = arguments[0]
        graph = graph_of(cls)
        check(graph)
        check_chat(cls.kind, graph)
        cls.__nbconvo_graph__ = graph
        cls.__nbconvo_workflow_class__ = workflow_class(cls)

    def __init__(
        self,
        persistence: Any = None,
        *,
        tracing: bool | None = None,
        suppress_flow_events: bool | None = None,
        max_method_calls: int | None = None,
        **inputs: Any,
    ) -> None:
        self._persistence = persistence if persistence is not None else persistence_of(type(self))
        self._store: Store | None = None
        self._first_inputs = inputs
        self._current = str(inputs["id"]) if "id" in inputs else random_id()
        self._sessions: dict[str, Session] = {}
        self._last_run: Run | None = None
        self._trace: str | None = None
        self._deferred: bool | None = None
        if suppress_flow_events is not None:
            self.suppress_flow_events = suppress_flow_events
        if max_method_calls is not None:
            self.max_method_calls = max_method_calls
        if not hasattr(type(self), "__nbconvo_graph__"):
            raise FlowDefinitionError("Flow has no steps itself: make a subclass with methods that @start() and @listen mark.")
        self._first_state(self._current)  # tells a wrong state class now

    # State

    @property
    def state(self) -> StateT:
        """The state of the turn whose step asks, else of the session that was used last."""
        turn = self._turn_now()
        return turn.state if turn is not None else self.session().state

    @property
    def flow_id(self) -> str:
        """The id of that session."""
        turn = self._turn_now()
        return turn.session_id if turn is not None else self._current

    @property
    def persistence(self) -> Any:
        """What `@persist` or the constructor gave, None for a flow that is kept in memory."""
        return self._persistence

    @property
    def store(self) -> Store:
        """Where the sessions of this flow are."""
        if self._store is None:
            self._store = store_for(self._persistence)
        return self._store

    def session(self, session_id: str | None = None, *, fork_of: str | None = None) -> Session:
        """A session of this flow, by default the one that was used last. With `fork_of` it begins as a copy of that one.

        Raises `SessionNotFound` when there is nothing to copy.
        """
        session_id = session_id or self.flow_id
        if fork_of is not None:
            origin = Session(self, fork_of, self.store, self.memory)
            session = self._sessions[session_id] = origin.fork(id=session_id)
        elif (session := self._sessions.pop(session_id, None)) is None:  # type: ignore[arg-type]
            session = Session(self, session_id, self.store, self.memory)
        self._sessions[session_id] = session
        if len(self._sessions) > _SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        return session

    def _state_kind(self) -> Any:
        initial = self.initial_state
        if isinstance(initial, type) and issubclass(initial, BaseModel):
            return initial
        if isinstance(initial, BaseModel):
            return type(initial)
        kind = self._state_class
        return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else dict

    def _first_state(self, session_id: str) -> Any:
        """The state of a session that has had no turn. Raises ValueError for a state without `id`, or inputs that do not fit."""
        kind, initial = self._state_kind(), self.initial_state
        inputs = {name: value for name, value in self._first_inputs.items() if name != "id"}
        if kind is dict:
            base = initial if is_dict(initial) else {}
            return {**base, **inputs, "id": session_id}
        if "id" not in kind.model_fields:
            raise ValueError("Flow state model must have an 'id' field")
        base = initial.model_dump() if isinstance(initial, BaseModel) else {}
        try:
            return kind.model_validate({**base, **inputs, "id": session_id})
        except ValidationError as error:
            raise ValueError(f"Invalid inputs for structured state: {error}") from error

    def _check_inputs(self, given: dict[str, Any]) -> None:
        fields = {name: value for name, value in given.items() if name not in ("id", "user_message")}
        kind = self._state_kind()
        if not fields or kind is dict:
            return
        unknown = [name for name in fields if name not in kind.model_fields and kind.model_config.get("extra") != "allow"]
        if unknown:
            raise ValueError(f"Invalid inputs for structured state: {kind.__name__} has no field {unknown[0]!r}")
        try:
            for name, value in fields.items():
                set_field(kind.model_construct(), name, value)
        except ValidationError as error:
            raise ValueError(f"Invalid inputs for structured state: {error}") from error

    def _choose(self, session_id: str | None, fork_of: str | None) -> str:
        if fork_of is not None:
            if not self.store.has(fork_of):
                raise SessionNotFound(f"There is no session {fork_of!r} to restore from.")
            session_id = session_id or random_id()
        self._current = str(session_id) if session_id else self._current
        return self._current

    # Configuration and traces

    def _config(self) -> ConversationalConfig:
        return self.conversational_config or ConversationalConfig()

    def _turn_intents(self, intents: Any, llm: Any) -> tuple[Any, Any]:
        """The labels and the model of a turn's classification. Raises ValueError when there are labels and no model."""
        config = self._config()
        intents, llm = intents or config.default_intents, llm or config.intent_llm
        if intents and llm is None:
            raise ValueError("intent_llm is required when intents are provided")
        return intents, llm

    def _turn_options(self) -> dict[str, Any]:
        provider = self.input_provider or flow_config.input_provider
        llm = self._config().intent_llm
        return {"input_provider": provider, "feedback_provider": flow_config.hitl_provider, "intent_llm": llm}

    def _intent_of(self, state: Any) -> str | None:
        return get_field(state, "last_intent", None)

    def _turn_over(self, run: Run) -> None:
        self._last_run = run
        if self._trace is None:
            self._tell(run, "session.opened", {"session_id": run.session.id})
        self._trace = run.status
        if not self.defer_trace_finalization:
            self.finalize_session_traces()

    def _tell(self, run: Run, kind: str, data: dict[str, Any]) -> None:
        run.session.number(kind, data, run.id, run.session.clock.time_ns() / 1e9)

    @property
    def defer_trace_finalization(self) -> bool:
        """True when the trace of a session stays open from turn to turn."""
        return self._config().defer_trace_finalization if self._deferred is None else self._deferred

    @defer_trace_finalization.setter
    def defer_trace_finalization(self, value: bool) -> None:
        """For this object alone."""
        self._deferred = value

    def _should_defer_trace_finalization(self) -> bool:
        return self.defer_trace_finalization

    def handle_turn(self, message: Any, *, session_id: str | None = None, **options: Any) -> Any:
        """One turn of a conversational flow. Raises ValueError for any other flow."""
        self._check_conversational("handle_turn")
        return self.kickoff(user_message=message, session_id=session_id, **options)

    async def handle_turn_async(self, message: Any, *, session_id: str | None = None, **options: Any) -> Any:
        """The same, awaited."""
        self._check_conversational("handle_turn")
        return await self.kickoff_async(user_message=message, session_id=session_id, **options)

    def stream_turn(self, message: Any, *, session_id: str | None = None, **options: Any) -> FlowStream:
        """One turn as a stream of events: `for` or `async for`, then `.result`."""
        self._check_conversational("stream_turn")
        request = self._request(user_message=message, session_id=session_id, **options)
        return FlowStream(lambda: self._begin(request))

    def chat(
        self, session_id: str | None = None, *, prompt: str = "\nYou: ", exit_commands: Sequence[str] = ("exit", "quit")
    ) -> Any:
        """Ask for messages and answer them until an exit word; the output of the last turn."""
        self._check_conversational("chat")
        options: dict[str, Any] = {"interactive_prompt": prompt, "exit_commands": exit_commands}
        try:
            return self.kickoff(interactive=True, session_id=session_id, **options)
        finally:
            self.finalize_session_traces()

    def _check_conversational(self, what: str) -> None:
        if not self.conversational:
            raise ValueError(f"Flow.{what}() is only available on conversational flows")

    def finalize_session_traces(self) -> None:
        """Close the session's trace; harmless before the first turn and the second time. Nothing is lost without it: the trace is
        a part of the record."""
        trace, self._trace = self._trace, None
        if trace is not None and self._last_run is not None:
            self._tell(self._last_run, "session.closed", {"status": trace})

    def plot(self, filename: str | None = None, *, show: bool = False) -> Any:
        """A drawing of the graph, the way of the last turn highlighted; with `filename` it is written as an HTML page."""
        from nbconvo.flow.plot import FlowPlot  # noqa: PLC0415 - only who draws needs it

        turns = self.session().log.turns
        plot = FlowPlot(self.__nbconvo_graph__, turns[-1].path if turns else [])
        if filename is not None:
            plot.save(filename)
        return plot


def _fix_kind(cls: FlowMeta, kind: str | None) -> None:
    given = kind or vars(cls).get("kind")
    inherited: str | None = getattr(cls.__mro__[1], "kind", None)
    if given not in (None, "chat", "output"):
        raise FlowDefinitionError(f"The kind of a flow is 'chat' or 'output', not {given!r}.")
    if given and inherited and given != inherited:
        text = f"The workflow type cannot be changed after creation: {cls.__name__} inherits kind={inherited!r}."
        raise FlowDefinitionError(text)
    if given:
        type.__setattr__(cls, "kind", given)


__all__ = [
    "ChatState",
    "Flow",
    "FlowState",
    "FlowStream",
    "HumanFeedbackPending",
    "and_",
    "listen",
    "or_",
    "persist",
    "router",
    "start",
]
