"""The words of `%convo`: every operation of the client is there, with its own names, and lines are read as they are meant."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from nbconvo.conversations import connect
from nbconvo.errors import UsageError
from nbconvo.ipython.convo_arguments import parse_cell, parse_line, usage
from nbconvo.ipython.convo_commands import CELL, COMMANDS, OPTIONS, Command
from nbconvo.ipython.convo_completer import candidates

COMMON = {"self", "retries", "server_url", "timeout_ms", "http_headers"}
OURS = {"stream", "var"}
OTHERWISE = {"agent": "agent_id", "id": "conversation_id"}


@pytest.fixture(scope="module")
def client() -> Any:
    return connect(store=":memory:")


@pytest.mark.parametrize("group", ["conversations", "agents"])
def test_every_operation_of_the_client_has_a_command(client: Any, group: str) -> None:
    operations = getattr(client.beta, group)
    names = {
        name.removesuffix("_async") for name in dir(operations) if name.endswith("_async") and not name.startswith(("_", "do_"))
    }
    # `run` is a loop of the client's own; its place has nbconvo's `Conversation`.
    wanted = names - {"run", "run_stream"}
    given = {each.operation.partition(".")[2] for each in COMMANDS.values() if each.operation.startswith(f"{group}.")}
    given |= {
        f"{each.operation.partition('.')[2]}_stream" for each in COMMANDS.values() if each.says and group == "conversations"
    }
    assert given == wanted
    assert len(given) == {"conversations": 11, "agents": 12}[group]


@pytest.mark.parametrize("name", [name for name, command in COMMANDS.items() if command.operation])
def test_words_and_options_are_the_operation_s(client: Any, name: str) -> None:
    command = COMMANDS[name]
    group, _, operation = command.operation.partition(".")
    wanted = set(inspect.signature(getattr(getattr(client.beta, group), f"{operation}_async")).parameters) - COMMON
    assert given_names(command, group) == wanted


def given_names(command: Command, group: str) -> set[str]:
    """The keywords that a command can fill."""
    words = {word.rstrip("?") for word in command.words}
    options = {name.replace("-", "_") for name in command.options if name not in OURS}
    if group == "conversations":
        options = {OTHERWISE.get(name, name) for name in options}
    return words | options


def test_options_are_all_used_and_explained() -> None:
    used = {name for command in [CELL, *COMMANDS.values()] for name in command.options}
    assert used == set(OPTIONS)
    text = usage()
    assert all(f"%convo {name}" in text for name in COMMANDS)
    assert all(f"--{name}" in text for name in OPTIONS)


@pytest.mark.parametrize(
    ("line", "values", "text"),
    [
        ("append What's up?", {}, "What's up?"),
        ("append 'What is up?'", {}, "What is up?"),
        ("append 'a' and 'b'", {}, "'a' and 'b'"),
        ('start --metadata \'{"a": 1}\' --no-store a "quote', {"metadata": '{"a": 1}', "store": False}, 'a "quote'),
        ("start --name=x --completion_args={} Hi  there", {"name": "x", "completion-args": "{}"}, "Hi  there"),
        ("restart --stream 3 --no-store go --on", {"stream": True, "from_entry_id": "3", "store": False}, "go --on"),
        ("append -- --literally", {}, "--literally"),
        ("agents", {}, ""),
        ("agents get-version Bob 2", {"agent_id": "Bob", "version": "2"}, ""),
    ],
)
def test_a_line(line: str, values: dict[str, Any], text: str) -> None:
    request = parse_line(line)
    assert (request.values, request.text) == (values, text)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("histroy", "did you mean `%convo history`?"),
        ("agents creat Bob", "did you mean `%convo agents create`?"),
        ("list --pages 1", "did you mean --page"),
        ("list --no-page 1", "there is no option --no-page"),
        ("list --page", "--page needs a value"),
        ("delete", "CONVERSATION_ID is missing"),
        ("get a b", "'b' is one word too many"),
        ("list --metadata '{", "no closing quotation"),
    ],
)
def test_a_wrong_line_says_what_is_right(line: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_line(line)
    assert said in str(caught.value)


def test_a_cell_is_with_a_model_or_an_agent() -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        parse_cell("--model m --agent a")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("%convo re", ["restart"]),
        ("%convo agents create_", ["create_version_alias"]),
        ("%convo agents create Bob --in", ["--instructions"]),
        ("%convo start --no-", ["--no-store", "--no-stream"]),
        ("%%convo --n", ["--new", "--no-stream"]),
        ("%%convo --tools add,su", ["add,sub"]),
        ("%convo nonsense ", []),
    ],
)
def test_completion(line: str, found: list[str]) -> None:
    assert candidates(line, lambda: ["add", "sub"]) == found
