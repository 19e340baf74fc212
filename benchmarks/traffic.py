"""What a cell sends to its page: messages and bytes, counted where the page receives them.

Counted are display data and the widgets' comm messages; what every cell sends (busy, idle, its own source) is not.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.kernels import Message, Page, running_kernel

COUNTED = {"comm_open", "comm_msg", "display_data", "update_display_data", "execute_result"}


@dataclass(frozen=True)
class Traffic:
    """How many messages, and how many bytes their contents have as JSON."""

    messages: int
    size: int

    def __str__(self) -> str:
        return f"{self.messages:6} messages {self.size / 1024:9.1f} KB"


@contextmanager
def notebook_page() -> Iterator[Page]:
    """A page on a kernel that has loaded nbconvo and has sent it the front end."""
    with tempfile.TemporaryDirectory() as folder, running_kernel(Path(folder)) as kernel:
        kernel.page.run("%load_ext nbconvo")
        kernel.page.run('%config NbConvo.journal = ":memory:"')
        yield kernel.page


def traffic(messages: list[Message]) -> Traffic:
    """What is counted of these messages."""
    counted = [message["content"] for message in messages if message["msg_type"] in COUNTED]
    return Traffic(len(counted), sum(len(json.dumps(content).encode()) for content in counted))


def of_cell(page: Page, source: str) -> Traffic:
    """Run a cell and count what came until it was done."""
    begin = len(page.messages)
    cell = page.run(source)
    assert not cell.error, cell.error
    page.settle()
    return traffic(page.messages[begin:])
