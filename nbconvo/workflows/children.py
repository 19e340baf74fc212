"""Workflows that start workflows.

Source: workflows specification, "Calls available inside a workflow" (`execute_workflow`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from nbconvo.engine.context import current, current_or_none
from nbconvo.errors import ErrorCode, WorkflowsException
from nbconvo.protocol.definition import ParentClosePolicy, definition_of


@dataclass(frozen=True, slots=True)
class ChildWorkflowHandle:
    """A child that its parent does not wait for; `id` is its execution id."""

    id: str


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
    answered on the child. Raises `ChildWorkflowError`, asyncio.TimeoutError after `execution_timeout`, and
    `WorkflowsException` outside of a workflow (start a workflow there with `nbconvo.run` or an engine).
    """
    definition = definition_of(workflow)
    if current_or_none() is None:
        text = f"execute_workflow needs a running workflow. Start {definition.name!r} with nbconvo.run(...) or engine.start(...)."
        raise WorkflowsException(text, code=ErrorCode.WORKFLOW_DEFINITION_ERROR)
    runtime = current("execute_workflow")
    value = None if params is None else params.model_dump(mode="json")
    definition.shape.decode(value)
    policy = parent_close_policy or (ParentClosePolicy.TERMINATE if wait else ParentClosePolicy.ABANDON)
    child_id = execution_id or str(runtime.uuid4())
    outcome = runtime.start_child(definition, value, child_id, policy)
    if not wait:
        return ChildWorkflowHandle(child_id)
    return await runtime.within(outcome, None if execution_timeout is None else execution_timeout.total_seconds())
