"""Asks the person whether a tool may run: a small workflow, whose confirmation opens in the cell that waits.

Source: document 003, "Human in the loop" (calls that wait for a confirmation).
"""

from __future__ import annotations

import json
import threading

from nbconvo import workflows
from nbconvo.conversations.toolbox import CallRequest, Decision, Deny
from nbconvo.engine import KernelEngine
from nbconvo.ipython import host
from nbconvo.ipython.run import Run
from nbconvo.workflows.conversational import AcceptDeclineConfirmation, is_accepted


@workflows.workflow.define(name="nbconvo-confirm-tool", workflow_display_name="May this tool run?")
class ConfirmTool(workflows.InteractiveWorkflow):
    """Asks about one call and returns what the person said."""

    @workflows.workflow.entrypoint
    async def run(self, call: str) -> bool:
        """True when the call may run."""
        return is_accepted(await self.wait_for_input(AcceptDeclineConfirmation(f"Run {call}?")))


async def ask(call: CallRequest) -> Decision:
    """What the person says to a call; no, with the reason, where nobody can be asked. The journal is not written to."""
    if host.is_headless() or threading.current_thread() is not threading.main_thread():
        return Deny("It needs a person's confirmation, and nobody can be asked where this notebook runs.")
    text = f"{call.name}({json.dumps(dict(call.arguments), ensure_ascii=False)})"
    async with KernelEngine(":memory:") as engine:
        return bool(await Run(engine, engine.start_nowait(ConfirmTool, {"call": text})))
