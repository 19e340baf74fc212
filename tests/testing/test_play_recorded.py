"""A recorded session is played again: same asks, same answers; whatever differs is told with the conversation so far."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

import nbconvo
from nbconvo.errors import ReplyMismatch, UsageError
from nbconvo.testing import JumpingClock, PlayError, play, settled
from nbconvo.workflows import InteractiveWorkflow, activity, execute_workflow, workflow
from nbconvo.workflows.conversational import AcceptDeclineConfirmation, ChatInput, is_accepted, send_assistant_message
from tests.support.workflows import Approval, OneAsk


@workflow.define(name="trip")
class Trip(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self, city: str) -> str:
        await send_assistant_message(f"To {city}, then.")
        name = (await self.wait_for_input(ChatInput("Your name?"), label="name")).message[0].text
        below = await execute_workflow(OneAsk)
        sure = await self.wait_for_input(AcceptDeclineConfirmation("Sure?"))
        return f"{name} to {city}, {below}: {is_accepted(sure)}"


@pytest.fixture
async def trip(tmp_path: Path) -> Path:
    """The file of a trip that was answered."""
    run = nbconvo.run(Trip, {"city": "Oslo"}, replies=["Ada", Approval(approved=True, note="by train"), "accept"])
    assert await run == "Ada to Oslo, by train: True"
    return run.record(tmp_path / "trip.json")


async def stop(run: nbconvo.Run) -> None:
    """End a run that still waits, while its loop is there."""
    run.cancel()
    await settled()
    assert run.status == "canceled"


def changed(path: Path, change: Callable[[Any], Any]) -> Path:
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data, indent=1))
    return path


def test_what_was_recorded_is_played_with_its_input(trip: Path) -> None:
    assert play(Trip, replies=trip).result == "Ada to Oslo, by train: True"
    assert play(Trip, replies=str(trip)).result == "Ada to Oslo, by train: True"
    assert play(Trip, {"city": "Rome"}, replies=trip).result == "Ada to Rome, by train: True"
    assert "by train" in str(play(Trip, replies=trip).transcript)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (
            lambda replies: replies[0]["ask"].update(label="nom"),
            r"asks 'name' \(chat\), which was not recorded: reply 1 is for 'nom'",
        ),
        (lambda replies: replies[0]["ask"].update(kind="form"), r"asks 'name' \(chat\), which was not recorded: reply 1"),
        (lambda replies: replies.pop(0), r"asks 'name' \(chat\), which was not recorded: reply 1 is for 'L' \(form\)"),
        (lambda replies: replies.pop(), r"^Nothing answers the ask 'Sure\?', and it has no timeout"),
        (lambda replies: replies.append({"reply": "more"}), r"has ended, and these replies are left over: 4 for '\(any\)' in"),
        (lambda replies: replies[2].update(reply="perhaps"), r"^The reply 'perhaps' to the ask 'Sure\?' was not accepted"),
        (lambda replies: replies.insert(0, replies.pop()), r"waits for an answer to 'name', and reply 1 is for 'Sure\?'"),
    ],
    ids=["label", "kind", "unexpected", "too few", "left over", "rejected", "order"],
)
def test_what_differs_is_told_with_the_conversation_so_far(trip: Path, change: Callable[[Any], Any], what: str) -> None:
    with pytest.raises(PlayError, match=what) as caught:
        play(Trip, replies=changed(trip, lambda data: change(data["replies"])))
    assert "To Oslo, then." in str(caught.value)


def test_what_is_left_out_of_an_ask_may_be_anything(trip: Path) -> None:
    changed(trip, lambda data: [entry.pop("ask") for entry in data["replies"]])
    assert play(Trip, replies=trip).result == "Ada to Oslo, by train: True"


def test_a_file_of_another_workflow_is_not_played(trip: Path) -> None:
    with pytest.raises(UsageError, match=r"was recorded with the workflow 'trip', and this is 'one-ask'"):
        play(OneAsk, replies=trip)


@activity()
async def look() -> None:
    await asyncio.sleep(0)


@workflow.define(name="race")
class Race(InteractiveWorkflow):
    """Two are asked at once, the second after an activity; the slower one may time out."""

    @workflow.entrypoint
    async def run(self) -> str:
        said: list[str] = []

        async def ask(label: str, timeout: float | None) -> None:
            try:
                said.append((await self.wait_for_input(ChatInput("Word?"), label=label, timeout=timeout)).message[0].text)
            except TimeoutError:
                said.append(f"{label} is late")

        async def second() -> None:
            await look()
            await ask("b", None)

        await asyncio.gather(ask("a", 60), second())
        return " ".join(said)


@pytest.mark.parametrize(
    ("order", "result", "elapsed"),
    [
        ([("b", "B"), ("a", "A")], "B A", 0),
        ([("a", "A"), ("b", "B")], "A B", 0),
        ([("a", None), ("b", "B")], "a is late B", 60),
        ([("b", "B"), ("a", None)], "B a is late", 60),
    ],
)
def test_answers_and_timeouts_come_in_the_recorded_order(
    tmp_path: Path, order: list[tuple[str, str | None]], result: str, elapsed: float
) -> None:
    def entry(label: str, word: str | None) -> dict[str, Any]:
        return {"ask": {"label": label}} | ({"no_reply": "timed_out"} if word is None else {"reply": word})

    path = tmp_path / "race.json"
    path.write_text(json.dumps({"replies": [entry(*pair) for pair in order]}))
    clock = JumpingClock(jumps=False)
    assert play(Race, replies=path, clock=clock).result == result
    assert clock.elapsed == elapsed


@workflow.define(name="first-wins")
class FirstWins(InteractiveWorkflow):
    """Takes one answer and withdraws the other ask."""

    @workflow.entrypoint
    async def run(self) -> str:
        asks = [asyncio.ensure_future(self.wait_for_input(ChatInput("Word?"), label=label)) for label in "ab"]
        done, rest = await asyncio.wait(asks, return_when=asyncio.FIRST_COMPLETED)
        for ask in rest:
            ask.cancel()
        return done.pop().result().message[0].text


async def test_a_run_plays_it_too(trip: Path) -> None:
    assert await nbconvo.run(Trip, replies=trip) == "Ada to Oslo, by train: True"
    assert await nbconvo.run(Trip, {"city": "Rome"}, replies=str(trip)) == "Ada to Rome, by train: True"
    changed(trip, lambda data: data["replies"][1]["ask"].update(label="M"))
    run = nbconvo.run(Trip, replies=trip)
    with pytest.raises(ReplyMismatch, match="asks 'L'"):
        await run
    await stop(run)
    with pytest.raises(UsageError, match="leave out the id"):
        nbconvo.run(Trip, replies=trip, id="mine")


async def test_a_run_waits_for_the_ask_that_comes_next(tmp_path: Path) -> None:
    path = tmp_path / "race.json"
    path.write_text(json.dumps({"replies": [{"ask": {"label": label}, "reply": label} for label in "ba"]}))
    assert await nbconvo.run(Race, replies=path) == "b a", "b is asked after an activity"


async def test_an_ask_that_was_withdrawn_is_left_alone(tmp_path: Path) -> None:
    run = nbconvo.run(FirstWins)
    await run.settle()
    await run.reply("yes", "b")
    await settled()
    assert await run == "yes"
    path = run.record(tmp_path / "first.json")
    assert [entry.get("no_reply") for entry in json.loads(path.read_text())["replies"]] == [None, "canceled"]
    assert play(FirstWins, replies=path).result == "yes"


async def test_a_session_that_was_saved_half_way_ends_where_it_was(tmp_path: Path) -> None:
    run = nbconvo.run(Trip, {"city": "Oslo"})
    await run.settle()
    await run.reply("Ada")
    path = run.record(tmp_path / "half.json")
    await stop(run)
    with pytest.raises(PlayError, match=r"^Nothing answers the ask 'L'"):
        play(Trip, replies=path)


class Login(BaseModel):
    user: str
    key: SecretStr


@workflow.define(name="login")
class LogsIn(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self, token: SecretStr) -> bool:
        given = await self.wait_for_input(Login)
        return (given.key.get_secret_value(), token.get_secret_value()) == ("hunter2", "hunter1")


async def test_secrets_are_filled_in_by_hand(tmp_path: Path) -> None:
    run = nbconvo.run(LogsIn, "hunter1", replies=[{"user": "ada", "key": "hunter2"}])
    assert await run is True
    path = run.record(tmp_path / "login.json")
    assert "hunter" not in path.read_text()
    with pytest.raises(UsageError, match=r"login\.json, line 5: a secret is missing"):
        play(LogsIn, replies=path)
    with pytest.raises(UsageError, match=r"login\.json, line \d+: a secret is missing at /key"):
        play(LogsIn, "hunter1", replies=path)
    changed(path, lambda data: data["replies"][0]["reply"].update(key="hunter2"))
    assert play(LogsIn, "hunter1", replies=path).result is True


@workflow.define(name="polls")
class Polls(InteractiveWorkflow):
    """Looks at something every second while it waits."""

    @workflow.entrypoint
    async def run(self, timeout: float | None) -> str:
        async def poll() -> None:
            while True:
                await asyncio.sleep(1)

        polling = asyncio.ensure_future(poll())
        try:
            return (await self.wait_for_input(ChatInput(), label="word", timeout=timeout)).message[0].text
        except TimeoutError:
            return "late"
        finally:
            polling.cancel()


def test_one_that_polls_while_nobody_answers_ends() -> None:
    with pytest.raises(PlayError, match=r"^Nothing answers the ask 'word', and it has no timeout"):
        play(Polls, {"timeout": None})
    assert play(Polls, {"timeout": 10_500}).result == "late", "this one ends by itself"


def test_a_reply_that_raises_is_told_with_the_conversation() -> None:
    def reply(ask: Any) -> str:
        raise KeyError(ask["label"])

    with pytest.raises(KeyError, match="name") as caught:
        play(Trip, {"city": "Oslo"}, [reply])
    assert "To Oslo, then." in caught.value.__notes__[0]
