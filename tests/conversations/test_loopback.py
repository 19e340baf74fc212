"""The backend behind a real socket: keys, retries, rate limits, timeouts, broken connections."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from nbconvo.conversations import Conversation, EmbeddedBackend, ScriptedModel, connect
from nbconvo.conversations.errors import ConversationError
from nbconvo.conversations.models import ChatEndpoint, ClientModel, Delay
from nbconvo.conversations.sdk import api_error, http_library
from tests.conversations.conftest import events, types
from tests.conversations.test_turns import failed


@pytest.fixture(autouse=True)
def network() -> None:
    """Allowed, on the loopback."""


@pytest.fixture
def url(backend: EmbeddedBackend) -> Iterator[str]:
    with backend.serve() as url:
        yield url


def test_the_same_over_a_socket(url: str) -> None:
    client = connect("any", server_url=url)
    started = client.beta.conversations.start(model="m", inputs="Hi")
    seen = events(client.beta.conversations.append_stream(conversation_id=started.conversation_id, inputs="What is 6*7?"))
    assert types(seen)[-1] == "conversation.response.done"
    assert "".join(event.content for event in seen[1:-1]) == "6*7 = 42"
    kept = client.files.upload(file={"file_name": "x", "content": b"\r\n\x00"}, purpose="ocr")
    assert client.files.download(file_id=kept.id).read() == b"\r\n\x00"
    assert client.beta.conversations.delete(conversation_id=started.conversation_id) is None


def test_29_keys() -> None:
    backend = EmbeddedBackend(keys=["one", "two"])
    with backend.serve() as url:
        one, two = connect("one", server_url=url), connect(" two\n", server_url=url)
        talk = one.beta.conversations.start(model="m", inputs="Hi").conversation_id
        assert [each.id for each in one.beta.conversations.list()] == [talk]
        assert two.beta.conversations.list() == []
        failed(lambda: two.beta.conversations.get(conversation_id=talk), 404)
        agent = one.beta.agents.create(model="m", name="Ann").id
        failed(lambda: two.beta.conversations.start(agent_id=agent, inputs="Hi"), 404)
        wrong = connect("secret-of-somebody", server_url=url)
        body = failed(wrong.beta.conversations.list, 401)
        assert body == {"detail": "Invalid API Key"}
        with pytest.raises(api_error()) as caught:
            wrong.beta.conversations.list()
        assert "secret-of-somebody" not in str(caught.value) + repr(caught.value)
        assert "one" not in repr(backend)


@pytest.mark.parametrize("is_embedded", [True, False])
def test_34_a_rate_limit_is_retried(backend: EmbeddedBackend, url: str, is_embedded: bool) -> None:
    from mistralai.client.utils import BackoffStrategy, RetryConfig

    client = connect(store=backend) if is_embedded else connect("any", server_url=url)
    backend.fail_next(status=429, code=1300, headers={"retry-after": "0"})
    assert failed(lambda: client.beta.conversations.start(model="m", inputs="Hi"), 429)["code"] == 1300
    backend.fail_next(status=429, code=1300, headers={"retry-after": "0"})
    retries = RetryConfig("backoff", BackoffStrategy(1, 2, 1, 5000), False)
    assert client.beta.conversations.start(model="m", inputs="Hi", retries=retries).outputs
    assert len(client.beta.conversations.list()) == 1


@pytest.mark.parametrize("is_embedded", [True, False])
def test_an_answer_that_takes_too_long(is_embedded: bool) -> None:
    http = http_library()
    backend = EmbeddedBackend(model=ScriptedModel([Delay(50), Delay(50), "In time."]))
    with backend.serve() as url:
        client = connect(store=backend) if is_embedded else connect("any", server_url=url)
        with pytest.raises(http.ReadTimeout):
            client.beta.conversations.start(model="m", inputs="Hi", timeout_ms=200)
        with pytest.raises(http.ReadTimeout):
            asyncio.run(client.beta.conversations.start_async(model="m", inputs="Hi", timeout_ms=200))
        assert client.beta.conversations.list() == []
        assert client.beta.conversations.start(model="m", inputs="Hi", timeout_ms=5000).outputs[0].content == "In time."


@pytest.mark.parametrize("is_embedded", [True, False])
def test_a_connection_that_breaks(backend: EmbeddedBackend, url: str, is_embedded: bool) -> None:
    http = http_library()
    client = connect(store=backend) if is_embedded else connect("any", server_url=url)
    backend.fail_next(frames=2)
    stream = client.beta.conversations.start_stream(model="m", inputs="Hi")
    assert [next(stream).event, next(stream).event] == ["conversation.response.started", "message.output.delta"]
    with pytest.raises(http.TransportError):
        next(stream)
    backend.fail_next(frames=0)
    with pytest.raises(http.TransportError):
        client.beta.conversations.start(model="m", inputs="Hi")
    backend.fail_next(frames=2)
    conversation = Conversation(client, model="m")
    with pytest.raises(ConversationError, match="broke off"):
        asyncio.run(conversation.send("Hi"))
    assert asyncio.run(conversation.send("Hi")).text
    assert len(client.beta.conversations.list()) == 2  # an answer that is lost on the way was kept all the same


class Endless:
    """A model that talks until nobody listens."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    async def __call__(self, messages: Any) -> AsyncIterator[str]:
        return self._words()

    async def _words(self) -> AsyncIterator[str]:
        try:
            while True:
                yield "on "
                await asyncio.sleep(0.001)
        finally:
            self.ended.set()


