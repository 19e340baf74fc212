"""A session: messages to one workflow, turn after turn.

One rule joins all of it: a message answers the open chat ask of the session's run, or starts a run with it.
"""

from __future__ import annotations

import asyncio
from typing import Any

from nbconvo.engine import Engine, ExecutionHandle
from nbconvo.errors import NoPendingInput
from nbconvo.protocol.clock import random_id
from nbconvo.protocol.definition import definition_of
from nbconvo.protocol.events import (
    CustomTaskCompleted,
    CustomTaskStarted,
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionFailed,
)
from nbconvo.protocol.outputs import is_chat_output
from nbconvo.views.asks import ask_kind, chunks_text


class Session:
    """Turns of a person with a workflow, on any engine. Messages are taken one at a time, in the order they were sent.

    >>> import asyncio
    >>> from nbconvo.engine import KernelEngine
    >>> from nbconvo.workflows import workflow
    >>> from nbconvo.workflows.conversational import ChatAssistantWorkflowOutput, ChatInputModel, TextOutput
    >>> @workflow.define(name="echo")
    ... class Echo:
    ...     @workflow.entrypoint
    ...     async def run(self, said: ChatInputModel) -> ChatAssistantWorkflowOutput:
    ...         return ChatAssistantWorkflowOutput(content=[TextOutput(text=said.message[0].text.upper())])
    >>> async def main() -> list[str]:
    ...     async with KernelEngine() as engine:
    ...         session = Session(Echo, engine)
    ...         return await session.send("hello") + await session.send("again")
    >>> asyncio.run(main())
    ['HELLO', 'AGAIN']
    """

    def __init__(self, workflow: type[Any], engine: Engine, *, id: str | None = None) -> None:  # noqa: A002
        self.id = id or random_id()
        self._workflow = workflow
        self._takes_message = definition_of(workflow).shape.takes_input
        self._engine = engine
        self._handle: ExecutionHandle | None = None
        self._seen = 0
        self._turn = asyncio.Lock()

    async def send(self, message: str) -> list[str]:
        """What the workflow says to `message`, until it asks again or ends.

        A workflow without a parameter is started first and the message answers its first chat ask.
        Raises `NoPendingInput` when the run waits for something that is no chat, and what the workflow fails with.
        """
        async with self._turn:
            said: list[str] = []
            if self._handle is None:
                await self._start(message)
                if self._takes_message:
                    return await self._listen()
                said = await self._listen()
            await self._answer(message)
            return said + await self._listen()

    async def _start(self, message: str) -> None:
        self._seen = 0
        self._handle = await self._engine.start(self._workflow, _chat(message) if self._takes_message else None)

    async def _answer(self, message: str) -> None:
        asks = [] if self._handle is None else await self._handle.pending_inputs()
        chats = [ask for ask in asks if ask_kind(ask["input_schema"]) == "chat"]
        if self._handle is None or not chats:
            raise NoPendingInput("(the workflow waits for no chat message)")
        await self._handle.submit_input(chats[0]["task_id"], _chat(message))

    async def _listen(self) -> list[str]:
        """What is said until the run asks or ends; after its end the next message starts another."""
        said: list[str] = []
        handle = self._handle
        if handle is None:
            return said
        async for event in handle.events(self._seen):
            self._seen = event.sequence
            match event.attributes:
                case CustomTaskCompleted(_, "assistant_message", payload):
                    said.append(chunks_text(payload["contentChunks"]))
                case CustomTaskStarted(_, "wait_for_input"):
                    return said
                case WorkflowExecutionCompleted(_, result):
                    self._handle = None
                    return said + ([chunks_text(result["content"])] if is_chat_output(result) and result["content"] else [])
                case WorkflowExecutionFailed() | WorkflowExecutionCanceled():
                    self._handle = None
                    await handle.result()
                case _:
                    pass
        return said


def _chat(message: str) -> dict[str, Any]:
    return {"message": [{"type": "text", "text": message}]}
