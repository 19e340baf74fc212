"""The widget's messages, spoken by hand: what a page may send, and what it hears back."""

from __future__ import annotations

import pytest

from tests.support.cells import ECHO, GREETING, cell, workflow
from tests.support.kernels import Kernel, Page, Widget

CHOICE = workflow("return (await self.wait_for_input(ConfirmationInput([('a', 'Apple'), ('b', 'Pear')], 'Which?'))).choice")


def chat(text: str) -> dict[str, object]:
    return {"message": [{"type": "text", "text": text}]}


def test_state_of_an_opening_page_holds_the_ask(page: Page) -> None:
    conversation = page.run(cell(GREETING)).conversation()
    opened = conversation.opened["state"]
    assert opened["seq"] == 0
    assert opened["view"]["title"] == "Greeting"
    assert opened["view"]["status"] == "waiting"
    assert [ask["kind"] for ask in opened["view"]["asks"]] == ["chat"]
    assert abs(opened["now"] - opened["view"]["asks"][0]["at"]) < 60


def test_conversation_refers_to_the_assets_model(page: Page) -> None:
    conversation = page.run(cell(GREETING)).conversation()
    assert conversation.opened["_assets"].removeprefix("anywidget:") in {model.comm_id for model in page.assets()}
    assert len(conversation.opened["_esm"]) < 5_000 < len(page.assets()[0].opened["sources"]["core"])


def test_reply_given_twice_is_accepted_once(page: Page) -> None:
    conversation = page.run(cell(ECHO, "twice")).conversation()
    task_id = conversation.ask()["task_id"]
    first, second = conversation.post("first", task_id), conversation.post("second", task_id)
    assert conversation.ack(first)["code"] == "accepted"
    late = conversation.ack(second)
    assert (late["code"], late["errors"]) == ("closed", [])
    assert "answered elsewhere" in late["message"]
    assert page.value("await twice") == "'first'"


def test_reply_after_the_end_is_closed(page: Page) -> None:
    conversation = page.run(cell(ECHO)).conversation()
    task_id = conversation.ask()["task_id"]
    conversation.reply("done")
    conversation.until("completed")
    assert conversation.reply("late", task_id)["code"] == "closed"


def test_two_pages_answer_and_one_wins(fresh_kernel: Kernel) -> None:
    page, tab = fresh_kernel.page, fresh_kernel.open_page()
    here = page.run(cell(ECHO, "shared")).conversation()
    there = tab.until(lambda: tab.conversations(), "the other tab hears of the conversation")[0]
    task_id = here.ask()["task_id"]
    assert there.ask()["task_id"] == task_id
    mine, theirs = here.post("here", task_id), there.post("there", task_id)
    codes = {here.ack(mine)["code"], there.ack(theirs)["code"]}
    assert codes == {"accepted", "closed"}
    here.until("completed")
    there.until("completed")
    assert here.view == there.view
    assert page.value("await shared") in ("'here'", "'there'")


def test_page_that_opens_later_asks_for_the_state(fresh_kernel: Kernel) -> None:
    page = fresh_kernel.page
    here = page.run(cell(GREETING)).conversation()
    tab = fresh_kernel.open_page()
    there = Widget(tab, here.comm_id, "", {})
    tab.widgets[here.comm_id] = there
    there.request_state()
    tab.until(lambda: there.view, "the state comes")
    assert there.view["asks"] == here.view["asks"]
    assert there.reply("Ada")["code"] == "accepted"
    there.until("completed")
    here.until("completed")
    assert (there.view, there.seq) == (here.view, here.seq)


@pytest.mark.parametrize(
    ("source", "value", "code", "path"),
    [
        (CHOICE, {"choice": "c"}, "rejected", []),
        (CHOICE, {"choice": "a", "more": 1}, "rejected", ["more"]),
        (CHOICE, {}, "rejected", ["choice"]),
        (CHOICE, ["not an object"], "rejected", []),
        (ECHO, {**chat("x"), "extra": True}, "rejected", ["extra"]),
        (ECHO, {"message": "text"}, "rejected", ["message"]),
        (ECHO, None, "rejected", []),
        (ECHO, chat("x" * 2_000_000), "rejected", []),
    ],
)
def test_wrong_answer_leaves_the_ask_open_and_says_why(
    page: Page, source: str, value: object, code: str, path: list[str]
) -> None:
    conversation = page.run(cell(source, "wrong")).conversation()
    ask = conversation.ask()
    refused = conversation.reply(value, ask["task_id"])
    assert refused["code"] == code
    assert refused["errors"], "it says what is wrong"
    assert refused["errors"][0]["message"]
    assert path in [error["path"] for error in refused["errors"]]
    assert conversation.view["asks"] == [ask]
    assert page.value("wrong.status") == "'waiting'"
    right = {"choice": "a"} if source == CHOICE else chat("right")
    assert conversation.reply(right, ask["task_id"])["code"] == "accepted"


