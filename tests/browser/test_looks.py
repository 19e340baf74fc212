"""Both themes, a narrow window, and a long conversation."""

from __future__ import annotations

import statistics

from playwright.sync_api import Locator, Page, expect

from tests.browser.cells import workflow_cell
from tests.browser.conftest import OpenWith
from tests.support.lab import Lab

EVERYTHING = workflow_cell("""
await send_assistant_message("Some words with `code`, and a " + "very" * 40 + " long one.")
await send_assistant_message("```\\n" + "a long line of code " * 20 + "\\n```")
name = TextChunk(text="The one with the longest name " * 3)
first = self.wait_for_input(ChatInput("Which city?", suggestions=[[name]]), label="City")
second = self.wait_for_input(AcceptDeclineConfirmation("Shall it be now?"), label="When")
await asyncio.gather(first, second)
""")
LONG = workflow_cell("""
for number in range(1000):
    await send_assistant_message(f"Message **{number}** of a long conversation.")
answer = await self.wait_for_input(ChatInput("And now?"))
return answer.message[0].text.upper()
""")

# Perceived brightness of what an element shows, 0 to 1; the nearest ancestor that has a background gives it.
BRIGHTNESS = """(element) => {
  const bright = (colour) => { const canvas = new OffscreenCanvas(1, 1).getContext('2d'); canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1); const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return a === 0 ? null : (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255; };
  let behind = element;
  while (behind && bright(getComputedStyle(behind).backgroundColor) === null) behind = behind.parentElement;
  return { text: bright(getComputedStyle(element).color), ground: bright(getComputedStyle(behind).backgroundColor) };
}"""


def brightness(element: Locator) -> dict[str, float]:
    return element.evaluate(BRIGHTNESS)


def test_light_and_dark_follow_the_host(open_with: OpenWith, lab: Lab) -> None:
    notebook = open_with(lab, EVERYTHING)
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    parts = [out.get_by_text("Some words with"), out.get_by_role("textbox"), out.get_by_text("Shall it be now?")]
    expect(parts[0]).to_be_visible()
    for dark in (True, False):
        notebook.theme(dark)
        for part in parts:
            seen = brightness(part)
            assert seen["ground"] < 0.3 if dark else seen["ground"] > 0.9
            assert seen["text"] > 0.6 if dark else seen["text"] < 0.4


def test_everything_fits_into_a_narrow_window(open_with: OpenWith, lab: Lab, page: Page) -> None:
    page.set_viewport_size({"width": 480, "height": 900})
    notebook = open_with(lab, EVERYTHING)
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    frame = out.bounding_box()
    assert frame is not None
    assert frame["x"] + frame["width"] <= 480
    for control in (*out.get_by_role("button").all(), *out.get_by_role("textbox").all()):
        box = control.bounding_box()
        assert box is not None
        assert frame["x"] <= box["x"]
        assert box["x"] + box["width"] <= frame["x"] + frame["width"], control
    log = out.get_by_role("log")
    assert log.evaluate("(box) => box.scrollWidth <= box.clientWidth"), "long words break, long code scrolls inside itself"


# The time from a key to the frame that shows it, for each key.
TYPE = """async (field) => {
  const times = [];
  for (const letter of 'a thousand messages') {
    const begin = performance.now();
    field.focus();
    document.execCommand('insertText', false, letter);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - begin);
  }
  return times;
}"""


def test_a_thousand_messages_stay_responsive(open_with: OpenWith, lab: Lab, page: Page) -> None:
    notebook = open_with(lab, LONG)
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    log = out.get_by_role("log")
    log.scroll_into_view_if_needed()
    expect(log.get_by_text("Message 999 of")).to_be_in_viewport()
    messages = log.get_by_text("of a long conversation")
    expect(messages).to_have_count(200)  # the newest; earlier ones come as the reader goes up
    composer = out.get_by_role("textbox", name="And now?")
    times = composer.evaluate(TYPE)
    assert statistics.median(times) < 50, times
    composer.press("Enter")
    expect(log).to_contain_text("A THOUSAND MESSAGES", timeout=3_000)
    expect(log.get_by_text("A THOUSAND MESSAGES", exact=True)).to_be_in_viewport()
    for _ in range(50):
        if messages.count() >= 1000:
            break
        log.evaluate("box => { box.scrollTop = 0 }")
        page.wait_for_timeout(50)
    log.evaluate("box => { box.scrollTop = 0 }")
    expect(log.get_by_text("Message 0 of")).to_be_in_viewport()