def test_a_client_that_leaves_ends_the_turn() -> None:
    model = Endless()
    backend = EmbeddedBackend(model=model)
    with backend.serve() as url:
        client = connect("any", server_url=url)
        with client.beta.conversations.start_stream(model="m", inputs="Hi") as stream:
            next(stream)
            next(stream)
        assert model.ended.wait(10)
        assert client.beta.conversations.list() == []


def test_a_client_that_leaves_while_the_model_thinks() -> None:
    began, ended = threading.Event(), threading.Event()

    async def model(messages: Any) -> str:
        began.set()
        try:
            await asyncio.sleep(50)
        finally:
            ended.set()
        return "late"

    with EmbeddedBackend(model=model).serve() as url:
        host, _, port = url.removeprefix("http://").partition(":")
        body = json.dumps({"model": "m", "inputs": "Hi"}).encode()
        head = f"POST /v1/conversations HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(head + body)
            assert began.wait(10)
        assert ended.wait(10)


def test_a_server_that_closes_ends_what_runs() -> None:
    model = Endless()
    http = http_library()
    with EmbeddedBackend(model=model).serve() as url:
        stream = connect("any", server_url=url).beta.conversations.start_stream(model="m", inputs="Hi")
        next(stream)
    with pytest.raises(http.TransportError):
        list(stream)
    assert model.ended.wait(10)


def test_one_client_in_one_loop_after_another(url: str) -> None:
    client = connect("any", server_url=url)

    async def talk() -> int:
        await client.beta.conversations.start_async(model="m", inputs="Hi")
        return len(await client.beta.conversations.list_async())

    with ThreadPoolExecutor(1) as pool:
        assert [pool.submit(lambda: asyncio.run(talk())).result() for _ in range(3)] == [1, 2, 3]


async def test_a_task_that_waits_for_a_server_can_be_cancelled() -> None:
    model = ScriptedModel([[Delay(50), "late"], "Hi."])
    with EmbeddedBackend(model=model).serve() as url:
        conversation = Conversation(connect("any", server_url=url), model="m")
        task = asyncio.create_task(conversation.send("Hi"))
        while not model.requests:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await conversation.send("Hi")).text == "Hi."


def test_many_at_once(url: str) -> None:
    client = connect("any", server_url=url)
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda number: client.beta.conversations.start(model="m", inputs=str(number)), range(24)))
    assert len({each.conversation_id for each in done}) == 24


# Models behind an endpoint


async def test_a_model_behind_an_endpoint(url: str) -> None:
    backend = EmbeddedBackend(model=ChatEndpoint(f"{url}/v1/", "other", api_key="k"))
    conversation = Conversation(connect(store=backend), model="m", tools=[add])
    assert (await conversation.send("What is 6*7?")).text.endswith("6*7 = 42")
    reply = await conversation.send("Please add 40 and 2.")
    assert reply.text.endswith("add returned: 42\n")
    assert reply.usage["completion_tokens"] > 0


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


async def test_a_model_of_a_client(url: str) -> None:
    backend = EmbeddedBackend(model=ClientModel(connect("k", server_url=url), "other"))
    reply = await Conversation(connect(store=backend), model="m", tools=[add]).send("Please add 40 and 2.")
    assert reply.text.endswith("add returned: 42\n")


def test_an_endpoint_that_fails(backend: EmbeddedBackend, url: str) -> None:
    client = connect(model=ChatEndpoint(url, "m"))

    def message() -> str:
        return failed(lambda: client.beta.conversations.start(model="m", inputs="Hi"), 503)["message"]

    backend.fail_next(status=503, message="overloaded")
    assert re.search("answered 503: .*overloaded", message())
    backend.fail_next(frames=1)
    assert "cannot be used" in message()
    assert client.beta.conversations.start(model="m", inputs="Hi").outputs


def test_an_endpoint_whose_model_fails_in_the_middle() -> None:
    with EmbeddedBackend(model=ScriptedModel([["Well, ", ValueError("boom")]])).serve() as url:
        client = connect(model=ChatEndpoint(url, "m"))
        message = failed(lambda: client.beta.conversations.start(model="m", inputs="Hi"), 503)["message"]
    assert "The server ended the answer" in message
    assert "boom" in message


def test_an_endpoint_that_is_not_there_does_not_show_the_key() -> None:
    model = ChatEndpoint("http://127.0.0.1:9", "m", api_key="very-secret")
    client = connect(model=model)
    body = failed(lambda: client.beta.conversations.start(model="m", inputs="Hi"), 503)
    assert "cannot be used" in body["message"]
    assert "very-secret" not in json.dumps(body) + repr(model)


def test_the_server_answers_what_it_does_not_know(url: str) -> None:
    http = http_library()
    assert http.get(f"{url}/v1/models").status_code == 404
    assert http.put(f"{url}/").json()["code"] == 3000
    assert http.post(f"{url}/v1/conversations", content=b"{no json").status_code == 422
    assert http.post(f"{url}/v1/conversations", content=b"[]").json()["detail"][0]["loc"] == ["body"]
    assert http.get(f"{url}/v1/conversations/%2e%2e%2fx").status_code == 404
