"""Testing conversational workflows: play a conversation, let the clock jump, check a journal or an engine of your own.

Everything here is public, and used by the tests of nbconvo itself. `plugin` holds the fixtures that pytest finds by itself,
`conformance` the suites for a journal or an engine of your own.
"""

from nbconvo.testing.builders import (
    activity_completed,
    activity_failed,
    activity_started,
    custom_task_completed,
    custom_task_failed,
    custom_task_in_progress,
    custom_task_started,
    numbered,
    wait_for_pending_inputs,
    workflow_canceled,
    workflow_completed,
    workflow_failed,
    workflow_started,
)
from nbconvo.testing.clock import JumpingClock, settled
from nbconvo.testing.play import NO_ANSWER, Played, PlayError, converse, play

__all__ = [
    "NO_ANSWER",
    "JumpingClock",
    "PlayError",
    "Played",
    "activity_completed",
    "activity_failed",
    "activity_started",
    "converse",
    "custom_task_completed",
    "custom_task_failed",
    "custom_task_in_progress",
    "custom_task_started",
    "numbered",
    "play",
    "settled",
    "wait_for_pending_inputs",
    "workflow_canceled",
    "workflow_completed",
    "workflow_failed",
    "workflow_started",
]
