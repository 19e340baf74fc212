"""How a run is shown: two outputs, the widget and its static twin.

The twin is what the saved notebook holds; the front end hides it while the widget is alive. Updating the widget's own output
would draw it anew and lose focus and drafts, so only the twin is ever updated. Headless there is only the twin, shown once.
"""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Any, Protocol

from nbconvo.ipython import host
from nbconvo.ipython.delivery import let_through
from nbconvo.ipython.settings import settings
from nbconvo.views import static
from nbconvo.views.model import TranscriptView

if TYPE_CHECKING:
    from nbconvo.widgets.conversation import Conversation, Replies

INTERVAL = 0.5
"""Shortest time between two updates of the twin, in seconds: each is written into the notebook document."""


class HasView(Protocol):
    """Whatever is shown."""

    @property
    def view(self) -> TranscriptView:
        """What people see now."""
        ...


class RunDisplay:
    """The outputs of one run."""

    def __init__(self, shown: HasView, replies: Replies) -> None:
        self._shown = shown
        self._replies = replies
        self._widget: Conversation | None = None
        self._twin = uuid.uuid4().hex
        self._shown_in: int | None = None
        self._update: asyncio.TimerHandle | None = None

    def show_once(self) -> None:
        """Show it in the notebook unless it is shown already; elsewhere do nothing."""
        if self._shown_in is None and host.kernel() is not None:
            self.show()

    def show_as_value(self) -> None:
        """Show it as the value of a cell, unless that very cell has shown it already (it waited for the run, say)."""
        if self._shown_in is None or self._shown_in != host.execution_count():
            self.show()

    def show(self) -> None:
        """Show it in the cell that is running; outside of a notebook, print it."""
        self._shown_in = host.execution_count()
        if host.kernel() is None:
            print(static.to_text(self._shown.view))
            return
        if not host.is_headless():
            title = self._shown.view["title"]
            self._publish(self._conversation().mimebundle(f"{title} (a conversation; run the cell to open it)"))
            self._publish(static.mimebundle(self._shown.view), transient={"display_id": self._twin})
        else:
            self._publish(static.mimebundle(self._shown.view))

    def update(self, view: TranscriptView) -> None:
        """There is a newer view."""
        if self._widget is None:
            return
        self._widget.update(view)
        if self._update is None:
            self._update = asyncio.get_running_loop().call_later(INTERVAL, self._update_twin)

    def _update_twin(self) -> None:
        self._update = None
        self._publish(static.mimebundle(self._shown.view), transient={"display_id": self._twin}, update=True)

    def _publish(self, bundle: dict[str, Any], **options: Any) -> None:
        host.shell().display_pub.publish(bundle, **options)

    def _conversation(self) -> Conversation:
        if self._widget is None or self._widget.comm is None:  # none yet, or it was closed (`Widget.close_all()`)
            from nbconvo.widgets.assets import assets  # noqa: PLC0415 - anywidget takes a tenth of a second to import
            from nbconvo.widgets.conversation import Conversation  # noqa: PLC0415 - the same

            self._widget = Conversation(self._shown.view, self._replies, notify=settings().notify)
            let_through(self._widget.model_id)
            let_through(assets().model_id)  # a form that opens asks it for its part of the front end
        return self._widget
