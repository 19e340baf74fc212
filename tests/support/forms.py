"""The form of the documents that several tests look at."""

from __future__ import annotations

from datetime import date, datetime

from nbconvo.workflows.plugins.mistralai import DateField, DateTimeField, FormInput, NumberField, SingleChoice, TextField


class ExpenseForm(FormInput):
    """Structured form for expense submission."""

    description: str = TextField("Expense description")
    amount: float = NumberField("Amount in USD", minimum=0, maximum=10000)
    category: str = SingleChoice(
        [("travel", "Travel"), ("equipment", "Equipment"), ("software", "Software")], description="Expense category"
    )
    expense_date: date = DateField("Date of expense")
    due_date: datetime = DateTimeField("Reimbursement due date")
    receipt_id: str = TextField("Receipt ID", pattern=r"^RCP-\d{6}$")
