"""What the backend keeps: over a restart, in a file, whole turns only."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbconvo.conversations import EmbeddedBackend, connect
from nbconvo.conversations.backend import Request
from nbconvo.conversations.backend.stamps import Stamps
from nbconvo.conversations.backend.store import Store
from tests.conversations.test_turns import failed


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "new" / "talks.sqlite3"
    backend = EmbeddedBackend(path)
    client = connect(store=backend)
    agent = client.beta.agents.create(model="m", name="Ann")
    client.beta.agents.update(agent_id=agent.id, name="Anna")
    client.beta.agents.create_version_alias(agent_id=agent.id, alias="old", version=0)
    talk = client.beta.conversations.start(agent_id=agent.id, inputs="Hi", agent_version="old")
    file = client.files.upload(file={"file_name": "x", "content": b"\x00"}, purpose="ocr")
    history = client.beta.conversations.get_history(conversation_id=talk.conversation_id)
    backend.close()

    again = connect(store=path)
    assert again.beta.conversations.get_history(conversation_id=talk.conversation_id) == history
    assert again.beta.agents.get(agent_id=agent.id).name == "Anna"
    assert again.beta.agents.get(agent_id=agent.id, agent_version="old").name == "Ann"
    assert again.files.download(file_id=file.id).read() == b"\x00"
    more = again.beta.conversations.append(conversation_id=talk.conversation_id, inputs="More")
    assert more.outputs[0].content == "You said: More"
    assert more.outputs[0].id > history.entries[-1].id


KILLED = """
import os, sys
from nbconvo.conversations import connect

def model(messages):
    yield "Half "
    if messages[-1]["content"] == "Die.":
        os._exit(9)
    yield "and half."

client = connect(store=sys.argv[1], model=model)
talk = client.beta.conversations.start(model="m", inputs="Hi")
print(talk.conversation_id, flush=True)
client.beta.conversations.append(conversation_id=talk.conversation_id, inputs="Die.")
"""


def test_a_process_that_is_killed_in_a_turn_leaves_the_one_before(tmp_path: Path) -> None:
    path = str(tmp_path / "talks.sqlite3")
    done = subprocess.run([sys.executable, "-c", KILLED, path], capture_output=True, text=True, check=False)
    assert done.returncode == 9, done.stderr
    history = connect(store=path).beta.conversations.get_history(conversation_id=done.stdout.strip())
    assert [entry.content for entry in history.entries] == ["Hi", "Half and half."]


def test_two_processes_may_share_a_file(tmp_path: Path) -> None:
    one, two = (connect(store=tmp_path / "talks.sqlite3") for _ in range(2))
    talk = one.beta.conversations.start(model="m", inputs="Hi").conversation_id
    two.beta.conversations.append(conversation_id=talk, inputs="From here")
    one.beta.conversations.append(conversation_id=talk, inputs="And there")
    messages = one.beta.conversations.get_messages(conversation_id=talk).messages
    assert [message.content for message in messages[2::2]] == ["From here", "And there"]


def test_a_file_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = connect(store=tmp_path / "talks.sqlite3")
    talk = client.beta.conversations.start(model="m", inputs="Hi").conversation_id

    def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "commit", full)
        body = failed(lambda: client.beta.conversations.append(conversation_id=talk, inputs="More"), 500)
        assert "disk is full" in body["message"]
    assert len(client.beta.conversations.get_history(conversation_id=talk).entries) == 2


def test_a_file_of_a_newer_nbconvo(tmp_path: Path) -> None:
    path = tmp_path / "talks.sqlite3"
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(ValueError, match="written by a newer nbconvo"):
        EmbeddedBackend(path)


def test_a_backend_that_is_closed_says_so(backend: EmbeddedBackend) -> None:
    backend.close()
    answer = backend.handle_blocking(Request("GET", "/v1/conversations"))
    assert answer.status == 500
    assert b"cannot be used now" in bytes(answer.body)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"model": "m", "inputs": "Hi", "metadata": {"a": NaN}}', 422),
        (b'{"model": "m", "inputs": "\\ud800"}', 500),
        (b'{"model": "m", "inputs": ' + b"[" * 100_000, 500),
        (b"\xff\xfe", 422),
        (b'{"model": "m", "inputs": [{"type": "hologram"}]}', 422),
        (b'{"model": "m", "inputs": [7, {"role": "system", "content": "x"}]}', 422),
        (b'{"model": "m", "inputs": "Hi", "userId": 1}', 422),
    ],
)
def test_hostile_requests_are_answered_and_leave_nothing(backend: EmbeddedBackend, body: bytes, status: int) -> None:
    answer = backend.handle_blocking(Request("POST", "/v1/conversations", body=body))
    assert answer.status == status
    assert backend.handle_blocking(Request("GET", "/v1/conversations")).body == b"[]"


def test_ids_made_in_one_instant_sort() -> None:
    stamps = Stamps()
    ids = [stamps.new_id("msg") for _ in range(10_000)]
    assert ids == sorted(set(ids))
    times = [stamps.now() for _ in range(1000)]
    assert times == sorted(set(times))


def test_the_default_backend_is_shared_and_others_are_not(scripted: Callable[..., Any]) -> None:
    talk = connect().beta.conversations.start(model="m", inputs="Hi").conversation_id
    assert connect().beta.conversations.get(conversation_id=talk).id == talk
    for other in (connect(store=":memory:"), scripted()):
        failed(lambda other=other: other.beta.conversations.get(conversation_id=talk), 404)
