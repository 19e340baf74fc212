"""Whatever text comes from a model or a person is shown as text: nothing runs and nothing is requested."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cells import workflow_cell
from tests.browser.conftest import OpenWith
from tests.support.lab import Lab

CANARY = "http://canary.invalid"
HOSTILE = [
    f"<script>window.taken=1;fetch('{CANARY}/script')</script>",
    f"<img src={CANARY}/img onerror=window.taken=1>",
    f"![a picture]({CANARY}/markdown)",
    f"<svg onload=\"window.taken=1\"><image href='{CANARY}/svg'/></svg>",
    f"<iframe src='{CANARY}/frame'></iframe><link rel=stylesheet href='{CANARY}/css'>",
    f"<style>@import '{CANARY}/style'; body {{ background: url({CANARY}/bg) }}</style>",
    "[press me](javascript:window.taken=1)",
    "[and me](data:text/html,<script>window.taken=1</script>)",
    "<a href='javascript:window.taken=1'>or me</a>",
    "</textarea></div></pre>\"'><b onmouseover=window.taken=1>",
]
EVERYWHERE = workflow_cell(
    """
for text in HOSTILE:
    await send_assistant_message(text)
await send_assistant_message(ALL)
asks = [
    self.wait_for_input(ChatInput(ALL, suggestions=[[TextChunk(text=text)] for text in HOSTILE]), label=ALL),
    self.wait_for_input(ConfirmationInput([(str(n), text) for n, text in enumerate(HOSTILE)], ALL), label=ALL),
    self.wait_for_input(AcceptDeclineConfirmation("Go?", accept_label=ALL)),
]
await asyncio.gather(*asks)
raise ValueError(ALL)
""",
    before=f"HOSTILE = {HOSTILE!r}\nALL = ' '.join(HOSTILE)\n",
    title="<img src=x onerror=window.taken=1>",
)


@pytest.fixture
def requests(page: Page) -> list[str]:
    """What the page asks of anybody but its own server."""
    seen: list[str] = []
    watch(page, seen)
    return seen


def watch(page: Page, seen: list[str]) -> None:
    page.on("request", lambda request: seen.append(request.url) if "canary.invalid" in request.url else None)


def assert_harmless(page: Page, requests: list[str]) -> None:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    assert page.evaluate("window.taken") is None
    assert requests == []
    shown = page.locator(".nbc-live, .nbc-static")
    expect(shown.locator("script, img, image, iframe, link, object, embed, svg[onload]")).to_have_count(0)
    hrefs = shown.locator("a").evaluate_all("(links) => links.map((link) => link.protocol)")
    assert set(hrefs) <= {"http:", "https:", "mailto:"}


def test_hostile_text_does_nothing(
    open_with: OpenWith, lab: Lab, page: Page, requests: list[str], new_page: Callable[[], Page]
) -> None:
    notebook = open_with(lab, EVERYWHERE)
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    expect(out.get_by_role("log")).to_contain_text(HOSTILE[0])
    expect(out.get_by_role("button", name=HOSTILE[0], exact=True)).to_have_count(2)
    assert_harmless(page, requests)

    out.get_by_role("textbox").fill(HOSTILE[1])
    out.get_by_role("button", name="Send").click()
    expect(out.get_by_role("textbox")).to_have_count(0)
    out.get_by_role("button", name=HOSTILE[0], exact=True).click()
    out.get_by_role("button", name="Decline").click()
    expect(out.get_by_role("log")).to_contain_text("ValueError")
    for text in ("press me", "and me", "or me"):
        for link in out.get_by_text(text).all():
            link.click(force=True)
    assert_harmless(page, requests)

    twin = notebook.output(1).locator(".nbc-static")
    expect(twin).to_contain_text("ValueError")
    notebook.save()
    page.close()
    lab.stop_kernels()
    again = new_page()
    watch(again, requests)
    lab.open(again, notebook.name)
    expect(again.locator(".nbc-static")).to_be_visible()
    for text in ("press me", "and me", "or me"):
        for link in again.locator(".nbc-static").get_by_text(text).all():
            link.click(force=True)
    assert_harmless(again, requests)
