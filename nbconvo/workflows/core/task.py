"""Tasks, at upstream's path."""

from nbconvo.workflows.task import Task, task, task_from

__all__ = ["Task", "task", "task_from"]
