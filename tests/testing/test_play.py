"""A conversation is played in milliseconds, and what goes wrong in it is told with the conversation so far."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from nbconvo.errors import WorkflowCanceled, WorkflowFailed
from nbconvo.testing import NO_ANSWER, JumpingClock, PlayError, play
from nbconvo.workflows import InteractiveWorkflow, activity, execute_workflow, workflow
from nbconvo.workflows.conversational import AcceptDeclineConfirmation, ChatInput, is_accepted, send_assistant_message
from tests.support.workflows import Approval, Concurrent, Greeting, Impatient, OneAsk


@workflow.define(name="order")
class Order(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self, item: str) -> str:
        await send_assistant_message(f"One {item}?")
        sure = await self.wait_for_input(AcceptDeclineConfirmation("Sure?"), label="sure", timeout=60)
        if not is_accepted(sure):
            return "nothing"
        said = await self.wait_for_input(ChatInput("Your name?"), label="name")
        return f"{item} for {said.message[0].text}"


def test_replies_are_what_a_person_would_type() -> None:
    played = play(Order, {"item": "tea"}, ["accept", "Ada"])
    assert played.result == "tea for Ada"
    assert [line for line in str(played.transcript).splitlines() if "tea" in line or "Ada" in line]
    assert [event.event_type for event in played.events][::5] == ["WORKFLOW_EXECUTION_STARTED", "CUSTOM_TASK_STARTED"]
    assert not any(event.internal for event in played.events)


def test_replies_may_go_by_label_in_any_order() -> None:
    assert play(Order, {"item": "tea"}, {"name": "Ada", "sure": "accept"}).result == "tea for Ada"
    by_label = {label: {"approved": True, "note": str(label)} for label in ("B", None, "A")}
    assert play(Concurrent, replies=by_label).result == {"a": "A", "b": "B", "c": "None"}


def test_a_reply_may_look_at_its_ask() -> None:
    seen: list[Any] = []

    def reply(ask: Any) -> str:
        seen.append(ask["label"])
        return "accept" if ask["label"] == "sure" else "Eve"

    assert play(Order, {"item": "milk"}, [reply, reply]).result == "milk for Eve"
    assert seen == ["sure", "name"]


def test_an_ask_that_nobody_answers_times_out_in_no_time() -> None:
    clock = JumpingClock(jumps=False)
    began = time.monotonic()
    assert play(Impatient, {"caught": True}, clock=clock).result == "timeout:''"
    assert play(Impatient, {"caught": True}, [NO_ANSWER], clock=clock).result == "timeout:''"
    assert clock.elapsed == 180
    assert time.monotonic() - began < 5


@workflow.define(name="patient")
class Patient:
    @workflow.entrypoint
    async def run(self) -> float:
        start = workflow.now()
        await asyncio.sleep(30 * 24 * 3600)
        return (workflow.now() - start).total_seconds()


def test_a_month_takes_no_time() -> None:
    assert play(Patient).result == 30 * 24 * 3600


@pytest.mark.parametrize(
    ("scene", "what"),
    [
        (lambda: play(Order, {"item": "tea"}, ["accept"]), r"^Nothing answers the ask .*name.*, and it has no timeout"),
        (
            lambda: play(Order, {"item": "tea"}, ["decline", "Ada"]),
            r"^The workflow has ended and these replies are left over: \['Ada'\]",
        ),
        (lambda: play(Order, {"item": "tea"}, ["perhaps"]), r"^The reply 'perhaps' to the ask .*sure.* was not accepted: "),
        (lambda: play(Order, {"item": "tea"}, {"sure": "accept", "nam": "Ada"}), r"^Nothing answers the ask .*name"),
    ],
    ids=["no reply", "left over", "rejected", "wrong label"],
)
def test_what_goes_wrong_is_told_with_the_conversation(scene: Callable[[], Any], what: str) -> None:
    with pytest.raises(PlayError, match=what) as caught:
        scene()
    assert "One tea?" in str(caught.value)
    assert "One tea?" in str(caught.value.transcript)
    assert isinstance(caught.value, AssertionError)


def test_a_workflow_that_fails_fails_the_play() -> None:
    with pytest.raises(WorkflowFailed, match="TimeoutError"):
        play(Impatient, {"caught": False})


@workflow.define(name="gives-up")
class GivesUp:
    @workflow.entrypoint
    async def run(self) -> None:
        raise asyncio.CancelledError


def test_a_workflow_that_cancels_itself_is_cancelled() -> None:
    with pytest.raises(WorkflowCanceled):
        play(GivesUp)


@activity(retry_policy_max_attempts=2)
async def in_a_thread(failures: list[int]) -> str:
    return await asyncio.get_running_loop().run_in_executor(None, lambda: "from a thread")


@workflow.define(name="above")
class Above:
    @workflow.entrypoint
    async def run(self) -> str:
        return f"{await in_a_thread([])}; {await execute_workflow(OneAsk)}"


def test_activities_do_real_work_and_the_asks_of_children_are_answered() -> None:
    assert play(Above, replies={"L": Approval(approved=True, note="child")}).result == "from a thread; child"


async def test_it_works_where_a_loop_is_running() -> None:
    assert "Ada" in play(Greeting, replies=["Ada"]).result.content[0].text
