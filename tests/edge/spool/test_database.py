"""Whole transactions on one thread: none is left open, none is interleaved, none is cut in half."""

import asyncio
import errno
import os
import shutil
import threading
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from edge.spool.database import (
    Connection,
    Database,
    StoreError,
    connect_spool,
    is_damage,
    is_full,
    is_io,
    key_id,
    open_database,
)
from tests.patience import PATIENCE_S

KEY = "5a" * 32


def make_table(connection: Connection) -> None:
    connection.execute("CREATE TABLE t (n INTEGER)")


def count(connection: Connection) -> int:
    (found,) = connection.execute("SELECT count(*) FROM t").fetchone()
    return int(found)


async def test_a_transaction_that_raises_leaves_nothing_behind(database: Database) -> None:
    await database.transaction(make_table)

    def half(connection: Connection) -> None:
        connection.execute("INSERT INTO t VALUES (1)")
        raise KeyError

    with pytest.raises(KeyError):
        await database.transaction(half)
    assert await database.read(count) == 0
    assert not await database.read(lambda connection: connection.in_transaction)


async def test_a_cancelled_waiter_leaves_a_whole_transaction(database: Database) -> None:
    await database.transaction(make_table)
    inside, go_on = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        connection.execute("INSERT INTO t VALUES (1)")
        inside.set()
        go_on.wait(PATIENCE_S)
        connection.execute("INSERT INTO t VALUES (2)")

    waiting = asyncio.ensure_future(database.transaction(slow))
    await asyncio.to_thread(inside.wait)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    assert await database.read(count) == 2
    assert not await database.read(lambda connection: connection.in_transaction)


async def test_two_tasks_do_not_interleave(database: Database) -> None:
    await database.transaction(make_table)
    seen = []

    def step(connection: Connection) -> None:
        before = count(connection)
        connection.execute("INSERT INTO t VALUES (1)")
        seen.append(count(connection) - before)

    await asyncio.gather(*(database.transaction(step) for _ in range(50)))
    assert seen == [1] * 50


async def test_what_is_committed_is_on_the_disk(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log is synced behind each commit, and by nobody else: a sync that fails is said in SQLite's own words."""
    await database.transaction(make_table)
    assert await database.read(lambda connection: connection.execute("PRAGMA journal_mode").fetchone()) == ("wal",)

    def fail(fd: int) -> None:
        assert Path(f"/proc/self/fd/{fd}").readlink().name.endswith("-wal")
        raise OSError(errno.EIO, "I/O error")

    monkeypatch.setattr(os, "fdatasync", fail)
    with pytest.raises(StoreError) as error:
        await database.transaction(lambda connection: connection.execute("INSERT INTO t VALUES (1)"))
    assert is_io(error.value)
    assert not is_full(error.value)


async def test_the_log_grows_in_steps_whose_zeros_are_no_part_of_it(tmp_path: Path) -> None:
    path, sizes = tmp_path / "some.db", set()
    async with open_database(lambda: connect_spool(path, KEY)) as database:
        await database.transaction(make_table)
        for number in range(50):
            await database.transaction(partial(_insert, number))
            sizes.add((tmp_path / "some.db-wal").stat().st_size)
        copy = tmp_path / "copy.db"  # as a power cut leaves it
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{path}{suffix}", f"{copy}{suffix}")
    assert len(sizes) <= 2
    with closing(connect_spool(copy, KEY)) as connection:
        assert connection.execute("SELECT count(*), max(n) FROM t").fetchone() == (50, 49)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_where_there_is_no_room_for_zeros_a_commit_is_still_a_promise(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "pwrite", fail)
    await database.transaction(make_table)
    await database.transaction(partial(_insert, 1))
    assert await database.read(lambda connection: connection.execute("SELECT n FROM t").fetchall()) == [(1,)]


def _insert(number: int, connection: Connection) -> None:
    connection.execute("INSERT INTO t VALUES (?)", (number,))


def test_a_full_file_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    connection = connect_spool(tmp_path / "some.db", KEY, 32 * 1024)
    make_table(connection)
    with pytest.raises(StoreError) as full:  # noqa: PT012 - it fails some time
        while True:
            connection.execute("INSERT INTO t VALUES (zeroblob(500))")
    connection.close()
    assert is_full(full.value)
    assert not is_damage(full.value)


@pytest.mark.parametrize("content", [b"not a database " * 1000, bytes(5000)])
def test_another_file_and_another_key_are_damage(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.db"
    path.write_bytes(content)
    with pytest.raises(StoreError) as error:
        connect_spool(path, KEY)
    assert is_damage(error.value)


def test_the_file_is_another_one_under_another_key(tmp_path: Path) -> None:
    connection = connect_spool(tmp_path / "some.db", KEY)
    make_table(connection)
    connection.close()
    with pytest.raises(StoreError) as error:
        connect_spool(tmp_path / "some.db", "6b" * 32)
    assert is_damage(error.value)


def test_a_key_is_named_without_telling_it() -> None:
    assert key_id(KEY) != key_id("6b" * 32)
    assert len(key_id(KEY)) == 16
    assert key_id(KEY) not in KEY


def test_the_car_knows_the_errors_of_the_library_it_uses() -> None:
    assert StoreError is dbapi2.Error
