"""Chat completions and files of the embedded backend, through the official client."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from nbconvo.conversations import parsed, response_format
from nbconvo.conversations.models import ModelError, Thinking, ToolCall, Usage
from nbconvo.conversations.sdk import api_error
from tests.conversations.test_turns import failed

Scripted = Callable[..., Any]
ASK = [{"role": "user", "content": "What is 6*7?"}]


class City(BaseModel):
    name: str
    people: int


def test_a_completion(client: Any) -> None:
    done = client.chat.complete(model="m", messages=ASK)
    assert done.choices[0].message.content.endswith("6*7 = 42")
    assert (done.choices[0].finish_reason, done.model) == ("stop", "m")
    assert done.usage.total_tokens == done.usage.prompt_tokens + done.usage.completion_tokens


async def test_a_stream_of_a_completion(scripted: Scripted) -> None:
    client = scripted(["4", "2", Usage(3, 2)])
    chunks = [event.data async for event in await client.chat.stream_async(model="m", messages=ASK)]
    assert "".join(chunk.choices[0].delta.content for chunk in chunks) == "42"
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None, None, "stop"]
    assert chunks[-1].usage.total_tokens == 5


def test_a_call_of_a_tool(scripted: Scripted) -> None:
    client = scripted(ToolCall("add", {"a": 1}))
    tools = [{"type": "function", "function": {"name": "add", "parameters": {}}}]
    done = client.chat.complete(model="m", messages=ASK, tools=tools).choices[0]
    call = done.message.tool_calls[0]
    assert (done.finish_reason, call.function.name, json.loads(call.function.arguments)) == ("tool_calls", "add", {"a": 1})


def test_parse_of_the_client(client: Any) -> None:
    done = client.chat.parse(City, model="m", messages=[{"role": "user", "content": "How about Paris with 2 people?"}])
    assert done.choices[0].message.parsed == City(name="Paris", people=2)


@pytest.mark.parametrize("thinking", [[], [Thinking("Hm.")]])
def test_parsed_reads_past_thinking_on_every_client(scripted: Scripted, thinking: list[Any]) -> None:
    client = scripted([*thinking, '{"name": "Paris", ', '"people": 2}'])
    done = client.chat.complete(model="m", messages=ASK, response_format=response_format(City))
    assert parsed(done, City) == City(name="Paris", people=2)


def test_a_model_that_fails(scripted: Scripted) -> None:
    client = scripted(ModelError("slow down", status=429, code=1300), ModelError("slow down", status=429, code=1300))
    assert failed(lambda: client.chat.complete(model="m", messages=ASK), 429)["code"] == 1300
    assert failed(lambda: client.chat.stream(model="m", messages=ASK), 429)["message"] == "slow down"
    assert failed(lambda: client.chat.complete(model="", messages=ASK), 422)["detail"][0]["loc"] == ["body", "model"]


def test_a_model_that_fails_in_a_stream(scripted: Scripted) -> None:
    stream = scripted(["Well, ", ValueError("boom")]).chat.stream(model="m", messages=ASK)
    assert next(stream).data.choices[0].delta.content == "Well, "
    with pytest.raises(api_error()) as caught:
        next(stream)
    assert "boom" in caught.value.body


def test_files(client: Any) -> None:
    files = client.files
    content = b"\x00\r\nlast line without an end\xff"
    kept = files.upload(file={"file_name": "a b.bin", "content": content}, purpose="batch")
    assert (kept.filename, kept.size_bytes, kept.purpose, kept.source) == ("a b.bin", len(content), "batch", "upload")
    assert files.download(file_id=kept.id).read() == content
    assert files.retrieve(file_id=kept.id).deleted is False
    assert [file.id for file in files.list(purpose="batch").data] == [kept.id]
    assert files.list(purpose="ocr").data == []
    assert files.get_signed_url(file_id=kept.id).url.startswith("data:application/octet-stream;base64,AA0K")
    assert files.delete(file_id=kept.id).deleted is True
    failed(lambda: files.retrieve(file_id=kept.id), 404)


def test_an_image_that_was_drawn_is_a_file(client: Any) -> None:
    response = client.beta.conversations.start(model="m", inputs="Draw a cat.", tools=[{"type": "image_generation"}])
    file = next(chunk for chunk in response.outputs[-1].content if chunk.type == "tool_file")
    assert client.files.download(file_id=file.file_id).read().startswith(b"\x89PNG")
    assert client.files.retrieve(file_id=file.file_id).filename == file.file_name == "image_generated_0.png"
