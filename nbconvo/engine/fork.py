"""Going back to a question: a second execution with the history of the first up to an answer, which is asked again.

What was recorded before the answer is reused, so no activity before it runs again; what follows runs anew. The first execution
stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nbconvo.errors import NoAnswerToRewind
from nbconvo.protocol.envelope import Event
from nbconvo.protocol.events import Forked, InputReceived


def forked_history(recorded: Sequence[Event], task_id: str, new_id: str) -> list[Event]:
    """The events of a fork that asks `task_id` again, under the execution id `new_id`.

    The run id stays: ids and chance come out as before. Raises `NoAnswerToRewind` when the ask was never answered.
    """
    cut = next((index for index, event in enumerate(recorded) if _answers(event, task_id)), None)
    if cut is None:
        raise NoAnswerToRewind(task_id)
    kept, answer = recorded[:cut], recorded[cut]
    old_id = answer.lineage.workflow_exec_id
    moved = [_moved(event, sequence, old_id, new_id) for sequence, event in enumerate(kept, start=1)]
    mark = Event(cut + 1, answer.event_timestamp, moved[-1].lineage, Forked(old_id, kept[-1].sequence))
    return [*moved, mark]


def _answers(event: Event, task_id: str) -> bool:
    return isinstance(event.attributes, InputReceived) and event.attributes.custom_task_id == task_id


def _moved(event: Event, sequence: int, old_id: str, new_id: str) -> Event:
    lineage = event.lineage
    root = new_id if lineage.root_workflow_exec_id == old_id else lineage.root_workflow_exec_id
    return replace(event, sequence=sequence, lineage=replace(lineage, workflow_exec_id=new_id, root_workflow_exec_id=root))
