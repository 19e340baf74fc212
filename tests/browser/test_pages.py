"""One conversation in several pages: two tabs, and a page that is reloaded half-way."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.cells import GREETING, busy_until, pasted
from tests.browser.conftest import OpenWith
from tests.support.lab import Lab, OpenNotebook

CLOSED = "This question is closed"


def open_same(server: Lab, page: Page, notebook: OpenNotebook) -> OpenNotebook:
    """Save and open the notebook in another page, on the same kernel."""
    notebook.save()
    return server.open(page, notebook.name)


def answer(notebook: OpenNotebook, text: str) -> None:
    composer = notebook.conversation(1).get_by_role("textbox")
    composer.fill(text)
    composer.press("Enter")


def test_two_tabs_answer_at_once_and_one_wins(open_with: OpenWith, lab: Lab, new_page: Callable[[], Page]) -> None:
    first = open_with(lab, pasted(GREETING), busy_until(lab.root / "both-answered"))
    first.run_and_wait(1)
    second = open_same(lab, new_page(), first)
    tabs = {"Ada": first, "Bob": second}

    first.run(2)  # while this cell runs, neither tab can know of the other's answer
    for name, tab in tabs.items():
        answer(tab, name)
        expect(tab.conversation(1)).to_contain_text("Kernel is busy. Your answer is queued.")
    (lab.root / "both-answered").touch()

    for tab in tabs.values():
        expect(tab.conversation(1).get_by_role("log")).to_contain_text("Nice to meet you, Ada!")
        expect(tab.conversation(1).get_by_role("log")).not_to_contain_text("Bob")
        expect(tab.conversation(1).get_by_text("Done", exact=True)).to_be_visible()
    expect(second.conversation(1)).to_contain_text(CLOSED)
    expect(first.conversation(1)).not_to_contain_text(CLOSED)


def test_a_reload_keeps_transcript_draft_and_question(open_with: OpenWith, app: Lab, page: Page) -> None:
    notebook = open_with(app, pasted(GREETING))
    notebook.run_and_wait(1)
    composer = notebook.conversation(1).get_by_role("textbox", name="Type your message")
    composer.fill("Ada, of course\nand Grace")
    notebook.save()

    notebook.reload()

    expect(notebook.conversation(1).get_by_role("log")).to_contain_text("What's your name?")
    expect(composer).to_have_value("Ada, of course\nand Grace")
    answer(notebook, "Ada")
    expect(notebook.conversation(1).get_by_role("log")).to_contain_text("Nice to meet you, Ada!")


class HeldBack:
    """What the server says to one page, kept until it is let go: a page on a slow line."""

    def __init__(self, page: Page) -> None:
        self._waiting: list[str | bytes] | None = None
        self._page_side: WebSocketRoute | None = None
        page.route_web_socket("**/channels**", self._connect)

    def hold(self) -> None:
        self._waiting = []

    def let_go(self) -> None:
        waiting, self._waiting = self._waiting or [], None
        for message in waiting:
            self._deliver(message)

    def _connect(self, route: WebSocketRoute) -> None:
        self._page_side = route
        route.connect_to_server().on_message(self._received)

    def _received(self, message: str | bytes) -> None:
        if self._waiting is None:
            self._deliver(message)
        else:
            self._waiting.append(message)

    def _deliver(self, message: str | bytes) -> None:
        assert self._page_side is not None
        self._page_side.send(message)


def test_a_tab_that_answers_before_it_sees_the_other_answer_is_told(
    open_with: OpenWith, lab: Lab, new_page: Callable[[], Page]
) -> None:
    first = open_with(lab, pasted(GREETING, "run"))
    first.run_and_wait(1)
    page = new_page()
    line = HeldBack(page)
    second = open_same(lab, page, first)
    second.conversation(1).get_by_role("textbox").fill("Bob")

    line.hold()
    answer(first, "Ada")
    expect(first.conversation(1).get_by_role("log")).to_contain_text("Nice to meet you, Ada!")
    second.conversation(1).get_by_role("textbox").press("Enter")
    expect(second.conversation(1)).to_contain_text("Your answer is queued.")
    line.let_go()

    expect(second.conversation(1).get_by_role("log")).to_contain_text("Nice to meet you, Ada!")
    expect(second.conversation(1)).to_contain_text(CLOSED, timeout=3_000)
