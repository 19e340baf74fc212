"""The news of one custom task, whatever its type."""

from __future__ import annotations

from typing import TypeAlias

from nbconvo.protocol import events as ev

TaskEvent: TypeAlias = ev.CustomTaskStarted | ev.CustomTaskInProgress | ev.CustomTaskCompleted | ev.CustomTaskFailed
"""It began, changed, ended well, or failed."""
