"""Going back to a question: a second execution with the history of the first up to an answer, which is asked again.

What was recorded before the answer is reused, so no activity before it runs again; what follows runs anew, with ids and chance of
its own. The first execution stays as it is. Children that the parent waited for at that time are forked with it, each up to the
same moment; the question may be one of theirs. A child that nobody waits for (close policy ABANDON) is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from nbconvo.engine.children import orphans
from nbconvo.errors import NoAnswerToRewind
from nbconvo.protocol.envelope import Event, Lineage
from nbconvo.protocol.events import ChildStarted, EventAttributes, Forked, InputReceived

Read = Callable[[str], Sequence[Event]]
"""The recorded events of an execution's newest run, by its id."""


def forked(read: Read, root_id: str, task_id: str, new_id: Callable[[], str]) -> list[list[Event]]:
    """The histories of a fork that asks `task_id` again, children before their parents, the root last.

    The run ids stay, so what was drawn before comes out as before. Raises `NoAnswerToRewind` when the ask was never answered.
    """
    for events in _family(read, root_id):
        for event in events:
            if isinstance(event.attributes, InputReceived) and event.attributes.custom_task_id == task_id:
                return list(_Fork(read, event, new_id).of(root_id, new_id(), None))
    raise NoAnswerToRewind(task_id)


def _family(read: Read, execution_id: str) -> Iterator[Sequence[Event]]:
    events = read(execution_id)
    yield events
    for event in events:
        if isinstance(event.attributes, ChildStarted):
            yield from _family(read, event.attributes.child_id)


@dataclass(frozen=True, slots=True)
class _Fork:
    """One going back, to before `answer`."""

    read: Read
    answer: Event
    new_id: Callable[[], str]

    def of(self, execution_id: str, new_id: str, parent: Lineage | None) -> Iterator[list[Event]]:
        """The histories of one execution's children, then its own, under `new_id`."""
        recorded = self.read(execution_id)
        kept = [event for event in recorded if self._is_before(event)]
        if not kept:
            return  # it had not begun: it will begin under the new id
        lineage = _lineage(kept[-1].lineage, new_id, parent)
        children = {child.child_id: self.new_id() for child in orphans(kept)}
        for child_id, new_child_id in children.items():
            yield from self.of(child_id, new_child_id, lineage)
        moved = [
            replace(event, sequence=number, lineage=lineage, attributes=_renamed(event.attributes, children))
            for number, event in enumerate(kept, start=1)
        ]
        mark = Forked(execution_id, kept[-1].sequence, _names(names_of_children(recorded), children))
        yield [*moved, Event(len(moved) + 1, self.answer.event_timestamp, lineage, mark)]

    def _is_before(self, event: Event) -> bool:
        if event.lineage.workflow_exec_id == self.answer.lineage.workflow_exec_id:
            return event.sequence < self.answer.sequence
        return event.event_timestamp < self.answer.event_timestamp


def _lineage(old: Lineage, new_id: str, parent: Lineage | None) -> Lineage:
    root = new_id if parent is None else parent.root_workflow_exec_id
    above = None if parent is None else parent.workflow_exec_id
    return replace(old, workflow_exec_id=new_id, root_workflow_exec_id=root, parent_workflow_exec_id=above)


def names_of_children(recorded: Sequence[Event]) -> dict[str, str]:
    """The children's ids by those that workflow code draws: they differ where the execution is a fork."""
    marks = [event.attributes for event in recorded if isinstance(event.attributes, Forked)]
    return marks[-1].children if marks else {}


def _names(before: dict[str, str], children: dict[str, str]) -> dict[str, str]:
    drawn = {child_id: name for name, child_id in before.items()}
    return {**before, **{drawn.get(child_id, child_id): new for child_id, new in children.items()}}


def _renamed(attributes: EventAttributes, children: dict[str, str]) -> EventAttributes:
    if isinstance(attributes, ChildStarted) and attributes.child_id in children:
        return replace(attributes, child_id=children[attributes.child_id])
    return attributes
