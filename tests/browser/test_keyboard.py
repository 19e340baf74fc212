"""Keys: typing is typing, never a command of the notebook; hotkeys answer; Enter sends."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.cells import workflow_cell
from tests.browser.conftest import OpenWith
from tests.support.lab import Lab, OpenNotebook

CITY = workflow_cell("""
answer = await self.wait_for_input(ChatInput("Which city?", suggestions=[[TextChunk(text="Paris")]]))
return answer.message[0].text
""")
TWO_DECISIONS = workflow_cell("""
first = await self.wait_for_input(AcceptDeclineConfirmation("Order the flowers?"))
second = await self.wait_for_input(ConfirmationInput([("r", "Roses"), ("t", "Tulips")], "Which ones?"))
return f"accepted={is_accepted(first)} choice={second.choice}"
""")


def assert_no_command_ran(notebook: OpenNotebook, before: list[list[object]]) -> None:
    """Cells and sources are as before, and nothing has run: the last cell, run now, gets the very next number."""
    assert sources(notebook) == before
    last = len(before) - 1
    notebook.run_and_wait(last)
    assert notebook.execution_count(last) == 3


def sources(notebook: OpenNotebook) -> list[list[object]]:
    """Type and source of every cell."""
    return notebook.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.widgets.map((cell) =>"
        " [cell.model.type, cell.model.sharedModel.getSource()])"
    )


@pytest.fixture
def city(open_with: OpenWith, app: Lab) -> OpenNotebook:
    notebook = open_with(app, CITY, "'a last cell'")
    notebook.run_and_wait(1)
    return notebook


def test_typing_in_the_composer_is_never_a_command(city: OpenNotebook, page: Page) -> None:
    before = sources(city)
    composer = city.conversation(1).get_by_role("textbox", name="Which city?")
    composer.click()
    page.keyboard.type("abddxzymi0")
    page.keyboard.press("0")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("next")
    page.keyboard.press("Control+s")
    for key in ("ArrowUp", "ArrowDown", "Escape"):
        page.keyboard.press(key)
    page.keyboard.type("b")

    expect(composer).to_have_value("abddxzymi00\nnextb")
    expect(composer).to_be_focused()
    assert_no_command_ran(city, before)


def test_keys_on_a_button_are_no_commands(city: OpenNotebook, page: Page) -> None:
    before = sources(city)
    for control in ("Paris", "Stop"):
        button = city.conversation(1).get_by_role("button", name=control)
        button.focus()
        for key in ("a", "b", "d", "d", "x", "m", "Control+Enter"):
            page.keyboard.press(key)
        expect(button).to_be_focused()
    assert_no_command_ran(city, before)


def test_confirmations_are_answered_by_hotkeys(open_with: OpenWith, lab: Lab, page: Page) -> None:
    notebook = open_with(lab, TWO_DECISIONS)
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    focus_ask(out, "Order the flowers?")
    page.keyboard.press("y")
    expect(out.get_by_role("button", name="Tulips")).to_be_visible()
    page.keyboard.press("2")  # the answer took the focus along to the next question
    expect(out.get_by_role("log")).to_contain_text("accepted=True choice=t")


def focus_ask(out: Locator, prompt: str) -> None:
    """Put the focus on a confirmation, as Tab does."""
    group = out.get_by_role("group", name=prompt)
    group.focus()
    expect(group).to_be_focused()
