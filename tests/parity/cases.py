"""Workflows that ran on the real SDK, with our import root. What happened there is in `tests/data/traces.json`."""

from __future__ import annotations

import asyncio
from typing import Any

from pydantic import BaseModel

from nbconvo import workflows
from nbconvo.workflows import ErrorCode, InteractiveWorkflow, WorkflowsException, activity, task, workflow
from nbconvo.workflows.conversational import ChatAssistantWorkflowOutput, ResourceOutput, UIComponentResource
from nbconvo.workflows.plugins.mistralai.conversational_ui_components import Badge


class Approval(BaseModel):
    approved: bool
    note: str = ""


class P1(BaseModel):
    name: str
    n: int = 2


@workflow.define(name="w-timeout")
class WTimeout(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        try:
            await self.wait_for_input(Approval, label="L", timeout=0.2)
        except asyncio.TimeoutError as e:  # noqa: UP041 - as the original has it
            return f"timeout:{str(e)!r}:0:0"  # the original shows two private counters of the SDK here
        return "no"


@workflow.define(name="w-cancel")
class WCancel(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        await self.wait_for_input(Approval, label="A")
        return "ok"


@workflow.define(name="w-no-super")
class WNoSuper(InteractiveWorkflow):
    def __init__(self) -> None:
        self.x = 1

    @workflow.entrypoint
    async def run(self) -> str:
        await self.wait_for_input(Approval)
        return "ok"


@workflow.define(name="w-raise-valueerror")
class WRaise(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        raise ValueError("boom")


@workflow.define(name="w-raise-wfexc")
class WRaise2:
    @workflow.entrypoint
    async def run(self) -> str:
        raise WorkflowsException("bad things", code=ErrorCode.INVALID_ARGUMENTS_ERROR)


@workflow.define(name="w-in-model")
class WInModel:
    @workflow.entrypoint
    async def run(self, p: P1) -> str:
        return f"{p.name}{p.n}"


@workflow.define(name="w-in-multi")
class WInMulti:
    @workflow.entrypoint
    async def run(self, a: int, b: str = "z") -> dict:  # type: ignore[type-arg]
        return {"a": a, "b": b}


@workflow.define(name="w-in-prim")
class WInPrim:
    @workflow.entrypoint
    async def run(self, a: int) -> int:
        return a + 1


@workflow.define(name="w-none")
class WNone:
    @workflow.entrypoint
    async def run(self) -> None:
        return None


@workflow.define(name="w-badreturn")
class WBadReturn:
    @workflow.entrypoint
    async def run(self) -> int:
        return "notint"  # type: ignore[return-value]


calls: list[int] = []


@activity(retry_policy_max_attempts=3)
async def flaky(n: int) -> int:
    calls.append(n)
    if len(calls) % 3:
        raise ValueError("flaky")
    return n * 2


@activity(retry_policy_max_attempts=2)
async def always(n: int) -> int:
    raise WorkflowsException("nope", code=ErrorCode.INVALID_ARGUMENTS_ERROR)


@activity()
async def act_task(n: int) -> str:
    async with task("act-job", state={"p": 0, "s": ""}) as t:
        await t.update_state({"p": 1})
        await t.update_state({"s": "a"})
        await t.update_state({"s": "ab"})
    return "done" if t.id else ""


@activity()
async def echo_ui() -> ChatAssistantWorkflowOutput:
    badge = ResourceOutput(resource=UIComponentResource(component=Badge(children="hi")))
    return ChatAssistantWorkflowOutput(content=[badge])


@activity()
async def badret(n: int) -> int:
    return "x"  # type: ignore[return-value]


@activity()
async def dbl(n: int) -> int:
    return n * 2


@workflow.define(name="w-acts")
class WActs:
    """One step of the original has a test of its own: an argument of a wrong type."""

    @workflow.entrypoint
    async def run(self) -> dict:  # type: ignore[type-arg]
        out: dict[str, Any] = {}
        out["flaky"] = await flaky(4)
        try:
            await always(1)
        except Exception as e:
            cause = e.__cause__
            out["always"] = f"{type(e).__name__}|{e}|{type(cause).__name__}|{cause}|{getattr(cause, 'type', None)}"
        out["task"] = await act_task(1)
        out["ui"] = (await echo_ui()).model_dump(mode="json")
        with workflows.run_activities_locally():
            out["local"] = await dbl(5)
        return out


@workflow.define(name="w-badret")
class WBadRet:
    @workflow.entrypoint
    async def run(self) -> dict:  # type: ignore[type-arg]
        try:
            await badret(1)
        except Exception as e:
            return {"e": f"{type(e).__name__}|{e}|{e.__cause__}"[:200]}
        return {}


@workflow.define(name="w-det")
class WDet:
    @workflow.entrypoint
    async def run(self) -> str:
        import random

        return str(random.random())


@workflow.define(name="w-sleep")
class WSleep:
    @workflow.entrypoint
    async def run(self) -> str:
        t = workflow.now()
        await workflow.sleep(0.1)
        await asyncio.sleep(0.1)
        return f"{(workflow.now() - t).total_seconds() > 0.15} {workflow.uuid4()} {workflow.random().random()}"


@workflow.define(name="w-twice")
class WTwice(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        a = await self.wait_for_input(Approval)
        return a.note
