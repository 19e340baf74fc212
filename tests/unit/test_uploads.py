"""Files that come in through the widget: the messages of a page, one by one, and what the kernel makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbconvo.errors import InputRejected, NoPendingInput
from nbconvo.journal.files import CHUNK, FileStore, StoredFile, Upload
from nbconvo.protocol.fields import FileField, TextField
from nbconvo.protocol.forms import FormInput
from nbconvo.protocol.inputs import ChatInput
from nbconvo.views.asks import ask_view
from nbconvo.views.replies import upload_for
from nbconvo.widgets.uploads import MOST, Uploads
from nbconvo.workflows.files import local_path


class Papers(FormInput):
    name: str = TextField("Name")
    scan: str = FileField("Scan", accept=".txt", max_bytes=3 * CHUNK)
    more: list[str] = FileField("More", multiple=True)


class Page:
    """A page with one ask, and the kernel's side of its uploads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._store = FileStore(folder)
        self._asks = {
            model.__name__: ask_view(model.__name__, model.model_json_schema(), None, 0.0) for model in (Papers, ChatInput())
        }
        self.uploads = Uploads(self)

    def begin_upload_nowait(self, task_id: str, field: list[str | int], filename: str, content_type: str, size: int) -> Upload:
        if task_id not in self._asks:
            raise NoPendingInput(task_id)
        return upload_for(self._asks[task_id], field, self._store, filename, content_type, size)

    def begin(
        self, upload_id: str = "u", task_id: str = "Papers", field: Any = ("scan",), size: Any = 4, name: str = "a.txt"
    ) -> None:
        told = {"upload_id": upload_id, "task_id": task_id, "field": [*field], "filename": name, "content_type": "", "size": size}
        self.send("upload_begin", **told)

    def chunk(self, offset: int, *data: bytes, upload_id: str = "u") -> None:
        buffers = [memoryview(piece) for piece in data]
        self.uploads.receive({"kind": "upload_chunk", "upload_id": upload_id, "offset": offset}, buffers)

    def send(self, kind: str, **message: Any) -> StoredFile | None:
        return self.uploads.receive({"kind": kind, **message}, [])

    @property
    def files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(tmp_path / "files")


def test_a_file_comes_in(page: Page) -> None:
    data = bytes(range(256)) * (2 * CHUNK // 256) + b"end"
    page.begin(size=len(data))
    for start in range(0, len(data), CHUNK):
        page.chunk(start, data[start : start + CHUNK])
    stored = page.send("upload_end", upload_id="u")
    assert stored is not None
    assert (stored.filename, stored.size, stored.content_type) == ("a.txt", len(data), "text/plain")
    assert local_path(stored.url).read_bytes() == data
    with pytest.raises(InputRejected, match="not under way any more"):
        page.send("upload_end", upload_id="u")


def test_several_come_in_side_by_side(page: Page) -> None:
    for name in ("u", "v"):
        page.begin(name, field=["more", 0], name=f"{name}.bin")
    page.chunk(0, b"ab", upload_id="u")
    page.chunk(0, b"1234", upload_id="v")
    page.chunk(2, b"cd", upload_id="u")
    stored = [page.send("upload_end", upload_id=name) for name in ("u", "v")]
    assert [local_path(file.url).read_bytes() for file in stored if file] == [b"abcd", b"1234"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"size": 3 * CHUNK + 1}, "the most is 3,145,728"),
        ({"name": "a.exe"}, "not of a wanted kind"),
        ({"field": ["name"]}, "No file is wanted here"),
        ({"field": ["nothing", 5]}, "No file is wanted here"),
        ({"field": []}, "No file is wanted here"),
        ({"task_id": "ChatInput"}, "No file is wanted here"),
        ({"size": "4"}, "does not understand"),
        ({"size": None}, "does not understand"),
    ],
)
def test_what_is_not_wanted_is_refused(page: Page, options: dict[str, Any], why: str) -> None:
    with pytest.raises(InputRejected, match=why):
        page.begin(**options)
    assert page.files == []


def test_a_question_that_is_closed_takes_no_file(page: Page) -> None:
    with pytest.raises(NoPendingInput):
        page.begin(task_id="gone")


@pytest.mark.parametrize(
    ("offset", "data", "why"),
    [
        (1, [b"x"], "byte 0 comes next, not 1"),
        (-1, [b"x"], "byte 0 comes next, not -1"),
        (0, [b"12345"], "longer than the 4 bytes"),
        (0, [], "one buffer"),
        (0, [b"1", b"2"], "one buffer"),
        (0, [b"x" * (CHUNK + 1)], "at most 1,048,576 bytes"),
    ],
)
def test_a_chunk_that_does_not_fit_ends_the_upload(page: Page, offset: int, data: list[bytes], why: str) -> None:
    page.begin()
    with pytest.raises(InputRejected, match=why) as caught:
        page.chunk(offset, *data)
    assert [problem.path for problem in caught.value.errors] == [("scan",)]
    with pytest.raises(InputRejected, match="not under way any more"):
        page.chunk(0, b"1234")
    assert page.files == []


def test_an_end_that_comes_too_early_keeps_nothing(page: Page) -> None:
    page.begin()
    page.chunk(0, b"12")
    with pytest.raises(InputRejected, match="2 of 4 bytes"):
        page.send("upload_end", upload_id="u")
    assert page.files == []


def test_a_cancel_keeps_nothing_and_may_come_twice(page: Page) -> None:
    page.begin()
    page.chunk(0, b"12")
    for _ in range(2):
        page.send("upload_cancel", upload_id="u")
    assert page.files == []


def test_beginning_again_forgets_what_came_before(page: Page) -> None:
    page.begin()
    page.chunk(0, b"12")
    page.begin()
    page.chunk(0, b"abcd")
    stored = page.send("upload_end", upload_id="u")
    assert stored is not None
    assert local_path(stored.url).read_bytes() == b"abcd"
    assert len(page.files) == 1


def test_an_ask_that_closes_takes_its_uploads_with_it(page: Page) -> None:
    page.begin()
    page.uploads.keep_only(["Papers"])
    assert len(page.files) == 1
    page.uploads.keep_only([])
    assert page.files == []


def test_a_page_cannot_begin_without_end(page: Page) -> None:
    for number in range(MOST):
        page.begin(str(number))
    with pytest.raises(InputRejected, match="wait until some are through"):
        page.begin("one more")


@pytest.mark.parametrize("message", [{}, {"kind": "upload_chunk"}, {"kind": "upload_end", "upload_id": 5}])
def test_nonsense_is_refused(page: Page, message: dict[str, Any]) -> None:
    with pytest.raises(InputRejected):
        page.uploads.receive(message, [])
