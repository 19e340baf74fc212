"""A conversation to read: the static twin as a value."""

from __future__ import annotations

import json

from nbconvo.views import static
from nbconvo.views.model import TranscriptView


class Transcript:
    """A view at one moment. `str()` is its text; a notebook shows its HTML.

    >>> from nbconvo.views.fold import empty_view
    >>> print(Transcript(empty_view(title="Greeting")))
    Greeting
    <BLANKLINE>
    Running
    """

    def __init__(self, view: TranscriptView) -> None:
        self._view = view

    @property
    def view(self) -> TranscriptView:
        """What is shown, as data."""
        return self._view

    def to_markdown(self) -> str:
        """The conversation as markdown."""
        return static.to_markdown(self._view)

    def to_html(self) -> str:
        """The conversation as HTML with nothing active in it."""
        return static.to_html(self._view)

    def to_json(self) -> str:
        """The conversation as JSON text: the view, with everything that a page would draw (see `nbconvo.views.model`)."""
        return json.dumps(self._view, indent=2, ensure_ascii=False)

    def __str__(self) -> str:
        return static.to_text(self._view)

    def __repr__(self) -> str:
        return static.to_text(self._view)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return static.mimebundle(self._view)