def test_text_just_below_the_limit_is_accepted(page: Page) -> None:
    conversation = page.run(cell(ECHO, "long")).conversation()
    assert conversation.reply(chat("x" * 1_900_000))["code"] == "accepted"
    assert page.value("len(await long)") == "1900000"


def test_unknown_task_is_closed(page: Page) -> None:
    conversation = page.run(cell(ECHO)).conversation()
    ask = conversation.ask()
    assert conversation.reply(chat("x"), "no-such-task")["code"] == "closed"
    assert conversation.view["asks"] == [ask]


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "reply", "reply_id": "odd"},
        {"kind": "reply", "reply_id": "odd", "task_id": 7, "input": None},
        {"kind": "reply", "reply_id": "odd", "task_id": "t"},
        {"kind": "dance", "reply_id": "odd"},
        {"reply_id": "odd"},
    ],
)
def test_malformed_message_fails_with_an_answer(page: Page, content: dict[str, object]) -> None:
    conversation = page.run(cell(ECHO)).conversation()
    conversation.send(content)
    assert conversation.ack("odd")["code"] == "failed"
    assert conversation.reply("still works")["code"] == "accepted"


@pytest.mark.parametrize("content", [{}, {"kind": "reply", "reply_id": 3}, {"kind": 1}, [], "text", None])
def test_nonsense_without_an_id_harms_nothing(page: Page, content: object) -> None:
    started = page.run(cell(ECHO))
    conversation = started.conversation()
    page.comm(conversation.comm_id, {"method": "custom", "content": content})
    assert conversation.reply("still works")["code"] == "accepted"
    conversation.until("completed")
    assert started.stderr == ""


def test_resync_gives_the_whole_state(page: Page) -> None:
    conversation = page.run(cell(GREETING)).conversation()
    conversation.reply("Ada")
    conversation.until("completed")
    before = conversation.view
    conversation.view, conversation.seq = {}, 0
    conversation.send({"kind": "resync"})
    page.until(lambda: conversation.view, "the state comes")
    assert conversation.view == before
    assert conversation.seq > 0


def test_front_end_cannot_change_the_state(page: Page) -> None:
    conversation = page.run(cell(GREETING)).conversation()
    page.comm(
        conversation.comm_id, {"method": "update", "state": {"state": {"seq": 99, "view": {}, "now": 0}}, "buffer_paths": []}
    )
    conversation.view, conversation.seq = {}, 0
    conversation.send({"kind": "resync"})
    page.until(lambda: conversation.view, "the state comes")
    assert conversation.view["title"] == "Greeting"
    assert conversation.reply("Ada")["code"] == "accepted"


def test_thirty_runs_share_one_assets_model(fresh_kernel: Kernel) -> None:
    page = fresh_kernel.page
    for _ in range(30):
        assert page.run(cell(ECHO)).error == ""
    assert len(page.conversations()) == 30
    assert len(page.assets()) == 1
    assert len({conversation.opened["_assets"] for conversation in page.conversations()}) == 1


def test_closing_all_widgets_lets_new_cells_work(fresh_kernel: Kernel) -> None:
    page = fresh_kernel.page
    old = page.run(cell(GREETING, "old")).conversation()
    assert page.run("import ipywidgets; ipywidgets.Widget.close_all()").error == ""
    new = page.run(cell(GREETING, "new")).conversation()
    assert len(page.assets()) == 2
    assert new.opened["_assets"] != old.opened["_assets"]
    assert new.reply("Ada")["code"] == "accepted"
    new.until("completed")
    assert page.value("await old.reply('Ada')\n(await old).content[0].text") == "'Nice to meet you, Ada!'", (
        "the run needs no widget"
    )
    again = page.run("old")
    assert again.error == ""
    assert again.conversation().status == "completed", "a run whose widget was closed is shown by a new one"
