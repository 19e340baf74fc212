"""W8: a form of ten fields, from its model into a live cell.

    python -m benchmarks.w08_form

Counted for the form that opens in a conversation (the target: one message of at most 8 KB), for the whole cell of a workflow that
begins with it, and for the same ten controls made of ipywidgets by hand. The front end itself is sent once per kernel, before.
"""

from __future__ import annotations

from benchmarks.traffic import Traffic, notebook_page, of_cell, traffic
from tests.support.kernels import Page

TARGET = Traffic(1, 8 * 1024)

WORKFLOW = """
from datetime import date
from nbconvo import workflows
from nbconvo.workflows.conversational import (
    ChatInput, DateField, FileField, FormInput, MultiChoice, NumberField, SingleChoice, TextField)

class Ten(FormInput):
    name: str = TextField("Name")
    email: str = TextField("Email", pattern=r"^\\S+@\\S+$", error_message="An address, please")
    age: int = NumberField("Age", minimum=0, maximum=150)
    amount: float = NumberField("Amount", exclusive_minimum=0)
    day: date = DateField("Day")
    kind: str = SingleChoice([("train", "Train"), ("hotel", "Hotel"), ("meal", "Meal")], "Kind")
    paid_by: list[str] = MultiChoice([("card", "Card"), ("cash", "Cash")], "Paid by")
    note: str = TextField("Note", multiline=True)
    receipt: str = FileField("Receipt")
    urgent: bool = False

@workflows.workflow.define(name="ten")
class AskTen(workflows.InteractiveWorkflow):
    @workflows.workflow.entrypoint
    async def run(self, first: bool) -> None:
        if first:
            await self.wait_for_input(ChatInput("Ready?"))
        await self.wait_for_input(Ten, label="Ten")
"""
BY_HAND = """
import ipywidgets as w
from IPython.display import display
display(w.VBox([
    w.Text(description="Name"), w.Text(description="Email"), w.BoundedIntText(description="Age", min=0, max=150),
    w.BoundedFloatText(description="Amount", min=0), w.DatePicker(description="Day"),
    w.Dropdown(description="Kind", options=["Train", "Hotel", "Meal"]),
    w.SelectMultiple(description="Paid by", options=["Card", "Cash"]), w.Textarea(description="Note"),
    w.FileUpload(description="Receipt"), w.Checkbox(description="Urgent"), w.Button(description="Submit"),
]))
"""


def form_in_conversation(page: Page) -> Traffic:
    """What the answer before it brings to the page, but for its acknowledgement and the twin for the saved notebook."""
    conversation = page.run(f"%%workflow ten --input true\n{WORKFLOW}").conversation()
    conversation.ask()
    page.settle()
    begin = len(page.messages)
    conversation.reply("yes")
    page.until(lambda: conversation.view["asks"] and conversation.view["asks"][0]["kind"] == "form", "the form opens")
    patches = [
        message
        for message in page.messages[begin:]
        if message["msg_type"] == "comm_msg" and message["content"]["data"].get("content", {}).get("kind") == "patch"
    ]
    return traffic(patches)


def main() -> None:
    """Measure and print."""
    with notebook_page() as page:
        page.run("%%workflow warm --input true\n" + WORKFLOW)  # the front end goes to the page with the first
        ours = form_in_conversation(page)
        cell = of_cell(page, f"%%workflow ten --input false\n{WORKFLOW}")
        by_hand = of_cell(page, BY_HAND)
    verdict = "" if ours.messages <= TARGET.messages and ours.size <= TARGET.size else "!"
    print(f"nbconvo, form in an open conversation {ours}   target {TARGET} {verdict}")
    print(f"nbconvo, the whole cell               {cell}")
    print(f"ipywidgets, by hand                   {by_hand}")


if __name__ == "__main__":
    main()
