"""A secret that a person gives reaches the workflow and is written down nowhere; after a restart it is asked for again."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field, SecretStr

from nbconvo.engine import KernelEngine, KernelHandle, Status
from nbconvo.errors import ActivityError, InputRejected, NondeterminismError, WorkflowCanceled, WorkflowFailed
from nbconvo.protocol.events import CustomTaskStarted, InputReceived
from nbconvo.testing import JumpingClock
from nbconvo.testing.clock import START
from nbconvo.views import static
from nbconvo.views.fold import fold_all
from nbconvo.views.model import TranscriptView
from nbconvo.views.recording import recording
from nbconvo.workflows import InteractiveWorkflow, activity, execute_workflow, workflow
from nbconvo.workflows.conversational import ChatInput, FormInput, TextField, send_assistant_message
from tests.support.executions import answer, open_asks, says

ID = "mine"
SECRET = "correct horse battery staple"
Restarted = Callable[..., Any]
logins: list[str] = []


class Login(FormInput):
    """Who are you?"""

    user: str = TextField("User")
    key: SecretStr = TextField("Key")
    spare: SecretStr | None = None


class Plain(BaseModel):
    """A text that only its schema says is a secret."""

    pin: str = Field(json_schema_extra={"format": "password"})


@activity()
async def log_in(user: str, key: SecretStr) -> str:
    logins.append(key.get_secret_value())
    return f"{user} is in"


@activity()
async def careless(text: str) -> str:
    logins.append(text)
    return f"got {text}"


@activity(retry_policy_max_attempts=2)
async def refused(key: SecretStr) -> str:
    raise ValueError(f"{key.get_secret_value()} is no key")


@workflow.define(name="signing-in")
class SigningIn(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        login = await self.wait_for_input(Login, label="Login")
        said = await log_in(login.user, login.key)
        name = await self.wait_for_input(ChatInput("Your name?"), label="Name")
        key = login.key.get_secret_value()
        await careless(key)
        await send_assistant_message(f"{said} with {key}")
        return f"{name.message[0].text}: {len(key)}"


GIVEN = {"user": "ada", "key": SECRET}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    logins.clear()


@pytest.fixture
def kernel(tmp_path: Path) -> Restarted:
    """An engine over the same file each time, once per life of the process."""

    @asynccontextmanager
    async def kernel() -> AsyncIterator[KernelEngine]:
        async with KernelEngine(tmp_path / "j.sqlite3", clock=JumpingClock(jumps=False, start=START)) as engine:
            yield engine

    return kernel


def view_of(engine: KernelEngine) -> TranscriptView:
    return fold_all(engine.journal.read(ID))


def assert_unwritten(folder: Path, engine: KernelEngine | None = None) -> None:
    """No file in the folder and nothing that is shown holds the secret."""
    for path in folder.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path
    if engine is not None:
        events = list(engine.journal.read(ID))
        assert SECRET not in json.dumps([event.to_json() for event in events])
        view = view_of(engine)
        assert SECRET not in json.dumps(view)
        assert all(SECRET not in form for form in static.mimebundle(view).values())


async def to_the_name(engine: KernelEngine) -> KernelHandle:
    handle = await engine.start(SigningIn, id=ID)
    await answer(handle, GIVEN)
    await until_asked(handle, "Name")
    return handle


async def until_asked(handle: KernelHandle, label: str) -> None:
    for _ in range(10_000):
        if [ask["label"] for ask in handle.pending_inputs_nowait()] == [label]:
            return
        await asyncio.sleep(0)
    raise AssertionError(f"{label} is not asked")


async def test_the_live_workflow_has_it_and_nobody_else(kernel: Restarted, tmp_path: Path) -> None:
    async with kernel() as engine:
        handle = await to_the_name(engine)
        assert_unwritten(tmp_path, engine)
        await answer(handle, says("Ada"))
        assert await handle.result() == f"Ada: {len(SECRET)}"
        assert logins == [SECRET, SECRET]
        assert_unwritten(tmp_path, engine)
        answered = view_of(engine)["items"][0]
    assert answered["kind"] == "answer"
    assert [row["text"] for row in answered.get("rows", [])] == ["ada", "••••••••", "-"]
    assert_unwritten(tmp_path)


async def test_after_a_restart_it_is_asked_again_and_nothing_runs_twice(kernel: Restarted, tmp_path: Path) -> None:
    async with kernel() as engine:
        await to_the_name(engine)
    async with kernel() as engine:
        handle = await engine.start(SigningIn, id=ID)
        (ask,) = await open_asks(handle)
        shown, _ = view_of(engine)["asks"]  # the name is open, too, and cannot be answered before
        assert (ask["label"], shown["task_id"], shown.get("again")) == ("Login", ask["task_id"], True)
        user, key, _ = shown["form"]["fields"]  # type: ignore[typeddict-item]
        assert (user.get("default"), "default" in key) == ("ada", False)
        await answer(handle, GIVEN)
        await until_asked(handle, "Name")
        assert view_of(engine)["asks"][0]["label"] == "Name"
        await answer(handle, says("Ada"))
        assert await handle.result() == f"Ada: {len(SECRET)}"
        assert logins == [SECRET, SECRET]
        assert [item["id"] for item in view_of(engine)["items"]].count(ask["task_id"]) == 1
        assert [entry.ask.label for entry in recording(engine.journal.read(ID)).replies] == ["Login", "Name"]
        assert_unwritten(tmp_path, engine)


async def test_a_restart_while_it_is_asked_again_asks_once(kernel: Restarted) -> None:
    async with kernel() as engine:
        await to_the_name(engine)
    for _ in range(3):
        async with kernel() as engine:
            await engine.start(SigningIn, id=ID)
            assert len(view_of(engine)["asks"]) == 2
    async with kernel() as engine:
        handle = await engine.start(SigningIn, id=ID)
        asked = [event for event in engine.journal.read(ID) if isinstance(event.attributes, CustomTaskStarted) and event.origin]
        assert len(asked) == 1
        await answer(handle, GIVEN)
        await until_asked(handle, "Name")
    async with kernel() as engine:
        handle = await engine.start(SigningIn, id=ID)
        await until_asked(handle, "Login")


async def test_only_the_secret_may_be_another_one(kernel: Restarted, tmp_path: Path) -> None:
    async with kernel() as engine:
        await to_the_name(engine)
    async with kernel() as engine:
        handle = await engine.start(SigningIn, id=ID)
        (ask,) = await open_asks(handle)
        with pytest.raises(InputRejected, match="only secrets can be given anew") as caught:
            await handle.submit_input(ask["task_id"], {**GIVEN, "user": "grace"})
        assert [problem.path for problem in caught.value.errors] == [("user",)]
        await handle.submit_input(ask["task_id"], {**GIVEN, "key": "another"})
        await until_asked(handle, "Name")
        await answer(handle, says("Ada"))
        assert await handle.result() == "Ada: 7"
        assert_unwritten(tmp_path, engine)


async def test_other_asks_wait_until_it_is_given(kernel: Restarted) -> None:
    async with kernel() as engine:
        handle = await to_the_name(engine)
        (name,) = handle.pending_inputs_nowait()
    async with kernel() as engine:
        handle = await engine.start(SigningIn, id=ID)
        with pytest.raises(InputRejected, match="first give the secrets again"):
            await handle.submit_input(name["task_id"], says("Ada"))
        assert handle.is_still


async def test_a_run_that_waits_for_it_can_be_cancelled(kernel: Restarted) -> None:
    async with kernel() as engine:
        await to_the_name(engine)
    async with kernel() as engine:
        handle = await engine.start(SigningIn, id=ID)
        await handle.cancel("enough")
        with pytest.raises(WorkflowCanceled, match="enough"):
            await handle.result()
        view = view_of(engine)
        assert (view["status"], view["asks"]) == ("canceled", [])
    async with kernel() as engine:
        assert (await engine.start(SigningIn, id=ID)).status is Status.CANCELED


async def test_code_that_changed_is_found_out_when_it_goes_on(kernel: Restarted) -> None:
    @workflow.define(name="signing-in")
    class Changed(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> str:
            await self.wait_for_input(Login, label="Login")
            await self.wait_for_input(ChatInput("Something else?"))
            return ""

    async with kernel() as engine:
        await to_the_name(engine)
        before = len(list(engine.journal.read(ID)))
    async with kernel() as engine:
        handle = await engine.start(Changed, id=ID)
        with pytest.raises(NondeterminismError):
            await answer(handle, GIVEN)
        assert handle.status is Status.EVICTED
        assert len(list(engine.journal.read(ID))) == before + 2  # asked and answered; nothing else


async def test_going_back_in_the_same_process_asks_nobody(kernel: Restarted) -> None:
    async with kernel() as engine:
        handle = await to_the_name(engine)
        name = await answer(handle, says("Ada"))
        await handle.result()
        fork = engine.fork(ID, name)
        await answer(fork, says("Grace"))
        assert await fork.result() == f"Grace: {len(SECRET)}"


async def test_a_reply_that_does_not_fit_does_not_repeat_it(kernel: Restarted) -> None:
    async with kernel() as engine:
        handle = await engine.start(SigningIn, id=ID)
        (ask,) = await open_asks(handle)
        with pytest.raises(InputRejected) as caught:
            await handle.submit_input(ask["task_id"], {"key": SECRET})
        assert [problem.path for problem in caught.value.errors] == [("user",)]
        assert SECRET not in "".join(traceback.format_exception(caught.value))
        await handle.submit_input(ask["task_id"], Login(user="ada", key=SecretStr(SECRET)))
        await until_asked(handle, "Name")
        assert logins == [SECRET]


async def test_a_failure_that_repeats_it_is_recorded_without_it(kernel: Restarted, tmp_path: Path) -> None:
    @workflow.define(name="refused")
    class Refused(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> None:
            key = (await self.wait_for_input(Login)).key
            try:
                await refused(key)
            except ActivityError:
                raise ValueError(f"{key.get_secret_value()} is refused") from None

    async with kernel() as engine:
        handle = await engine.start(Refused, id=ID)
        await answer(handle, GIVEN)
        for _ in range(100):
            await asyncio.sleep(0)
        engine.clock.advance(60)
        with pytest.raises(WorkflowFailed):
            await handle.result()
        assert_unwritten(tmp_path, engine)
        assert "********** is refused" in json.dumps(view_of(engine))


async def test_a_child_is_not_started_with_a_secret(kernel: Restarted, tmp_path: Path) -> None:
    @workflow.define(name="taking")
    class Taking:
        @workflow.entrypoint
        async def run(self, login: Login) -> int:
            return len(login.key.get_secret_value())

    @workflow.define(name="giving")
    class Giving(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> int:
            return await execute_workflow(Taking, await self.wait_for_input(Login))

    async with kernel() as engine:
        handle = await engine.start(Giving, id=ID)
        await answer(handle, GIVEN)
        with pytest.raises(WorkflowFailed, match="Let the child ask for it"):
            await handle.result()
        assert_unwritten(tmp_path, engine)
    assert await execute_workflow(Taking, Login(user="ada", key=SecretStr(SECRET))) == len(SECRET)


async def test_a_text_that_the_schema_calls_a_password_is_a_secret(kernel: Restarted, tmp_path: Path) -> None:
    @workflow.define(name="pin")
    class Pin(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> int:
            return len((await self.wait_for_input(Plain)).pin)

    async with kernel() as engine:
        handle = await engine.start(Pin, id=ID)
        await answer(handle, {"pin": SECRET})
        assert await handle.result() == len(SECRET)
        (received,) = [e.attributes for e in engine.journal.read(ID) if isinstance(e.attributes, InputReceived)]
        assert received.input == {"pin": "**********"}
        assert_unwritten(tmp_path, engine)
