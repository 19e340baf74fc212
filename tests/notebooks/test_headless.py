"""Where nobody can type, a cell waits for scripted replies, and an ask without one ends the cell: it never hangs."""

from __future__ import annotations

import time

import pytest
from nbclient.exceptions import CellExecutionError

from tests.support.cells import ECHO, GREETING, GREETING_SCRIPT, IMPORTS, cell, workflow
from tests.support.outputs import mime_types, outputs, texts

TWO = workflow("""
    await send_assistant_message('Welcome.')
    name = (await self.wait_for_input(ChatInput('Your name'), label='Name')).message[0].text
    sure = await self.wait_for_input(AcceptDeclineConfirmation(f'Are you {name}?'))
    return f'{name} {sure.choice}'
""")


def test_scripted_replies_complete_the_run(ran) -> None:
    notebook = ran(cell(TWO, "two --reply Ada --reply accept"), "await two")
    assert texts(notebook)[1] == "talk\n\nWelcome.\n\nName\n> Ada\n\nAre you Ada?\n> Accept\n\nAda accept"
    assert texts(notebook)[2] == "'Ada accept'"
    assert [output["output_type"] for output in outputs(notebook)[1]] == ["display_data"], "the transcript, once"
    assert mime_types(notebook) == {"text/plain", "text/markdown", "text/html"}


def test_missing_reply_names_the_ask_and_shows_what_was_said(ran) -> None:
    began = time.monotonic()
    notebook = ran(cell(TWO, "two --reply Ada"), "two.status")
    assert time.monotonic() - began < 20
    transcript, error = outputs(notebook)[1]
    assert "Welcome." in transcript["data"]["text/plain"]
    assert "> Ada" in transcript["data"]["text/plain"]
    assert "? Are you Ada? (Decline / Accept)" in transcript["data"]["text/plain"]
    assert error["ename"] == "NoReplyError"
    assert "'Are you Ada?'" in error["evalue"]
    assert "--reply" in error["evalue"]
    assert texts(notebook)[2] == "'waiting'"


def test_missing_reply_fails_an_execution_that_allows_no_errors(ran) -> None:
    with pytest.raises(CellExecutionError, match=r"Nobody can answer here, and no scripted reply is left for the ask 'Name'"):
        ran(cell(TWO), allow_errors=False)


def test_ask_without_a_name_is_named_by_its_kind(ran) -> None:
    notebook = ran(cell(workflow("await self.wait_for_input(ChatInput(''))\nreturn ''")))
    assert "the ask 'chat'" in texts(notebook)[1]


def test_wrong_scripted_reply_says_what_is_wrong(ran) -> None:
    notebook = ran(cell(TWO, "two --reply Ada --reply perhaps"))
    assert "InputRejected" in texts(notebook)[1]
    assert "Invalid choice 'perhaps'" in texts(notebook)[1]


def test_ask_with_a_deadline_ends_by_itself(ran) -> None:
    talk = workflow("""
        try:
            await self.wait_for_input(ChatInput('Anyone?'), timeout=0.3)
        except TimeoutError:
            return 'nobody'
    """)
    notebook = ran(cell(talk, "alone"), "await alone")
    assert texts(notebook)[1] == "talk\n\n> No answer in time\n\nnobody"
    assert texts(notebook)[2] == "'nobody'"


def test_later_cell_gives_the_reply(ran) -> None:
    start = "import nbconvo\nrun = nbconvo.run(Talk)\nrun.status"
    notebook = ran(ECHO, start, "await run.reply('later')", "await run")
    assert texts(notebook)[2] == "'running'"
    assert texts(notebook)[4].startswith("talk\n\n> later\n\nlater")
    assert texts(notebook)[4].endswith("'later'")


def test_run_taken_up_after_a_missing_reply_goes_on(ran) -> None:
    notebook = ran(cell(ECHO, "echo"), "await echo.reply('now')\nawait echo")
    assert "NoReplyError" in texts(notebook)[1]
    assert texts(notebook)[2].endswith("'now'")


def test_two_runs_side_by_side(ran) -> None:
    source = f"{ECHO}\nimport nbconvo\na, b = (nbconvo.run(Talk, replies=[word]) for word in 'ab')\nawait asyncio.gather(b, a)"
    assert texts(ran(source))[1].endswith("['b', 'a']")


def test_failure_shows_the_transcript_and_the_error(ran) -> None:
    talk = workflow("await send_assistant_message('So far so good.')\nraise ValueError('no luck')")
    transcript, error = outputs(ran(cell(talk)))[1]
    assert "So far so good." in transcript["data"]["text/plain"]
    assert "ValueError: no luck" in transcript["data"]["text/plain"]
    assert (error["ename"], error["evalue"]) == ("WorkflowFailed", "Workflow talk failed: ValueError: no luck")


SLOW = f"""{IMPORTS}
@workflows.activity()
async def wait_long() -> None:
    await asyncio.Event().wait()

@workflows.workflow.define(name="slow")
class Slow(workflows.InteractiveWorkflow):
    @workflows.workflow.entrypoint
    async def run(self) -> None:
        await wait_long()
"""


def test_timeout_ends_the_wait_for_a_slow_activity(ran) -> None:
    notebook = ran(cell(SLOW, "slow --timeout 0.2"), "slow.status")
    assert "TimeoutError: Still waiting after 0.2 seconds" in texts(notebook)[1]
    assert texts(notebook)[2] == "'running'"


def test_interrupt_ends_the_wait_for_a_slow_activity(ran) -> None:
    began = time.monotonic()
    notebook = ran(cell(SLOW, "slow"), "slow.cancel()\n'next'", timeout=4, interrupt_on_timeout=True)
    assert time.monotonic() - began < 15
    assert "CancelledError" in texts(notebook)[1]
    assert texts(notebook)[2] == "'next'"


def test_pasted_greeting_is_quiet(ran) -> None:
    notebook = ran(cell(GREETING, "--reply Ada"))
    assert texts(notebook) == [
        "",
        "Greeting\n\nHello! I'm here to help you get started. What's your name?\n\n> Ada\n\nNice to meet you, Ada!",
    ]


def test_script_made_by_nbconvert_runs_in_a_kernel(ran, write, module) -> None:
    path = write(cell(GREETING_SCRIPT, "greeting --reply Ada"))
    module("jupyter", "nbconvert", "--to", "script", str(path))
    assert "run_cell_magic('workflow', 'greeting --reply Ada'" in path.with_suffix(".py").read_text()
    notebook = ran(f"%run -i {path.with_suffix('.py').name}", "(await greeting).content[0].text")
    assert texts(notebook)[1].count('The `if __name__ == "__main__":` block does not run here') == 1
    assert texts(notebook)[2].endswith("'Nice to meet you, Ada!'")
