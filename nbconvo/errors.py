"""Every exception of nbconvo, sorted by who must act.

NbconvoError
    The author of a workflow:
    WorkflowsException        a definition or a call is wrong; has a `code` (upstream's name and text)
    NotAllowedInWorkflow      I/O or a blocking call in workflow code: put it in an activity
    NotInWorkflow             a workflow-only call was made outside a workflow
    NondeterminismError       the code does not do what its recorded history says it did
    NotAWorker                `run_worker` was called here
    WorkflowTimedOut          the run took longer than its definition allows
    ChildWorkflowError        a child workflow failed; the cause says how
    WorkflowDeadlocked        the workflow waits for something that nothing can bring
    ApplicationError          raise it (or `WorkflowError`) to fail a run or an activity on purpose
    WorkflowError             the same, under the name workflow code uses
    ActivityError             an activity failed; the cause says how
    Who answers:
    InputRejected             the reply is not what the ask wants; the ask stays open
    NoPendingInput            the ask is gone: answered, timed out, cancelled, or never was
    NoAnswerToRewind          the ask to go back to was never answered
    ReplyMismatch             a recorded reply does not belong to what is asked now
    NoReplyError              nobody can answer here (headless) and no scripted reply is left
    Who started or awaits the run:
    StartInputInvalid         the workflow's input does not fit its entrypoint
    WorkflowFailed            the run ended by an exception (its cause)
    WorkflowCanceled          the run was cancelled
    EngineClosed              the engine is closed, or was never entered
    UnknownExecution          the journal has no such execution, or its workflow is not defined here
    ExecutionEnded            the run is over; it takes no signals and updates
    ExecutionMismatch         this id belongs to an execution of another workflow
    ExecutionInUse            another process runs it
    JournalCorrupted          the journal's file is damaged; it was left as it is
    JournalTooNew             the journal's file was written by a newer nbconvo
    JournalUnavailable        the journal's file cannot be read or written now
    HandlerNotFound           the workflow has no such signal, query or update
    HandlerRejected           the arguments of a signal, query or update do not fit; the run goes on
    UpdateFailedError         the handler of an update raised; the run goes on
    UsageError                a magic or a command was used with wrong words
    CannotExport              a workflow of a notebook cannot become a module
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any


class NbconvoError(Exception):
    """Base of everything nbconvo raises on purpose."""


class ErrorCode(StrEnum):
    """Codes of `WorkflowsException`: upstream's, without those of single calls of its API."""

    EXECUTION_ERROR = "execution_error"
    TEMPORAL_ERROR = "temporal_error"
    TEMPORAL_SERVICE_ERROR = "temporal_service_error"
    TEMPORAL_CONNECTION_ERROR = "temporal_connection_error"
    ACTIVITY_DEFINITION_ERROR = "activity_definition_error"
    ACTIVITY_NOT_FOUND_ERROR = "activity_not_found_error"
    INVALID_ARGUMENTS_ERROR = "invalid_arguments_error"
    ACTIVITY_NOT_MODULE_LEVEL = "activity_not_module_level"
    ACTIVITY_RESERVED_NAME = "activity_reserved_name"
    TOOL_ARGUMENT_ERROR = "tool_argument_error"
    RATE_LIMIT_ERROR = "rate_limit_error"
    STICKY_WORKER_SESSION_MISSING = "sticky_worker_session_missing"
    WORKFLOW_DEFINITION_ERROR = "workflow_definition_error"
    WORKFLOW_DESCRIPTION_ERROR = "workflow_description_error"
    WORKFLOW_ALREADY_STARTED = "workflow_already_started"
    WORKFLOW_NOT_FOUND = "workflow_not_found"
    INVALID_PARAMS_ERROR = "invalid_params_error"
    WORKFLOW_TIMEOUT_ERROR = "workflow_timeout_error"
    WORKFLOW_SIGNAL_DEFINITION_ERROR = "workflow_signal_definition_error"
    WORKFLOW_UPDATE_DEFINITION_ERROR = "workflow_update_definition_error"
    WORKFLOW_QUERY_ERROR = "workflow_query_error"
    WORKER_REGISTRATION_ERROR = "worker_registration_error"
    WORKER_RUNTIME_CONFIG_ERROR = "worker_runtime_config_error"
    AGENT_EXECUTION_ERROR = "agent_execution_error"
    IN_MEMORY_CACHE_ERROR = "in_memory_cache_error"
    REJECTED_QUERY_ERROR = "rejected_query_error"
    UNSERIALIZABLE_PAYLOAD_ERROR = "unserializable_payload_error"
    BLOB_STORAGE_CONFIG_ERROR = "blob_storage_config_error"
    INPUT_SIZE_EXCEEDED_ERROR = "input_size_exceeded_error"


