"""Pictures of real cells: drives a JupyterLab and writes what it shows.

    python docs/images/make.py [--all FOLDER]

Writes greeting-light.png and greeting-dark.png beside this file, for the README. With `--all` it also puts the other states of
a conversation into FOLDER, to look at after a change of the front end.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))  # run as a script, from anywhere

from tests.support.lab import CHROMIUM_FLAGS, Lab, OpenNotebook, chromium, running_lab  # noqa: E402

GREETING = '''%%workflow
from nbconvo import workflows
from nbconvo.workflows.conversational import *

@workflows.workflow.define(name="greeting", workflow_display_name="Greeting")
class Greeting(workflows.InteractiveWorkflow):
    @workflows.workflow.entrypoint
    async def run(self) -> str:
        await send_assistant_message("Hello! What's your name?")
        answer = await self.wait_for_input(ChatInput("Your name"))
        name = answer.message[0].text
        await send_assistant_message(f"Nice to meet you, **{name}**! Tea or coffee?")
        drinks = [[TextChunk(text="Tea")], [TextChunk(text="Coffee")]]
        answer = await self.wait_for_input(ChatInput("Or else?", suggestions=drinks))
        return f"{answer.message[0].text}, coming up."'''

HEAD = """%%workflow
import asyncio
import mistralai.workflows as workflows
from mistralai.workflows.conversational import *
from pydantic import BaseModel, Field

class Trip(BaseModel):
    city: str
    days: int = Field(3, ge=1)

@workflows.activity()
async def look_up(city: str) -> str:
    return f"Twelve hotels in {city}"

@workflows.workflow.define(name="trip", workflow_display_name="A trip")
class Tour(workflows.InteractiveWorkflow):
    @workflows.workflow.entrypoint
    async def run(self) -> str:
"""
STATES = {
    "three": """
async def ask(label, prompt):
    return await self.wait_for_input(ChatInput(prompt, suggestions=[[TextChunk(text="No wishes")]]), label=label)
await send_assistant_message("Three things before I book. Answer them in any order.")
go = self.wait_for_input(AcceptDeclineConfirmation("Shall I book the **aisle seat** for 12 € more?"), label="Seat")
await asyncio.gather(ask("Flight", "When do you want to leave?"), ask("Hotel", "Any wishes for the room?"), go)
""",
    "confirmation": """
await send_assistant_message("The invoice of **Harbour Catering** is 1,240 € and over your limit of 1,000 €.\\n\\n"
    "| Item | Price |\\n|---|---|\\n| Lunch, 40 people | 1,100 € |\\n| Delivery | 140 € |")
await self.wait_for_input(AcceptDeclineConfirmation("Approve this payment?"), timeout=151)
""",
    "options": """
options = [("s", "Save as draft"), ("p", "Publish now"), ("d", "Delete")]
await self.wait_for_input(ConfirmationInput(options, "What next?"), label="Article")
""",
    "form": """
await self.wait_for_input(Trip, label="Your trip")
""",
    "long": """
await send_assistant_message("# Ideas for Lisbon\\n\\nA few, with `code`:\\n\\n1. Ride tram 28\\n2. Eat *pastéis* in Belém\\n\\n"
    "```python\\nfor day in range(3):\\n    print('walk', day)\\n```\\n\\n> Bring shoes that you like.")
print(await look_up("Lisbon"))
for question in ("How many days?", "And your budget?", "Something you do not want?"):
    await self.wait_for_input(ChatInput(question, suggestions=[[TextChunk(text="Three")], [TextChunk(text="As you think best")]]))
    await send_assistant_message("Noted. " + "That fits well with what you said before. " * 3)
await self.wait_for_input(AcceptDeclineConfirmation("Is that all?"))
return "Three days in Lisbon"
""",
    "error": """
await send_assistant_message("Let me look for that.")
await look_up("Lisbon")
raise ValueError("The booking service answered with something that is no date: '31 Feb'")
""",
}


def state_cell(name: str) -> str:
    """The cell of one of the states."""
    return HEAD + "".join(f"        {line}\n" for line in STATES[name].strip("\n").splitlines())


class Studio:
    """A page at twice the usual resolution, and where the pictures go."""

    def __init__(self, lab: Lab, page: Page) -> None:
        self.lab = lab
        self.page = page

    def open(self, name: str, *cells: str, width: int = 1000, height: int = 1000) -> OpenNotebook:
        """A notebook with nbconvo loaded and cell 1 run."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.lab.write(f"{name}.ipynb", "%load_ext nbconvo", *cells)
        notebook = self.lab.open(self.page, f"{name}.ipynb")
        notebook.run_and_wait(0)
        notebook.run_and_wait(1)
        expect(notebook.conversation(1)).to_be_visible()
        return notebook

    def both_themes(self, notebook: OpenNotebook, picture: Locator, target: Path, name: str) -> None:
        """A picture in each theme."""
        for theme in ("light", "dark"):
            notebook.theme(theme == "dark")
            picture.scroll_into_view_if_needed()
            self.page.mouse.move(2, 2)
            picture.screenshot(path=target / f"{name}-{theme}.png", animations="disabled")


