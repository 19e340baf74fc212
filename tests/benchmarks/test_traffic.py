"""What a live cell is sent, and how large the front end is: counts and sizes, which are the same on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import w08_form, w09_chat, w11_bundle
from benchmarks.traffic import notebook_page, of_cell
from tests.support.kernels import Page


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A kernel whose page has the front end."""
    with notebook_page() as page:
        page.run(f"%%workflow warm --input true\n{w08_form.WORKFLOW}")
        page.settle()
        yield page


def test_a_form_is_one_small_message(page: Page) -> None:
    form = w08_form.form_in_conversation(page)
    assert form.messages == w08_form.TARGET.messages
    assert 1000 < form.size <= w08_form.TARGET.size


def test_a_hundred_messages_are_a_few_to_the_page(page: Page) -> None:
    chat = w09_chat.chat_in_cell(page)
    assert chat.messages < w09_chat.MESSAGES / 10
    assert 10_000 < chat.size <= w09_chat.TARGET_BYTES


def test_what_stands_beside_it_is_counted_alike(page: Page) -> None:
    assert of_cell(page, w09_chat.ONE_EACH).messages == w09_chat.MESSAGES
    assert of_cell(page, w09_chat.ALL_IN_ONE).messages == 1
    assert of_cell(page, w08_form.BY_HAND).messages > 20


def test_no_part_of_the_front_end_is_over_its_target() -> None:
    found = w11_bundle.parts()
    assert [part.name for part in found[:2]] == ["loader", "core"]
    assert len(found) > 2
    assert [part.name for part in found if part.size > part.target] == []


def test_a_part_that_grew_is_seen(tmp_path: Path) -> None:
    (tmp_path / "loader.js").write_bytes(b"x" * 3000)
    (part,) = w11_bundle.parts(tmp_path)
    assert (part.name, part.size > part.target, part.compressed < part.size) == ("loader", True, True)
