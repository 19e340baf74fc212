"""The file of a journal: where it is, who reads it, and what happens when it is not what it should be."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from nbconvo.errors import JournalCorrupted, JournalTooNew, JournalUnavailable
from nbconvo.journal.sqlite import VERSION, SqliteJournal
from nbconvo.protocol import events as ev
from nbconvo.testing import activity_started, numbered
from nbconvo.testing.builders import EXECUTION

A = EXECUTION.workflow_exec_id


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "journal.sqlite3"


def filled(path: Path, count: int = 200) -> None:
    journal = SqliteJournal(path)
    journal.append(A, numbered([activity_started(str(n), input=["x" * 500]) for n in range(count)]))
    journal.close()


def test_a_file_that_is_no_database_is_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is somebody's letter, not a journal" * 100)
    before = path.read_bytes()
    with pytest.raises(JournalCorrupted, match=r"journal\.sqlite3 is damaged: file is not a database"):
        SqliteJournal(path).read(A)
    assert path.read_bytes() == before


def test_the_database_of_another_program_is_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()
    journal = SqliteJournal(path)
    with pytest.raises(JournalCorrupted, match="SQLite file of something else"):
        journal.append(A, numbered([activity_started()]))
    journal.close()
    other = sqlite3.connect(path)
    assert [name for (name,) in other.execute("SELECT name FROM sqlite_master")] == ["bookmarks"]
    other.close()


def test_a_torn_page_is_told_and_the_file_left_as_it_is(path: Path) -> None:
    filled(path)
    data = bytearray(path.read_bytes())
    data[8192:-4096] = os.urandom(len(data) - 4096 - 8192)
    path.write_bytes(data)
    journal = SqliteJournal(path)
    with pytest.raises(JournalCorrupted, match=r"journal\.sqlite3 is damaged"):
        journal.read(A)
    journal.close()
    assert path.read_bytes() == data


def test_an_event_that_cannot_be_read_is_named(path: Path) -> None:
    filled(path, 3)
    database = sqlite3.connect(path)
    database.execute("UPDATE events SET attributes = x'7b' WHERE sequence = 2")
    database.commit()
    database.close()
    journal = SqliteJournal(path)
    with pytest.raises(JournalCorrupted, match="event of execution-1 cannot be read"):
        journal.read(A)
    journal.close()


def test_a_torn_end_of_the_log_costs_what_was_not_committed(path: Path) -> None:
    """What a power cut leaves of the last write is no commit: everything before it is there."""
    journal = SqliteJournal(path)
    events = numbered([activity_started(str(n)) for n in range(10)])
    for event in events:
        journal.append(A, [event])
    copy = path.parent / "copy.sqlite3"
    log = path.with_name(f"{path.name}-wal").read_bytes()
    copy.write_bytes(path.read_bytes())
    copy.with_name(f"{copy.name}-wal").write_bytes(log[:-100])
    journal.close()
    torn = SqliteJournal(copy)
    assert torn.read(A) == events[:9]
    torn.append(A, events[9:])
    assert torn.read(A) == events
    torn.close()


def test_a_file_of_a_newer_version_is_left_as_it_is(path: Path) -> None:
    filled(path)
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA user_version={VERSION + 1}")
    database.close()
    before = path.read_bytes()
    text = rf"journal\.sqlite3 has version {VERSION + 1}, this nbconvo knows up to {VERSION}: update"
    for use in (lambda j: j.read(A), lambda j: j.append(A, numbered([activity_started()])), lambda j: j.acquire(A)):
        journal = SqliteJournal(path)
        with pytest.raises(JournalTooNew, match=text):
            use(journal)
        journal.close()
    assert path.read_bytes() == before


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    with pytest.raises(JournalUnavailable, match=r"runs.j\.sqlite3 cannot be used now"):
        SqliteJournal(tmp_path / "runs" / "j.sqlite3").append(A, numbered([activity_started()]))


def test_nothing_is_made_before_something_is_recorded(path: Path) -> None:
    journal = SqliteJournal(path)
    assert (journal.read(A), journal.summaries(), journal.summary(A)) == ([], [], None)
    journal.acquire(A)
    journal.forget(A)
    journal.release(A)
    journal.close()
    assert not path.parent.exists()


def test_the_files_are_private_and_git_does_not_see_them(path: Path) -> None:
    journal = SqliteJournal(path)
    journal.append(A, numbered([activity_started()]))
    assert (path.parent / ".gitignore").read_text().endswith("\n*\n")
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.glob("*") if each.name != ".gitignore"}
    assert len(modes) == 4  # the file, its log and the log's index, the owner's lock
    assert {name for name, mode in modes.items() if mode & 0o077} == set()
    journal.close()
    assert sorted(each.name for each in path.parent.iterdir()) == [".gitignore", "journal.sqlite3"]


def test_a_folder_that_was_there_is_not_ours_to_hide(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "j.sqlite3")
    journal.append(A, numbered([activity_started()]))
    journal.close()
    assert [each.name for each in tmp_path.iterdir()] == ["j.sqlite3"]


def test_a_commit_that_failed_leaves_the_journal_as_it_was(path: Path) -> None:
    """The numbers in memory go on from the file's, not from what could not be written."""
    journal = SqliteJournal(path)
    events = numbered([activity_started(str(n)) for n in range(3)])
    journal.append(A, events[:1])
    database = journal._database()
    database.execute("PRAGMA query_only=ON")
    for _ in range(2):
        with pytest.raises(JournalUnavailable):
            journal.append(A, events[1:2])
    with pytest.raises(JournalUnavailable):
        journal.append(A, [*events[1:2], *(e for e in numbered([activity_started()] * 20) if e.sequence > 2)])
    database.execute("PRAGMA query_only=OFF")
    journal.append(A, events[1:])
    assert journal.read(A) == events
    journal.close()


def test_an_execution_that_another_process_forgot_is_told(path: Path) -> None:
    journal, other = SqliteJournal(path), sqlite3.connect
    journal.append(A, numbered([activity_started()]))
    database = other(path)
    database.execute("PRAGMA foreign_keys=ON")
    database.execute("DELETE FROM executions")
    database.commit()
    database.close()
    with pytest.raises(JournalUnavailable, match="another process has changed or forgotten"):
        journal.append(A, numbered([activity_started("1"), activity_started("2")])[1:])
    journal.close()


def test_what_is_not_known_here_is_kept(path: Path) -> None:
    """An event of a newer version comes back as it was, and goes on being stored as it was."""
    journal = SqliteJournal(path)
    event = numbered([activity_started()])[0]
    newer = type(event)(1, 1, event.lineage, ev.UnknownEvent("NBCONVO_FROM_THE_FUTURE", {"a": {"b": 1}}))
    journal.append(A, [newer])
    journal.close()
    again = SqliteJournal(path)
    assert again.read(A) == [newer]
    again.close()
