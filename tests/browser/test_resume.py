"""What outlives the kernel: the conversation that waits, what it did already, and the ways it went."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.cells import workflow_cell
from tests.browser.conftest import OpenWith
from tests.support.lab import Lab, OpenNotebook

TWO_QUESTIONS = workflow_cell(
    """
first = await self.wait_for_input(ChatInput("First?"))
looked = await look(first.message[0].text)
second = await self.wait_for_input(ChatInput("Second?"))
return f"{looked} and {second.message[0].text}"
""",
    before="""
looks = []
@workflows.activity()
async def look(text: str) -> str:
    looks.append(text)
    return text.upper()
""",
)


def say(notebook: OpenNotebook, prompt: str, text: str) -> None:
    composer = notebook.conversation(1).get_by_role("textbox", name=prompt)
    composer.fill(text)
    composer.press("Enter")


def run_again(notebook: OpenNotebook) -> None:
    notebook.restart()
    for cell in (0, 1):
        notebook.run_and_wait(cell)


def test_a_restarted_kernel_takes_the_conversation_up_where_it_waited(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, TWO_QUESTIONS, "print(looks)")
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    say(notebook, "First?", "ada")
    out.get_by_role("textbox", name="Second?").fill("half typed")

    run_again(notebook)

    expect(out.get_by_text("Resumed where it waited")).to_be_visible()
    expect(out.get_by_role("log")).to_contain_text("ada")
    expect(out.get_by_role("textbox", name="Second?")).to_have_value("half typed")
    say(notebook, "Second?", "grace")
    expect(out.get_by_role("log")).to_contain_text("ADA and grace")
    expect(out.get_by_text("Resumed where it waited")).to_have_count(0)
    notebook.run_and_wait(2)
    assert notebook.outputs(2)[0]["text"] == "[]\n", "the activity ran again"


def test_a_resumed_conversation_can_be_started_over(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, TWO_QUESTIONS)
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    say(notebook, "First?", "ada")
    expect(out.get_by_role("textbox", name="Second?")).to_be_visible()
    run_again(notebook)

    out.get_by_role("button", name="Start over").click()

    expect(out.get_by_role("textbox", name="First?")).to_be_visible()
    expect(out.get_by_text("Resumed where it waited")).to_have_count(0)
    say(notebook, "First?", "eve")
    say(notebook, "Second?", "kim")
    expect(out.get_by_role("log")).to_contain_text("EVE and kim")


def test_an_answer_is_edited_in_a_branch_and_both_ways_stay(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, TWO_QUESTIONS, "import nbconvo\nnbconvo.runs()")
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    say(notebook, "First?", "ada")
    say(notebook, "Second?", "grace")
    expect(out.get_by_role("log")).to_contain_text("ADA and grace")

    out.get_by_role("log").get_by_text("ada", exact=True).hover()
    out.get_by_role("button", name="Edit answer").first.click()

    composer = out.get_by_role("textbox", name="First?")
    expect(composer).to_have_value("ada")
    expect(composer).to_be_focused()
    say(notebook, "First?", "eve")
    say(notebook, "Second?", "kim")
    expect(out.get_by_role("log")).to_contain_text("EVE and kim")
    out.get_by_role("button", name="Previous branch").click()
    expect(out.get_by_role("log")).to_contain_text("ADA and grace")
    expect(out.get_by_role("group", name="Branch 1 of 2")).to_be_visible()
    notebook.run_and_wait(2)
    table = str(notebook.outputs(2)[0]["data"]["text/plain"])  # type: ignore[index]
    assert table.count("completed") == 2
