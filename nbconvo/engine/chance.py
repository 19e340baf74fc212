"""The ids and random numbers of one run: drawn from its run id, so a replay draws the same ones."""

from __future__ import annotations

import random
from hashlib import blake2b
from typing import Any
from uuid import UUID

from nbconvo.protocol.clock import uuid_text


class Chance:
    """What looks like chance inside a run. Ids are numbered hashes: they cost no generator, which most runs never need."""

    __slots__ = ("_count", "_random", "_run_id")

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._count = 0
        self._random: random.Random | None = None

    @property
    def random(self) -> random.Random:
        """The run's random numbers."""
        if self._random is None:
            self._random = random.Random(self._run_id)
        return self._random

    def id(self) -> str:
        """The next id, in the form of a UUID (version 4).

        >>> Chance("run").id() == Chance("run").id()
        True
        """
        self._count += 1
        return uuid_text(blake2b(f"{self._run_id}/{self._count}".encode(), digest_size=16).hexdigest())

    def divert(self, execution_id: str) -> None:
        """From here on, draw what another execution with the same past does not draw."""
        self._run_id = f"{self._run_id}/{execution_id}"
        self._random = None

    def uuid4(self) -> UUID:
        """The same as an object."""
        return UUID(self.id())

    def mark(self) -> tuple[int, Any]:
        """Where it stands, for `go_back`."""
        return self._count, None if self._random is None else self._random.getstate()

    def go_back(self, mark: tuple[int, Any]) -> None:
        """Stand where `mark` was taken: what was drawn since comes again."""
        self._count, state = mark
        if state is None:
            self._random = None
        elif self._random is not None:
            self._random.setstate(state)
