"""Document 000's greeting, pasted into a cell and answered by a person at the keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.cells import GREETING, GREETING_WITH_MAIN, pasted, workflow_cell
from tests.browser.conftest import OpenWith
from tests.support.lab import Lab


def press_until_focused(page: Page, key: str, target: Locator, *, at_most: int = 30) -> None:
    """Go with `key` until `target` has the focus."""
    for _ in range(at_most):
        if target.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{at_most} times {key} did not reach it")


def test_document_000_greeting_is_answered_with_the_keyboard_alone(open_with: OpenWith, app: Lab, page: Page) -> None:
    notebook = open_with(app, pasted(GREETING), "1 + 1")
    notebook.run_and_wait(1)
    log = notebook.conversation(1).get_by_role("log")
    expect(log).to_contain_text("What's your name?")

    composer = notebook.conversation(1).get_by_role("textbox", name="Type your message")
    press_until_focused(page, "Tab", composer)
    page.keyboard.type("Ada")
    page.keyboard.press("Enter")

    expect(log).to_contain_text("Nice to meet you, Ada!")
    expect(notebook.conversation(1).get_by_text("Done", exact=True)).to_be_visible()


def test_later_cells_run_while_the_conversation_waits(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, pasted(GREETING, "run"), "6 * 7", "run.status")
    notebook.run_and_wait(1)
    for cell in (2, 3):
        notebook.run_and_wait(cell)
    expect(notebook.output(2)).to_contain_text("42")
    expect(notebook.output(3)).to_contain_text("'waiting'")

    composer = notebook.conversation(1).get_by_role("textbox")
    composer.fill("Ada")
    composer.press("Enter")
    expect(notebook.conversation(1).get_by_role("log")).to_contain_text("Nice to meet you, Ada!")
    notebook.run_and_wait(3)
    expect(notebook.output(3)).to_contain_text("'completed'")


def test_a_pasted_main_block_is_left_out_and_said_so(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, pasted(GREETING_WITH_MAIN))
    notebook.run_and_wait(1)
    expect(notebook.output(1)).to_contain_text('`if __name__ == "__main__":` block does not run here')
    composer = notebook.conversation(1).get_by_role("textbox")
    composer.fill("Ada")
    composer.press("Enter")
    expect(notebook.conversation(1).get_by_role("log")).to_contain_text("Nice to meet you, Ada!")


EVERY_CONTROL = workflow_cell("""
await send_assistant_message("Welcome.")
cities = [[TextChunk(text="Paris")], [TextChunk(text="Rome")]]
chat = self.wait_for_input(ChatInput("Which city?", suggestions=cities), label="city")
pick = self.wait_for_input(ConfirmationInput([("t", "Train"), ("p", "Plane")], "How do you travel?"), label="means")
await asyncio.gather(chat, pick)
""")


@pytest.fixture
def every_control(open_with: OpenWith, lab: Lab) -> Locator:
    notebook = open_with(lab, EVERY_CONTROL)
    notebook.run_and_wait(1)
    return notebook.conversation(1)


def test_every_control_has_its_name(every_control: Locator) -> None:
    expect(every_control.get_by_role("log")).to_contain_text("Welcome.")
    expect(every_control.get_by_role("textbox", name="Which city?", exact=True)).to_have_count(1)
    for name in ("Send", "Stop", "Paris", "Rome", "Train", "Plane"):
        expect(every_control.get_by_role("button", name=name, exact=True)).to_have_count(1)
