"""Workflows that use everything, one feature each, for tests that stop and resume them. An activity that finished calls
`finish`; workflow code returns what it saw, so that a difference shows in the result."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from nbconvo.engine import KernelEngine
from nbconvo.errors import ActivityError, ChildWorkflowError
from nbconvo.protocol.events import CancelRequested, SignalReceived, UpdateAccepted
from nbconvo.workflows import InteractiveWorkflow, ParentClosePolicy, activity, execute_workflow, workflow
from nbconvo.workflows.conversational import send_assistant_message
from nbconvo.workflows.plugins.mistralai import TodoList, TodoListItem
from nbconvo.workflows.task import task
from tests.support.restarts import ID, Act, finish, replies
from tests.support.workflows import Approval


class Turn(BaseModel):
    n: int = 0
    said: list[str] = []


@activity()
async def look_up(word: str) -> str:
    await asyncio.sleep(0)  # the activity's own loop: others can run meanwhile
    await asyncio.sleep(0)
    finish(f"look_up {word}")
    return word.upper()


tries: Counter[str] = Counter()


@activity(retry_policy_max_attempts=4)
async def flaky(word: str, failures: int) -> str:
    tries[word] += 1
    if tries[word] <= failures:
        raise ValueError(f"try {tries[word]}")
    finish(f"flaky {word}")
    return word


@activity(retry_policy_max_attempts=1)
async def hopeless() -> str:
    raise ValueError("no way")


@activity()
async def never() -> None:
    await asyncio.Event().wait()


class Asking(InteractiveWorkflow):
    async def ask(self, label: str, timeout: float | None = None) -> str:
        return (await self.wait_for_input(Approval, label=label, timeout=timeout)).note


@workflow.define(name="asks")
class Asks(Asking):
    @workflow.entrypoint
    async def run(self) -> list[str]:
        await send_assistant_message("hello")
        first = await self.ask("A")
        rest = await asyncio.gather(self.ask("B"), self.ask("C"), self.ask("D"))
        return [first, *rest]


@workflow.define(name="activities")
class Activities:
    @workflow.entrypoint
    async def run(self) -> list[Any]:
        one = await look_up("one")
        two = await asyncio.gather(look_up("two"), look_up("three"), look_up("four"))
        two += [await flaky("five", 2), await flaky("six", 0)]
        try:
            await hopeless()
        except Exception as error:
            return [one, *two, str(error), str(error.__cause__)]
        return []


@workflow.define(name="timers")
class Timers:
    @workflow.entrypoint
    async def run(self) -> list[Any]:
        start = workflow.now()
        seen: list[Any] = []

        async def wait(seconds: float) -> None:
            await asyncio.sleep(seconds)
            seen.append([seconds, (workflow.now() - start).total_seconds()])

        await asyncio.gather(wait(3), wait(1), wait(2), wait(2), wait(0))
        await workflow.sleep(timedelta(days=30))
        return [*seen, (workflow.now() - start).total_seconds()]


@workflow.define(name="asyncio")
class Asyncio(Asking):
    @workflow.entrypoint
    async def run(self) -> list[Any]:
        seen: list[Any] = []
        try:
            await asyncio.wait_for(self.ask("late"), 5)
        except TimeoutError:
            seen.append("wait_for")
        try:
            async with asyncio.timeout(7):
                await never()
        except TimeoutError:
            seen.append("timeout")
        return seen + await self.plumbing()

    async def plumbing(self) -> list[Any]:
        seen: list[Any] = []
        queue: asyncio.Queue[str] = asyncio.Queue(1)
        ready, lock = asyncio.Event(), asyncio.Lock()

        async def produce(word: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            async with lock:
                await queue.put(await look_up(word))

        async def consume() -> None:
            for _ in range(3):
                seen.append(await queue.get())
            ready.set()

        async with asyncio.TaskGroup() as group:
            for word, seconds in (("x", 2), ("y", 1), ("z", 1)):
                group.create_task(produce(word, seconds))
            group.create_task(consume())
            await ready.wait()
        for next_one in asyncio.as_completed([self.ask("P"), self.ask("Q"), look_up("w")]):
            seen.append(await next_one)
        both = {asyncio.create_task(look_up("v")), asyncio.create_task(asyncio.sleep(60))}
        done, pending = await asyncio.wait(both, return_when="FIRST_COMPLETED")
        seen.append([one.result() for one in done])
        for one in pending:
            one.cancel()
        return seen


@workflow.define(name="steered")
class Steered(Asking):
    def __init__(self) -> None:
        self.words: list[str] = []

    @workflow.signal()
    async def word(self, text: str) -> None:
        self.words.append(await look_up(text))

    @workflow.update()
    async def shout(self, text: str) -> str:
        await asyncio.sleep(1)
        self.words.append(f"{text}!")
        return f"{text}!"

    @workflow.update()
    def refuse(self) -> str:
        raise ValueError("not now")

    @workflow.entrypoint
    async def run(self) -> list[str]:
        await workflow.wait_condition(lambda: len(self.words) >= 2)
        try:
            await workflow.wait_condition(lambda: False, timeout=10)
        except TimeoutError:
            self.words.append("timeout")
        return [*self.words, await self.ask("end")]


@workflow.define(name="child")
class Child(Asking):
    @workflow.entrypoint
    async def run(self, turn: Turn) -> str:
        return await look_up(await self.ask(f"child {turn.n}"))


@workflow.define(name="failing-child")
class FailingChild:
    @workflow.entrypoint
    async def run(self) -> str:
        await asyncio.sleep(1)
        raise ValueError("the child cannot")


@workflow.define(name="parent")
class Parent(Asking):
    @workflow.entrypoint
    async def run(self) -> list[Any]:
        both = await asyncio.gather(execute_workflow(Child, Turn(n=1)), execute_workflow(Child, Turn(n=2)), self.ask("own"))
        try:
            await execute_workflow(FailingChild)
        except ChildWorkflowError as error:
            both.append(str(error.__cause__))
        try:
            await execute_workflow(Child, Turn(n=3), execution_timeout=timedelta(seconds=20))
        except TimeoutError:
            both.append("timeout")
        await execute_workflow(Child, Turn(n=4), wait=False, parent_close_policy=ParentClosePolicy.TERMINATE)
        await asyncio.sleep(2)
        return both


@workflow.define(name="continued")
class Continued(Asking):
    @workflow.entrypoint
    async def run(self, turn: Turn) -> dict[str, Any]:
        said = [*turn.said, await look_up(await self.ask("again"))]
        if turn.n < 2:
            workflow.continue_as_new(Turn(n=turn.n + 1, said=said[-1:]))
        return {"n": turn.n, "words": len(said)}


@workflow.define(name="sets")
class Sets(Asking):
    """asyncio keeps tasks in sets; the order in which a program goes through one has to come back."""

    @workflow.entrypoint
    async def run(self) -> list[Any]:
        asks = {asyncio.create_task(self.ask(label)) for label in "ABCDEFGH"}
        done, pending = await asyncio.wait(asks, return_when="FIRST_COMPLETED")
        for one in pending:
            one.cancel()
        await asyncio.wait(pending)
        seen = [one.result() for one in done]
        try:
            async with asyncio.TaskGroup() as group:
                for label in "IJKL":
                    group.create_task(self.ask(label))
                group.create_task(hopeless())
        except* ActivityError as errors:
            seen.append(str(errors.exceptions))
        return seen


@activity()
async def stubborn(word: str) -> str:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        await asyncio.sleep(0)
    return word


@workflow.define(name="impatient-with-the-stubborn")
class WithTheStubborn(Asking):
    @workflow.entrypoint
    async def run(self) -> str:
        try:
            await asyncio.wait_for(stubborn("no"), 5)
        except TimeoutError:
            return await self.ask("why")
        return "in time"


@workflow.define(name="todo")
class Todo(Asking):
    @workflow.entrypoint
    async def run(self) -> str:
        items = [TodoListItem("ask", "ask somebody"), TodoListItem("look", "look it up")]
        async with TodoList(items=items):
            async with items[0]:
                word = await self.ask("word")
            async with items[1], task("looking", state={"word": word}) as looking:
                word = await look_up(word)
                await looking.update_state({"word": word})
        return word


@workflow.define(name="chance")
class Chance(Asking):
    @workflow.entrypoint
    async def run(self) -> list[Any]:
        seen: list[Any] = []
        for n in range(3):
            seen += [workflow.random().randint(0, 10**9), workflow.random().choice("abcdef"), workflow.now().isoformat()]
            await send_assistant_message(f"{workflow.uuid4()} {seen[-1]}")
            await self.ask(f"{n}")
            await asyncio.sleep(100)
        return seen


@workflow.define(name="cleaning")
class Cleaning(Asking):
    @workflow.entrypoint
    async def run(self) -> str:
        try:
            await asyncio.gather(self.ask("first"), never(), execute_workflow(Child, Turn(n=1)))
        finally:
            await look_up("cleaning")
            await asyncio.sleep(1)
        return "unreachable"


@workflow.define(name="unbothered")
class Unbothered(Asking):
    @workflow.entrypoint
    async def run(self) -> str:
        try:
            await self.ask("first")
        except asyncio.CancelledError:
            return await look_up("unbothered")
        return "answered"


@workflow.define(name="failing")
class Failing(Asking):
    @workflow.entrypoint
    async def run(self) -> str:
        await look_up("before")
        raise ValueError(f"no: {await self.ask('why')}")


@workflow.define(name="limited", execution_timeout=timedelta(seconds=50))
class Limited(Asking):
    @workflow.entrypoint
    async def run(self) -> str:
        try:
            await self.ask("unanswered", timeout=9)
        except TimeoutError:
            return await self.ask("nobody answers")
        return "answered"


def note(text: str) -> dict[str, Any]:
    return {"approved": True, "note": text}


def recorded(engine: KernelEngine, kind: type[Any], **fields: Any) -> int:
    """How many events of a kind the execution has."""
    events = (event.attributes for event in engine.journal.read(ID))
    return sum(isinstance(one, kind) and all(getattr(one, key) == value for key, value in fields.items()) for one in events)


def steers(engine: KernelEngine) -> bool:
    """Two signals, two updates, and an answer at the end; what the journal has is not sent again."""
    handle = engine.handle(ID)
    if recorded(engine, SignalReceived) < 1:
        handle._execution.handlers.signal("word", "early")
    elif recorded(engine, UpdateAccepted, name="refuse") < 1:
        handle._execution.handlers.update("refuse", None).add_done_callback(lambda future: future.exception())
    elif recorded(engine, UpdateAccepted, name="shout") < 1:
        handle._execution.handlers.update("shout", {"text": "hey"}).add_done_callback(lambda future: future.exception())
    elif recorded(engine, SignalReceived) < 2:
        handle._execution.handlers.signal("word", "late")
    else:
        return replies({"end": {"approved": True, "note": "bye"}})(engine)
    return True


def cancels(engine: KernelEngine) -> bool:
    """Somebody who cancels once."""
    if recorded(engine, CancelRequested):
        return False
    engine.handle(ID).cancel_nowait("enough")
    return True


@dataclass(frozen=True, slots=True)
class Program:
    """A workflow and who talks to it."""

    workflow: type[Any]
    act: Act = field(default_factory=lambda: replies({}))
    value: Any = None


PROGRAMS = {
    "asks": Program(Asks, replies({label: note(label.lower()) for label in "CADB"})),
    "activities": Program(Activities),
    "timers": Program(Timers),
    "asyncio": Program(Asyncio, replies({label: note(label.lower()) for label in "QP"})),
    "steered": Program(Steered, steers),
    "parent": Program(Parent, replies({label: note(f"{label}.") for label in ("child 2", "own", "child 1")})),
    "continued": Program(Continued, replies({"again": note("more")}), {"n": 0}),
    "sets": Program(Sets, replies({"D": note("d")})),
    "stubborn": Program(WithTheStubborn, replies({"why": note("no idea")})),
    "todo": Program(Todo, replies({"word": note("it")})),
    "chance": Program(Chance, replies({label: note("go on") for label in "012"})),
    "cleaning": Program(Cleaning, cancels),
    "unbothered": Program(Unbothered, cancels),
    "failing": Program(Failing, replies({"why": note("because")})),
    "limited": Program(Limited),
}
