"""The page of errors: its docstring is the tree, and each one says what to do."""

from __future__ import annotations

import inspect
import re

import pytest

from nbconvo import errors

CLASSES = {name: kind for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, BaseException)}


def test_the_docstring_lists_every_error_once() -> None:
    listed = re.findall(r"^    ([A-Z]\w+)  +\S", errors.__doc__ or "", re.MULTILINE)
    assert sorted(listed) == sorted(CLASSES.keys() - {"NbconvoError"})


def test_every_error_is_an_nbconvo_error() -> None:
    assert {name for name, kind in CLASSES.items() if not issubclass(kind, errors.NbconvoError)} == set()


def test_a_workflow_error_is_an_application_error() -> None:
    assert issubclass(errors.WorkflowError, errors.ApplicationError)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (errors.NotAllowedInWorkflow("Opening a file"), "put it in an @activity and await that"),
        (errors.NotInWorkflow("workflow.now"), "start one with nbconvo.run or an engine"),
        (errors.WorkflowDeadlocked(), "no ask, timer or activity is open"),
        (errors.NoReplyError("'Name?'"), "--reply VALUE"),
        (errors.EngineClosed(), "async with KernelEngine() as engine:"),
    ],
)
def test_an_error_says_what_to_do(error: errors.NbconvoError, text: str) -> None:
    assert text in str(error)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (errors.NoPendingInput("t1"), "No pending input request found for task t1"),
        (errors.InputRejected("t1", "1 validation error", []), "Invalid input for task t1: 1 validation error"),
        (errors.ActivityError("dbl"), "Activity task failed"),
        (errors.ApplicationError("boom", type="ValueError"), "ValueError: boom"),
        (errors.ApplicationError("boom"), "boom"),
        (errors.WorkflowError("boom", {"k": 1}), "boom"),
    ],
)
def test_texts_that_upstream_has_are_upstreams(error: errors.NbconvoError, text: str) -> None:
    assert str(error) == text


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (errors.WorkflowFailed("w", "ValueError", "boom"), "Workflow w failed: ValueError: boom"),
        (errors.WorkflowFailed("w", "TimeoutError", ""), "Workflow w failed: TimeoutError"),
        (errors.WorkflowCanceled("w", None), "Workflow w was cancelled."),
        (errors.WorkflowCanceled("w", "enough"), "Workflow w was cancelled: enough"),
    ],
)
def test_the_end_of_a_run_is_told_with_its_reason(error: errors.NbconvoError, text: str) -> None:
    assert str(error) == text


def test_details_are_kept() -> None:
    error = errors.WorkflowError("boom", {"k": 1}, 2, type="Kind", non_retryable=True)
    assert (error.message, error.details, error.type, error.non_retryable) == ("boom", ({"k": 1}, 2), "Kind", True)
