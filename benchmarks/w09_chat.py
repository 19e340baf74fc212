"""W9: a chat of 100 messages in a live cell: what is sent, and with --browser how long a page takes to draw it.

    python -m benchmarks.w09_chat [--browser]

Beside it stands the floor: the same hundred texts as Markdown outputs, one each, and all of them as one.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.traffic import Traffic, notebook_page, of_cell, traffic
from tests.support.kernels import Page
from tests.support.lab import CHROMIUM_FLAGS, chromium, running_lab

MESSAGES = 100
TARGET_BYTES = 60 * 1024
TARGET_MS = 200

WORKFLOW = f"""
from nbconvo import workflows
from nbconvo.workflows.conversational import send_assistant_message

@workflows.workflow.define(name="chat")
class Chat(workflows.InteractiveWorkflow):
    @workflows.workflow.entrypoint
    async def run(self) -> None:
        for number in range({MESSAGES}):
            await send_assistant_message(f"Message **{{number}}** of a long conversation, with `code` in it.")
"""
TEXTS = f"texts = [f'Message **{{number}}** of a long conversation, with `code` in it.' for number in range({MESSAGES})]"
ONE_EACH = f"from IPython.display import Markdown, display\n{TEXTS}\nfor text in texts:\n    display(Markdown(text))"
ALL_IN_ONE = f"from IPython.display import Markdown\n{TEXTS}\nMarkdown('\\n\\n'.join(texts))"

DRAWN = """() => new Promise((done) => {
  let begin = null;
  const seen = new MutationObserver(() => {
    if (begin === null && document.querySelector('.jp-Cell:last-of-type .nbc-live')) begin = performance.now();
    if (begin === null || !document.querySelectorAll('[role=log]').length) return;
    if (![...document.querySelectorAll('[role=log]')].at(-1).textContent.includes('Message 99')) return;
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin)));
  });
  seen.observe(document.body, { childList: true, subtree: true });
  const { shell, commands } = window.jupyterapp;
  shell.currentWidget.content.activeCellIndex = 2;
  commands.execute('notebook:run-cell');
})"""


def chat_in_cell(page: Page) -> Traffic:
    """The cell of a workflow that says all of it, until its last word is on the page."""
    begin = len(page.messages)
    conversation = page.run(f"%%workflow chat\n{WORKFLOW}").conversation()
    conversation.until("completed")
    page.settle()
    return traffic(page.messages[begin:])


def drawn_in_ms(times: int = 5) -> float:
    """From the moment the conversation's box is in the page until the last message is painted; the median of a few notebooks."""
    found: list[float] = []
    with (
        tempfile.TemporaryDirectory() as directory,
        running_lab(Path(directory) / "server") as lab,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        for number in range(times):
            said = f"{WORKFLOW}\nimport nbconvo\nchat = nbconvo.run(Chat)\nawait chat.settle()"
            lab.write(f"w09-{number}.ipynb", "%load_ext nbconvo", said, "chat")
            page = browser.new_page(viewport={"width": 1280, "height": 1600})
            notebook = lab.open(page, f"w09-{number}.ipynb")
            for cell in (0, 1):
                notebook.run_and_wait(cell)
            time: float = page.evaluate(DRAWN)
            found.append(time)
            page.close()
        browser.close()
    return statistics.median(found)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--browser", action="store_true", help="draw it in JupyterLab, too")
    given = parser.parse_args()
    with notebook_page() as page:
        page.run(f"%%workflow warm\n{WORKFLOW}")  # the front end goes to the page with the first
        page.settle()
        ours, each, one = chat_in_cell(page), of_cell(page, ONE_EACH), of_cell(page, ALL_IN_ONE)
    verdict = "" if ours.size <= TARGET_BYTES else "!"
    print(f"nbconvo                  {ours}   target {TARGET_BYTES / 1024:.0f} KB {verdict}")
    print(f"a Markdown output each   {each}")
    print(f"one Markdown output      {one}")
    if given.browser:
        time = drawn_in_ms()
        print(f"drawn in JupyterLab      {time:.0f} ms   target {TARGET_MS} ms {'' if time <= TARGET_MS else '!'}")


if __name__ == "__main__":
    main()
