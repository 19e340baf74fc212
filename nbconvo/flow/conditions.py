"""When a step runs: after a step, on a label, after any of several (`or_`), or when all of them have happened (`and_`).

>>> or_("a", and_("b", "c")).names()
['a', 'b', 'c']

Source: document 004 and the flow specification, "Graph".
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any


class Condition(ABC):
    """A tree over names of steps and labels of routers."""

    @abstractmethod
    def names(self) -> list[str]:
        """Every name in it, once, in order."""

    @abstractmethod
    def watch(self) -> Watch:
        """A fresh watch for one run."""

    @abstractmethod
    def satisfiable(self, names: set[str]) -> bool:
        """True when it can come true if exactly these names can happen."""


class Watch(ABC):
    """A condition in one run: it is told what happened and says when it comes true."""

    @abstractmethod
    def happened(self, name: str) -> bool:
        """True when the condition comes true by this."""

    def begin_again(self) -> None:  # noqa: B027 - most have nothing to begin again
        """What comes now comes of the step's own last run (a loop): the condition may come true anew."""


class Name(Condition):
    """One step or label. The step's object may be named later, so its name is asked for when it is needed."""

    def __init__(self, target: Any) -> None:
        self.target = target

    @property
    def name(self) -> str:
        """The step's name or the label."""
        return self.target if isinstance(self.target, str) else name_of(self.target)

    def names(self) -> list[str]:
        """Its one name."""
        return [self.name]

    def watch(self) -> Watch:
        """A watch that comes true each time."""
        return _NameWatch(self.name)

    def satisfiable(self, names: set[str]) -> bool:
        """True when the name can happen."""
        return self.name in names


class _Group(Condition):
    word = ""

    def __init__(self, parts: Sequence[Any], *, race: bool = False) -> None:
        if not parts:
            raise ValueError(f"{self.word}() needs at least one step or label")
        self.parts = [condition(part) for part in parts]
        self.race = race

    def names(self) -> list[str]:
        """Those of all parts."""
        return list(dict.fromkeys(name for part in self.parts for name in part.names()))


class Or(_Group):
    """Any of the parts. It comes true once, and again when a part that has happened since happens again, or in a loop."""

    word = "or_"

    def watch(self) -> Watch:
        """A watch for one run."""
        return _OrWatch([part.watch() for part in self.parts])

    def satisfiable(self, names: set[str]) -> bool:
        """True when one part is."""
        return any(part.satisfiable(names) for part in self.parts)


class And(_Group):
    """All of the parts, in any order; then it begins anew."""

    word = "and_"

    def watch(self) -> Watch:
        """A watch for one run."""
        return _AndWatch([part.watch() for part in self.parts])

    def satisfiable(self, names: set[str]) -> bool:
        """True when all parts are."""
        return all(part.satisfiable(names) for part in self.parts)


class _NameWatch(Watch):
    def __init__(self, name: str) -> None:
        self._name = name

    def happened(self, name: str) -> bool:
        return name == self._name


class _OrWatch(Watch):
    def __init__(self, parts: list[Watch]) -> None:
        self._parts = parts
        self._seen: set[int] = set()

    def happened(self, name: str) -> bool:
        hits = {number for number, part in enumerate(self._parts) if part.happened(name)}
        if not hits:
            return False
        if not self._seen or hits & self._seen:
            self._seen = hits
            return True
        self._seen |= hits
        return False

    def begin_again(self) -> None:
        self._seen = set()
        for part in self._parts:
            part.begin_again()


class _AndWatch(Watch):
    def __init__(self, parts: list[Watch]) -> None:
        self._parts = parts
        self._seen: set[int] = set()

    def happened(self, name: str) -> bool:
        hits = {number for number, part in enumerate(self._parts) if part.happened(name)}
        self._seen |= hits
        if not hits or len(self._seen) < len(self._parts):
            return False
        self._seen = set()
        return True


def or_(*conditions: Any, race: bool = False) -> Or:
    """After any of `conditions` (steps, labels, or other conditions).

    With `race=True` the steps that are still running when it comes true are cancelled; otherwise they end as they would.
    """
    return Or(conditions, race=race)


def and_(*conditions: Any) -> And:
    """When all of `conditions` have happened."""
    return And(conditions)


def condition(value: Any) -> Condition:
    """A step, a label or a condition as a condition. Raises TypeError for anything else."""
    if isinstance(value, Condition):
        return value
    if isinstance(value, str) or callable(value) or hasattr(value, "step_name"):
        return Name(value)
    raise TypeError(f"a step listens to a step, a label, or_(...) or and_(...), not to {value!r}")


def name_of(target: Any) -> str:
    """The name of a step by its method or object."""
    return getattr(target, "step_name", None) or target.__name__
