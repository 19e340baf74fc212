"""Every way an ask can be answered, refused or ended, as a person meets it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.cells import GREETING, pasted, workflow_cell
from tests.browser.conftest import OpenWith
from tests.support.lab import Lab

THREE_AT_ONCE = workflow_cell("""
async def ask(label):
    answer = await self.wait_for_input(ChatInput(f"Which {label}?"), label=label.title())
    return f"{label}={answer.message[0].text}"
return " ".join(await asyncio.gather(ask("flight"), ask("hotel"), ask("food")))
""")
IMPATIENT = workflow_cell("""
try:
    await self.wait_for_input(ChatInput("Quick, what is it?"), timeout=2)
except asyncio.TimeoutError:
    await send_assistant_message("Too slow.")
""")
FAILING = workflow_cell("""
await send_assistant_message("Let me look.")
raise ValueError("the oven is cold")
""")
FORM = workflow_cell(
    """
trip = await self.wait_for_input(Trip, label="Your trip")
return f"{trip.days} days in {trip.city}"
""",
    before="class Trip(BaseModel):\n    city: str\n    days: int = Field(ge=1)\n\n    model_config = {'extra': 'forbid'}\n\n",
)


def test_three_open_asks_are_answered_in_any_order(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, THREE_AT_ONCE)
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    for label in ("Flight", "Hotel", "Food"):
        expect(out.get_by_text(label, exact=True)).to_be_visible()
    asked = ["food", "flight", "hotel"]
    for answered, what in enumerate(asked):
        expect(out.get_by_role("textbox")).to_have_count(3 - answered)
        composer = out.get_by_role("textbox", name=f"Which {what}?")
        composer.fill(what.upper())
        composer.press("Enter")
        expect(composer).to_have_count(0)
    expect(out.get_by_role("log")).to_contain_text("flight=FLIGHT hotel=HOTEL food=FOOD")


def test_a_countdown_ends_the_ask(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, IMPATIENT)
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    expect(out.get_by_text("0:01 left")).to_be_visible()
    expect(out.get_by_role("log")).to_contain_text("No answer in time")
    expect(out.get_by_role("log")).to_contain_text("Too slow.")
    expect(out.get_by_role("textbox")).to_have_count(0)


def test_stop_cancels_the_run(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, pasted(GREETING, "run"), "run.status")
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    out.get_by_role("button", name="Stop").click()
    expect(out.get_by_text("Cancelled", exact=True)).to_be_visible()
    expect(out.get_by_role("textbox")).to_have_count(0)
    expect(out.get_by_role("button", name="Stop")).to_have_count(0)
    notebook.run_and_wait(2)
    expect(notebook.output(2)).to_contain_text("'canceled'")


def test_an_error_stands_where_it_happened_with_its_traceback_folded(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, FAILING)
    notebook.run_and_wait(1)
    log = notebook.conversation(1).get_by_role("log")
    expect(notebook.conversation(1).get_by_text("Failed", exact=True)).to_be_visible()
    said = log.inner_text()
    assert said.index("Let me look.") < said.index("ValueError") < said.index("the oven is cold")
    traceback = log.get_by_role("group", name="Traceback")
    expect(traceback).not_to_be_visible()
    log.get_by_text("Traceback", exact=True).click()
    expect(traceback).to_be_visible()
    expect(traceback).to_contain_text('raise ValueError("the oven is cold")')
    expect(traceback).not_to_contain_text("nbconvo/")


def test_a_form_keeps_a_wrong_answer_and_says_what_is_wrong(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, FORM)
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    out.get_by_label("City").fill("Oslo")
    days = out.get_by_label("Days")
    for text, reason in {"": "Please fill this in.", "two": "Enter a whole number.", "0": "Must be 1 or more."}.items():
        days.fill(text)
        days.press("Enter")
        expect(out.get_by_text(reason)).to_be_visible()
        expect(days).to_have_value(text)
        expect(days).to_be_focused()
    days.fill("2")
    out.get_by_role("button", name="Submit").click()
    expect(out.get_by_role("log")).to_contain_text("2 days in Oslo")


def test_two_megabytes_are_refused_with_a_reason(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, pasted(GREETING))
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    composer = out.get_by_role("textbox", name="Type your message")
    composer.fill("x" * 2_000_000)
    composer.press("Enter")
    expect(out.get_by_text("the most is 2,000,000")).to_be_visible()
    assert composer.evaluate("(field) => field.value.length") == 2_000_000
    composer.fill("Ada")
    composer.press("Enter")
    expect(out.get_by_role("log")).to_contain_text("Nice to meet you, Ada!")
