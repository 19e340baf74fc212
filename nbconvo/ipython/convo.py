"""`%%convo` and `%convo`: the conversation that a notebook has, cell after cell.

What is sent and asked runs as a task on the kernel's loop; the cell waits for it while widgets are answered. Interrupting the
cell cancels the task, which closes the stream: the service stores nothing of an answer that is not whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from nbconvo.conversations import Conversation
from nbconvo.conversations.background import loop_thread
from nbconvo.conversations.raw import events_of, plain
from nbconvo.conversations.toolbox import CallRequest, Decision
from nbconvo.conversations.tools import as_tool
from nbconvo.errors import UsageError
from nbconvo.ipython import convo_calls
from nbconvo.ipython.convo_answer import Answer, LiveAnswer
from nbconvo.ipython.convo_arguments import Request, parse_cell, parse_line
from nbconvo.ipython.convo_error import ConvoError, Interrupted, one_line
from nbconvo.ipython.convo_results import Rows
from nbconvo.ipython.convo_service import Service, checked_id
from nbconvo.ipython.delivery import wait_in_cell

INTERRUPTED = "Interrupted: what came so far is shown, and was not stored."
_PATIENCE = 5.0
"""Seconds that a cancelled answer has for closing its stream."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Current:
    """The current conversation. `offered` are the names of the tools it was started with, `tools` those of the last cell."""

    client: Any
    id: str | None
    model: str | None = None
    agent_id: str | None = None
    offered: frozenset[str] = frozenset()
    tools: str = ""


