"""What is recorded is what was there: another process, a kill at every write, random turns, forks."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field

from nbconvo.errors import ExecutionInUse, NondeterminismError
from nbconvo.flow import ChatState, Flow, FlowPersistence, Session, SQLiteFlowPersistence, start
from nbconvo.flow.errors import SessionNotFound, StateMismatch, StateNotSerializable
from nbconvo.flow.execution import workflow_class
from nbconvo.workflows import InteractiveWorkflow, workflow
from nbconvo.workflows.conversational import ChatInput
from tests.flow.flows import Echo, said, support_flow

ROOT = Path(__file__).parents[2]

FIRST = """
import sys
from contextlib import suppress
from pathlib import Path
from tests.flow.flows import said, support_flow
flow = support_flow(Path(sys.argv[1]), script=[sys.argv[3]])()
flow.kickoff(user_message=sys.argv[2], session_id="550e8400-e29b-41d4-a716-446655440000")
print(said(flow))
"""

OTHER = """
import sys
from tests.flow.flows import Echo
try:
    Echo(sys.argv[1]).kickoff(user_message="hi", session_id="s")
except Exception as error:
    print(type(error).__name__)
"""


def in_another_process(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_second_process_restores_the_quick_start(tmp_path: Path) -> None:
    database = str(tmp_path / "support.db")
    in_another_process(FIRST, database, "Where is my order?", "order")
    assert eval(in_another_process(FIRST, database, "What about returns?", "help")) == [
        ("user", "Where is my order?"),
        ("assistant", "Your order is on the way."),
        ("user", "What about returns?"),
        ("assistant", "How can I help?"),
    ]


def stories(folder: Path, when: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.flow.killed", str(folder), when]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, env=os.environ)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_turn_that_is_killed_did_not_happen_or_waits(tmp_path: Path, when: str) -> None:
    straight, *killed = stories(tmp_path, when)
    assert [one["content"] for one in straight["messages"]] == [
        "one", "turn 1", "one: begun", "two", "turn 2", "two: this", "three", "turn 3", "three: begun",
    ]  # fmt: skip
    assert len(killed) >= 8
    for story in killed:
        assert story["killed"] == signal.SIGKILL
        for position, message in enumerate(story["found"]["messages"]):
            if message["role"] == "user" and not message.get("failed") and not story["found"]["pending"]:
                assert len(story["found"]["messages"]) >= position + 3, "never half a reply"
        whole = [one for one in story["messages"] if not one.get("failed")]
        assert whole == straight["messages"]
        assert story["state"]["turns"] == 3
        assert story["state"] == straight["state"]


def test_a_process_that_lives_keeps_its_sessions(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite3"
    flow = Echo(str(path))
    flow.kickoff(user_message="hi", session_id="s")
    assert in_another_process(OTHER, str(path)).strip() == ExecutionInUse.__name__
    asyncio.run(flow.session("s").close())
    assert in_another_process(OTHER, str(path)).strip() == ""


class Free(ChatState):
    numbers: list[int] = Field(default_factory=list)
    notes: dict[str, Any] = Field(default_factory=dict)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-100, 100) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.text(max_size=8)),
        st.tuples(st.just("count"), st.integers(0, 9)),
        st.tuples(st.just("note"), st.tuples(st.text(max_size=3), JSON)),
        st.tuples(st.just("trim"), st.integers(0, 3)),
        st.tuples(st.just("fail"), st.none()),
    ),
    max_size=4,
)


class Anything(Flow[Free]):
    """Does what its message says."""

    @start()
    async def act(self) -> None:
        for what, how in json.loads(self.state.last_user_message or "[]")[1:]:
            match what:
                case "say":
                    self.append_message("assistant", how)
                case "count":
                    self.state.numbers.append(how)
                case "note":
                    self.state.notes[how[0]] = how[1]
                case "trim":
                    self.state.messages = self.state.messages[-how:] if how else []
                case "fail":
                    raise ValueError("on purpose")
            await asyncio.sleep(0)


async def send(session: Session, actions: list[Any]) -> None:
    with suppress(ValueError):
        await session.send(json.dumps([session.id, *actions]))


def everything(session: Session) -> Any:
    log = session.log
    return session.messages, session.state.model_dump(), log.messages, log.input_history, session.history(), session.memory_view()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(ACTIONS, min_size=1, max_size=4))
def test_what_is_read_again_is_what_was_there(turns: list[list[Any]]) -> None:
    async def main() -> None:
        session = Session(Anything(), "s")
        for actions in turns:
            await send(session, actions)
        live, store = everything(session), session.store
        del session
        gc.collect(0)
        store._lines.clear()
        assert everything(Session(Anything(), "s", store)) == live

    asyncio.run(main())


@settings(max_examples=25, deadline=None)
@given(turns=st.lists(st.tuples(st.sampled_from("ab"), ACTIONS), min_size=1, max_size=8))
def test_two_sessions_in_any_order_never_mix(turns: list[tuple[str, list[Any]]]) -> None:
    async def main() -> None:
        flow = Anything()
        mixed = {name: Session(flow, name) for name in "ab"}
        await asyncio.gather(*(send(mixed[name], actions) for name, actions in turns))
        for name in "ab":
            alone = Session(Anything(), name)
            for one, actions in turns:
                if one == name:
                    await send(alone, actions)
            assert mixed[name].messages == alone.messages
            assert mixed[name].state == alone.state

    asyncio.run(main())


async def test_a_fork_begins_as_a_copy_and_leaves_the_first_alone() -> None:
    session = Session(Echo(), "first")
    for text in ("one", "two"):
        await session.send(text)
    fork = session.fork(at=1)
    await fork.send("three")
    assert [one["content"] for one in fork.messages] == ["one", "You said one.", "three", "You said three."]
    assert fork.state.id == fork.id
    assert [one["content"] for one in session.messages] == ["one", "You said one.", "two", "You said two."]
    with pytest.raises(SessionNotFound, match="no session 'nobody'"):
        Session(Echo(), "nobody").fork()


async def test_restore_from_state_id_forks() -> None:
    flow = Echo()
    await flow.kickoff_async(user_message="one", session_id="first")
    await flow.kickoff_async(user_message="two", restore_from_state_id="first")
    assert flow.state.id != "first"
    assert [content for _, content in said(flow)] == ["one", "You said one.", "two", "You said two."]
    with pytest.raises(SessionNotFound, match="no session 'nobody'"):
        await flow.kickoff_async(user_message="x", restore_from_state_id="nobody")


async def test_a_message_that_failed_can_be_sent_again() -> None:
    class Once(Flow[ChatState]):
        failed = False

        @start()
        def reply(self) -> str:
            if not type(self).failed:
                type(self).failed = True
                raise OSError("the line is dead")
            return "now it works"

    session = Session(Once())
    with pytest.raises(OSError, match="dead"):
        await session.send("hi")
    assert (await session.retry()).reply == "now it works"
    assert [(one["content"], one.get("failed")) for one in session.messages] == [
        ("hi", True),
        ("hi", None),
        ("now it works", None),
    ]


async def test_a_state_that_cannot_be_kept_is_named() -> None:
    class Odd(Flow):
        @start()
        def keep(self) -> None:
            self.state["when"] = {"to": [object()]}

    with pytest.raises(StateNotSerializable, match=r"state\['when'\]\['to'\]\[0\] is a object"):
        await Odd().kickoff_async()


async def test_a_state_class_that_has_changed_is_told(tmp_path: Path) -> None:
    flow = Echo(str(tmp_path / "a.db"))
    await flow.kickoff_async(user_message="hi", session_id="s")
    await flow.session("s").close()

    class More(ChatState):
        needed: int

    class Changed(Flow[More]):
        echo = Echo.echo

    Changed.__nbconvo_workflow_class__ = Echo.__nbconvo_workflow_class__
    Changed.__name__ = "Echo"
    with pytest.raises((StateMismatch, ValueError), match="needed"):
        _ = Changed(str(tmp_path / "a.db"), needed=1).session("s").state


def test_what_was_said_cannot_be_changed_in_place() -> None:
    flow = Echo()
    flow.kickoff(user_message="hi", session_id="s")

    class Rewriting(Flow[ChatState]):
        @start()
        def rewrite(self) -> None:
            if len(self.state.messages) > 2:
                self.state.messages[0]["content"] = "something else"

    flow = Rewriting()
    flow.kickoff(user_message="one", session_id="s")
    flow.kickoff(user_message="two", session_id="s")
    with pytest.raises(TypeError, match="stays as it was"):
        flow.kickoff(user_message="three", session_id="s")


def test_a_persistence_of_ones_own() -> None:
    class InADict(FlowPersistence):
        def __init__(self) -> None:
            self.states: dict[str, Any] = {}

        def save_state(self, flow_uuid: str, method_name: str, state_data: Any) -> None:
            self.states[flow_uuid] = json.loads(json.dumps(state_data))

        def load_state(self, flow_uuid: str) -> dict[str, Any] | None:
            return self.states.get(flow_uuid)

    place = InADict()
    Echo(place).kickoff(user_message="hi", session_id="s")
    again = Echo(place)
    again.kickoff(user_message="there", session_id="s")
    assert [content for _, content in said(again)] == ["hi", "You said hi.", "there", "You said there."]
    assert place.states["s"]["last_user_message"] == "there"


def test_the_sqlite_persistence_reads_and_writes_states(tmp_path: Path) -> None:
    place = SQLiteFlowPersistence(str(tmp_path / "states.db"))
    assert place.load_state("s") is None
    assert not (tmp_path / "states.db").exists()
    place.save_state("s", "step", {"id": "s", "count": 1, "messages": [{"role": "user", "content": "hi"}]})
    assert place.load_state("s") == {"id": "s", "count": 1, "messages": [{"role": "user", "content": "hi"}]}
    support_flow(tmp_path / "states.db", script=["order"])().kickoff(user_message="x", session_id="t")
    assert place.load_state("t")["last_intent"] == "order"


@workflow.define(name="patient")
class Patient(InteractiveWorkflow):
    """Asks twice."""

    @workflow.entrypoint
    async def run(self) -> str:
        first = (await self.wait_for_input(ChatInput("First?"))).message[0].text
        return f"{first} {(await self.wait_for_input(ChatInput('Second?'))).message[0].text}"


async def test_a_session_of_a_workflow_goes_on_in_another_process(tmp_path: Path) -> None:
    path = tmp_path / "patient.sqlite3"
    async with Session(Patient, "p", store=path) as session:
        assert (await session.send("one")).status == "waiting"
    del session
    gc.collect()
    async with Session(Patient, "p", store=path) as again:
        assert (await again.send("two")).output == "one two"
        assert [message["content"] for message in again.messages] == ["one", "two"]


async def test_a_turn_that_cannot_be_taken_up_can_be_given_up(tmp_path: Path) -> None:
    class Before(Flow[ChatState]):
        @start()
        def ask_first(self) -> str:
            return self.ask("Sure?")

    class After(Flow[ChatState]):
        @start()
        def something_else(self) -> str:
            return "done"

    After.__name__ = "Before"
    After.__nbconvo_workflow_class__ = workflow_class(After)
    async with Session(Before(), "s", store=tmp_path / "a.sqlite3") as session:
        await session.send("hi")
    del session
    gc.collect()
    changed = Session(After(), "s", store=tmp_path / "a.sqlite3")
    with pytest.raises(NondeterminismError, match="something_else"):
        changed.send("again")
    changed.give_up()
    assert (await changed.send("again")).reply == "done"
    assert changed.messages[0] == {"role": "user", "content": "hi", "failed": True, "interrupted": True}
    await changed.close()
