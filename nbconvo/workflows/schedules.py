"""When a workflow is to be started by itself: data with the fields and the JSON schema of upstream's schedules.

Kept with the definition and started by nobody here: a notebook has no scheduler. On the hosted platform schedules are managed by
its API. Times of a calendar match when one range of each field does; no `year` is every year, Sunday is day 0.

>>> Schedule(input=None, cron_expressions=["0 9 * * 1"]).cron_expressions
['0 9 * * 1']

Source: workflows specification, "Public API inventory" (`Schedule` and what belongs to it). The descriptions are part of the
schema, so they are upstream's words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from pydantic import BaseModel, Field

from nbconvo.protocol.definition import undescribed


class ScheduleRange(BaseModel, frozen=True):
    """Inclusive range for a schedule match value."""

    start: int
    end: int = 0  # less than `start`: just `start`
    step: int = 0  # 0: every value


class ScheduleInterval(BaseModel):
    """Specification for scheduling on an interval.

    Matches times expressed as epoch + (n * every) + offset.
    """

    every: timedelta
    offset: timedelta | None = None


class ScheduleCalendar(BaseModel):
    """Specification relative to calendar time when to run an action.

    A timestamp matches if at least one range of each field matches except for
    year. If year is missing, that means all years match. For all fields besides
    year, at least one range must be present to match anything.
    """

    second: Sequence[ScheduleRange] = (ScheduleRange(start=0),)
    minute: Sequence[ScheduleRange] = (ScheduleRange(start=0),)
    hour: Sequence[ScheduleRange] = (ScheduleRange(start=0),)
    day_of_month: Sequence[ScheduleRange] = (ScheduleRange(start=1, end=31),)
    month: Sequence[ScheduleRange] = (ScheduleRange(start=1, end=12),)
    year: Sequence[ScheduleRange] = ()
    day_of_week: Sequence[ScheduleRange] = (ScheduleRange(start=0, end=6),)
    comment: str | None = None


class ScheduleOverlapPolicy(IntEnum):
    """Controls what happens when a workflow would be started by a schedule but
    one is already running."""

    SKIP = 1
    """This start is left out."""
    BUFFER_ONE = 2
    """One start waits for the end of the running one, more are left out."""
    BUFFER_ALL = 3
    """All starts wait."""
    CANCEL_OTHER = 4
    """The running one is cancelled, then this one starts."""
    TERMINATE_OTHER = 5
    """The running one is terminated, then this one starts."""
    ALLOW_ALL = 6
    """They run side by side."""


class SchedulePolicy(BaseModel, json_schema_extra=undescribed):
    """What happens when starts were missed, overlap or fail."""

    catchup_window_seconds: int = Field(
        default=31536000,
        description=("After a Temporal server is unavailable, amount of time in seconds in the past to execute missed actions."),
    )
    overlap: ScheduleOverlapPolicy = Field(
        default=ScheduleOverlapPolicy.SKIP, description="Policy controlling what to do when a workflow is already running."
    )
    pause_on_failure: bool = Field(default=False, description="Whether to pause the schedule after a workflow failure.")

    @property
    def catchup_window(self) -> timedelta:
        """`catchup_window_seconds` as a duration."""
        return timedelta(seconds=self.catchup_window_seconds)

    @catchup_window.setter
    def catchup_window(self, value: timedelta) -> None:
        """Set as a duration."""
        self.catchup_window_seconds = int(value.total_seconds())


_JITTER = """
Jitter to apply each action.

An action's scheduled time will be incremented by a random value between 0
and this value if present (but not past the next schedule).
"""
_MAX_EXECUTIONS = (
    "Maximum number of times this schedule will trigger a workflow execution. Once this limit is reached, no further executions "
    "are triggered automatically. null means unlimited."
)


class ScheduleDefinition(BaseModel):
    """Specification of the times scheduled actions may occur.

    The times are the union of :py:attr:`calendars`, :py:attr:`intervals`, and
    :py:attr:`cron_expressions` excluding anything in :py:attr:`skip`.

    Used for input where schedule_id is optional (can be provided or auto-generated).
    """

    input: Any = Field(description="Input to provide to the workflow when starting it.")
    calendars: list[ScheduleCalendar] = Field(
        default_factory=list[ScheduleCalendar], description="Calendar-based specification of times."
    )
    intervals: list[ScheduleInterval] = Field(
        default_factory=list[ScheduleInterval], description="Interval-based specification of times."
    )
    cron_expressions: list[str] = Field(default_factory=list, description="Cron-based specification of times.")
    skip: list[ScheduleCalendar] = Field(default_factory=list[ScheduleCalendar], description="Set of calendar times to skip.")
    start_at: datetime | None = Field(default=None, description="Time after which the first action may be run.")
    end_at: datetime | None = Field(default=None, description="Time after which no more actions will be run.")
    jitter: timedelta | None = Field(default=None, description=_JITTER)
    time_zone_name: str | None = Field(default=None, description="IANA time zone name, for example ``US/Central``.")
    policy: SchedulePolicy = Field(default_factory=SchedulePolicy, description="Policy for the schedule.")
    max_executions: int | None = Field(default=None, description=_MAX_EXECUTIONS)
    schedule_id: str | None = Field(default=None, description="Unique identifier for the schedule.")


Schedule = ScheduleDefinition
