"""Session memory: which of the earlier turns a model is shown, and how. Values in, values out; no model is called here.

Source: document 002, "Session memory" (the last three pairs as they were, and a running summary of what came before them).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, takewhile
from typing import Any

Message = dict[str, str]
"""A chat message: `role` and `content`."""

SUMMARY_HEADING = "Summary of the earlier conversation:"
_SUMMARIZE = (
    "You keep the summary of a conversation. Rewrite it so that it also covers the turns that follow. Keep names, numbers, "
    "decisions and open questions; leave out greetings. Answer with the new summary only, in at most 120 words."
)


def estimate_tokens(text: str) -> int:
    """About how many tokens a text has: one for every four characters.

    >>> estimate_tokens("Hello, world")
    3
    """
    return (len(text) + 3) // 4


@dataclass(frozen=True, slots=True)
class Turn:
    """One finished turn: what the user said and what the agent replied. Cancelled and failed turns are none."""

    user: str
    agent: str

    def render(self) -> str:
        """The two lines that a prompt shows."""
        return f"user: {self.user}\nagent: {self.agent}"


@dataclass(frozen=True, slots=True)
class Summary:
    """A running summary: its text, and how many turns from the first it covers. Plain values, so that it can be stored."""

    text: str
    turns: int


@dataclass(frozen=True, slots=True)
class SummaryRequest:
    """What to ask a model so that the summary covers the turns that left the window."""

    messages: tuple[Message, ...]
    turns: int
    """How many turns from the first the answer will cover."""

    def answered(self, text: str) -> Summary:
        """The summary that the model's answer makes."""
        return Summary(text.strip(), self.turns)


@dataclass(frozen=True, slots=True)
class Memory:
    """What a model is shown of the turns before this one: the last ones as they were, and a summary of the earlier ones."""

    turns: tuple[Turn, ...] = ()
    summary: str = ""

    def render(self) -> str:
        """As text for a prompt: the pairs, then the summary. The same memory is the same bytes; empty when there is nothing.

        >>> print(Memory((Turn("Hi", "Hello!"),), "They met.").render())
        user: Hi
        agent: Hello!
        <BLANKLINE>
        Summary of the earlier conversation:
        They met.
        """
        pairs = "\n".join(turn.render() for turn in self.turns)
        summary = f"{SUMMARY_HEADING}\n{self.summary}" if self.summary else ""
        return "\n\n".join(part for part in (pairs, summary) if part)

    def messages(self) -> list[Message]:
        """As chat messages: the summary for the system, then the pairs.

        >>> Memory((Turn("Hi", "Hello!"),)).messages()
        [{'role': 'user', 'content': 'Hi'}, {'role': 'assistant', 'content': 'Hello!'}]
        """
        summary = [{"role": "system", "content": f"{SUMMARY_HEADING}\n{self.summary}"}] if self.summary else []
        pairs = ([{"role": "user", "content": turn.user}, {"role": "assistant", "content": turn.agent}] for turn in self.turns)
        return summary + [message for pair in pairs for message in pair]


