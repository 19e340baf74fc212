"""Asking people from inside a turn: `ask`, providers, feedback, restarts. Cases 25 to 32 of the specification."""

from __future__ import annotations

import asyncio
import builtins
import gc
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from nbconvo.conversations.models import ScriptedModel
from nbconvo.errors import NoPendingInput
from nbconvo.flow import (
    ChatState,
    Flow,
    FlowState,
    HumanFeedbackPending,
    HumanFeedbackResult,
    InputResponse,
    QueueInputProvider,
    Session,
    human_feedback,
    listen,
    start,
)
from nbconvo.flow.conversation import input_history_to_messages
from nbconvo.flow.errors import HumanFeedbackCollapseError, InputProviderError, InputUnavailableError
from tests.flow.flows import said


class Asking(Flow[ChatState]):
    timeout: float | None = None

    @start()
    def greet(self) -> str:
        name = self.ask("Your name?", timeout=self.timeout, metadata={"field": "name"})
        return f"Hello, {name}!"


async def test_a_silent_person_is_a_timeout_and_leaves_no_thread() -> None:
    flow, before = Asking(), threading.active_count()
    flow.timeout = 0.2
    began = time.monotonic()
    assert await flow.kickoff_async(user_message="hi") == "Hello, None!"
    assert time.monotonic() - began < 5
    for _ in range(100):
        await asyncio.sleep(0.05)
        if threading.active_count() <= before:
            break
    assert threading.active_count() <= before


async def test_a_provider_that_fails_is_no_timeout() -> None:
    class Broken:
        def request_input(self, message: str, flow: Any, metadata: Any = None) -> str:
            raise OSError("the line is dead")

    flow = Asking()
    flow.input_provider = Broken()
    with pytest.raises(InputProviderError, match="the line is dead") as raised:
        await flow.kickoff_async(user_message="hi")
    assert isinstance(raised.value.__cause__, OSError)


@pytest.mark.parametrize("answer", ["Ada", InputResponse("Ada", {"by": "phone"})])
async def test_providers_answer(answer: Any) -> None:
    class Quick:
        async def request_input(self, message: str, flow: Any, metadata: Any = None) -> Any:
            return answer

    flow = Asking()
    flow.input_provider = Quick()
    assert await flow.kickoff_async(user_message="hi") == "Hello, Ada!"
    entry = flow.input_history[0]
    assert (entry["message"], entry["response"], entry["method_name"]) == ("Your name?", "Ada", "greet")
    assert entry["metadata"] == {"field": "name"}
    assert entry["response_metadata"] == getattr(answer, "metadata", None)
    assert input_history_to_messages(flow.input_history) == [
        {"role": "assistant", "content": "Your name?"},
        {"role": "user", "content": "Ada"},
    ]


def test_a_queue_answers_by_session() -> None:
    flow = Asking()
    flow.input_provider = QueueInputProvider()
    flow.input_provider.push("b", "Eve")
    flow.input_provider.push("a", "Ada")
    assert flow.kickoff(user_message="hi", session_id="a") == "Hello, Ada!"
    assert flow.kickoff(user_message="hi", session_id="b") == "Hello, Eve!"


async def pending(session: Session) -> Any:
    while not session.pending:
        await asyncio.sleep(0.001)
    return session.pending[0]


async def test_an_ask_is_answered_by_submit_or_by_the_next_message() -> None:
    flow = Asking()
    task = asyncio.create_task(flow.kickoff_async(user_message="hi", session_id="s"))
    session = flow.session("s")
    ask = await pending(session)
    assert ask["input_schema"]["properties"]["message"]["description"] == "Your name?"
    asyncio.get_running_loop().call_soon(session.submit, ask["task_id"], "Ada")  # as a widget's callback does
    assert await task == "Hello, Ada!"
    with pytest.raises(NoPendingInput):
        session.submit(ask["task_id"], "late")
    waiting = await session.send("hi again")
    assert waiting.status == "waiting"
    assert (await session.send("Eve")).reply == "Hello, Eve!"
    assert said(session)[-2:] == [("user", "hi again"), ("assistant", "Hello, Eve!")]


async def test_a_blocking_kickoff_asks_by_input_or_fails_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = Asking()
    monkeypatch.setattr(builtins, "input", lambda prompt: f"<{prompt.strip()}>")
    assert flow.kickoff(user_message="hi") == "Hello, <Your name?>!"

    def refuse(prompt: str) -> str:
        raise NotImplementedError("no stdin here")

    monkeypatch.setattr(builtins, "input", refuse)
    with pytest.raises(InputUnavailableError, match=r"await flow.kickoff_async"):
        flow.kickoff(user_message="hi")
    assert flow.session().messages[-1].get("failed") is True


async def test_an_async_step_awaits_its_asks() -> None:
    class Both(Flow[ChatState]):
        @start()
        async def greet(self) -> str:
            first, last = await self.ask("First?"), await self.ask("Last?")
            return f"{first} {last}"

    session = Session(Both())
    await session.send("hi")
    await session.send("Ada")
    assert (await session.send("Lovelace")).reply == "Ada Lovelace"


def test_asking_outside_of_a_step_says_what_to_do() -> None:
    with pytest.raises(RuntimeError, match=r"kickoff\(user_message=\.\.\.\)"):
        Asking().ask("Hm?")


