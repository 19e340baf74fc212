"""`nbconvo run`: a notebook with recorded sessions, its exit status, and what is written out however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from tests.support.cells import ECHO, IMPORTS, cell
from tests.support.outputs import texts
from tests.support.refresh_notebooks import ROOT

Run = Callable[..., subprocess.CompletedProcess[str]]

ECHO_REPLIES = {"nbconvo_replies": 1, "workflow": "talk", "replies": [{"ask": {"kind": "chat"}, "reply": "hello"}]}


@pytest.fixture
def replies(tmp_path: Path) -> Path:
    """A file for the workflow that asks once."""
    path = tmp_path / "elsewhere" / "echo.json"
    path.parent.mkdir()
    path.write_text(json.dumps(ECHO_REPLIES))
    return path


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The command, with nobody's settings, and in a terminal that belongs to another notebook."""
    own = {"HOME": str(tmp_path), "IPYTHONDIR": str(tmp_path / "ipython"), "JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    other = {"JPY_SESSION_NAME": "/nowhere/other.ipynb", "PYTHONPATH": str(ROOT)}

    def command(*words: object) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "nbconvo.cli", "run", *map(str, words)]
        return subprocess.run(
            line, cwd=tmp_path, env={**os.environ, **own, **other}, capture_output=True, text=True, check=False, timeout=120
        )

    return command


def test_it_plays_prints_and_writes(run: Run, write, replies: Path, tmp_path: Path) -> None:
    path = write(cell(ECHO, "echo"), "await echo")
    done = run(path, "--replies", replies)
    assert (done.returncode, done.stderr) == (0, f"Written to {tmp_path / 'written.executed.ipynb'}\n")
    assert done.stdout == "talk\n\n> hello\n\nhello\n\n'hello'\n\n"
    executed = nbformat.read(tmp_path / "written.executed.ipynb", as_version=4)
    assert texts(executed) == ["", "talk\n\n> hello\n\nhello", "'hello'"]
    assert [one.execution_count for one in executed.cells] == [1, 2, 3]
    assert not any(one.get("outputs") for one in nbformat.read(path, as_version=4).cells), "the notebook itself is left alone"
    assert not (tmp_path / ".nbconvo").exists(), "nothing of it is in the journal of the notebook"


def test_a_session_that_was_recorded_in_the_notebook_is_played(run: Run, write, tmp_path: Path) -> None:
    assert run(write(cell(ECHO, "echo --reply first"), "echo.record('echo.json')"), "-o", "one.ipynb").returncode == 0
    done = run(write(cell(ECHO, "echo --replies echo.json"), "await echo"), "-o", "two.ipynb")
    assert (done.returncode, texts(nbformat.read(tmp_path / "two.ipynb", as_version=4))[2]) == (0, "'first'")


def test_every_run_has_its_file(run: Run, write, replies: Path, tmp_path: Path) -> None:
    second = tmp_path / "second.json"
    second.write_text(json.dumps({**ECHO_REPLIES, "replies": [{"reply": "goodbye"}]}))
    path = write(
        *(cell(ECHO, f"{name} --reply own") for name in ("one", "two", "three")), "[await each for each in (one, two, three)]"
    )
    done = run(path, "--replies", "elsewhere/echo.json", "--replies", "two=second.json")
    assert done.stdout.endswith("['hello', 'goodbye', 'hello']\n\n"), done.stderr


def test_a_cell_that_fails_ends_it_and_what_was_run_is_written(run: Run, write, tmp_path: Path) -> None:
    done = run(write("print('before')", cell(ECHO), "print('after')"), "-o", "out.ipynb")
    assert done.returncode == 1
    assert done.stdout.startswith("before\n\ntalk\n\n? What?")
    assert "Cell 3 failed:\n" in done.stderr
    assert "NoReplyError: Nobody can answer here" in done.stderr
    assert "\x1b" not in done.stderr
    shown = texts(nbformat.read(tmp_path / "out.ipynb", as_version=4))
    assert (shown[1], shown[3]) == ("before\n", "")


