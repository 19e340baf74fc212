"""Replies reach a run on every ipykernel: between cells, while a cell waits for the run, and after a cell that computes."""

from __future__ import annotations

import time

import pytest

from tests.support.cells import ECHO, GREETING, THREE, cell
from tests.support.kernels import VERSIONS, Kernel, Message, kernel_environment

INTERRUPT_LIMIT = 0.5


def test_kernel_version_is_the_one_asked_for(each_kernel: Kernel, request: pytest.FixtureRequest) -> None:
    version = each_kernel.page.value("import ipykernel; ipykernel.__version__").strip("'")
    asked = request.node.callspec.params["kernel_of_each_version"]
    assert version.startswith("7.4.") if asked == "installed" else version == asked


def test_background_run_leaves_the_notebook_free(each_kernel: Kernel) -> None:
    page = each_kernel.page
    started = page.run(cell(GREETING, "greeting"))
    assert started.status == "ok"
    conversation = started.conversation()
    assert conversation.texts == ["Hello! I'm here to help you get started. What's your name?"]
    assert page.value("6 * 7") == "42"
    assert conversation.reply("Ada")["code"] == "accepted"
    conversation.until("completed")
    assert conversation.texts[-1] == "Nice to meet you, Ada!"
    assert conversation.seq > 0, "the answer came as patches, not as a new state"
    assert page.value("(await greeting).content[0].text") == "'Nice to meet you, Ada!'"


@pytest.mark.parametrize("waiting", ["await", "--wait"])
def test_replies_arrive_while_a_cell_waits(each_kernel: Kernel, waiting: str) -> None:
    page = each_kernel.page
    if waiting == "await":
        starts = page.run(cell(THREE, "three"))
        waits = page.send("print('before'); value = await three; print('after'); value")
    else:
        starts = waits = page.send(cell(THREE, "three --wait"))
    queued = page.send("'queued', three.status")
    conversation = starts.conversation()
    for word in ("one", "two", "three"):
        assert conversation.reply(word)["code"] == "accepted"
    queued.wait()
    assert waits.status == "ok"
    assert queued.value == "('queued', 'completed')"
    replies = list(page.replies)
    assert replies.index(waits.id) < replies.index(queued.id)
    if waiting == "await":
        assert waits.value == "'one two three'"
        assert waits.stdout == "before\nafter\n"
    else:
        assert waits.stdout == "said one\nsaid two\nsaid three\n"


@pytest.mark.parametrize(
    "kernel_of_each_version", [version for version in VERSIONS if not version.startswith("6.")], indirect=True
)
def test_replies_through_a_subshell_arrive_while_a_cell_waits(each_kernel: Kernel) -> None:
    page = each_kernel.page
    subshell = page.subshell()
    waits = page.send(cell(THREE, "three --wait"))
    conversation = waits.conversation()
    for word in ("one", "two", "three"):
        assert conversation.ack(conversation.post(word, subshell=subshell))["code"] == "accepted"
    waits.wait()
    assert waits.stdout == "said one\nsaid two\nsaid three\n"
    assert page.value("await three") == "'one two three'"


def test_reply_that_came_before_the_wait_began_counts(each_kernel: Kernel) -> None:
    page = each_kernel.page
    conversation = page.run(cell(ECHO, "echo")).conversation()
    waits = page.send("import asyncio, time\nprint('sleeping')\nawait asyncio.sleep(0.5)\ntime.sleep(0.1)\nawait echo")
    page.until(lambda: waits.stdout, "the cell runs")
    reply = conversation.post("early")
    waits.wait()
    assert waits.value == "'early'"
    assert conversation.ack(reply)["code"] == "accepted"


def test_two_cells_worth_of_waiting_at_once(each_kernel: Kernel) -> None:
    page = each_kernel.page
    first = page.run(cell(ECHO, "first")).conversation()
    second = page.run(cell(ECHO, "second")).conversation()
    waits = page.send("import asyncio\nhelper = asyncio.create_task(second.result())\nawait asyncio.gather(first, helper)")
    assert second.reply("b")["code"] == "accepted"
    assert first.reply("a")["code"] == "accepted"
    waits.wait()
    assert waits.value == "['a', 'b']"


