"""The names that authors use are there, and can be called as upstream's can."""

from __future__ import annotations

import inspect
from typing import Any, TypeVar

import pytest

import nbconvo.workflows
from nbconvo.workflows import conversational, exceptions
from nbconvo.workflows.core import task
from tests.sdk import theirs

MEMBERS = [name for name in vars(theirs.workflows.workflow) if not name.startswith("_")]
CALLABLES = [
    name
    for name in theirs.workflows.__all__
    if inspect.isfunction(getattr(theirs.workflows, name)) or inspect.iscoroutinefunction(getattr(theirs.workflows, name))
]
OWN_HANDOVER = {"run_worker", "get_sticky_worker_session", "run_sticky_worker_session"}
"""Their parameters are those of a worker, which there is none of here; what is given is accepted."""
KEPT_INSIDE = {"ConfirmationInputModel", "TodoListItemState", "TodoListItemStatus", "TodoListState"}
"""What helpers of upstream's are made of; authors use the helpers."""
CONVERSATIONAL = sorted(
    name
    for name, value in vars(theirs.conversational).items()
    if getattr(value, "__module__", "") == "mistralai.workflows.conversational"
    and not isinstance(value, TypeVar)
    and name[0] != "_"
)


def parameters(function: Any) -> list[str]:
    """The names of a function's parameters, without those that are the framework's own."""
    return [name for name in inspect.signature(function).parameters if not name.startswith("_") and name != "self"]


def test_every_listed_name_is_listed() -> None:
    assert set(theirs.workflows.__all__) - set(nbconvo.workflows.__all__) == set()


def test_the_version_is_the_one_that_is_compared() -> None:
    assert nbconvo.workflows.__version__ == theirs.workflows.__version__


def test_every_member_of_workflow_is_there() -> None:
    assert [name for name in MEMBERS if not hasattr(nbconvo.workflows.workflow, name)] == []
    assert [name for name in vars(theirs.workflows.workflow.unsafe) if name[0] != "_" and not hasattr(unsafe(), name)] == []


def unsafe() -> Any:
    return nbconvo.workflows.workflow.unsafe


@pytest.mark.parametrize("name", [name for name in MEMBERS if name != "unsafe"])
def test_a_member_of_workflow_takes_the_same(name: str) -> None:
    ours, real = getattr(nbconvo.workflows.workflow, name), getattr(theirs.workflows.workflow, name)
    assert parameters(ours) == parameters(real)
    assert inspect.iscoroutinefunction(ours) == inspect.iscoroutinefunction(real)


@pytest.mark.parametrize("name", sorted(set(CALLABLES) - OWN_HANDOVER))
def test_a_function_takes_the_same(name: str) -> None:
    ours, real = getattr(nbconvo.workflows, name), getattr(theirs.workflows, name)
    assert set(parameters(ours)) == set(parameters(real))
    assert inspect.iscoroutinefunction(ours) == inspect.iscoroutinefunction(real)


@pytest.mark.parametrize("name", sorted(set(CONVERSATIONAL) - KEPT_INSIDE))
def test_a_conversational_name_is_there(name: str) -> None:
    assert hasattr(conversational, name)


def test_the_codes_of_errors_are_upstreams() -> None:
    real = {code.name: code.value for code in theirs.exceptions.ErrorCode}
    ours = {code.name: code.value for code in exceptions.ErrorCode}
    assert ours.items() <= real.items()
    assert {name for name in real.keys() - ours.keys() if not name.startswith(("GET_", "POST_"))} == set()


def test_tasks_take_the_same() -> None:
    from mistralai.workflows.core.task import Task, task_from

    assert parameters(task.Task) == parameters(Task)
    assert parameters(task.task_from) == parameters(task_from)


def test_a_workflow_error_takes_the_same() -> None:
    assert set(parameters(theirs.exceptions.WorkflowError)) <= set(parameters(exceptions.WorkflowError))
    assert parameters(theirs.exceptions.WorkflowsException) == parameters(exceptions.WorkflowsException)
