"""The workflow cells that the tests paste into notebooks."""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data"
GREETING = (DATA / "greeting_000.py").read_text()
GREETING_WITH_MAIN = (DATA / "greeting_000_main.py").read_text()

_HEAD = """%%workflow{arguments}
import asyncio
import mistralai.workflows as workflows
from mistralai.workflows.conversational import (
    AcceptDeclineConfirmation, ChatInput, ConfirmationInput, TextChunk, is_accepted, send_assistant_message,
)
from pydantic import BaseModel, Field

{before}
@workflows.workflow.define(name="{name}", workflow_display_name="{title}")
class Tried(workflows.InteractiveWorkflow):
    @workflows.workflow.entrypoint
    async def run(self) -> str:
"""


def workflow_cell(body: str, *, arguments: str = "", before: str = "", name: str = "tried", title: str = "Tried") -> str:
    """A `%%workflow` cell whose entrypoint has this body."""
    head = _HEAD.format(arguments=f" {arguments}" if arguments else "", before=before, name=name, title=title)
    return head + "".join(f"        {line}\n" for line in body.strip("\n").splitlines())


def pasted(source: str, arguments: str = "") -> str:
    """A script below a `%%workflow` line."""
    return f"%%workflow {arguments}".rstrip() + f"\n{source}"


def busy_until(flag: Path) -> str:
    """A cell that keeps the kernel busy, synchronously, until this file is there."""
    return f"import pathlib, time\nwhile not pathlib.Path({str(flag)!r}).exists():\n    time.sleep(0.02)"


ONE_QUESTION = workflow_cell("""
answer = await self.wait_for_input(ChatInput("Your name?"))
return "Hello " + answer.message[0].text
""")
