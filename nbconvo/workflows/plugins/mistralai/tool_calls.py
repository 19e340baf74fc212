"""Carrying out a tool call of a model: found, checked, confirmed where it has to be, shown, and answered.

Source: workflows specification, "Agents layer" (texts and codes of the errors are upstream's).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from pydantic import ValidationError

from nbconvo.conversations.jsons import Json
from nbconvo.engine.context import current_or_none
from nbconvo.errors import ActivityError, ErrorCode, WorkflowsException
from nbconvo.protocol.inputs import AcceptDeclineConfirmation, is_accepted
from nbconvo.workflows.plugins.mistralai.cards import ToolCard
from nbconvo.workflows.plugins.mistralai.tool import AgentTool, tool_text

INTERRUPTED = "Operation interrupted: pending tool call was cancelled before continuing."
"""The answer to a call that nobody has carried out, when the conversation goes on."""


class _CallFailed(Exception):
    """A call has no result; `code` says whose fault it is."""

    def __init__(self, message: str, code: ErrorCode) -> None:
        super().__init__(message)
        self.code = code


async def carry_out(tools: Mapping[str, AgentTool], call_id: str, name: str, arguments: Any, raise_on_tool_fail: bool) -> str:
    """The text of the result that the model is given.

    A call that fails raises `WorkflowsException`; without `raise_on_tool_fail` the model is told instead, as JSON.
    """
    card = ToolCard(call_id, name, arguments)
    await card.open()
    try:
        result = await _result(tools, name, arguments)
    except _CallFailed as failure:
        await card.failed(str(failure))
        if raise_on_tool_fail:
            raise WorkflowsException(str(failure), code=failure.code) from failure.__cause__
        return json.dumps({"error": str(failure), "success": False}, separators=(",", ":"), ensure_ascii=False)
    except BaseException as error:
        await card.close(error)
        raise
    await card.succeeded(result)
    return result


async def _result(tools: Mapping[str, AgentTool], name: str, arguments: Any) -> str:
    tool = tools.get(name)
    if tool is None:
        text = f"Invalid tool name {name}.\nCould not find it in the declared agent tools."
        raise _CallFailed(text, ErrorCode.ACTIVITY_NOT_FOUND_ERROR)
    given = _object(name, arguments)
    if tool.requires_confirmation and not await is_allowed(name, given):
        return "The user did not allow this call."
    try:
        return tool_text(await tool.call(given))
    except ValidationError as error:
        raise _CallFailed(_mistakes(name, error), ErrorCode.TOOL_ARGUMENT_ERROR) from error
    except WorkflowsException:
        raise  # a call of the framework itself is wrong: its own code says more
    except Exception as error:
        text = f"Tool {name} raised an error during execution: {unwrapped(error)}"
        raise _CallFailed(text, ErrorCode.EXECUTION_ERROR) from error


def _object(name: str, arguments: Any) -> Json:
    """The arguments of a call. Raises `_CallFailed` when they are not a JSON object."""
    try:
        value = json.loads(arguments.strip() or "{}") if isinstance(arguments, str) else arguments
        if not isinstance(value, dict):
            raise ValueError("the arguments of a call are one JSON object")
        return cast("Json", value)
    except ValueError as error:
        text = f"Invalid arguments for tool {name}.\nCould not parse JSON provided to tool {arguments}\nError: {error}"
        raise _CallFailed(text, ErrorCode.TOOL_ARGUMENT_ERROR) from error


async def is_allowed(name: str, arguments: Any) -> bool:
    """What a person says about a call, asked as for any other input of the workflow. Outside of one: False."""
    runtime = current_or_none()
    if runtime is None:
        return False
    shown = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    text = f"May the agent call `{name}` with `{shown}`?"
    question = AcceptDeclineConfirmation(text, accept_label="Allow", decline_label="Deny")
    return is_accepted(await runtime.wait_for_input(question, None, None))


def _mistakes(name: str, error: ValidationError) -> str:
    """What is wrong with the arguments, for a model to read."""
    lines = [f"- {'.'.join(map(str, each['loc'])) or 'arguments'}: {each['msg']}" for each in error.errors(include_url=False)]
    return "\n".join([f"Invalid arguments for tool {name} with the following issues:", *lines])


def unwrapped(error: BaseException) -> str:
    """What went wrong, in an activity or here: the class and the text of the failure itself."""
    return str(error.__cause__ if isinstance(error, ActivityError) and error.__cause__ else error)
