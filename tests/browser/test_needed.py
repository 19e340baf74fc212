"""A workflow cell that asks for its input with a form; and what tells a person who looks elsewhere that a question waits."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.cells import ONE_QUESTION
from tests.browser.conftest import OpenWith
from tests.support.lab import Lab, OpenNotebook

EXPENSE = """%%workflow expense
import mistralai.workflows as workflows
from mistralai.workflows.conversational import AcceptDeclineConfirmation
from pydantic import BaseModel, Field

class Expense(BaseModel):
    description: str = Field(description="What was it?")
    amount: float = Field(gt=0, description="How much?")

@workflows.workflow.define(name="expense", workflow_display_name="New expense")
class Approve(workflows.InteractiveWorkflow):
    @workflows.workflow.entrypoint
    async def run(self, expense: Expense) -> str:
        answer = await self.wait_for_input(AcceptDeclineConfirmation(f"Pay {expense.amount:.2f}?"))
        return f"{expense.description}: {answer.choice}"
"""
FAR = "# md " + "\n\n".join(["far below"] * 150)

HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def title_begins_with(page: Page, text: str) -> None:
    page.wait_for_function("(text) => document.title.startsWith(text)", arg=text)


def scroll_to(notebook: OpenNotebook, cell: int) -> None:
    notebook.page.evaluate("(i) => window.jupyterapp.shell.currentWidget.content.scrollToItem(i, 'start')", cell)


def test_the_form_of_the_entrypoint_opens_and_the_run_begins_with_it(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, EXPENSE, "import nbconvo\nnbconvo.runs()", "await expense")
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    form = out.get_by_role("form", name="New expense")
    form.get_by_role("textbox", name="What was it?").fill("Train")
    form.get_by_label("How much?").fill("-4")
    notebook.save()
    notebook.reload()

    expect(form.get_by_role("textbox", name="What was it?")).to_have_value("Train")
    form.get_by_role("button", name="Submit").click()
    expect(out.get_by_text("Must be more than 0.")).to_be_visible()
    notebook.run_and_wait(2)
    assert "No workflow has run" in str(notebook.outputs(2)[0]["data"]), "nothing is recorded before the start"
    page = notebook.page
    page.set_viewport_size({"width": 1280, "height": 340})
    form.get_by_role("button", name="Submit").scroll_into_view_if_needed()
    expect(out.get_by_text("Waiting for you")).to_be_in_viewport()
    expect(form.get_by_role("textbox", name="What was it?")).not_to_be_in_viewport()
    page.set_viewport_size({"width": 1280, "height": 900})
    form.get_by_label("How much?").fill("4")
    form.get_by_role("button", name="Submit").click()

    expect(out.get_by_text("Pay 4.00?")).to_be_visible()
    expect(form).to_have_count(0)
    out.get_by_role("button", name="Accept").click()
    expect(out.get_by_role("log")).to_contain_text("Train: accept")
    notebook.run_and_wait(3)
    assert "'Train: accept'" in str(notebook.outputs(3)[-1])


def test_the_title_counts_questions_out_of_sight_and_the_cell_has_a_badge(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, ONE_QUESTION, FAR, ONE_QUESTION.replace('name="tried"', 'name="second"'))
    page = notebook.page
    for cell in (1, 3):
        notebook.run_and_wait(cell)
    scroll_to(notebook, 1)
    expect(notebook.conversation(1).get_by_role("textbox", name="Your name?")).to_be_visible()
    title_begins_with(page, "(1) ")
    page.evaluate(HIDE, True)
    title_begins_with(page, "(2) ")
    page.evaluate(HIDE, False)
    title_begins_with(page, "(1) ")
    expect(notebook.cell(1)).to_have_attribute("data-nbc-waiting", "1")

    composer = notebook.conversation(1).get_by_role("textbox", name="Your name?")
    composer.fill("Ada")
    composer.press("Enter")
    expect(notebook.cell(1)).not_to_have_attribute("data-nbc-waiting", "1")
    scroll_to(notebook, 3)
    page.wait_for_function("() => !/^\\(\\d+\\)/.test(document.title)")
    scroll_to(notebook, 1)
    title_begins_with(page, "(1) ")


def test_the_bell_asks_for_permission_and_rings_while_nobody_looks(
    open_with: OpenWith, lab: Lab, context: BrowserContext
) -> None:
    context.grant_permissions(["notifications"], origin=lab.url)
    notebook = open_with(lab, ONE_QUESTION.replace("%%workflow", "%%workflow tried"), "tried.rewind('Your name?')")
    page = notebook.page
    page.evaluate("""() => {
      window.noted = [];
      window.Notification = class extends Notification {
        constructor(title, options) { super(title, options); window.noted.push(`${title}: ${options.body}`); }
      };
    }""")
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    bell = out.get_by_role("button", name="Notify me of questions")
    expect(bell).to_have_attribute("aria-pressed", "false")
    bell.click()
    expect(bell).to_have_attribute("aria-pressed", "true")
    composer = out.get_by_role("textbox", name="Your name?")
    composer.fill("Ada")
    composer.press("Enter")
    expect(out.get_by_role("log")).to_contain_text("Hello Ada")
    page.evaluate(HIDE, True)
    notebook.run_and_wait(2)
    page.wait_for_function("() => window.noted.length > 0")
    assert page.evaluate("window.noted") == ["Tried: Your name?"]
    context.clear_permissions()


def test_the_bell_can_be_left_out(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, "%config NbConvo.notify = False", ONE_QUESTION)
    for cell in (1, 2):
        notebook.run_and_wait(cell)
    out = notebook.conversation(2)
    expect(out.get_by_role("textbox", name="Your name?")).to_be_visible()
    expect(out.get_by_role("button", name="Notify me of questions")).to_have_count(0)
