"""Small workflows that several tests run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from nbconvo.workflows import InteractiveWorkflow, workflow
from nbconvo.workflows.conversational import (
    ChatAssistantWorkflowOutput,
    ChatInput,
    TextOutput,
    send_assistant_message,
)


class Approval(BaseModel):
    approved: bool
    note: str = ""


@workflow.define(name="greeting", workflow_display_name="Greeting")
class Greeting(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> ChatAssistantWorkflowOutput:
        await send_assistant_message("Hello! What's your name?")
        said = await self.wait_for_input(ChatInput())
        name = said.message[0].text if said.message else "friend"
        return ChatAssistantWorkflowOutput(content=[TextOutput(text=f"Nice to meet you, {name}!")])


@workflow.define(name="one-ask")
class OneAsk(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        return (await self.wait_for_input(Approval, label="L")).note


class Note(BaseModel):
    note: str = ""


@workflow.define(name="ask-note")
class AskNote(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        return (await self.wait_for_input(Note)).note


@workflow.define(name="concurrent")
class Concurrent(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> dict[str, str]:
        notes = [self.wait_for_input(Approval, label=label) for label in ("A", "B", None)]
        a, b, c = await asyncio.gather(*notes)
        return {"a": a.note, "b": b.note, "c": c.note}


@workflow.define(name="impatient")
class Impatient(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self, caught: bool) -> str:
        try:
            await self.wait_for_input(Approval, timeout=timedelta(seconds=90))
        except TimeoutError as error:
            if not caught:
                raise
            return f"timeout:{str(error)!r}"
        return "answered"


class Person(BaseModel):
    name: str
    n: int = 2


@workflow.define(name="model")
class TakesModel:
    @workflow.entrypoint
    async def run(self, p: Person) -> str:
        return f"{p.name}{p.n}"


@workflow.define(name="several")
class TakesSeveral:
    @workflow.entrypoint
    async def run(self, a: int, b: str = "z") -> dict[str, Any]:
        return {"a": a, "b": b}


@workflow.define(name="optional")
class TakesOptional:
    @workflow.entrypoint
    async def run(self, a: int = 7) -> int:
        return a


@workflow.define(name="busy")
class Busy:
    @workflow.entrypoint
    async def run(self) -> None:
        while True:
            await asyncio.sleep(0)


def workflow_of(body: Any, annotation: Any = Any) -> type[Any]:
    async def run(self: Any) -> Any:
        return await body()

    run.__annotations__["return"] = annotation
    return workflow.define(name="w")(type("Sample", (), {"run": workflow.entrypoint(run)}))


def saying(body: Callable[[Any], Any], returns: Any = None, name: str = "w") -> type[Any]:
    """A workflow whose code is `body`."""

    async def run(self: Any) -> Any:
        return await body(self)

    run.__annotations__ = {"return": returns}
    return workflow.define(name=name)(type("Saying", (InteractiveWorkflow,), {"run": workflow.entrypoint(run)}))
