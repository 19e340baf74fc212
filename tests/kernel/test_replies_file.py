"""A session is saved and played again in a kernel that has a page: by the cell, from Python, by the widget's button."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cells import cell, workflow
from tests.support.kernels import Kernel, Message, Widget

ORDER = workflow(
    """
    await send_assistant_message(f'One {item}?')
    sure = await self.wait_for_input(AcceptDeclineConfirmation('Sure?'), label='sure')
    name = (await self.wait_for_input(ChatInput('Your name'), label='name')).message[0].text
    return f'{item} for {name}: {sure.choice}'
    """,
    name="order",
    parameters="item: str",
)
REPLIES = [
    {"ask": {"label": "sure", "kind": "confirmation", "prompt": "Sure?"}, "reply": "accept"},
    {"ask": {"label": "name", "kind": "chat", "prompt": "Your name"}, "reply": "Ada"},
]


@pytest.fixture
def kernel(fresh_kernel: Kernel, tmp_path: Path) -> Kernel:
    """A kernel whose notebook is in a folder of its own."""
    folder = tmp_path / "deep er"
    folder.mkdir()
    fresh_kernel.page.run(f"import os\nos.environ['JPY_SESSION_NAME'] = {str(folder / 'trip.ipynb')!r}")
    return fresh_kernel


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where that notebook is."""
    return tmp_path / "deep er"


def write(path: Path, *replies: Message, **head: object) -> None:
    path.write_text(json.dumps({"nbconvo_replies": 1, "workflow": "order", "input": {"item": "tea"}, **head, "replies": replies}))


def save(widget: Widget) -> Message:
    """Press the button; what the kernel says to that."""
    reply_id = f"save-{len(widget.custom)}"
    widget.send({"kind": "save_replies", "reply_id": reply_id})
    return widget.ack(reply_id)


def test_the_button_writes_a_new_file_beside_the_notebook(kernel: Kernel, folder: Path) -> None:
    page = kernel.page
    conversation = page.run(cell(ORDER, 'mine --input \'{"item": "tea"}\'')).conversation()
    conversation.reply({"choice": "accept"})
    first = save(conversation)
    assert (first["code"], first["message"]) == ("accepted", "Replies saved to trip.mine.replies.json")
    conversation.reply("Ada")
    conversation.until("completed")
    assert save(conversation)["message"] == "Replies saved to trip.mine.2.replies.json"
    assert json.loads((folder / "trip.mine.2.replies.json").read_text()) == {
        "nbconvo_replies": 1, "workflow": "order", "input": {"item": "tea"}, "replies": REPLIES,
    }  # fmt: skip
    half = json.loads((folder / "trip.mine.replies.json").read_text())["replies"]
    assert [entry.get("reply", entry.get("no_reply")) for entry in half] == ["accept", "open"]


def test_a_run_without_a_name_is_called_after_its_workflow(kernel: Kernel, folder: Path) -> None:
    conversation = kernel.page.run(cell(ORDER, "--input '\"tea\"'")).conversation()
    assert save(conversation)["message"] == "Replies saved to trip.order.replies.json"
    assert [path.name for path in folder.glob("*.json")] == ["trip.order.replies.json"]


def test_the_button_says_why_it_could_not(kernel: Kernel, folder: Path) -> None:
    conversation = kernel.page.run(cell(ORDER, "mine --input '\"tea\"'")).conversation()
    for path in (folder / ".nbconvo").iterdir():
        path.unlink()
    (folder / ".nbconvo").rmdir()
    folder.rmdir()
    ack = save(conversation)
    assert ack["code"] == "rejected"
    assert ack["message"].startswith("trip.mine.replies.json cannot be written beside the notebook: No such file")


def test_record_writes_beside_the_notebook_and_says_where(kernel: Kernel, folder: Path) -> None:
    page = kernel.page
    conversation = page.run(cell(ORDER, "mine --input '\"tea\"'")).conversation()
    conversation.reply({"choice": "accept"})
    conversation.reply("Ada")
    assert page.value("await mine\nstr(mine.record('mine.json'))") == repr(str(folder / "mine.json"))
    assert json.loads((folder / "mine.json").read_text())["replies"] == REPLIES


def test_a_cell_plays_the_file_and_waits_for_that(kernel: Kernel, folder: Path) -> None:
    write(folder / "mine.json", *REPLIES)
    played = kernel.page.run(cell(ORDER, "mine --replies mine.json"))
    assert not played.error, played.error
    played.conversation().until("completed")
    assert kernel.page.value("await mine") == "'tea for Ada: accept'"


