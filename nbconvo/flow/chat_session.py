"""`ChatSession`: the transport layer over a flow, whose messages can go over SSE or a WebSocket as they are.

>>> from nbconvo.flow import ChatState, Flow, start
>>> class Echo(Flow[ChatState]):
...     @start()
...     def echo(self):
...         return f"You said {self.state.last_user_message}."
>>> chat = ChatSession(Echo())
>>> chat.handle_turn("hello").output
'You said hello.'
>>> chat.close()

Source: document 004, "One entry point" (`ChatSession.handle_turn`); flow specification, "Events and traces".
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from nbconvo.flow import blocking
from nbconvo.flow.dialects import to_wire
from nbconvo.flow.flow import Flow
from nbconvo.flow.run import Run, TurnResult
from nbconvo.protocol.clock import random_id


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message on the wire. `seq` counts those of its chat session, from 1."""

    type: str
    session_id: str
    payload: dict[str, Any] = field(default_factory=dict[str, Any])
    seq: int = 0
    version: str = "1"

    def model_dump(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


class ChatSession:
    """Turns of one session of a flow. `on_event` is called with each `ChatMessage`, on the loop that runs the turn."""

    def __init__(
        self,
        flow: Flow[Any],
        session_id: str | None = None,
        *,
        intents: Any = None,
        intent_llm: Any = None,
        on_event: Callable[[ChatMessage], Any] | None = None,
    ) -> None:
        self.flow = flow
        self.session_id = session_id or random_id()
        self._intents = intents
        self._llm = intent_llm
        self._on_event = on_event
        self._seq = 0

    def handle_turn(self, text: Any, stream: bool | None = None) -> TurnResult:
        """Run one turn and wait for it. With `stream` (by default as the flow says) its messages go to `on_event` as they come,
        else all at its end."""
        return blocking.call(lambda _: self.handle_turn_async(text, stream), "handle_turn")

    async def handle_turn_async(self, text: Any, stream: bool | None = None) -> TurnResult:
        """The same, awaited."""
        live = self.flow.stream if stream is None else stream
        run = self._send(text)
        late: list[ChatMessage] = []
        async for message in self._messages(run):
            if live:
                self._tell(message)
            else:
                late.append(message)
        for message in late:
            self._tell(message)
        result = await run.ended()
        return replace(result, streaming=live)

    async def iter_turn_stream(self, text: Any) -> AsyncIterator[ChatMessage]:
        """The messages of one turn, as they come. Raises what the turn fails with, after the message that says so."""
        run = self._send(text)
        async for message in self._messages(run):
            self._tell(message)
            yield message
        await run.ended()

    def close(self) -> None:
        """Close the session's trace."""
        self.flow.finalize_session_traces()

    def _send(self, text: Any) -> Run:
        return self.flow.session(self.session_id).send(text, intents=self._intents, intent_llm=self._llm)

    async def _messages(self, run: Run) -> AsyncIterator[ChatMessage]:
        async for event in run.events():
            for wire in to_wire(event, "crewai", self.session_id):
                self._seq += 1
                yield ChatMessage(wire["type"], self.session_id, wire["payload"], self._seq)

    def _tell(self, message: ChatMessage) -> None:
        if self._on_event is not None:
            self._on_event(message)
