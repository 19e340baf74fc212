"""Workflows that start workflows.

Source: workflows specification, "Calls available inside a workflow" (`execute_workflow`).
"""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from nbconvo.engine.context import current_or_none
from nbconvo.errors import ErrorCode, WorkflowsException
from nbconvo.protocol.definition import ParentClosePolicy, definition_of
from nbconvo.protocol.secret_values import revealed, secret_texts


@dataclass(frozen=True, slots=True)
class ChildWorkflowHandle:
    """A child that its parent goes on beside; `id` is its execution id. Awaiting the handle gives the child's result."""

    id: str
    _outcome: Future[Any] = field(repr=False)

    def __await__(self) -> Generator[Any, None, Any]:
        return self._outcome.__await__()

    def cancel(self) -> None:
        """Ask the child to stop."""
        self._outcome.cancel()


async def execute_workflow(
    workflow: type[Any],
    params: BaseModel | None = None,
    execution_timeout: timedelta | None = None,
    execution_id: str | None = None,
    wait: bool = True,
    parent_close_policy: ParentClosePolicy | None = None,
) -> Any:
    """Run another workflow as a child, and wait for its result, an instance of what its entrypoint promises.

    With `wait=False` it returns a `ChildWorkflowHandle` at once, and the child outlives its parent. `parent_close_policy` says
    what becomes of the child when the parent ends (TERMINATE when waiting, ABANDON when not, unless given). The child's asks are
    answered on the child. Raises `ChildWorkflowError`, asyncio.TimeoutError after `execution_timeout`.

    Outside of a workflow the entrypoint is called like any function: nothing is recorded, nobody can be asked, and what needs a
    running workflow raises `NotInWorkflow` (start one with `nbconvo.run` or an engine). `wait=False` is an error there.
    """
    definition = definition_of(workflow)
    value = None if params is None else revealed(params)
    arguments = definition.shape.decode(value)
    runtime = current_or_none()
    if runtime is not None and params is not None and secret_texts(params):
        text = f"The input of '{definition.name}' holds a secret, and what a child is started with is recorded."
        raise WorkflowsException(f"{text} Let the child ask for it.", code=ErrorCode.INVALID_ARGUMENTS_ERROR)
    if runtime is None:
        if not wait:
            text = "execute_workflow with wait=False can only be called from within a workflow"
            raise WorkflowsException(text, code=ErrorCode.WORKFLOW_DEFINITION_ERROR)
        result = await definition.entrypoint(definition.cls(), *arguments)
        return definition.shape.decode_result(definition.shape.encode(result))
    policy = parent_close_policy or (ParentClosePolicy.TERMINATE if wait else ParentClosePolicy.ABANDON)
    child_id = execution_id or runtime.new_id()
    outcome = runtime.start_child(definition, value, child_id, policy)
    if not wait:
        await _next_turn()  # it begins between two turns, and the parent may end with this one
        return ChildWorkflowHandle(child_id, outcome)
    return await runtime.within(outcome, None if execution_timeout is None else execution_timeout.total_seconds())


async def _next_turn() -> None:
    loop = asyncio.get_running_loop()
    begun: Future[None] = loop.create_future()
    loop.call_later(0, begun.set_result, None)
    await begun
