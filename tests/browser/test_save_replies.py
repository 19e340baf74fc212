"""A session is saved with the button in its head, and the file plays it again."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.browser.cells import workflow_cell
from tests.browser.conftest import OpenWith
from tests.support.lab import Lab

BODY = """
await send_assistant_message("Hello! Where do you want to go?")
city = (await self.wait_for_input(ChatInput("Which city?"), label="city")).message[0].text
sure = await self.wait_for_input(AcceptDeclineConfirmation(f"To {city}: now?"), label="when")
return f"{city}: {sure.choice}"
"""


def test_replies_are_saved_and_played_again(open_with: OpenWith, lab: Lab, request: pytest.FixtureRequest) -> None:
    stem = request.node.name
    file = f"{stem}.trip.2.replies.json"
    notebook = open_with(lab, workflow_cell(BODY, arguments="trip"), workflow_cell(BODY, arguments=f"again --replies {file}"))
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    composer = out.get_by_role("textbox", name="Which city?")
    expect(composer).to_be_visible()
    save = out.get_by_role("button", name="Save replies")
    expect(save).to_have_count(0)
    composer.fill("Oslo")
    composer.press("Enter")

    save.click()
    expect(out.get_by_text(f"Replies saved to {stem}.trip.replies.json")).to_be_visible()
    out.get_by_role("button", name="Accept").click()
    expect(out.get_by_role("log")).to_contain_text("Oslo: accept")
    save.press("Enter")
    expect(out.get_by_text(f"Replies saved to {file}")).to_be_visible()
    assert [entry["reply"] for entry in json.loads((lab.root / file).read_text())["replies"]] == ["Oslo", "accept"]

    notebook.run_and_wait(2)
    expect(notebook.conversation(2).get_by_role("log")).to_contain_text("Oslo: accept")