def test_another_ask_than_recorded_fails_with_the_conversation_so_far(run: Run, write, replies: Path) -> None:
    replies.write_text(json.dumps({**ECHO_REPLIES, "replies": [{"ask": {"label": "name"}, "reply": "Ada"}]}))
    done = run(write(cell(ECHO, "echo")), "--replies", replies)
    assert (done.returncode, done.stdout.splitlines()[:3]) == (1, ["talk", "", "? What?"])
    assert "ReplyMismatch: The workflow asks 'What?' (chat), which was not recorded: reply 1 is for 'name'" in done.stderr


def test_a_reply_left_over_fails(run: Run, write, replies: Path) -> None:
    replies.write_text(json.dumps({**ECHO_REPLIES, "replies": [{"reply": "a"}, {"reply": "b"}]}))
    done = run(write(cell(ECHO, "echo")), "--replies", replies)
    assert done.returncode == 1
    assert "ReplyMismatch: The workflow has ended, and these replies are left over: 2 for '(any)'" in done.stderr


def test_a_cell_that_takes_too_long_fails(run: Run, write) -> None:
    done = run(write("import time\ntime.sleep(60)"), "--timeout", "1")
    assert done.returncode == 1
    assert "Cell 2 failed:\nA cell timed out" in done.stderr


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["none.ipynb"], "none.ipynb is no notebook that can be read"),
        (["bad.json"], "bad.json is no notebook that can be read"),
        (["written.ipynb", "-o", "no/where.ipynb"], "there is no folder no"),
        (["written.ipynb", "--replies", "none.json"], "There is no replies file none.json"),
        (["written.ipynb", "--replies", "bad.json"], "bad.json, line 1: this is not JSON"),
        (["written.ipynb", "--replies", "two=elsewhere/echo.json"], "the notebook has no cell `%%workflow two`"),
        (
            ["written.ipynb", "--replies", "elsewhere/echo.json", "--replies", "elsewhere/echo.json"],
            "two files for the same cells",
        ),
        (["written.ipynb", "--timeout", "0"], "it has to be more than 0"),
        (["plain.ipynb", "--replies", "elsewhere/echo.json"], "the notebook has no cell `%%workflow`"),
        (["odd.ipynb"], "This notebook's kernel is not installed"),
        ([], "usage: nbconvo run"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    run: Run, write, replies: Path, tmp_path: Path, words: list[str], what: str
) -> None:
    plain = nbformat.read(write("1 + 1"), as_version=4)
    nbformat.write(plain, tmp_path / "plain.ipynb")
    plain.metadata.kernelspec.name = "odd"
    nbformat.write(plain, tmp_path / "odd.ipynb")
    (tmp_path / "bad.json").write_text("{")
    write(cell(ECHO, "echo"))
    before = set(tmp_path.glob("*.ipynb"))
    done = run(*words)
    assert (done.returncode, what in done.stderr) == (2, True), done.stderr
    assert set(tmp_path.glob("*.ipynb")) == before


WAITS = f"""{IMPORTS}
@workflows.activity()
async def wait_long() -> None:
    open("waits", "w").close()
    await asyncio.Event().wait()

@workflows.workflow.define(name="waits")
class Waits(workflows.InteractiveWorkflow):
    @workflows.workflow.entrypoint
    async def run(self) -> None:
        await send_assistant_message("One moment.")
        await wait_long()
"""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_ends_it_cleanly(write, tmp_path: Path, number: signal.Signals, status: int) -> None:
    path = write(cell(WAITS, "waits"), "print('after')")
    out = tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "nbconvo.cli", "run", str(path), "-o", str(out)]
    own = {"HOME": str(tmp_path), "IPYTHONDIR": str(tmp_path / "ipython")}
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **own}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as job:
        wait_for(tmp_path / "waits", job)
        job.send_signal(number)
        told, errors = job.communicate(timeout=60)
    assert (job.returncode, errors) == (status, f"Interrupted.\nWritten to {out}\n")
    assert "One moment." in told
    shown = texts(nbformat.read(out, as_version=4))
    assert "One moment." in shown[1]
    assert shown[2] == ""


def wait_for(path: Path, job: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert job.poll() is None, job.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
