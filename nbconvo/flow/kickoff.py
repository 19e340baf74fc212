"""The ways to run a flow: `kickoff` for scripts and cells that wait, `kickoff_async` for everything else.

Source: document 004, "One entry point: kickoff"; flow specification, "Turn entry points" for the texts of errors.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from nbconvo.flow import blocking
from nbconvo.flow.config import ConversationalConfig, flow_config
from nbconvo.flow.errors import InputUnavailableError
from nbconvo.flow.events import TurnEvent
from nbconvo.flow.run import Run
from nbconvo.flow.session import Session
from nbconvo.flow.threads import call_provider
from nbconvo.views.asks import ask_view

T = TypeVar("T")

_RESERVED = ("id", "user_message", "last_intent")


@dataclass(frozen=True, slots=True)
class Request:
    """What a kickoff was asked for, checked."""

    session_id: str
    message: Any
    inputs: dict[str, Any]
    options: dict[str, Any]
    fork_of: str | None = None


class Kickoff:
    """The entry points of a flow. Mixed into `Flow`."""

    stream: bool
    session: Callable[..., Session]

    def kickoff(self, inputs: dict[str, Any] | None = None, **options: Any) -> Any:
        """Run one turn and wait for it; the result is the output of the flow.

        `user_message` is what the user said (a text, or a dict with role and content), `session_id` the conversation,
        `intents` and `intent_llm` classify the message first, `interactive=True` goes on asking for messages,
        `restore_from_state_id` begins as a copy of another session, `inputs` are fields of the state. Without a message the
        graph runs as it is.

        It also works in a notebook's cell: the turn runs on a loop of its own. What a step asks is asked there as by `input()`.
        Raises what a step raises, ValueError for options that do not go together, `InputUnavailableError` where nobody answers.
        """
        __tracebackhide__ = True
        if options.get("interactive"):
            return self._interactive_blocking(inputs, options)
        request = self._request(inputs, **options)
        if self.stream:
            return FlowStream(lambda: self._begin(request))
        return blocking.call(lambda console: self._turn(request, console), "kickoff")

    async def kickoff_async(self, inputs: dict[str, Any] | None = None, **options: Any) -> Any:
        """The same, awaited: the way for notebooks and servers. Asks wait for `session.send` or `session.submit`."""
        if options.get("interactive"):
            return await self._interactive(inputs, options, None)
        request = self._request(inputs, **options)
        if self.stream:
            return FlowStream(lambda: self._begin(request))
        return await self._turn(request, None)

    akickoff = kickoff_async

    def _request(
        self,
        inputs: dict[str, Any] | None = None,
        input_files: Any = None,
        from_checkpoint: Any = None,
        restore_from_state_id: str | None = None,
        *,
        user_message: Any = None,
        session_id: str | None = None,
        intents: Any = None,
        intent_llm: Any = None,
        reopen: bool = False,
        **interactive: Any,
    ) -> Request:
        if from_checkpoint is not None and restore_from_state_id is not None:
            raise ValueError("Cannot combine `from_checkpoint` and `restore_from_state_id`. Use one of them.")
        if from_checkpoint is not None or input_files is not None:
            raise ValueError("`from_checkpoint` and `input_files` do not exist here: a session is restored by its `session_id`.")
        _check_options(interactive)
        given = dict(inputs or {})
        message = user_message if user_message is not None else given.get("user_message")
        session_id = session_id or given.get("id")
        self._check_inputs(given)
        if intents is not None and message is not None:
            self._turn_intents(intents, intent_llm)
        fields = {name: value for name, value in given.items() if name not in _RESERVED}
        options = {"intents": intents, "intent_llm": intent_llm, "reopen": reopen}
        chosen = self._choose(session_id, restore_from_state_id)
        return Request(chosen, message, fields, options, restore_from_state_id)

    def _choose(self, session_id: str | None, fork_of: str | None) -> str:
        raise NotImplementedError

    def _check_inputs(self, given: dict[str, Any]) -> None:
        raise NotImplementedError

    def _turn_intents(self, intents: Any, llm: Any) -> tuple[Any, Any]:
        raise NotImplementedError

    def _config(self) -> ConversationalConfig:
        raise NotImplementedError

    def _begin(self, request: Request) -> Run:
        session = self.session(request.session_id, fork_of=request.fork_of)
        if request.message is None:
            return session.run_without_message({}, request.inputs)
        inputs: dict[str, Any] = {"inputs": request.inputs} if request.inputs else {}
        return session.send(request.message, **request.options, **inputs)

    async def _turn(self, request: Request, console: blocking.Console | None) -> Any:
        run = self._begin(request)
        try:
            return await self._settled(run, console)
        except asyncio.CancelledError:
            run.cancel("interrupted")
            raise

    async def _settled(self, run: Run, console: blocking.Console | None) -> Any:
        """The output of a run, or the `HumanFeedbackPending` that a provider has left; asks are answered by `console`, if any."""
        while await run.paused():
            if run.turn is not None and (pending := run.turn.options.get("pending")) is not None and run.pending:
                return pending
            if console is None or not run.pending:
                await run.next_change()
                continue
            await _answer(run, console)
        return (await run.ended()).output

    # Interactive

    def _interactive_blocking(self, inputs: dict[str, Any] | None, options: dict[str, Any]) -> Any:
        self._check_interactive(options)
        return blocking.call(lambda console: self._interactive(inputs, options, console), "kickoff")

    def _check_interactive(self, options: dict[str, Any]) -> None:
        if options.get("user_message") is not None:
            raise ValueError("Cannot pass user_message with interactive=True; messages are collected via ask().")
        if self.stream:
            raise ValueError("interactive=True is not supported with stream=True.")

    async def _interactive(self, inputs: dict[str, Any] | None, options: dict[str, Any], console: blocking.Console | None) -> Any:
        """Ask for messages until an exit word, an empty end or a timeout; the output of the last turn."""
        self._check_interactive(options)
        config, output = self._config(), None
        prompt = options.pop("interactive_prompt", None) or config.interactive_prompt
        timeout = options.pop("interactive_timeout", None) or config.interactive_timeout
        words = {word.casefold() for word in options.pop("exit_commands", None) or config.exit_commands}
        options.pop("interactive", None)
        while True:
            line = await self._line(prompt, timeout, console)
            if line is None or line.strip().casefold() in words:
                return output
            if line.strip():
                request = self._request(inputs, user_message=line, **options)
                output, inputs = await self._turn(request, console), None

    async def _line(self, prompt: str, timeout: float | None, console: blocking.Console | None) -> str | None:
        provider = getattr(self, "input_provider", None) or flow_config.input_provider
        if provider is not None:
            request = provider.request_input
            answer = await asyncio.wait_for(call_provider(lambda: request(prompt, self, None), request), timeout)
            return getattr(answer, "text", answer)
        if console is None:
            raise InputUnavailableError(prompt)
        try:
            return await asyncio.wait_for(console(prompt), timeout)
        except (TimeoutError, InputUnavailableError) as error:
            if isinstance(error, InputUnavailableError):
                raise
            return None


async def _answer(run: Run, console: blocking.Console) -> None:
    """Answer the oldest ask of a run by who called."""
    ask = run.pending[0]
    prompt = ask_view(ask["task_id"], ask["input_schema"], ask["label"], 0.0)["prompt"] or ask["label"] or "Your answer"
    try:
        text = await console(f"{prompt} ")
    except InputUnavailableError:
        await run.fail(InputUnavailableError(prompt))
        await run.next_change()
        return
    if any(one["task_id"] == ask["task_id"] for one in run.pending):  # it may have timed out meanwhile
        run.session.submit(ask["task_id"], text)


def _check_options(options: dict[str, Any]) -> None:
    known = {"interactive", "interactive_prompt", "interactive_timeout", "exit_commands"}
    if unknown := [name for name in options if name not in known]:
        raise TypeError(f"kickoff() got an unexpected keyword argument {unknown[0]!r}")


class FlowStream:
    """What `kickoff` gives when `stream = True`: events as they come, by `for` or `async for`; then `result` is there.

    In a blocking loop the turn runs on a loop of its own.
    """

    def __init__(self, begin: Callable[[], Run]) -> None:
        self._begin = begin
        self._run: Run | None = None
        self._output: Any = None
        self._done = False

    @property
    def result(self) -> Any:
        """The output of the turn. Raises RuntimeError before its end."""
        if not self._done:
            raise RuntimeError("Streaming has not completed yet. Read the stream to its end first.")
        return self._output

    async def __aiter__(self) -> AsyncIterator[TurnEvent]:
        self._run = self._begin()
        async for event in self._run.events():
            yield event
        self._output, self._done = (await self._run.ended()).output, True

    def __iter__(self) -> Iterator[TurnEvent]:
        events: Any = aiter(self)

        async def following() -> TurnEvent | None:
            return await anext(events, None)

        while (event := blocking.call(lambda _: following(), "stream")) is not None:
            yield event
