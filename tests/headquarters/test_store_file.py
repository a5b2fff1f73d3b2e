"""The store's file: durable, recognised, readable beside its writer."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from headquarters.store.file import StoreError, open_reader, open_writer


def test_a_commit_is_on_the_disk_when_it_returns(connection: sqlite3.Connection) -> None:
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_opening_again_keeps_what_is_there(store_path: Path) -> None:
    with closing(open_writer(store_path)) as connection:
        connection.execute("INSERT INTO vehicle (name) VALUES ('car-1')")
    with closing(open_writer(store_path)) as connection:
        assert connection.execute("SELECT name FROM vehicle").fetchall() == [("car-1",)]


def test_a_reader_beside_the_writer_sees_each_commit_and_cannot_write(
    connection: sqlite3.Connection, store_path: Path
) -> None:
    with closing(open_reader(store_path)) as reader:
        connection.execute("INSERT INTO vehicle (name) VALUES ('car-1')")
        assert reader.execute("SELECT name FROM vehicle").fetchall() == [("car-1",)]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("DELETE FROM vehicle")


def test_a_store_whose_writer_is_gone_can_be_read(store_path: Path) -> None:
    open_writer(store_path).close()
    with closing(open_reader(store_path)) as reader:
        assert reader.execute("SELECT count(*) FROM event").fetchone() == (0,)


def test_a_missing_store_is_not_made_by_reading(store_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        open_reader(store_path)
    assert not store_path.exists()


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="folder"):
        open_writer(tmp_path / "no" / "hq.db")


def test_a_file_that_is_no_database_is_left_as_it_is(store_path: Path) -> None:
    store_path.write_bytes(b"minutes of the meeting " * 500)
    for opened in (open_writer, open_reader):
        with pytest.raises(StoreError, match="not a database"):
            opened(store_path)
    assert store_path.read_bytes() == b"minutes of the meeting " * 500


def test_somebody_elses_database_is_refused(store_path: Path) -> None:
    with closing(sqlite3.connect(store_path)) as other:
        other.execute("CREATE TABLE t (x)")
    for opened in (open_writer, open_reader):
        with pytest.raises(StoreError, match="not of patrol-hq"):
            opened(store_path)


def test_a_later_versions_store_is_refused(store_path: Path) -> None:
    with closing(open_writer(store_path)) as connection:
        connection.execute("PRAGMA user_version = 2")
    with pytest.raises(StoreError, match="version 2"):
        open_writer(store_path)


def test_a_path_with_odd_characters_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "a b?mode=ro#%41.db"
    open_writer(path).close()
    assert path.is_file()
    open_reader(path).close()
