"""Session memory: what is shown of earlier turns, and what is summarised. Values in, values out."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace

import pytest

from nbconvo.conversations import MemoryPolicy, ScriptedModel, Summary, Turn
from nbconvo.conversations.memory import Memory, text_of, turns_of
from nbconvo.conversations.models import complete

SAID = [Turn(f"question {number}", f"answer {number}") for number in range(1, 8)]


def test_35_five_turns_need_two_summaries_and_show_three_pairs() -> None:
    model = ScriptedModel(["Summary of 1.", "Summary of 1 and 2."])
    policy, summary = MemoryPolicy(turns=3, summarize=True), None
    for count in range(1, 6):
        if request := policy.next_summary(SAID[:count], summary):
            summary = request.answered(asyncio.run(complete(model, list(request.messages))))
    assert len(model.requests) == 2
    assert "Summary of 1." in model.requests[1].messages[1]["content"]
    assert model.requests[1].messages[2]["content"] == "user: question 2\nagent: answer 2"
    assert summary == Summary("Summary of 1 and 2.", 2)
    assert policy.remember(SAID[:5], summary).render() == (
        "user: question 3\nagent: answer 3\nuser: question 4\nagent: answer 4\nuser: question 5\nagent: answer 5\n\n"
        "Summary of the earlier conversation:\nSummary of 1 and 2."
    )


@pytest.mark.parametrize(("turns", "shown"), [(30, 7), (None, 7), (2, 2), (0, 0)])
def test_without_summaries_the_last_turns_are_shown(turns: int | None, shown: int) -> None:
    policy = MemoryPolicy(turns=turns, summarize=False)
    assert policy.next_summary(SAID) is None
    assert policy.remember(SAID) == Memory(tuple(SAID[7 - shown :]))


def test_a_turn_that_no_summary_covers_is_shown() -> None:
    assert MemoryPolicy(turns=1).remember(SAID[:3]).turns == tuple(SAID[:3])
    assert MemoryPolicy(turns=1).remember(SAID[:4], Summary("One and two.", 2)) == Memory(tuple(SAID[2:4]), "One and two.")


def test_one_request_catches_up() -> None:
    request = MemoryPolicy(turns=1).next_summary(SAID, Summary("One.", 1))
    assert request is not None
    assert request.messages[2]["content"].count("user: ") == 5
    assert request.answered(" All. \n") == Summary("All.", 6)


def test_a_summary_of_turns_that_are_gone_does_not_count() -> None:
    policy = MemoryPolicy(turns=2)
    assert policy.remember(SAID[:2], Summary("Five turns.", 5)) == Memory(tuple(SAID[:2]))


def test_a_turn_is_never_shown_and_summarised() -> None:
    assert MemoryPolicy(turns=5).remember(SAID[:4], Summary("One to three.", 3)) == Memory((SAID[3],), "One to three.")


def test_a_budget_drops_the_oldest_pairs_first() -> None:
    policy = MemoryPolicy(turns=3, summarize=False, max_tokens=20, count_tokens=lambda text: len(text.split()))
    assert policy.remember(SAID, message="hi").turns == tuple(SAID[-3:])
    assert policy.remember(SAID, message="six words are too many here").turns == tuple(SAID[-2:])
    assert policy.remember(SAID, message="word " * 100) == Memory()


def test_what_a_budget_drops_is_summarised() -> None:
    policy = MemoryPolicy(turns=None, max_tokens=14, count_tokens=lambda text: len(text.split()))
    request = policy.next_summary(SAID)
    assert request is not None
    assert request.turns == 5
    assert policy.remember(SAID, Summary("Short.", 5)).turns == (SAID[-1],)  # heading and summary count, too


def test_a_summary_that_does_not_fit_is_left_out() -> None:
    policy = MemoryPolicy(max_tokens=3, count_tokens=lambda text: len(text.split()))
    assert policy.remember(SAID, Summary("a very long summary " * 10, 4)) == Memory()


def test_a_memory_as_chat_messages() -> None:
    messages = Memory((SAID[0],), "Before.").messages()
    assert [message["role"] for message in messages] == ["system", "user", "assistant"]
    assert Memory().messages() == []
    assert Memory().render() == ""


def test_a_summary_is_plain_values() -> None:
    assert Summary(**asdict(Summary("x", 2))) == Summary("x", 2)
    assert replace(MemoryPolicy(), turns=5) == MemoryPolicy(turns=5)


@pytest.mark.parametrize("wrong", [{"turns": -1}, {"max_tokens": -1}])
def test_a_negative_number_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="it counts something"):
        MemoryPolicy(**wrong)  # type: ignore[arg-type]


def test_turns_of_entries_and_of_messages() -> None:
    entries = [
        {"type": "message.input", "role": "user", "content": "One,"},
        {"type": "message.input", "role": "user", "content": "two?"},
        {"type": "function.call", "name": "f"},
        {"type": "message.output", "role": "assistant", "content": [{"type": "thinking"}, {"type": "text", "text": "Three."}]},
        {"type": "message.output", "role": "assistant", "content": "Four."},
        {"type": "message.input", "role": "user", "content": "no reply"},
    ]
    assert turns_of(entries) == [Turn("One,\ntwo?", "Three.\nFour.")]
    assert turns_of([{"role": "assistant", "content": "Welcome!"}, *Memory((SAID[0],)).messages()]) == [SAID[0]]
    assert text_of(None) == text_of(7) == ""
