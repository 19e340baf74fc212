"""What an author writes: workflows and activities, with the names and sub-module paths of `mistralai.workflows`.

Document 000's `import mistralai.workflows as workflows` becomes `import nbconvo.workflows as workflows`; inside a `%%workflow`
cell it stays as it is.
"""

from nbconvo.engine.context import current_or_none
from nbconvo.errors import ActivityError, ApplicationError, ErrorCode, WorkflowError, WorkflowsException
from nbconvo.protocol.definition import ParentClosePolicy, RateLimit
from nbconvo.workflows import conversational, plugins, workflow
from nbconvo.workflows.activities import activity
from nbconvo.workflows.children import execute_workflow
from nbconvo.workflows.config import WorkflowsConfig, config
from nbconvo.workflows.depends import DependencyInjector, Depends
from nbconvo.workflows.discovery import (
    discover_all_workflows_in_package,
    get_registered_workflow_names,
    get_workflow_definition,
    get_workflow_registration_ref,
)
from nbconvo.workflows.interactive import InteractiveWorkflow
from nbconvo.workflows.parallel import ExtraItemParams, GetItemFromIndexParams, execute_activities_in_parallel
from nbconvo.workflows.plugins import mistralai as _mistralai
from nbconvo.workflows.schedules import (
    Schedule,
    ScheduleCalendar,
    ScheduleInterval,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
)
from nbconvo.workflows.task import Task, task, task_from
from nbconvo.workflows.worker import (
    StickyWorkerSession,
    activity_heartbeat,
    get_sticky_worker_session,
    run_activities_locally,
    run_sticky_worker_session,
    run_worker,
)

__version__ = "3.16.0"
"""The version of `mistralai.workflows` whose names and behaviour these are."""


def get_execution_id() -> str | None:
    """The id of the execution whose code is running, None outside of one."""
    runtime = current_or_none()
    return None if runtime is None else runtime.execution_id


del _mistralai  # imported so that `workflows.plugins.mistralai` is there, as upstream

__all__ = [
    "ActivityError",
    "ApplicationError",
    "DependencyInjector",
    "Depends",
    "ErrorCode",
    "ExtraItemParams",
    "GetItemFromIndexParams",
    "InteractiveWorkflow",
    "ParentClosePolicy",
    "RateLimit",
    "Schedule",
    "ScheduleCalendar",
    "ScheduleInterval",
    "ScheduleOverlapPolicy",
    "SchedulePolicy",
    "ScheduleRange",
    "StickyWorkerSession",
    "Task",
    "WorkflowError",
    "WorkflowsConfig",
    "WorkflowsException",
    "__version__",
    "activity",
    "activity_heartbeat",
    "config",
    "conversational",
    "discover_all_workflows_in_package",
    "execute_activities_in_parallel",
    "execute_workflow",
    "get_execution_id",
    "get_registered_workflow_names",
    "get_sticky_worker_session",
    "get_workflow_definition",
    "get_workflow_registration_ref",
    "plugins",
    "run_activities_locally",
    "run_sticky_worker_session",
    "run_worker",
    "task",
    "task_from",
    "workflow",
]
