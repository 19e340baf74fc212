"""A run is stopped while an agent speaks: the answer ends there, and the service is asked nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from nbconvo.conversations import EmbeddedBackend, connect
from nbconvo.engine import KernelEngine
from nbconvo.errors import WorkflowCanceled
from nbconvo.workflows import workflow
from nbconvo.workflows.plugins.mistralai import Agent, RemoteSession, Runner, use_client
from tests.support.executions import view_of


@workflow.define(name="w-two-agents")
class WTwoAgents:
    """Two agents speak at once."""

    @workflow.entrypoint
    async def run(self) -> list[str]:
        async def speak(name: str) -> str:
            (chunk,) = await Runner.run(Agent(name=name), name, session=RemoteSession(stream=True))
            return chunk.text

        return list(await asyncio.gather(speak("one"), speak("two")))


async def test_a_cancel_in_mid_stream(engine: KernelEngine) -> None:
    stopped: list[str] = []

    async def model(messages: list[Any]) -> AsyncIterator[str]:
        try:
            yield "First "
            await asyncio.sleep(60)
        finally:
            stopped.append(messages[-1]["content"])

    backend = EmbeddedBackend(model=model)
    use_client(connect(store=backend))
    handle = await engine.start(WTwoAgents)
    while str([event.attributes for event in engine.journal.read(handle.id)]).count("First ") < 2:
        await asyncio.sleep(0.001)
    await handle.cancel()
    with pytest.raises(WorkflowCanceled):
        await handle.result()
    while len(stopped) < 2:
        await asyncio.sleep(0.001)
    messages = [item for item in (await view_of(handle))["items"] if item["kind"] == "message"]
    assert not any(message["streaming"] for message in messages)
    client: Any = connect(store=backend)
    assert client.beta.conversations.list() == []
    assert client.beta.agents.list_pages().result.data == []
    use_client(None)


async def test_two_streams_at_once_do_not_mix(engine: KernelEngine) -> None:
    async def model(messages: list[Any]) -> AsyncIterator[str]:
        name = messages[-1]["content"]
        for number in range(20):
            yield f"{name}{number} "
            await asyncio.sleep(0)

    use_client(connect(model=model))
    handle = await engine.start(WTwoAgents)
    texts = ["".join(f"{name}{number} " for number in range(20)) for name in ("one", "two")]
    assert await handle.result() == texts
    messages = [item for item in (await view_of(handle))["items"] if item["kind"] == "message"]
    assert sorted(message["chunks"][0]["text"] for message in messages) == texts
    use_client(None)