def greeting(studio: Studio) -> None:
    """For the README: the cell, mid-way through its conversation."""
    notebook = studio.open("Greeting", GREETING, width=870, height=1100)
    composer = notebook.conversation(1).get_by_role("textbox")
    composer.fill("Ada")
    composer.press("Enter")
    expect(notebook.conversation(1).get_by_role("button", name="Coffee")).to_be_visible()
    studio.page.evaluate("document.activeElement.blur()")
    studio.page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0")  # no toolbar in the picture
    studio.both_themes(notebook, notebook.cell(1), HERE, "greeting")


def asking(name: str) -> Callable[[Studio, Path], None]:
    """A state that is there as soon as the cell has run."""

    def shoot(studio: Studio, target: Path) -> None:
        notebook = studio.open(name, state_cell(name))
        studio.both_themes(notebook, notebook.conversation(1), target, name)
        if name in ("three", "confirmation"):
            studio.page.set_viewport_size({"width": 480, "height": 1000})
            studio.both_themes(notebook, notebook.conversation(1), target, f"{name}-narrow")

    return shoot


def long(studio: Studio, target: Path) -> None:
    """A long transcript: in the middle, then at its end."""
    notebook = studio.open("long", state_cell("long"))
    out = notebook.conversation(1)
    for number, answer in enumerate(("Three", "As you think best", "No museums, please.\nAnd no rain.")):
        composer = out.get_by_role("textbox")
        composer.fill(answer)
        composer.press("Enter")
        expect(out.get_by_role("log").get_by_text("Noted.")).to_have_count(number + 1)
    studio.both_themes(notebook, out, target, "long")
    studio.page.keyboard.press("y")
    expect(out.get_by_role("log")).to_contain_text("Three days in Lisbon")
    studio.both_themes(notebook, out, target, "done")


def failed(studio: Studio, target: Path) -> None:
    """An error, its traceback unfolded."""
    notebook = studio.open("error", state_cell("error"))
    studio.both_themes(notebook, notebook.conversation(1), target, "error")
    notebook.conversation(1).get_by_text("Traceback", exact=True).click()
    studio.both_themes(notebook, notebook.conversation(1), target, "traceback")


def refused(studio: Studio, target: Path) -> None:
    """A form with a wrong answer."""
    notebook = studio.open("form", state_cell("form"))
    out = notebook.conversation(1)
    out.get_by_label("City").fill("Lisbon")
    out.get_by_label("Days").fill("0")
    out.get_by_role("button", name="Submit").click()
    expect(out.get_by_text("Must be 1 or more.")).to_be_visible()
    studio.both_themes(notebook, out, target, "form")


def disconnected(studio: Studio, target: Path) -> None:
    """After a restart, with a draft; then what the saved notebook shows."""
    notebook = studio.open("gone", GREETING)
    notebook.conversation(1).get_by_role("textbox").fill("Ada, half typed")
    notebook.save()
    notebook.restart()
    expect(notebook.conversation(1).get_by_role("alert")).to_be_visible()
    studio.both_themes(notebook, notebook.conversation(1), target, "disconnected")
    notebook.save()
    studio.lab.stop_kernels()
    again = studio.lab.open(studio.page, notebook.name)
    studio.both_themes(again, again.output(1), target, "twin")


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="the other states too, into this folder")
    parser.add_argument("--only", metavar="NAME", help="of those, only the ones whose name has this in it")
    given = parser.parse_args()
    states = {"long": long, "error": failed, "form": refused, "disconnected": disconnected}
    states |= {name: asking(name) for name in ("three", "confirmation", "options")}
    with (
        tempfile.TemporaryDirectory() as directory,
        running_lab(Path(directory) / "server") as lab,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(device_scale_factor=2)
        studio = Studio(lab, page)
        if given.only is None:
            greeting(studio)
        for name, shoot in states.items():
            if given.all is not None and (given.only or "") in name:
                given.all.mkdir(parents=True, exist_ok=True)
                shoot(studio, given.all)
                lab.stop_kernels()
        browser.close()


if __name__ == "__main__":
    main()