class WorkflowsException(NbconvoError):
    """A wrong definition or call. Text and `code` are upstream's, so that messages can be looked up."""

    def __init__(
        self,
        message: str,
        status: int = 500,
        code: ErrorCode = ErrorCode.TEMPORAL_SERVICE_ERROR,
        type: str = "invalid_request_error",  # noqa: A002 - upstream's parameter name
        logging_message: str | None = None,
        logging_properties: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{type}: {message} \nWorkflow Code: {code} -- HTTP status: {status})")
        self.message = message
        self.status = status
        self.code = code
        self.type = type
        self.logging_message = logging_message
        self.logging_properties = logging_properties or {}


class NotAllowedInWorkflow(NbconvoError):
    """Workflow code tried to touch the outside world; such a call cannot be replayed, and would block the kernel."""

    def __init__(self, what: str, fix: str = "put it in an @activity and await that") -> None:
        super().__init__(f"{what} is not allowed in workflow code: {fix}.")


class NotInWorkflow(NbconvoError):
    """A call that only makes sense inside a running workflow was made elsewhere."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} can only be used inside a running workflow (start one with nbconvo.run or an engine).")


class WorkflowDeadlocked(NbconvoError):
    """Nothing that is under way can ever wake the workflow: no ask, timer or activity is open."""

    def __init__(self) -> None:
        super().__init__(
            "The workflow waits, but no ask, timer or activity is open that could wake it. "
            "Look for an asyncio future, event, lock or queue that nothing in this workflow sets."
        )


class NondeterminismError(NbconvoError):
    """A recorded execution cannot be taken up by this code. The record is whole; nothing was added to it.

    `sequence` is the number of the first event that differs (0: the record ended), `recorded` and `made` are the two sides.
    """

    def __init__(self, sequence: int, recorded: str, made: str) -> None:
        where = f"At event {sequence} the" if sequence else "The"
        super().__init__(
            f"{where} record says: {recorded}; the code now does: {made}. "
            "The workflow was changed, or does something that is not the same every time (time, chance, order of a set). "
            "Put back the code that made the record, or start a new run."
        )
        self.sequence = sequence
        self.recorded = recorded
        self.made = made


class NotAWorker(NbconvoError):
    """`run_worker` starts a worker of the hosted platform; nbconvo runs workflows in this process instead."""

    def __init__(self, workflows: list[str]) -> None:
        names = ", ".join(workflows)
        super().__init__(
            "nbconvo has no workers: it runs workflows in this process, with nbconvo.run(...) or a %%workflow cell. "
            f"To run {names} on a worker, put the code into a module that imports mistralai.workflows."
        )


class WorkflowTimedOut(NbconvoError):
    """The run took longer than the `execution_timeout` that its author gave."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The run took longer than its execution_timeout of {seconds:g} seconds.")


class ApplicationError(NbconvoError):
    """A failure on purpose. `type` names its kind; `non_retryable` tells an activity's retries to stop, and `next_retry_delay`
    how long to wait before the next one. `category` is for platforms that sort failures."""

    def __init__(
        self,
        message: str,
        *details: Any,
        type: str | None = None,  # noqa: A002 - upstream's parameter name
        non_retryable: bool = False,
        next_retry_delay: timedelta | None = None,
        category: Any = None,
    ) -> None:
        super().__init__(f"{type}: {message}" if type else message)
        self.message = message
        self.details = details
        self.type = type
        self.non_retryable = non_retryable
        self.next_retry_delay = next_retry_delay
        self.category = category


class WorkflowError(ApplicationError):
    """Raise it in workflow code to end the run as failed, here and on every engine."""


class ActivityError(NbconvoError):
    """An activity used up its attempts. `__cause__` is an `ApplicationError` with the original type and text."""

    def __init__(self, activity_name: str) -> None:
        super().__init__("Activity task failed")
        self.activity_name = activity_name


