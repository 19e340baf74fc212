"""Streams: their protocol, stopping them from anywhere, and what is stored when they do not end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from nbconvo.conversations import Conversation, connect
from nbconvo.conversations.models import Delay, ToolCall
from tests.conversations.conftest import events, types

Scripted = Callable[..., Any]


def test_21_a_stream_is_what_is_stored(client: Any) -> None:
    seen = events(client.beta.conversations.start_stream(model="m", inputs="Tell me something long, please."))
    assert (seen[0].type, seen[-1].type) == ("conversation.response.started", "conversation.response.done")
    deltas = seen[1:-1]
    assert {delta.type for delta in deltas} == {"message.output.delta"}
    assert len(deltas) > 5
    stored = client.beta.conversations.get_history(conversation_id=seen[0].conversation_id).entries
    assert {delta.id for delta in deltas} == {stored[1].id}
    assert "".join(delta.content for delta in deltas) == stored[1].content
    assert seen[-1].usage.total_tokens > 0


def test_21_content_has_indexes(client: Any) -> None:
    seen = events(client.beta.conversations.start_stream(model="m", inputs="Who?", tools=[{"type": "web_search"}]))
    places = [(event.output_index, event.content_index) for event in seen if event.type == "message.output.delta"]
    assert sorted(set(places)) == [(1, 0), (1, 1), (1, 2)]
    assert places == sorted(places)


class Slow:
    """A model that says how far it came and waits to be let on."""

    def __init__(self) -> None:
        self.said = 0
        self.ended = threading.Event()

    async def __call__(self, messages: Any) -> AsyncIterator[str]:
        return self._words()

    async def _words(self) -> AsyncIterator[str]:
        try:
            for number in range(1000):
                self.said = number
                yield f"{number} "
                await asyncio.sleep(0.001)
        finally:
            self.ended.set()


def test_22_a_stream_comes_piece_by_piece_and_can_be_left() -> None:
    model = Slow()
    conversations = connect(model=model).beta.conversations
    with conversations.start_stream(model="m", inputs="Count.") as stream:
        for number, _ in enumerate(stream):
            assert model.said <= number  # it does not run ahead of who reads
            if number == 3:
                break
    assert model.ended.wait(5)
    assert conversations.list() == []


async def test_22_the_same_from_a_loop() -> None:
    model = Slow()
    conversations = connect(model=model).beta.conversations
    started = await conversations.start_stream_async(model="m", inputs="Count.")
    async with started as stream:
        async for event in stream:
            if event.event == "message.output.delta":
                break
    assert await asyncio.to_thread(model.ended.wait, 5)
    assert await conversations.list_async() == []


async def test_a_task_that_reads_can_be_cancelled() -> None:
    model = Slow()
    conversations = connect(model=model).beta.conversations

    async def read() -> None:
        async with await conversations.start_stream_async(model="m", inputs="Count.") as stream:
            async for _ in stream:
                pass

    task = asyncio.create_task(read())
    while model.said < 3:
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(model.ended.wait, 5)
    assert await conversations.list_async() == []


def test_35_another_thread_stops_a_stream(scripted: Scripted) -> None:
    conversations = scripted("Hi!", ["Well, ", Delay(50), "no."]).beta.conversations
    started = conversations.start(model="m", inputs="Hi")
    before = conversations.get_history(conversation_id=started.conversation_id)
    stream = conversations.append_stream(conversation_id=started.conversation_id, inputs="And?")
    waiting = threading.Event()

    def read() -> list[str]:
        seen = []
        for event in stream:
            seen.append(event.event)
            if len(seen) == 2:
                waiting.set()
        return seen

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(read)
        assert waiting.wait(10)
        stream.close()
        assert reader.result(10) == ["conversation.response.started", "message.output.delta"]
    assert conversations.get_history(conversation_id=started.conversation_id) == before


def test_two_streams_at_once(client: Any) -> None:
    conversations = client.beta.conversations
    conversation_id = conversations.start(model="m", inputs="Hi").conversation_id
    first = conversations.append_stream(conversation_id=conversation_id, inputs="One")
    second = conversations.append_stream(conversation_id=conversation_id, inputs="Two")
    said = [(left.data, right.data) for left, right in zip(first, second, strict=True)]
    assert {left.type for left, _ in said} == {right.type for _, right in said}
    entries = conversations.get_history(conversation_id=conversation_id).entries
    assert types(entries) == ["message.input", "message.output"] * 3
    assert {(entries[n].content, entries[n + 1].content) for n in (2, 4)} == {("One", "You said: One"), ("Two", "You said: Two")}


def test_a_conversation_that_is_deleted_while_it_streams_stays_deleted(scripted: Scripted) -> None:
    conversations = scripted("Hi!", "More.").beta.conversations
    conversation_id = conversations.start(model="m", inputs="Hi").conversation_id
    with conversations.append_stream(conversation_id=conversation_id, inputs="More") as stream:
        next(stream)
        conversations.delete(conversation_id=conversation_id)
        assert [event.event for event in stream][-1] == "conversation.response.error"
    assert conversations.list() == []


def test_two_streams_cannot_answer_one_call(scripted: Scripted) -> None:
    conversations = scripted(ToolCall("rate"), "One.", "Two.").beta.conversations
    started = conversations.start(model="m", inputs="Rate?")
    answer = [{"tool_call_id": started.outputs[0].tool_call_id, "result": "1"}]
    first = conversations.append_stream(conversation_id=started.conversation_id, inputs=answer)
    second = conversations.append_stream(conversation_id=started.conversation_id, inputs=answer)
    ends = {[event.event for event in stream][-1] for stream in (first, second)}
    assert ends == {"conversation.response.done", "conversation.response.error"}
    assert len(conversations.get_history(conversation_id=started.conversation_id).entries) == 4


async def test_30_ten_at_once(client: Any) -> None:
    conversations = client.beta.conversations

    async def streamed(number: int) -> str:
        async with await conversations.start_stream_async(model="m", inputs=f"Say {number}") as stream:
            return [event.event async for event in stream][-1]

    started = asyncio.gather(*(conversations.start_async(model="m", inputs=str(number)) for number in range(10)))
    ends = await asyncio.gather(*map(streamed, range(10)))
    assert len({each.conversation_id for each in await started}) == 10
    assert set(ends) == {"conversation.response.done"}
    assert len(await conversations.list_async()) == 20


def test_30_one_client_in_one_loop_after_another(client: Any) -> None:
    async def talk() -> str:
        response = await client.beta.conversations.start_async(model="m", inputs="Hi")
        async with await client.beta.conversations.append_stream_async(
            conversation_id=response.conversation_id, inputs="More"
        ) as stream:
            return [event.event async for event in stream][-1]

    with ThreadPoolExecutor(1) as pool:
        assert [pool.submit(lambda: asyncio.run(talk())).result() for _ in range(3)] == ["conversation.response.done"] * 3


def test_31_ten_threads_append(client: Any) -> None:
    conversation_id = client.beta.conversations.start(model="m", inputs="Hi").conversation_id
    append = client.beta.conversations.append
    with ThreadPoolExecutor(10) as pool:
        done = list(pool.map(lambda number: append(conversation_id=conversation_id, inputs=str(number)), range(10)))
    assert len({each.usage.prompt_tokens for each in done}) == 10  # each saw what the ones before had made
    entries = client.beta.conversations.get_history(conversation_id=conversation_id).entries
    assert types(entries) == ["message.input", "message.output"] * 11
    said = {(entries[n].content, entries[n + 1].content) for n in range(2, 22, 2)}
    assert said == {(str(number), f"You said: {number}") for number in range(10)}


async def test_a_message_of_ten_megabytes(client: Any) -> None:
    long = "word " * 2_000_000
    conversation = Conversation(client, model="m")
    pieces = [event async for event in conversation.stream(long) if event["type"] == "message.output.delta"]
    assert len(pieces) < 600
    stored = client.beta.conversations.get_messages(conversation_id=conversation.id).messages
    assert stored[0].content == long
    assert stored[1].content.endswith(long)


def test_a_blocking_call_from_an_async_model_says_what_to_do() -> None:
    async def model(messages: Any) -> str:
        return client.beta.conversations.start(model="m", inputs="Hi").outputs[0].content

    client = connect(model=model)
    seen = events(client.beta.conversations.start_stream(model="m", inputs="Hi"))
    assert "use the `_async` twin" in seen[-1].message
