"""A workflow whose agent streams, in a process that is killed in the middle of the second answer, and one that takes it up.

`python -m tests.support.killed_agent FOLDER kill|live`. Each call of the model leaves a line in FOLDER/asked.txt.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbconvo.conversations import EmbeddedBackend, connect
from nbconvo.conversations.models import ToolCall
from nbconvo.engine import KernelEngine
from nbconvo.views.fold import fold_all
from nbconvo.workflows import workflow
from nbconvo.workflows.plugins.mistralai import Agent, RemoteSession, Runner, use_client

ID = "victim"


@workflow.define(name="w-killed-agent")
class WKilledAgent:
    @workflow.entrypoint
    async def run(self, folder: str) -> str:
        def count(word: str) -> int:
            """How many letters a word has."""
            leave(Path(folder), f"tool {word}")
            return len(word)

        session = RemoteSession(stream=True)
        agent = Agent(name="clerk", model="m", tools=[count])
        (answer,) = await Runner.run(agent, "How long is 'tea'?", session=session)
        return answer.text


def leave(folder: Path, mark: str) -> None:
    """A line that survives anything."""
    with (folder / "asked.txt").open("a") as marks:
        marks.write(f"{mark}\n")
        marks.flush()
        os.fsync(marks.fileno())


async def live(folder: Path, kills: bool, store: str) -> None:
    """Begin the workflow, or take it up; what came of it is written into the folder."""

    def model(messages: list[Any]) -> Iterator[Any]:
        leave(folder, f"model {messages[-1]['role']}")
        if messages[-1]["role"] == "user":
            yield ToolCall("count", {"word": "tea"})
            return
        yield "It has "
        yield "three "
        if kills:
            kill_after_shown(engine)
        yield "letters."

    def kill_after_shown(engine: KernelEngine) -> None:
        while "three" not in str(engine.journal.read(ID)[-1].attributes):
            pass
        os.kill(os.getpid(), signal.SIGKILL)

    use_client(connect(store=EmbeddedBackend(store if store == ":memory:" else folder / store, model)))
    async with KernelEngine(folder / "journal.sqlite3") as engine:
        result = await (await engine.start(WKilledAgent, str(folder), id=ID)).result()
        items = fold_all(engine.journal.read(ID))["items"]
    (folder / "result.json").write_text(json.dumps([result, items]))


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), sys.argv[2] == "kill", sys.argv[3]))