@dataclass(frozen=True)
class MemoryPolicy:
    """How many of the earlier turns a model is shown as they were, and whether the ones before are summarised.

    `turns` counts pairs of a user's message and the reply; None is all of them. `max_tokens` is a soft bound for the rendered
    memory together with the user's message: the oldest pairs go first, then the summary, never the message. With `summarize`
    and no such bound a turn is shown until a summary covers it, so a summary that could not be made loses nothing.
    Raises ValueError for negative numbers.

    >>> policy = MemoryPolicy(turns=1)
    >>> said = [Turn("I am Ada.", "Hello Ada!"), Turn("What is 2+3?", "5")]
    >>> request = policy.next_summary(said, None)
    >>> request.messages[1]["content"]
    'user: I am Ada.\\nagent: Hello Ada!'
    >>> print(policy.remember(said, request.answered("The user is Ada.")).render())
    user: What is 2+3?
    agent: 5
    <BLANKLINE>
    Summary of the earlier conversation:
    The user is Ada.

    Source: document 002, "Session memory"; `turns=30, summarize=False` is that product's later behaviour.
    """

    turns: int | None = 3
    summarize: bool = True
    max_tokens: int | None = field(default=None, kw_only=True)
    count_tokens: Callable[[str], int] = field(default=estimate_tokens, kw_only=True)

    def __post_init__(self) -> None:
        for name, number in (("turns", self.turns), ("max_tokens", self.max_tokens)):
            if number is not None and number < 0:
                raise ValueError(f"MemoryPolicy: {name} is {number}, but it counts something; give 0 or more, or None.")

    def remember(self, turns: Sequence[Turn], summary: Summary | None = None, *, message: str = "") -> Memory:
        """What to show of `turns` (all of the session, oldest first) beside the user's `message`."""
        known = self._known(turns, summary)
        start = self._start(turns, known, message)
        if self.summarize and self.max_tokens is None:
            start = min(start, known.turns)  # a turn that no summary covers yet is shown as it was
        memory = Memory(tuple(turns[max(start, known.turns) :]), known.text)
        fits = self.max_tokens is None or self._cost(memory.render(), message) <= self.max_tokens
        return memory if fits else Memory(memory.turns)

    def next_summary(self, turns: Sequence[Turn], summary: Summary | None = None, *, message: str = "") -> SummaryRequest | None:
        """What to ask the summarising model now; None when the summary covers every turn that left the window.

        One request takes up all turns that left since the last summary: in a session that is one per turn.
        """
        known = self._known(turns, summary)
        start = self._start(turns, known, message)
        if not self.summarize or start <= known.turns:
            return None
        old = [{"role": "user", "content": f"{SUMMARY_HEADING}\n{known.text}"}] if known.text else []
        left = "\n".join(turn.render() for turn in turns[known.turns : start])
        return SummaryRequest(({"role": "system", "content": _SUMMARIZE}, *old, {"role": "user", "content": left}), start)

    def _known(self, turns: Sequence[Turn], summary: Summary | None) -> Summary:
        """The summary to build on: none when it covers turns that are not there (the session went back)."""
        usable = self.summarize and summary is not None and summary.turns <= len(turns)
        return summary if usable and summary is not None else Summary("", 0)

    def _start(self, turns: Sequence[Turn], known: Summary, message: str) -> int:
        """Where the window begins: as many of the last turns as the policy wants and the budget allows."""
        wanted = len(turns) if self.turns is None else min(self.turns, len(turns))
        if self.max_tokens is not None:
            left = self.max_tokens - self._cost(Memory((), known.text).render(), message)
            newest_first = accumulate(self.count_tokens(turn.render()) for turn in reversed(turns[len(turns) - wanted :]))
            wanted = sum(1 for _ in takewhile(lambda spent: spent <= left, newest_first))
        return len(turns) - wanted

    def _cost(self, *texts: str) -> int:
        return sum(self.count_tokens(text) for text in texts if text)


def turns_of(messages: Iterable[Mapping[str, Any]]) -> list[Turn]:
    """The turns of a conversation: chat messages, or the entries of a history as dicts. Other entries are passed over.

    A user who writes twice before the reply said both; several messages of a reply are one. A message without a reply is no turn.

    >>> turns_of([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": [{"type": "text", "text": "Hello!"}]}])
    [Turn(user='Hi', agent='Hello!')]
    """
    turns: list[tuple[list[str], list[str]]] = []
    for message in messages:
        role, content = message.get("role"), text_of(message.get("content"))
        if role == "user":
            if not turns or turns[-1][1]:
                turns.append(([], []))
            turns[-1][0].append(content)
        elif role == "assistant" and turns and content:
            turns[-1][1].append(content)
    return [Turn("\n".join(user), "\n".join(agent)) for user, agent in turns if agent]


def text_of(content: Any) -> str:
    """The text of a message's content: a string, or the text chunks of a list joined. Thinking, files and the rest are no text.

    >>> text_of([{"type": "thinking", "thinking": []}, {"type": "text", "text": "4"}, {"type": "text", "text": "2"}])
    '42'
    """
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    chunks = [chunk for chunk in content if isinstance(chunk, dict) and chunk.get("type", "text") == "text"]  # type: ignore[reportUnknownVariableType]
    return "".join(str(chunk.get("text") or "") for chunk in chunks)  # type: ignore[reportUnknownMemberType, reportUnknownArgumentType]
