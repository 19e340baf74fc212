"""Turns: what a message does to a session, and what stays of it when something goes wrong. Cases 1 to 15 of the specification."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from nbconvo.errors import WorkflowCanceled
from nbconvo.flow import (
    ChatState,
    ConversationalFlow,
    Flow,
    Session,
    listen,
    router,
    start,
)
from nbconvo.flow.errors import SessionBusyError, SessionEndedError, StepExited
from tests.flow.flows import Echo, said, support_flow


def test_the_quick_start_runs() -> None:
    flow, session_id = support_flow()(), str(uuid4())
    first = flow.kickoff(user_message="Where is my order?", session_id=session_id)
    assert first["last_intent"] == "order"
    flow.kickoff(user_message="What about returns?", session_id=session_id)
    flow.finalize_session_traces()
    assert [role for role, _ in said(flow)] == ["user", "assistant", "user", "assistant"]
    assert said(flow)[-1] == ("assistant", "How can I help?")


@pytest.mark.parametrize("where", ["last", "first", "class"])
def test_a_new_flow_object_restores_the_session_wherever_persist_stands(tmp_path: Path, where: str) -> None:
    database, session_id = tmp_path / "support.db", str(uuid4())
    flow = support_flow(database, where=where)()
    flow.kickoff(user_message="Where is my order?", session_id=session_id)
    flow.kickoff(user_message="What about returns?", session_id=session_id)
    before = said(flow)
    again = support_flow(database, where=where)()
    third = again.kickoff(user_message="And now?", session_id=session_id)
    assert len(third["messages"]) >= 5
    assert third["messages"][0] == {"role": "user", "content": "Where is my order?"}
    assert said(again)[:4] == before


def test_a_message_may_be_a_dict() -> None:
    flow = Echo()
    flow.kickoff(user_message={"role": "user", "content": "hi"}, session_id="s")
    assert said(flow)[-2] == ("user", "hi")


def test_an_empty_message_is_refused_and_changes_nothing() -> None:
    flow = Echo()
    flow.kickoff(user_message="hi", session_id="s")
    before = said(flow)
    with pytest.raises(ValueError, match=r"^The user message is mandatory in conversational workflows\.$"):
        flow.kickoff(user_message="   ", session_id="s")
    assert said(flow) == before
    assert len(flow.session("s").history()) == 1


def test_a_plain_flow_runs_without_a_message() -> None:
    class Plain(Flow):
        @start()
        def begin(self) -> int:
            return 2

        @listen(begin)
        def double(self, number: int) -> int:
            self.state["doubled"] = 2 * number
            return 2 * number

    flow = Plain()
    assert flow.kickoff() == 4
    assert flow.state == {"id": flow.flow_id, "doubled": 4}
    assert flow.session().messages == []


def test_intents_need_a_model() -> None:
    flow = Echo()
    with pytest.raises(ValueError, match=r"^intent_llm is required when intents are provided$"):
        flow.kickoff(intents=["a"], user_message="x", session_id="s")
    assert flow.session("s").messages == []


class Swallowing(Flow[ChatState]):
    @start()
    def begin(self) -> str:
        return "chat"

    @router(begin)
    def route(self) -> str:
        return "talk"

    @listen("talk")
    def greet(self) -> str:
        return "Hi!"

    @listen(greet)
    def finalize(self) -> dict[str, Any]:
        return self.state.model_dump()


def test_a_later_step_cannot_swallow_the_reply() -> None:
    flow = Swallowing()
    output = flow.kickoff(user_message="hello", session_id="s")
    assert output["last_user_message"] == "hello"
    assert said(flow) == [("user", "hello"), ("assistant", "Hi!")]


def test_a_reply_that_is_appended_and_returned_is_said_once() -> None:
    class Twice(Flow[ChatState]):
        @start()
        def reply(self) -> str:
            self.append_message("assistant", "Hi!")
            return "Hi!"

    flow = Twice()
    flow.kickoff(user_message="hello", session_id="s")
    assert said(flow) == [("user", "hello"), ("assistant", "Hi!")]


class Failing(Flow[ChatState]):
    @start()
    def begin(self) -> None:
        self.append_message("assistant", "half a reply")
        self.state.session_ready = True
        if self.state.last_user_message == "fail":
            raise RuntimeError("boom")


async def test_an_error_of_a_step_comes_through_and_the_message_is_flagged() -> None:
    flow = Failing()
    with pytest.raises(RuntimeError, match=r"^boom$"):
        flow.kickoff(user_message="fail", session_id="s")  # a loop is running here, as in a notebook
    with pytest.raises(RuntimeError, match=r"^boom$") as raised:
        await flow.kickoff_async(user_message="fail", session_id="s")
    names = [frame.name for frame in raised.traceback]
    assert "begin" in names
    session = flow.session("s")
    assert [one.get("failed") for one in session.messages] == [True, True]
    assert flow.state.session_ready is False
    await flow.kickoff_async(user_message="fine", session_id="s")
    assert said(flow) == [("user", "fine"), ("assistant", "half a reply")]
    assert len(session.messages) == 4


async def test_two_sessions_of_one_flow_at_once_do_not_mix() -> None:
    class Slow(Flow[ChatState]):
        @start()
        async def reply(self) -> str:
            mine = self.state.last_user_message
            await asyncio.sleep(0.02)
            assert self.state.last_user_message == mine
            return f"re: {mine}"

    flow = Slow()
    one, other = flow.session("a"), flow.session("b")
    results = await asyncio.gather(*(session.send(f"{session.id}{n}") for n in range(3) for session in (one, other)))
    assert sorted(result.reply for result in results) == sorted(f"re: {name}{n}" for name in "ab" for n in range(3))
    for session in (one, other):
        assert said(session) == [
            pair for n in range(3) for pair in (("user", f"{session.id}{n}"), ("assistant", f"re: {session.id}{n}"))
        ]


class Waiting(Flow[ChatState]):
    gate: Any = None

    @start()
    async def reply(self) -> str:
        await self.gate.wait()
        return f"re: {self.state.last_user_message}"


async def test_a_message_while_the_session_is_busy() -> None:
    flow = Waiting()
    flow.gate = asyncio.Event()
    queued = Session(flow, busy="queue")
    runs = [queued.send("one"), queued.send("two")]
    await asyncio.sleep(0)
    flow.gate.set()
    assert [(await run).reply for run in runs] == ["re: one", "re: two"]
    flow.gate.clear()
    rejecting = Session(flow, busy="reject")
    first = rejecting.send("one")
    with pytest.raises(SessionBusyError, match="is busy"):
        rejecting.send("two")
    flow.gate.set()
    assert (await first).reply == "re: one"
    flow.gate.clear()
    cancelling = Session(flow, busy="cancel")
    first, second = cancelling.send("one"), cancelling.send("two")
    flow.gate.set()
    with pytest.raises(WorkflowCanceled):
        await first
    assert (await second).reply == "re: two"
    assert [(one["content"], one.get("cancelled")) for one in cancelling.messages] == [
        ("one", True),
        ("two", None),
        ("re: two", None),
    ]


async def test_a_thousand_turns_stay_small(tmp_path: Path) -> None:
    class Three(Flow[ChatState]):
        @start()
        async def begin(self) -> str:
            return "ready"

        @router(begin)
        async def route(self) -> str:
            return "talk"

        @listen("talk")
        async def answer(self) -> str:
            return "That is a short reply."

    path = tmp_path / "long.sqlite3"
    session = Session(Three(), store=path)
    rows = []
    for number in range(200):
        await session.send(f"Message number {number}")
        if number in (50, 199):
            session.store.journal._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            rows.append(path.stat().st_size)
    assert (rows[1] - rows[0]) / 149 < 2048
    assert len(session.log.turns) == 200
    await session.close()


async def test_an_ended_conversation_takes_no_message_unless_it_is_opened_again() -> None:
    class Ending(ConversationalFlow):
        def route_turn(self, context: dict[str, Any]) -> str | None:
            return "end" if context["current_user_message"] == "bye" else None

    session = Session(Ending())
    assert (await session.send("bye")).reply == "Conversation ended."
    with pytest.raises(SessionEndedError, match="reopen=True"):
        session.send("hello")
    assert (await session.send("hello", reopen=True)).intent == "converse"
    assert session.state.ended is False


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
def test_a_step_cannot_end_the_process(error: BaseException) -> None:
    class Leaving(Flow[ChatState]):
        @start()
        def leave(self) -> None:
            if self.state.last_user_message == "leave":
                raise error

    flow = Leaving()
    with pytest.raises(StepExited, match="Step 'leave' raised"):
        flow.kickoff(user_message="leave", session_id="s")
    assert flow.kickoff(user_message="stay", session_id="s") is None


def test_a_session_without_a_loop_says_what_to_use() -> None:
    with pytest.raises(RuntimeError, match=r"In a script, flow\.kickoff\("):
        Session(Echo()).send("hi")