def test_interrupt_ends_the_waiting_and_the_run_lives_on(each_kernel: Kernel) -> None:
    page = each_kernel.page
    conversation = page.run(cell(ECHO, "echo")).conversation()
    times: list[float] = []
    for _ in range(3):  # the first also loads what draws tracebacks, and a busy machine may hold up one
        waits = page.send("print('waiting'); await echo")
        page.until(lambda: waits.stdout, "the cell waits")  # noqa: B023 - called at once
        began = time.monotonic()
        each_kernel.interrupt()
        waits.wait()
        times.append(time.monotonic() - began)
        assert waits.status == "error"
        assert "CancelledError" in waits.error
    assert min(times) < INTERRUPT_LIMIT
    assert page.value("echo.status") == "'waiting'"
    assert conversation.reply("still here")["code"] == "accepted"
    conversation.until("completed")
    assert page.value("await echo") == "'still here'"


def test_interrupt_of_a_waiting_workflow_cell(each_kernel: Kernel) -> None:
    page = each_kernel.page
    waits = page.send(cell(ECHO, "echo --wait"))
    conversation = waits.conversation()
    conversation.ask()
    each_kernel.interrupt()
    assert "CancelledError" in waits.wait(within=5).error
    again = page.send("await echo")
    assert conversation.reply("second try")["code"] == "accepted"
    assert again.wait().value == "'second try'"


def test_reply_during_a_computing_cell_is_applied_after_it(each_kernel: Kernel) -> None:
    page = each_kernel.page
    conversation = page.run(cell(ECHO, "echo")).conversation()
    busy = page.send("import time\nprint('computing', flush=True)\ntime.sleep(1)\necho.status")
    page.until(lambda: busy.stdout, "the cell computes")
    reply = conversation.post("patience")
    assert busy.wait().value == "'waiting'"
    assert conversation.ack(reply)["code"] == "accepted"
    conversation.until("completed")


def test_error_in_a_cell_that_waited_leaves_replies_working(each_kernel: Kernel) -> None:
    page = each_kernel.page
    conversation = page.run(cell(ECHO, "echo")).conversation()
    failed = page.run("await echo.result(timeout=0.05)")
    assert "TimeoutError: Still waiting after 0.05 seconds" in failed.error
    assert conversation.reply("late")["code"] == "accepted"
    conversation.until("completed")


def test_static_twin_follows_in_the_cell_of_the_run(each_kernel: Kernel) -> None:
    page = each_kernel.page
    started = page.run(cell(ECHO, "echo"))
    twin = page.until(
        lambda: [one for one in started.outputs if "transient" in one["content"] and one["content"]["transient"]], "a twin"
    )[0]
    name = twin["content"]["transient"]["display_id"]

    def last_update() -> str:
        updates = [one["content"] for one in page.messages if one["msg_type"] == "update_display_data"]
        return next((one["data"]["text/plain"] for one in reversed(updates) if one["transient"]["display_id"] == name), "")

    assert started.conversation().reply("seen")["code"] == "accepted"
    page.until(lambda: "> seen" in last_update(), "the twin is updated")
    assert "Waiting" not in last_update()


def test_other_models_answer_while_a_cell_waits(each_kernel: Kernel) -> None:
    """A page that is reloaded meanwhile asks every model for its state, not only the conversations."""
    page = each_kernel.page
    waits = page.send(cell(ECHO, "echo --wait"))
    conversation = waits.conversation()
    assets = page.assets()[-1]
    heard = len(page.messages)
    assets.request_state()

    def updates() -> list[Message]:
        comms = [one["content"] for one in page.messages[heard:] if one["msg_type"] == "comm_msg"]
        return [content for content in comms if content["comm_id"] == assets.comm_id]

    assert "sources" in page.until(updates, "the model answers")[0]["data"]["state"]
    assert not waits.done
    conversation.reply("x")
    waits.wait()


def test_missing_kernel_version_names_the_fix() -> None:
    with pytest.raises(AssertionError, match="run `make kernels`"):
        kernel_environment("0.0.0")