def test_what_comes_after_the_file_is_for_the_person(kernel: Kernel, folder: Path) -> None:
    write(folder / "mine.json", REPLIES[0])
    conversation = kernel.page.run(cell(ORDER, "mine --replies mine.json --input '\"milk\"'")).conversation()
    kernel.page.until(lambda: [ask["label"] for ask in conversation.view["asks"]] == ["name"], "the next ask opens")
    conversation.reply("Eve")
    assert kernel.page.value("await mine") == "'milk for Eve: accept'"


def test_a_file_plays_a_run_of_its_own_each_time(kernel: Kernel, folder: Path) -> None:
    write(folder / "mine.json", *REPLIES)
    ids: set[str] = set()
    for _ in range(2):
        kernel.page.run(cell(ORDER, "mine --replies mine.json"))
        ids.add(kernel.page.value("mine.id"))
    assert len(ids) == 2


def test_another_ask_than_recorded_ends_the_cell_and_a_person_can_go_on(kernel: Kernel, folder: Path) -> None:
    write(folder / "mine.json", REPLIES[0], {**REPLIES[1], "ask": {"label": "nom", "kind": "chat"}})
    played = kernel.page.run(cell(ORDER, "mine --replies mine.json"))
    assert "ReplyMismatch: The workflow asks 'name' (chat), which was not recorded: reply 2 is for 'nom' (chat)" in played.error
    conversation = played.conversation()
    assert conversation.texts == ["One tea?"]
    conversation.reply("Eve")
    assert kernel.page.value("await mine") == "'tea for Eve: accept'"


def test_a_reply_that_is_not_accepted_ends_the_cell(kernel: Kernel, folder: Path) -> None:
    write(folder / "mine.json", {**REPLIES[0], "reply": "perhaps"}, REPLIES[1])
    played = kernel.page.run(cell(ORDER, "mine --replies mine.json"))
    assert "ReplyMismatch: The ask 'sure' does not accept 'perhaps' (Invalid choice 'perhaps'. Must be one of: " in played.error
    assert played.conversation().ask()["label"] == "sure"


def test_replies_that_are_left_over_end_the_cell(kernel: Kernel, folder: Path) -> None:
    write(folder / "mine.json", *REPLIES, {"reply": "more"})
    played = kernel.page.run(cell(ORDER, "mine --replies mine.json"))
    assert "ReplyMismatch: The workflow has ended, and these replies are left over: 3 for '(any)'" in played.error


def test_a_file_that_waits_for_another_ask_ends_the_cell(kernel: Kernel, folder: Path) -> None:
    write(folder / "mine.json", *reversed(REPLIES))
    played = kernel.page.run(cell(ORDER, "mine --replies mine.json"))
    assert "ReplyMismatch: It waits for an answer to 'sure', and reply 1 is for 'name' (chat)" in played.error


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ("--replies none.json", "There is no replies file"),
        ("--replies broken.json", "broken.json, line 2: this is not JSON"),
        ("--replies other.json", "was recorded with the workflow 'other', and this is 'order'"),
        ("--replies mine.json --reply Ada", "leave out --reply and --id"),
        ("--replies mine.json --id x", "leave out --reply and --id"),
    ],
)
def test_a_file_that_cannot_be_played_is_a_usage_error(kernel: Kernel, folder: Path, arguments: str, what: str) -> None:
    (folder / "broken.json").write_text('{"replies":\n[')
    write(folder / "mine.json", *REPLIES)
    write(folder / "other.json", *REPLIES, workflow="other")
    error = kernel.page.run(cell(ORDER, arguments)).error
    assert "UsageError: " in error
    assert what in error
    assert kernel.page.conversations() == []


def test_the_environment_names_the_file_of_a_run(kernel: Kernel, folder: Path) -> None:
    page = kernel.page
    write(folder / "mine.json", *REPLIES)
    write(folder / "any.json", *REPLIES, input={"item": "milk"})
    page.run("os.environ['NBCONVO_REPLIES'] = os.pathsep.join(['mine=mine.json', 'any.json'])")
    for name in ("mine", "yours"):
        assert not page.run(cell(ORDER, f"{name} --replies none.json")).error
    assert page.value("(await mine, await yours)") == "('tea for Ada: accept', 'milk for Ada: accept')"
