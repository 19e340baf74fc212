"""The parts of the front end that a page asks for by name."""

from __future__ import annotations

import pytest

from nbconvo.widgets.assets import STATIC
from tests.support.cells import ECHO, cell
from tests.support.kernels import Page


def chunk(page: Page, name: str) -> list[bytes]:
    """The buffers of the kernel's answer."""
    page.run(cell(ECHO))
    assets = page.assets()[-1]
    before = len(assets.custom)
    assets.send({"kind": "chunk", "name": name})
    answer = page.until(lambda: assets.custom[before:], "the kernel answers")[0]
    assert answer == {"kind": "chunk", "name": name}
    last = next(each for each in reversed(page.messages) if each["content"].get("data", {}).get("content") == answer)
    return [bytes(buffer) for buffer in last["buffers"]]


def test_a_chunk_comes_as_one_buffer(page: Page) -> None:
    assert chunk(page, "forms") == [(STATIC / "forms.js").read_bytes()]


@pytest.mark.parametrize("name", ["nothing", "../static/forms", "forms.js", ""])
def test_there_is_nothing_under_another_name(page: Page, name: str) -> None:
    assert chunk(page, name) == []
