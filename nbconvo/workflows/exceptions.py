"""The exceptions of the workflows API, at upstream's path."""

from nbconvo.errors import ActivityError, ErrorCode, WorkflowError, WorkflowsException

__all__ = ["ActivityError", "ErrorCode", "WorkflowError", "WorkflowsException"]
