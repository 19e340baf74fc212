"""What people may set, with `%config NbConvo.journal = ...` or in a configuration file."""

from __future__ import annotations

from functools import cache
from typing import Any

import traitlets
from traitlets.config import Configurable


class NbConvo(Configurable):
    """Settings of nbconvo in a notebook; they count from the next start of the kernel, or before its first run."""

    journal = traitlets.Unicode("", help="File of the journal; ':memory:' keeps none. Default: .nbconvo/NOTEBOOK.sqlite3").tag(
        config=True
    )
    durability = traitlets.Enum(
        ("normal", "full"), "normal", help="'normal' survives the death of the kernel, 'full' a power cut as well (slower)."
    ).tag(config=True)
    show_activities: Any = traitlets.Enum(
        ("compact", "full", "none"),
        "compact",
        help="Activities as one line each, as cards with arguments and result, or not at all.",
    ).tag(config=True)
    notify = traitlets.Bool(
        True, help="Conversations have a bell: who presses it is notified by the browser of questions that come meanwhile."
    ).tag(config=True)


@cache
def settings() -> NbConvo:
    """Those of this process."""
    return NbConvo()
