"""The answer to a `%%convo` cell: as it comes in, in one output that is updated in place, and as the cell's value."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from nbconvo.conversations.errors import ConversationError
from nbconvo.conversations.jsons import Json
from nbconvo.conversations.reply import Reply, Round
from nbconvo.conversations.wire_models import wire_model
from nbconvo.ipython import convo_blocks, host
from nbconvo.views.blocks import Block, Plain, text_of

INTERVAL = 0.1
"""Shortest time between two updates of the output, in seconds."""


@dataclass
class Answer(Reply[Any]):
    """A reply in a notebook: `.text`, `.entries` with all rounds of tool calls, `.usage`, and the client's own `.response`."""

    _shown_in: int | None = field(default=None, repr=False)

    @property
    def response(self) -> Any:
        """The client's `ConversationResponse`. Raises pydantic's ValidationError for entries that the client does not know."""
        outputs = [entry for entry in self.entries if entry["type"] != "function.result"]
        fields = {"conversation_id": self.conversation_id, "outputs": outputs, "usage": self.usage}
        return wire_model("ConversationResponse").model_validate(fields)

    @property
    def outputs(self) -> list[Any]:
        """The client's models of the entries."""
        return self.response.outputs

    def _ipython_display_(self) -> None:
        """Shown as a value, unless the cell that made it is the one that runs: there it stands already."""
        if self._shown_in != host.execution_count():
            _publish(convo_blocks.answer(self.entries, self.usage))


class LiveAnswer:
    """An answer that is coming in. Streams where somebody looks; elsewhere, and when told so, it is shown once, at its end."""

    def __init__(self, *, stream: bool) -> None:
        self.answer = Answer()
        self._round = Round()
        self._display_id = uuid.uuid4().hex if stream and not host.is_headless() else None
        self._is_shown = False
        self._update: asyncio.TimerHandle | None = None

    @property
    def has_begun(self) -> bool:
        """True when there is something to show."""
        return bool(self.answer.entries or self._round.entries)

    async def follow(self, events: AsyncGenerator[Json, None]) -> None:
        """Take in all events. Raises what the stream raises."""
        async for event in events:
            self.take(event)

    def take(self, event: Json) -> None:
        """One event. When a tool has answered, the round before it is among the answer's entries already."""
        if event["type"] in ("conversation.response.started", "function.result"):
            self._round = Round()
        if event["type"] != "function.result":
            self._round.take(event)
        if self._display_id is not None and self._update is None:
            self._update = asyncio.get_running_loop().call_later(INTERVAL, self._publish, "")

    def keep(self) -> None:
        """The one round was all. Raises `ConversationError` when it ended by an error or broke off."""
        made = self._round
        if made.error is not None or made.usage is None:
            error = made.error or {"message": "The answer broke off before its end. Send the message again."}
            raise ConversationError(str(error.get("message")), int(error.get("code") or 0))
        self.answer.add(made.entries)
        self.answer.conversation_id = made.conversation_id
        self.answer.usage.update({name: count for name, count in made.usage.items() if isinstance(count, int)})

    def end(self, note: str = "") -> None:
        """Show what there is now, for good; `note` says why it is not whole."""
        if not note:
            self._round = Round()  # it is in the answer
        self.answer._shown_in = host.execution_count()  # noqa: SLF001 - the answer's other half  # pyright: ignore[reportPrivateUsage]
        self._publish(note)

    def _publish(self, note: str) -> None:
        if self._update is not None:
            self._update.cancel()
            self._update = None
        shown = convo_blocks.answer([*self.answer.entries, *self._round.entries], self.answer.usage)
        _publish([*shown, Plain(note, "em")] if note else shown, self._display_id, update=self._is_shown)
        self._is_shown = True


def _publish(shown: list[Block], display_id: str | None = None, *, update: bool = False) -> None:
    if host.kernel() is None:
        print(text_of(shown))
        return
    options: dict[str, Any] = {} if display_id is None else {"transient": {"display_id": display_id}, "update": update}
    host.shell().display_pub.publish(convo_blocks.markdown_bundle(shown), **options)
