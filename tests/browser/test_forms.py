"""The expense form of document 000, filled in by a person who has no mouse; and what becomes of a form that is left half done."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.cells import pasted
from tests.browser.conftest import OpenWith
from tests.support.lab import Lab, OpenNotebook

EXPENSE = pasted('''
from datetime import date, datetime
import mistralai.workflows as workflows
from mistralai.workflows.conversational import (
    DateField, DateTimeField, FormInput, NumberField, SingleChoice, TextField, send_assistant_message,
)

class ExpenseForm(FormInput):
    """Structured form for expense submission."""

    description: str = TextField(description="Expense description")
    amount: float = NumberField(description="Amount in USD", minimum=0, maximum=10000)
    category: str = SingleChoice(
        options=[("travel", "Travel"), ("equipment", "Equipment"), ("software", "Software")], description="Expense category"
    )
    expense_date: date = DateField(description="Date of expense")
    due_date: datetime = DateTimeField(description="Reimbursement due date")
    receipt_id: str = TextField(description="Receipt ID", pattern=r"^RCP-\\d{6}$", error_message="It looks like RCP-000123")

@workflows.workflow.define(name="expense", workflow_display_name="Expense")
class Expense(workflows.InteractiveWorkflow):
    @workflows.workflow.entrypoint
    async def run(self) -> str:
        form = await self.wait_for_input(ExpenseForm, label="Submit expense")
        return f"{form.amount} for {form.category} on {form.expense_date}, due {form.due_date:%Y-%m-%d %H:%M}"
''')
STRICT = pasted("""
import mistralai.workflows as workflows
from mistralai.workflows.conversational import FormInput, NumberField, TextField
from pydantic import field_validator

class Trip(FormInput):
    city: str = TextField("City")
    days: int = NumberField("Days", minimum=1)

    @field_validator("city")
    @classmethod
    def known(cls, city: str) -> str:
        if city != "Oslo":
            raise ValueError("Only Oslo is open")
        return city

@workflows.workflow.define(name="trip", workflow_display_name="Trip")
class Tour(workflows.InteractiveWorkflow):
    @workflows.workflow.entrypoint
    async def run(self) -> str:
        trip = await self.wait_for_input(Trip, label="Your trip")
        return f"{trip.days} days in {trip.city}"
""")


@pytest.fixture
def expense(open_with: OpenWith, app: Lab) -> OpenNotebook:
    notebook = open_with(app, EXPENSE)
    notebook.run_and_wait(1)
    expect(notebook.conversation(1).get_by_role("form", name="Submit expense")).to_be_visible()
    return notebook


def test_the_expense_form_is_filled_in_with_the_keyboard_alone(expense: OpenNotebook, page: Page) -> None:
    out, keyboard = expense.conversation(1), page.keyboard
    out.get_by_role("log").focus()
    keyboard.press("Tab")
    expect(out.get_by_label("Expense description")).to_be_focused()
    keyboard.press("Enter")  # sends the form as it is: nothing is filled in
    expect(out.get_by_text("Please fill this in.")).to_have_count(5)
    expect(out.get_by_text("Please choose.")).to_be_visible()
    expect(out.get_by_label("Expense description")).to_be_focused()

    for typed in ("Train to Lille", "12,50", " ", "01152025"):
        keyboard.type(typed)
        keyboard.press("Tab")
    expect(error_of(out.get_by_label("Amount in USD"))).to_have_text("Write decimals with a point: 12.50")
    expect(out.get_by_label("Travel")).to_be_checked()
    expect(out.get_by_label("Date of expense")).to_have_value("2025-01-15")
    go_to(page, out.get_by_label("Reimbursement due date"))
    keyboard.type("020120250930AM")
    go_to(page, out.get_by_label("Receipt ID"))
    keyboard.type("RCP-1")
    keyboard.press("Enter")
    expect(error_of(out.get_by_label("Receipt ID"))).to_have_text("It looks like RCP-000123")
    expect(out.get_by_label("Amount in USD")).to_be_focused()

    keyboard.press("Control+A")
    keyboard.type("12.50")
    go_to(page, out.get_by_label("Receipt ID"))
    keyboard.press("Control+A")
    keyboard.type("RCP-000123")
    keyboard.press("Enter")
    log = out.get_by_role("log")
    expect(log).to_contain_text("12.5 for travel on 2025-01-15, due 2025-02-01 09:30")
    expect(log.get_by_role("term").filter(has_text="Expense category")).to_be_visible()
    expect(log.get_by_role("definition").filter(has_text="Travel")).to_be_visible()


def test_a_form_that_is_half_filled_in_survives_a_reload(expense: OpenNotebook, page: Page) -> None:
    out = expense.conversation(1)
    out.get_by_label("Expense description").fill("Train to Lille")
    out.get_by_label("Software").check()
    expense.save()
    expense.reload()
    expect(out.get_by_label("Expense description")).to_have_value("Train to Lille")
    expect(out.get_by_label("Software")).to_be_checked()


def test_what_only_the_kernel_knows_stands_beside_its_field(open_with: OpenWith, lab: Lab, page: Page) -> None:
    notebook = open_with(lab, STRICT)
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    out.get_by_label("Days").fill("2.5")
    out.get_by_label("City").fill("Atlantis")
    page.keyboard.press("Enter")
    expect(error_of(out.get_by_label("City"))).to_contain_text("Only Oslo is open")
    expect(error_of(out.get_by_label("Days"))).to_contain_text("valid integer")
    expect(out.get_by_label("City")).to_be_focused()
    out.get_by_label("City").fill("Oslo")
    expect(error_of(out.get_by_label("Days"))).to_be_visible()
    out.get_by_label("Days").fill("2")
    out.get_by_role("button", name="Submit").click()
    expect(out.get_by_role("log")).to_contain_text("2 days in Oslo")


def error_of(field: Locator) -> Locator:
    """What is said to be wrong with a field: the last of what describes it."""
    expect(field).to_have_attribute("aria-invalid", "true")
    described = field.get_attribute("aria-describedby") or ""
    return field.page.locator(f"[id='{described.split()[-1]}']")


def go_to(page: Page, field: Locator) -> None:
    """Tab until the field has the focus; a date has a stop for each of its parts."""
    for _ in range(20):
        if field.evaluate("(each) => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    expect(field).to_be_focused()
