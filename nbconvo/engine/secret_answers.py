"""Secrets that people gave in their answers: known as long as this process lives, written down nowhere.

What is recorded of such an answer has masks in it. After a restart the workflow's code needs the secret again, so whoever takes
the run up is asked once more; going back in the same process asks nobody. Should a secret come by in another event (as the
argument of an activity, in an error), it is masked there as well.
"""

from __future__ import annotations

from typing import Any, cast

from pydantic import BaseModel

from nbconvo.protocol.secret_values import MASK, secret_texts

SHORTEST = 8
"""Texts shorter than this are masked in their own answer only: elsewhere they are more likely to be something else."""


class Secrets:
    """Those of one engine. False while there are none."""

    __slots__ = ("_answers", "_texts")

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], BaseModel] = {}
        self._texts: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._texts)

    def keep(self, run_id: str, task_id: str, answer: BaseModel) -> None:
        """Remember an answer if there is a secret in it; `run_id` and `task_id` name the ask."""
        if texts := secret_texts(answer):
            self._answers[run_id, task_id] = answer
            self._texts |= {text for text in texts if len(text) >= SHORTEST}

    def keep_texts(self, texts: set[str]) -> None:
        """Remember secrets that came another way."""
        self._texts |= {text for text in texts if len(text) >= SHORTEST}

    def answer(self, run_id: str, task_id: str) -> BaseModel | None:
        """The answer with its secrets, None when this process does not know it."""
        return self._answers.get((run_id, task_id))

    def masked(self, value: Any) -> Any:
        """A JSON value as it may be recorded."""
        match value:
            case str():
                for text in self._texts:
                    value = value.replace(text, MASK)
                return value
            case dict():
                return {key: self.masked(member) for key, member in cast("dict[str, Any]", value).items()}
            case list():
                return [self.masked(member) for member in cast("list[Any]", value)]
            case _:
                return value
