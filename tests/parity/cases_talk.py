"""Asks, handlers and children: cases of the parity table, with our import root."""

from __future__ import annotations

import asyncio
from typing import Any

from pydantic import BaseModel

from nbconvo.workflows import InteractiveWorkflow, execute_activities_in_parallel, workflow
from nbconvo.workflows.conversational import ChatAssistantWorkflowOutput, ResourceOutput, TextOutput, UIComponentResource
from nbconvo.workflows.plugins.mistralai.conversational_ui_components import Badge
from tests.parity.cases import P1, Approval, dbl


@workflow.define(name="w-concurrent")
class WConcurrent(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> dict:  # type: ignore[type-arg]
        asks = [self.wait_for_input(Approval, label=label) for label in ("A", "B", None)]
        a, b, c = await asyncio.gather(*asks)
        return {"a": a.note, "b": b.note, "c": c.note}


@workflow.define(name="w-timeout-uncaught")
class WTimeoutUncaught(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        await self.wait_for_input(Approval, timeout=0.2)
        return "no"


@workflow.define(name="w-handlers")
class WHandlers(InteractiveWorkflow):
    def __init__(self) -> None:
        super().__init__()
        self.msgs: list[Any] = []
        self.finished = False

    @workflow.entrypoint
    async def run(self) -> dict:  # type: ignore[type-arg]
        await workflow.wait_condition(lambda: self.finished)
        return {"msgs": self.msgs}

    @workflow.signal()
    def add(self, message: str, n: int = 1) -> None:
        self.msgs.append([message, n])

    @workflow.signal()
    async def finish(self) -> None:
        self.finished = True

    @workflow.query()
    def get(self) -> list:  # type: ignore[type-arg]
        return self.msgs

    @workflow.query()
    def get_n(self, n: int) -> int:
        return n + len(self.msgs)

    @workflow.update()
    async def upd(self, v: int) -> dict:  # type: ignore[type-arg]
        return {"v": v * 2}

    @workflow.update()
    def upd_raise(self) -> str:
        raise ValueError("plain")


@workflow.define(name="w-child")
class WChild(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self, p: P1) -> ChatAssistantWorkflowOutput:
        a = await self.wait_for_input(Approval, label="child")
        badge = ResourceOutput(resource=UIComponentResource(component=Badge(children="hi")))
        return ChatAssistantWorkflowOutput(content=[TextOutput(text=a.note), badge])


@workflow.define(name="w-parent")
class WParent:
    @workflow.entrypoint
    async def run(self, p: P1) -> dict:  # type: ignore[type-arg]
        r = await workflow.execute_workflow(WChild, p, execution_id="child-1")
        return r.model_dump(mode="json")


@workflow.define(name="w-parent-nowait")
class WParentNoWait:
    @workflow.entrypoint
    async def run(self, p: P1) -> str:
        handle = await workflow.execute_workflow(WChild, p, execution_id="child-2", wait=False)
        return handle.id


class Step(BaseModel):
    i: int = 0


@workflow.define(name="can")
class CAN:
    @workflow.entrypoint
    async def run(self, p: Step) -> int:
        if p.i < 2:
            workflow.continue_as_new(Step(i=p.i + 1))
        return p.i


@workflow.define(name="parallel")
class Parallel:
    @workflow.entrypoint
    async def run(self) -> list:  # type: ignore[type-arg]
        return await execute_activities_in_parallel(dbl, items=[1, 2, 3])
