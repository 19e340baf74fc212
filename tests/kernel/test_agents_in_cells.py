"""Document 000's agents in workflow cells of a real kernel, unchanged, without a key."""

from __future__ import annotations

from pathlib import Path

from tests.support.cells import cell
from tests.support.kernels import Cell, Page, running_kernel

DOCUMENT = (Path(__file__).parents[1] / "data" / "expense_000.py").read_text()
ANALYSIS, FULL = DOCUMENT.split('@workflows.workflow.define(\n    name="full-expense-workflow"')
FULL = ANALYSIS.partition("@workflows")[0] + '@workflows.workflow.define(\n    name="full-expense-workflow"' + FULL
OFFLINE = "I am nbconvo's offline model"


def growing(page: Page, comm_id: str) -> list[str]:
    """The pieces of text that were added to messages, patch by patch."""
    sent = [one["content"]["data"].get("content", {}) for one in page.messages if one["content"].get("comm_id") == comm_id]
    ops = [op for content in sent if content.get("kind") == "patch" for op in content["ops"]]
    return [op["value"] for op in ops if op["op"] == "append" and op["path"].endswith("/text")]


def saved(started: Cell) -> str:
    """The transcript as the notebook holds it."""
    return started.saved_outputs()[-1]["data"]["text/markdown"]


def test_expense_analysis(page: Page) -> None:
    started = page.run(cell(ANALYSIS, "analysis --input '\"Hotel, 100 EUR\"'"))
    assert started.error == ""
    conversation = started.conversation()
    conversation.until("completed")
    said, last = conversation.texts
    assert said.startswith(OFFLINE)
    assert said.endswith("You said: Analyze this expense report:\n\nHotel, 100 EUR")
    assert last == "Analysis complete."
    twin = page.until(lambda: "*Running*" not in (text := saved(started)) and text, "the twin is complete")
    assert "Analysis complete." in twin


def test_full_expense(page: Page) -> None:
    started = page.run(cell(FULL, "full --input '\"Hotel, 100 EUR\"'"))
    assert started.error == ""
    conversation = started.conversation()
    assert conversation.reply("Yes, approve this expense")["code"] == "accepted"
    conversation.until("completed")
    assert conversation.texts[-1] == "Expense approved. Yes, approve this expense"
    (todo,) = [item for item in conversation.view["items"] if item["kind"] == "todo"]
    assert [step["status"] for step in todo["steps"]] == ["done"] * 3


def test_text_comes_bit_by_bit(page: Page) -> None:
    page.run(
        "from nbconvo.conversations import connect\n"
        "from nbconvo.conversations.models import Delay\n"
        "from nbconvo.workflows.plugins.mistralai import use_client\n"
        "use_client(connect(model=lambda messages: ['First, ', Delay(0.2), 'then, ', Delay(0.2), 'done.']))"
    )
    started = page.run(cell(ANALYSIS, "bits --input '\"x\"'"))
    conversation = started.conversation()
    conversation.until("completed")
    page.run("use_client(None)")
    assert conversation.texts[0] == "First, then, done."
    assert len(growing(page, conversation.comm_id)) >= 1


def test_a_restarted_kernel_goes_on_with_the_conversation(tmp_path: Path) -> None:
    source = cell(TWO_TURNS, "talk --id talk --input '\"one\"'")
    with running_kernel(tmp_path) as kernel:
        kernel.page.run("%load_ext nbconvo")
        kernel.page.run(source).conversation().ask()
    with running_kernel(tmp_path) as kernel:
        kernel.page.run("%load_ext nbconvo")
        started = kernel.page.run(source)
        assert started.error == ""
        conversation = started.conversation()
        conversation.reply("two")
        conversation.until("completed")
        assert [text.rpartition("\n")[2] for text in conversation.texts] == ["You said: one", "You said: two"]


TWO_TURNS = """
import mistralai.workflows as workflows
import mistralai.workflows.plugins.mistralai as workflows_mistralai

@workflows.workflow.define(name="two-turns")
class TwoTurns(workflows.InteractiveWorkflow):
    @workflows.workflow.entrypoint
    async def run(self, text: str) -> None:
        session = workflows_mistralai.RemoteSession(stream=True)
        agent = workflows_mistralai.Agent(name="echo")
        await workflows_mistralai.Runner.run(agent, text, session=session)
        more = await self.wait_for_input(workflows_mistralai.ChatInput("And?"))
        await workflows_mistralai.Runner.run(agent, more.message[0].text, session=session)
"""
