"""`connect`: which server is spoken to, and that a key is never shown."""

from __future__ import annotations

import asyncio
import logging
import re
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

import nbconvo.conversations
from nbconvo.conversations import Mistral, connect
from nbconvo.conversations.client import clean_key
from nbconvo.conversations.errors import InvalidKey

KEY = "sk-very-secret-0123456789"


def where(client: Any) -> tuple[str, str]:
    """The server's URL and the key that a client would send."""
    configuration = client.sdk_configuration
    return configuration.get_server_details()[0], configuration.security.api_key


@pytest.mark.parametrize("given", [None, "", "  \n"])
def test_without_a_key_nothing_leaves_the_process(given: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", " ")
    client = connect(given)
    assert where(client) == ("http://embedded.invalid", "embedded")
    assert client.beta.conversations.start(model="m", inputs="Hi").outputs
    assert asyncio.run(client.beta.conversations.list_async())


def test_with_a_key_it_is_mistrals(monkeypatch: pytest.MonkeyPatch) -> None:
    assert where(connect(f" {KEY}\n")) == ("https://api.mistral.ai", KEY)
    monkeypatch.setenv("MISTRAL_API_KEY", KEY)
    assert where(connect()) == ("https://api.mistral.ai", KEY)
    assert where(Mistral(api_key="other")) == ("https://api.mistral.ai", "other")
    assert where(connect(server_url="https://eu.api.mistral.ai")) == ("https://eu.api.mistral.ai", KEY)


def test_the_environments_key_goes_to_mistral_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", KEY)
    assert where(connect(server_url="http://localhost:1")) == ("http://localhost:1", "none")
    assert where(connect(server_url="http://mistral.ai.evil.example")) == ("http://mistral.ai.evil.example", "none")
    assert where(connect(store=":memory:")) == ("http://embedded.invalid", "embedded")


def test_a_mix_that_has_no_meaning() -> None:
    with pytest.raises(ValueError, match="leave out api_key and server_url, or these two"):
        connect(KEY, store=":memory:")
    with pytest.raises(ValueError, match="belong to the embedded backend"):
        connect(server_url="http://localhost:1", model=lambda messages: "Hi")


@pytest.mark.parametrize("wrong", [f"{KEY} {KEY}", f"{KEY}\n{KEY}", f"{KEY}\x00", f"{KEY}é"])
def test_37_a_key_that_is_none_is_refused_and_not_shown(wrong: str) -> None:
    with pytest.raises(InvalidKey) as caught:
        connect(wrong)
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert "\\" not in str(caught.value)


def test_37_a_key_is_in_no_error_log_or_repr(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.DEBUG)
    client = connect(f"{KEY}\n", server_url="http://127.0.0.1:9")
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever an unreachable server raises, on either client line
        client.beta.conversations.list()
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(client) + str(client.beta)
    assert KEY not in shown + caplog.text
    assert clean_key(f"{KEY}\n") == KEY


def test_one_file_imports_the_client() -> None:
    imports = re.compile(r"^\s*(from|import) (mistralai|httpx)", re.MULTILINE)
    files = Path(nbconvo.conversations.__file__).parent.rglob("*.py")
    assert [file.name for file in files if imports.search(file.read_text())] == ["sdk.py"]


def test_importing_does_not_import_the_client() -> None:
    code = "import sys, nbconvo.conversations; print({'mistralai', 'httpx', 'httpx2'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
