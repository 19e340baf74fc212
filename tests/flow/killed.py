"""Runs three turns of a flow in a process that is killed at one of its writes, then looks at the session from another.

`python -m tests.flow.killed FOLDER before|after` prints what came of each as JSON. The processes are forks; the kill is SIGKILL.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbconvo.flow import ChatState, Flow, Session, listen, start
from nbconvo.journal.sqlite import SqliteJournal
from tests.support.killed import Deadly, in_a_process

MESSAGES = ("one", "two", "three")


class Counting(ChatState):
    """Counts its turns."""

    turns: int = 0


class Talk(Flow[Counting]):
    """Replies, and asks in its second turn."""

    @start()
    async def begin(self) -> str:
        """Count."""
        self.state.turns += 1
        self.append_message("assistant", f"turn {self.state.turns}")
        return "begun"

    @listen(begin)
    async def go_on(self, word: str) -> str:
        """Ask once."""
        if self.state.last_user_message == "two":
            word = await self.ask("Which?")
        self.append_message("assistant", f"{self.state.last_user_message}: {word}")
        return word


async def live(journal: SqliteJournal, messages: Sequence[str]) -> None:
    """Send messages; a question is answered with "this"."""
    session = Session(Talk(), "s", store=journal)
    if session.pending:
        await session.submit(session.pending[0]["task_id"], "this").ended()
    for message in messages:
        run = session.send(message)
        if (await run).status == "waiting":
            session.submit(session.pending[0]["task_id"], "this")
        await run.ended()
    await session.close()


def one_life(path: Path, at: int | None, before: bool, messages: Sequence[str]) -> int:
    """A process that dies at write `at`; the signal that ended it, 0 for none."""

    def work() -> None:
        journal = Deadly(path, at, before)
        asyncio.run(live(journal, messages))
        path.with_suffix(".count").write_text(str(journal.count))

    return in_a_process(work)


def told(path: Path) -> dict[str, Any]:
    """The session as another process finds it."""
    journal = SqliteJournal(path)
    session = Session(Talk(), "s", store=journal)
    if session.log.open and not session.pending:
        session.take_up()
    found = {
        "messages": session.messages,
        "state": session.state.model_dump(),
        "statuses": [row["status"] for row in session.history()],
        "pending": len(session.pending),
    }
    journal.close()
    return found


def main(folder: Path, before: bool) -> None:
    """A straight life, then one for each write: dead, looked at, gone on with."""
    straight = folder / "straight.sqlite3"
    one_life(straight, None, before, MESSAGES)
    stories = [told(straight) | {"killed": 0}]
    for at in range(1, int(straight.with_suffix(".count").read_text()) + 1):
        path = folder / f"at-{at}.sqlite3"
        killed = one_life(path, at, before, MESSAGES)
        found = told(path)
        left = [
            message
            for message in MESSAGES
            if not any(one["content"] == message and not one.get("failed") for one in found["messages"])
        ]
        one_life(path, None, before, left)
        stories.append({"killed": killed, "found": found, "left": left, **told(path)})
    print(json.dumps(stories))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] == "before")