class ChildWorkflowError(NbconvoError):
    """A child workflow failed or was cancelled. `__cause__` is an `ApplicationError` with the original type and text."""

    def __init__(self, workflow: str, execution_id: str) -> None:
        super().__init__("Child Workflow execution failed")
        self.workflow = workflow
        self.execution_id = execution_id


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with an input: where (`path` into the JSON, empty for the whole) and what."""

    path: tuple[str | int, ...]
    message: str


class InputRejected(NbconvoError):
    """The reply does not fit the ask. The ask stays open; `errors` says what is wrong, field by field."""

    def __init__(self, task_id: str, text: str, errors: list[FieldProblem]) -> None:
        super().__init__(f"Invalid input for task {task_id}: {text}")
        self.task_id = task_id
        self.errors = errors


class NoPendingInput(NbconvoError):
    """No ask with this id is open: it was answered, timed out, was cancelled, or never existed."""

    def __init__(self, task_id: str) -> None:
        super().__init__(f"No pending input request found for task {task_id}")
        self.task_id = task_id


class NoAnswerToRewind(NbconvoError):
    """There is no answer to go back to."""

    def __init__(self, task_id: str) -> None:
        super().__init__(f"The ask {task_id} was not answered in this run, so there is nothing to go back to.")
        self.task_id = task_id


class ReplyMismatch(NbconvoError):
    """The conversation does not go as it was recorded: a replies file has no reply for what is asked, or too many."""


class NoReplyError(NbconvoError):
    """A headless run asks something that no scripted reply answers."""

    def __init__(self, ask: str) -> None:
        super().__init__(
            f"Nobody can answer here, and no scripted reply is left for the ask {ask}. "
            "Give one with `%%workflow --reply VALUE` (once per ask, in order) or nbconvo.run(..., replies=[...]), "
            "or a whole session with `%%workflow --replies FILE`."
        )
        self.ask = ask


class StartInputInvalid(NbconvoError):
    """The input given to a workflow does not fit its entrypoint; nothing was started."""

    def __init__(self, workflow: str, text: str, errors: list[FieldProblem]) -> None:
        super().__init__(f"Invalid input for workflow {workflow}: {text}")
        self.workflow = workflow
        self.errors = errors


class WorkflowFailed(NbconvoError):
    """The run ended by an exception, which is the `__cause__` where it is known."""

    def __init__(self, workflow: str, failure_type: str, message: str) -> None:
        super().__init__(f"Workflow {workflow} failed: {failure_type}{': ' if message else ''}{message}")
        self.workflow = workflow
        self.failure_type = failure_type
        self.message = message


class WorkflowCanceled(NbconvoError):
    """The run was cancelled. Not a CancelledError: awaiting a cancelled run does not cancel who awaits."""

    def __init__(self, workflow: str, reason: str | None) -> None:
        super().__init__(f"Workflow {workflow} was cancelled{f': {reason}' if reason else '.'}")
        self.workflow = workflow
        self.reason = reason


class UnknownExecution(NbconvoError):
    """There is no such execution, or nothing here can run it; `why` says which."""

    def __init__(self, execution_id: str, why: str) -> None:
        super().__init__(f"Execution {execution_id} cannot be taken up: {why}.")
        self.execution_id = execution_id


class ExecutionEnded(NbconvoError):
    """The run is over."""

    def __init__(self, execution_id: str, status: str) -> None:
        super().__init__(f"Execution {execution_id} is {status}: it takes no signals and updates.")


class ExecutionMismatch(NbconvoError):
    """The id that was given belongs to an execution of another workflow."""

    def __init__(self, execution_id: str, recorded: str, given: str) -> None:
        super().__init__(f"Execution {execution_id} is one of workflow {recorded!r}, not of {given!r}. Give another id.")
        self.execution_id = execution_id


class ExecutionInUse(NbconvoError):
    """Another living process runs this execution. `holder` is "host-pid-..." of that process."""

    def __init__(self, execution_id: str, holder: str) -> None:
        super().__init__(
            f"Execution {execution_id} is being run by another kernel ({holder}). "
            "Stop that one, or start another run here with `%%workflow --new`."
        )
        self.execution_id = execution_id
        self.holder = holder


class HandlerNotFound(NbconvoError):
    """The workflow has no handler of this kind and name."""

    def __init__(self, kind: str, name: str, known: list[str]) -> None:
        plural = {"signal": "signals", "query": "queries", "update": "updates"}[kind]
        super().__init__(f"{kind.capitalize()} handler for '{name}' expected but not found, known {plural}: [{' '.join(known)}]")
        self.name = name


class HandlerRejected(NbconvoError):
    """The arguments of a signal, query or update do not fit its handler. Nothing was recorded; the run goes on."""

    def __init__(self, kind: str, name: str, text: str) -> None:
        super().__init__(f"Invalid arguments for {kind} {name!r}: {text}")
        self.name = name


class UpdateFailedError(NbconvoError):
    """The handler of an update raised (the cause). The run goes on."""

    def __init__(self, name: str, failure_type: str, message: str) -> None:
        super().__init__(f"Update {name!r} failed: {failure_type}: {message}")
        self.name = name


class JournalCorrupted(NbconvoError):
    """The journal's file is damaged. Nothing was changed in it."""

    def __init__(self, path: object, what: str) -> None:
        super().__init__(
            f"The journal {path} is damaged: {what}. Nothing was changed. Move it aside to start anew, "
            "or recover what is in it with `sqlite3 FILE .recover`."
        )
        self.path = path


class JournalTooNew(NbconvoError):
    """The journal's file was written by a newer version. Nothing was changed in it."""

    def __init__(self, path: object, found: int, known: int) -> None:
        super().__init__(f"The journal {path} has version {found}, this nbconvo knows up to {known}: update nbconvo.")
        self.path = path


class JournalUnavailable(NbconvoError):
    """The journal's file cannot be read or written now: locked, read-only, disk full. What was recorded is whole."""

    def __init__(self, path: object, what: str) -> None:
        super().__init__(f"The journal {path} cannot be used now: {what}. What was recorded before is whole.")
        self.path = path


class EngineClosed(NbconvoError):
    """The engine does not run: use it inside `async with`, before it is closed."""

    def __init__(self) -> None:
        super().__init__("The engine is not open. Use it inside `async with KernelEngine() as engine:`.")


class UsageError(NbconvoError):
    """A magic or a command was given something it does not understand; the text says what to write."""


class CannotExport(NbconvoError):
    """There is no module to be made of a notebook's workflow; the text says why, and what to change."""
