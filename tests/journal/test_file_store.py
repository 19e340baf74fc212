"""Files that people gave: kept whole and once, under a harmless name, and nothing is left of what is not whole."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from nbconvo.journal import files
from nbconvo.journal.files import FileStore, files_beside, is_accepted, safe_name
from nbconvo.journal.memory import MemoryJournal
from nbconvo.journal.sqlite import SqliteJournal
from nbconvo.workflows.files import local_path

DATA = b"%PDF" + bytes(range(256)) * 10


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def left(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


def test_a_file_comes_in_piece_by_piece(store: FileStore, tmp_path: Path) -> None:
    upload = store.begin("receipt.pdf", size=len(DATA))
    for start in range(0, len(DATA), 1000):
        upload.write(start, memoryview(DATA)[start : start + 1000])
    stored = upload.end()
    path = local_path(stored.url)
    assert path == tmp_path / "files" / hashlib.sha256(DATA).hexdigest() / "receipt.pdf"
    assert path.read_bytes() == DATA
    assert stored.metadata == {"filename": "receipt.pdf", "url": stored.url, "content_type": "application/pdf"}
    upload.cancel()
    assert left(tmp_path) == [path]


def test_the_same_file_twice_is_there_once(store: FileStore, tmp_path: Path) -> None:
    source = tmp_path / "a b.txt"
    source.write_bytes(DATA)
    assert store.add(source) == store.add(source)
    assert len(left(tmp_path)) == 1
    assert source.exists()


def test_an_empty_file_is_a_file(store: FileStore) -> None:
    assert local_path(store.begin("empty", size=0).end().url).read_bytes() == b""


@pytest.mark.parametrize("how", ["cancelled", "dropped", "not whole", "too long", "out of order"])
def test_an_upload_that_is_given_up_leaves_nothing(store: FileStore, tmp_path: Path, how: str) -> None:
    upload = store.begin("x.bin", size=10)
    upload.write(0, b"12345")
    match how:
        case "cancelled":
            upload.cancel()
        case "not whole":
            with pytest.raises(ValueError, match="5 of 10 bytes"):
                upload.end()
        case "too long":
            with pytest.raises(ValueError, match="longer than the 10 bytes"):
                upload.write(5, b"678901")
        case "out of order":
            with pytest.raises(ValueError, match="byte 5 comes next, not 4"):
                upload.write(4, b"x")
        case _:
            pass
    del upload
    assert left(tmp_path) == []


def test_what_a_killed_process_left_is_removed_by_a_later_one(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    old, new = folder / "old.part", folder / "new.part"
    for part in (old, new):
        part.touch()
    os.utime(old, (1, 1))
    FileStore(folder).begin("x", size=1).cancel()
    assert left(tmp_path) == [new]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"size": 11, "max_bytes": 10}, "is 11 bytes long, the most is 10"),
        ({"size": files.MAX_BYTES + 1}, "the most is 1,073,741,824"),
        ({"size": 1, "accept": "image/*,.pdf"}, "not of a wanted kind: image"),
        ({"size": 1, "accept": ".pdf", "content_type": "application/pdf"}, "not of a wanted kind"),
    ],
)
def test_a_file_that_is_not_wanted_is_refused_before_it_comes(store: FileStore, tmp_path: Path, options: dict, why: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ValueError, match=why):
        store.begin("notes.txt", **options)
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "kind", "accept", "accepted"),
    [
        ("a.PDF", "", ".pdf", True),
        ("a.png", "image/png", "image/*", True),
        ("a.png", "image/png; charset=x", "image/png", True),
        ("a.png", "imagery/png", "image/*", False),
        ("a.pdf.exe", "application/pdf", ".pdf", False),
        ("a", "text/plain", "*/*", True),
        ("a", "text/plain", " text/html , text/plain ", True),
    ],
)
def test_kinds_of_files(name: str, kind: str, accept: str, accepted: bool) -> None:
    assert is_accepted(name, kind, accept) is accepted


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("receipt.pdf", "receipt.pdf"),
        ("Reçu 1.pdf", "Reçu 1.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\a.txt", "a.txt"),
        ("..", "file"),
        (".bashrc", "bashrc"),
        ("", "file"),
        ("a\x00b\nc.txt", "a_b_c.txt"),
        ('<img src=x onerror="x">.png', "_img src=x onerror=_x__.png"),
        ("con.txt", "_con.txt"),
    ],
)
def test_a_name_is_made_harmless(given: str, safe: str) -> None:
    assert safe_name(given) == safe


@pytest.mark.parametrize("name", ["x" * 500, "x" * 500 + ".pdf", "." + "y" * 500, "x." + "y" * 500])
def test_a_long_name_is_cut(store: FileStore, name: str) -> None:
    assert local_path(store.begin(name, size=0).end().url).exists()
    assert len(safe_name(name)) <= 121


def test_files_are_beside_the_journal(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / ".nbconvo" / "a.sqlite3")
    store = files_beside(journal)
    assert store is files_beside(journal)
    assert local_path(store.begin("x", size=0).end().url).parent.parent == tmp_path / ".nbconvo" / "files"
    journal.close()


def test_files_of_a_journal_in_memory_go_with_it() -> None:
    journal = MemoryJournal()
    path = local_path(files_beside(journal).begin("x", size=0).end().url)
    assert path.exists()
    del journal
    import gc

    gc.collect()
    assert not path.exists()


@pytest.mark.parametrize("url", ["https://x/y", "file://elsewhere/x", "/tmp/x", ""])
def test_only_files_of_this_machine_have_a_place_on_it(url: str) -> None:
    with pytest.raises(ValueError, match="not a file of this machine"):
        local_path(url)
