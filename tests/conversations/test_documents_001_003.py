"""The code of documents 001 and 003 runs as it stands there, with our import instead of theirs; so do the requests of curl."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nbconvo.conversations import EmbeddedBackend, connect
from nbconvo.conversations.backend import Request
from nbconvo.conversations.sdk import api_error

DOCUMENTS = Path(__file__).parents[1] / "data" / "documents"
BLOCK = re.compile(r"^# %% (\w+)\n(.*?)(?=^# %%|\Z)", re.MULTILINE | re.DOTALL)


def blocks(name: str) -> dict[str, str]:
    """The code of a document by the names of its blocks, with our import."""
    text = (DOCUMENTS / name).read_text()
    code = re.sub(
        r"^from mistralai(\.client)? import Mistral$", "from nbconvo.conversations import Mistral", text, flags=re.MULTILINE
    )
    return dict(BLOCK.findall(code))


OF_001 = blocks("001.py")
STREAMS = [name for name in OF_001 if name.endswith("_stream")]


@pytest.fixture
def talk() -> Any:
    """A conversation of the backend that all clients without a key share."""
    return connect().beta.conversations.start(model="m", inputs="Hi")


def filled(code: str, talk: Any) -> str:
    """The placeholders of document 001 filled in. Its starts name neither a model nor an agent, which the service refuses."""
    code = code.replace('conversation_id="<id>"', f'conversation_id="{talk.conversation_id}"')
    code = code.replace('from_entry_id="<id>"', f'from_entry_id="{talk.outputs[0].id}"')
    return re.sub(r"conversations\.(start|start_stream)\(", r'conversations.\1(model="mistral-medium-latest", ', code)


def test_document_001_is_whole() -> None:
    operations = "start list get delete append get_history get_messages restart start_stream append_stream restart_stream"
    assert list(OF_001) == operations.split()


@pytest.mark.parametrize("name", OF_001)
def test_code_of_document_001(name: str, talk: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code = filled(OF_001[name], talk)
    if name == "start_stream":  # a result of a call that never was: the service takes no such thing
        with pytest.raises(api_error(), match="Not the same number of function calls and responses"):
            exec(code, {})
        code = re.sub(r"inputs=\[.*?\]", 'inputs="<value>"', code, flags=re.DOTALL)
    exec(code, {})
    printed = capsys.readouterr().out
    if name in STREAMS:
        assert "conversation.response.done" in printed
    elif name == "delete":
        with pytest.raises(api_error(), match="Status 404"):
            connect().beta.conversations.get(conversation_id=talk.conversation_id)
    else:
        assert talk.conversation_id[:5] in printed


@pytest.mark.parametrize("name", ["start", "start_stream"])
def test_a_start_of_document_001_as_it_stands_is_answered_as_the_service_does(name: str) -> None:
    with pytest.raises(api_error(), match="exactly one of model and agent_id"):
        exec(OF_001[name], {})


def test_code_of_document_003(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "")
    code = blocks("003.py")
    scope: dict[str, Any] = {}

    def run(*names: str) -> None:
        for name in names:
            exec(code.pop(name), scope)

    run("import", "client", "create", "create_websearch", "update")
    assert (scope["simple_agent"].version, scope["simple_agent"].description) == (1, "An edited simple agent.")
    run("update_version")
    assert (scope["simple_agent"].version, scope["simple_agent"].completion_args.temperature) == (0, None)
    run("start_model", "start", "start_list", "append", "list", "get", "get_history")
    assert [entry.type for entry in scope["conversation"].entries] == ["message.input", "message.output"] * 2
    assert scope["conversations_list"][0].id == scope["response"].conversation_id
    run("get_messages")
    entry = scope["conversation"].messages[1].id
    for name in ("restart", "restart_stream"):  # they name an entry of the document's own conversation
        code[name] = code[name].replace("msg_0684fe18d08278058000efa70b28fa5a", entry)
    run("restart")
    known = scope["response"]
    for name in ("start_stream", "append_stream", "restart_stream"):
        scope["response"] = known
        run(name)
        assert [event.event for event in scope["response"]][-1] == "conversation.response.done"
    assert code == {}


CURL = re.compile(r'curl --location "https://api\.mistral\.ai([^"]*)"(.*?)(?:--data \'(.*?)\')?\n*(?=curl|\Z)', re.DOTALL)


def requests(fill: Callable[[str], str]) -> list[Request]:
    """The requests of document 003's curl commands, ids filled in. curl posts when there are data."""
    found = CURL.findall((DOCUMENTS / "003.sh").read_text())
    made = []
    for target, head, data in found:
        path, _, query = fill(target).partition("?")
        headers = dict(re.findall(r"'(Content-Type|Accept): ([^']+)'", head))
        pairs = dict(pair.split("=") for pair in query.split("&") if pair)
        made.append(
            Request("POST" if data else "GET", path, pairs, {k.lower(): v for k, v in headers.items()}, fill(data).encode())
        )
    return made


def test_requests_of_document_003() -> None:
    backend = EmbeddedBackend()
    client = connect(store=backend)
    agent = client.beta.agents.create(model="m", name="Simple Agent")
    talk = client.beta.conversations.start(model="m", inputs="Hi")
    ids = SimpleNamespace(conv=talk.conversation_id, entry=talk.outputs[0].id)

    def fill(text: str) -> str:
        text = re.sub(r"<agent_id>|ag_06811008e6e07cb48000fd3f133e1771", agent.id, text)
        return text.replace("<conv_id>", ids.conv).replace("<entry_id>", ids.entry)

    answers = [backend.handle_blocking(request) for request in requests(fill)]
    assert [answer.status for answer in answers] == [200] * 12
    bodies = [json.loads(answer.body) for answer in answers if isinstance(answer.body, bytes)]
    assert [body[0]["object"] if isinstance(body, list) else body["object"] for body in bodies] == [
        *["agent"] * 3, *["conversation.response"] * 3, *["conversation"] * 2,
        "conversation.history", "conversation.messages", "conversation.response",
    ]  # fmt: skip
    stream = answers[-1].body
    assert not isinstance(stream, bytes)
    frames = b"".join(stream).decode()
    assert frames.startswith("event: conversation.response.started\ndata: {")
    assert "event: conversation.response.done\ndata: {" in frames
