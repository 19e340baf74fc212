"""Sources of `%%workflow` cells for tests."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

_DATA = Path(__file__).resolve().parents[1] / "data"

GREETING = (_DATA / "greeting_000.py").read_text()
"""The greeting of the workflow SDK's documentation, as it stands there."""

GREETING_SCRIPT = (_DATA / "greeting_000_main.py").read_text()
"""The same as a script, with the block that starts a worker."""

IMPORTS = """\
import asyncio
from nbconvo import workflows
from nbconvo.workflows.conversational import (
    AcceptDeclineConfirmation, ChatInput, ConfirmationInput, is_accepted, send_assistant_message)
"""


def workflow(body: str, *, name: str = "talk", parameters: str = "", returns: str = "str") -> str:
    """A workflow class with this body of its entrypoint."""
    head = f'@workflows.workflow.define(name="{name}")\nclass Talk(workflows.InteractiveWorkflow):\n'
    method = (
        f"    @workflows.workflow.entrypoint\n    async def run(self{', ' + parameters if parameters else ''}) -> {returns}:\n"
    )
    return f"{IMPORTS}{head}{method}{indent(dedent(body).strip(), ' ' * 8)}\n"


def cell(source: str, arguments: str = "") -> str:
    """A workflow cell."""
    return f"%%workflow {arguments}".rstrip() + f"\n{source}"


ECHO = workflow("return (await self.wait_for_input(ChatInput('What?'))).message[0].text")
"""Asks once and returns what was said."""

THREE = workflow("""
    said = []
    for _ in range(3):
        said.append((await self.wait_for_input(ChatInput('More?'))).message[0].text)
        await send_assistant_message(f'heard {said[-1]}')
        print('said', said[-1])
    return ' '.join(said)
""")
"""Asks three times, prints and says something after each answer."""