class Convo:
    """What the magics do. `shell` is IPython's; its variables are the tools."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._service = Service()
        self._current: Current | None = None

    async def cell(self, line: str, text: str) -> Answer:
        """A `%%convo` cell: send its text and show the answer. Raises `ConvoError`."""
        __tracebackhide__ = True
        return await _told(self._send(line, text))

    async def line(self, line: str) -> Any:
        """A `%convo` line; without a command, the current conversation as a transcript. Raises `ConvoError`."""
        __tracebackhide__ = True
        return await _told(self._command(line))

    def blocking(self, line: str, cell: str | None = None) -> Any:
        """The same where nothing can be awaited: the kernel stands still meanwhile."""
        __tracebackhide__ = True
        return loop_thread().run(self.line(line) if cell is None else self.cell(line, cell))

    @property
    def conversation_id(self) -> str | None:
        """The id of the current conversation; None when there is none, or when another service answers since."""
        if self._current is not None and self._current.client is not self._service.client:
            self._current = None
        return None if self._current is None else self._current.id

    @property
    def names(self) -> list[str]:
        """Names of functions that can be tools, for completion."""
        own = {name: value for name, value in self._shell.user_ns.items() if name not in self._shell.user_ns_hidden}
        return [name for name, value in own.items() if callable(value) and not isinstance(value, type)]

    # A cell

    async def _send(self, line: str, text: str) -> Answer:
        request = parse_cell(line)
        if not text.strip():
            raise UsageError("%%convo: the cell says nothing; write the message below the first line.")
        message = convo_calls.interpolated(text, self._shell.user_ns) if request.values.get("var") else text
        talk = await _waited(self._talk(request))
        functions, builtin = convo_calls.tools(talk.tools, self._shell.user_ns)
        conversation: Conversation[Any] = Conversation(
            talk.client, model=talk.model, agent_id=talk.agent_id, conversation_id=talk.id, tools=functions,
            builtin=builtin if talk.id is None else (), confirm=_confirm,
        )  # fmt: skip
        live = LiveAnswer(stream=request.values.get("stream", True))
        try:
            await _shown(live, live.follow(conversation.stream(message.rstrip("\n"), live.answer)))
        finally:
            if conversation.id is not None:  # a round that is whole is stored, whatever came after it
                self._current = replace(talk, id=conversation.id)
        return live.answer

    async def _talk(self, request: Request) -> Current:
        """The conversation that a cell goes on with, or a new one. Raises `UsageError` for what only a new one can have."""
        model, tools = request.values.get("model"), request.values.get("tools")
        agent = await self._service.agent_id(request.values["agent"]) if "agent" in request.values else None
        current = None if self.conversation_id is None or "new" in request.values else self._current
        names = _tool_names(*convo_calls.tools(tools or "", self._shell.user_ns))
        if current is None:
            chosen = model or (self._service.model if agent is None else None)
            return Current(self._service.client, None, chosen, agent, names, tools or "")
        if (model and model != current.model) or (agent and agent != current.agent_id):
            raise UsageError("%%convo: the current conversation is with another model or agent. Add --new to start one.")
        if current.agent_id is None and names - current.offered:
            missing = ", ".join(sorted(names - current.offered))
            raise UsageError(f"%%convo: the current conversation was started without {missing}. Add --new to offer tools.")
        return current if tools is None else replace(current, tools=tools)

    # A line

    async def _command(self, line: str) -> Any:
        if not line.strip():
            if self.conversation_id is None:
                print("There is no conversation yet: write a %%convo cell. `%convo?` shows what there is.")
                return None
            line = "history"
        request = parse_line(line)
        match request.name:
            case "config":
                self._service.configure(request.values, self._shell.user_ns)
                return self._service.described(self.conversation_id)
            case "use":
                return await _waited(self._use(request.values["conversation_id"]))
            case _:
                return await self._operate(request)

    async def _use(self, conversation_id: str) -> Any:
        found = await self._service.call("conversations.get", conversation_id=checked_id(conversation_id))
        data = plain(found)
        offered = frozenset(_tool_name(tool) for tool in data.get("tools") or ())
        self._current = Current(self._service.client, conversation_id, data.get("model"), data.get("agent_id"), offered)
        return found

    async def _operate(self, request: Request) -> Any:
        """One operation of the API. The conversation that answered is the current one then."""
        operation = request.command.operation
        current = self.conversation_id
        arguments = await _waited(convo_calls.arguments(request, self._service, self._shell.user_ns, current))
        if request.values.get("stream"):
            answer = await self._streamed(operation, arguments)
        else:
            answer = await _waited(self._service.call(operation, **arguments))
        if request.command.says:
            answered = getattr(answer, "conversation_id", None) or plain(answer)["conversation_id"]
            await self._now_current(answered, arguments)
        if operation.endswith("delete") or operation.endswith("delete_version_alias"):
            if arguments.get("conversation_id") == current:
                self._current = None
            print("Deleted.")
        return Rows(answer) if isinstance(answer, list) else answer  # type: ignore[reportUnknownArgumentType]

    async def _now_current(self, conversation_id: Any, arguments: dict[str, Any]) -> None:
        if arguments.get("store", True) and conversation_id != self.conversation_id:
            await _waited(self._use(conversation_id))

    async def _streamed(self, operation: str, arguments: dict[str, Any]) -> Answer:
        live = LiveAnswer(stream=True)

        async def follow() -> None:
            await live.follow(events_of(await self._service.call(f"{operation}_stream", **arguments)))
            live.keep()

        await _shown(live, follow())
        return live.answer


async def _shown(live: LiveAnswer, work: Coroutine[Any, Any, None]) -> None:
    """Wait for an answer, and show what came of it however it ends."""
    try:
        await _waited(work)
    except Interrupted:
        live.end(INTERRUPTED)
        raise
    except Exception:
        if live.has_begun:
            live.end("The answer broke off.")
        raise
    live.end()


async def _waited(work: Coroutine[Any, Any, T]) -> T:
    """What comes of `work`, while the kernel answers widgets. Interrupting the cell cancels it (`Interrupted`)."""
    task = asyncio.ensure_future(work)
    try:
        await wait_in_cell(task)
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait([task], timeout=_PATIENCE)
        raise Interrupted("The cell was interrupted. Send the message again when you want its answer.") from None
    return task.result()


async def _told(work: Coroutine[Any, Any, T]) -> T:
    """The same; what goes wrong becomes one line where that says it all."""
    __tracebackhide__ = True
    try:
        return await work
    except Exception as error:
        told = one_line(error)
        if told is None:
            raise
        raise told.with_traceback(None) from None


async def _confirm(call: CallRequest) -> Decision:
    from nbconvo.ipython.convo_confirm import ask  # noqa: PLC0415 - the engine, which only tools that ask need

    return await ask(call)


def _tool_names(functions: list[Any], builtin: list[dict[str, Any]]) -> frozenset[str]:
    return frozenset([*(as_tool(function).name for function in functions), *(tool["type"] for tool in builtin)])


def _tool_name(tool: dict[str, Any]) -> str:
    return tool["function"]["name"] if tool["type"] == "function" else tool["type"]


__all__ = ["Convo", "ConvoError", "Interrupted"]