async def test_a_step_that_waited_goes_on_in_another_process_and_does_not_ask_twice(tmp_path: Path) -> None:
    runs: list[str] = []

    class Wizard(Flow[ChatState]):
        @start()
        def before(self) -> str:
            runs.append("before")
            self.append_message("assistant", "Welcome.")
            return "welcome"

        @listen(before)
        def questions(self, word: str) -> str:
            runs.append("questions")
            self.append_message("assistant", f"Two questions ({word}).")
            name = self.ask("Your name?")
            return f"{name} from {self.ask('Where from?')}"

    path = tmp_path / "wizard.sqlite3"
    session = Session(Wizard(), "s", store=path)
    await session.send("hi")
    assert (await session.send("Ada")).status == "waiting"
    await session.close()  # as good as the death of the process: nothing more is recorded
    del session
    gc.collect()
    again = Session(Wizard(), "s", store=path)
    assert again.pending[0]["input_schema"]["properties"]["message"]["description"] == "Where from?"
    result = await again.send("London")
    assert result.output == "Ada from London"
    assert runs == ["before", "questions", "questions"]
    assert said(again) == [("user", "hi"), ("assistant", "Welcome."), ("assistant", "Two questions (welcome).")]
    assert [entry["response"] for entry in again.log.input_history] == ["Ada", "London"]
    await again.close()


class Draft(BaseModel):
    text: str
    at: datetime


class Reviewed(FlowState):
    note: str = ""


def review(**options: Any) -> type[Flow[Any]]:
    class Review(Flow[Reviewed]):
        drafts = 0

        @start()
        @human_feedback("Publish it?", emit=["approved", "rejected"], **options)
        def write(self) -> Draft:
            type(self).drafts += 1
            return Draft(text="Once upon a time", at=datetime(2026, 1, 1, tzinfo=UTC))

        @listen("approved")
        def publish(self, result: HumanFeedbackResult) -> str:
            return f"published {result.output.text!r} of {result.output.at.year}"

        @listen("rejected")
        def drop(self, result: HumanFeedbackResult) -> str:
            return f"dropped: {result.feedback}"

    return Review


async def answer(flow: Flow[Any], *words: str) -> Any:
    task = asyncio.create_task(flow.kickoff_async(inputs={"id": "r"}))
    session = flow.session("r")
    for number, word in enumerate(words):
        ask = await pending(session)
        session.submit(ask["task_id"], word)
        if number < len(words) - 1:
            await asyncio.sleep(0.02)
            assert session.pending[0]["task_id"] != ask["task_id"]
    return await task


async def test_an_empty_answer_asks_again_or_takes_the_default() -> None:
    assert await answer(review()(), "", "hm?", "approved") == "published 'Once upon a time' of 2026"
    assert await answer(review(default_outcome="rejected")(), "") == "dropped: "


@pytest.mark.parametrize("words", ["I would say: not approved", "notapproved", "neither approved nor rejected"])
async def test_words_that_deny_a_label_are_not_that_label(words: str) -> None:
    assert await answer(review()(), words, "rejected") == "dropped: rejected"


async def test_a_model_brings_words_to_an_outcome_or_ends_the_turn() -> None:
    flow = review(llm=ScriptedModel(['{"outcome": "approved"}']))()
    assert (await answer(flow, "go ahead")).startswith("published")
    assert flow.last_human_feedback is not None
    assert flow.last_human_feedback.outcome == "approved"
    flow = review(llm=ScriptedModel([RuntimeError("down")]))()
    with pytest.raises(
        HumanFeedbackCollapseError, match=r"Could not classify human feedback into \['approved', 'rejected'\]: down"
    ):
        await answer(flow, "go ahead")
    assert flow.session("r").history()[0]["path"] == []


async def test_feedback_goes_on_in_another_process_with_the_models_of_the_class(tmp_path: Path) -> None:
    class Later:
        def request_feedback(self, context: Any, flow: Any) -> str:
            raise HumanFeedbackPending(context, {"ticket": 7})

    options = {"llm": ScriptedModel(['{"outcome": "approved"}']), "provider": Later()}
    first = review(**options)(str(tmp_path / "review.db"))
    given = await first.kickoff_async(inputs={"id": "r"})
    assert isinstance(given, HumanFeedbackPending)
    assert given.callback_info == {"ticket": 7}
    await first.session("r").close()
    del first
    gc.collect()
    again = review(**options).from_pending("r", str(tmp_path / "review.db"))
    assert again.pending_feedback.method_name == "write"
    assert again.pending_feedback.message == "Publish it?"
    with pytest.raises(RuntimeError, match=r"await flow.resume_async"):
        again.resume("ok")
    assert await again.resume_async("ok") == "published 'Once upon a time' of 2026"
    assert type(again).drafts == 0
    with pytest.raises(ValueError, match=r"^No pending feedback found for flow_id: r$"):
        review(**options).from_pending("r", str(tmp_path / "review.db"))
    with pytest.raises(ValueError, match=r"^No pending feedback context"):
        await again.resume_async("ok")


def test_wrong_options_of_feedback_have_the_originals_texts() -> None:
    with pytest.raises(ValueError, match=r"^default_outcome requires emit to be specified\.$"):
        human_feedback("?", default_outcome="a")
    with pytest.raises(ValueError, match=r"^default_outcome 'c' must be one of the emit options: \['a', 'b'\]$"):
        human_feedback("?", emit=["a", "b"], default_outcome="c")


def test_a_terminal_shows_what_feedback_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    prompts: list[str] = []

    def typed(prompt: str) -> str:
        prompts.append(prompt)
        return "approved"

    monkeypatch.setattr(builtins, "input", typed)
    assert review()().kickoff() == "published 'Once upon a time' of 2026"
    assert prompts == ['Publish it?\n\n{"text":"Once upon a time","at":"2026-01-01T00:00:00Z"} ']
