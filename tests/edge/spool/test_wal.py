"""A log and its second name -> what the next connection finds: all that was committed, and no block to be made."""

import os
import shutil
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from edge.spool import wal
from edge.spool.database import Connection, connect_spool, open_database

KEY = "5a" * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.db"


def log(path: Path) -> Path:
    return path.with_name("some.db-wal")


def kept(path: Path) -> Path:
    return path.with_name("some.db-log")


async def lived(path: Path, *numbers: int) -> list[int]:
    """One life of the store, closed cleanly; what it held in the end."""
    async with open_database(lambda: connect_spool(path, KEY)) as database:
        await database.transaction(lambda connection: connection.execute("CREATE TABLE IF NOT EXISTS t (n)"))
        for number in numbers:
            await database.transaction(partial(insert, number))
        return await database.read(held)


def insert(number: int, connection: Connection) -> None:
    connection.execute("INSERT INTO t VALUES (?)", (number,))


def held(connection: Connection) -> list[int]:
    return [n for (n,) in connection.execute("SELECT n FROM t ORDER BY rowid")]


async def test_the_log_of_one_life_is_the_next_ones(path: Path) -> None:
    await lived(path, 1)
    assert not log(path).exists()
    before = kept(path).stat()
    assert before.st_size >= wal.STEP_BYTES
    assert await lived(path, 2, 3) == [1, 2, 3]
    after = kept(path).stat()
    assert (after.st_ino, after.st_size) == (before.st_ino, before.st_size)


async def test_what_an_earlier_life_wrote_does_not_come_back_over_another_file(path: Path) -> None:
    """As after a salvage: another file has its name. The old frames are valid ones, but of a log that begins with nothing."""
    await lived(path, *range(40))
    other = path.with_name("other.db")
    await lived(other, 7)
    other.rename(path)
    assert await lived(path, 8) == [7, 8]
    with closing(connect_spool(path, KEY)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_cut_in_the_second_life_leaves_what_it_had_committed(path: Path, tmp_path: Path) -> None:
    """Short of the first one's: its frames stand behind the end."""
    await lived(path, *range(30))
    cut = tmp_path / "cut"
    cut.mkdir()
    async with open_database(lambda: connect_spool(path, KEY)) as database:
        await database.transaction(partial(insert, 99))
        for name in ("some.db", "some.db-wal", "some.db-log"):
            shutil.copyfile(tmp_path / name, cut / name)
    (cut / "some.db-log").unlink()
    (cut / "some.db-log").hardlink_to(cut / "some.db-wal")
    assert await lived(cut / "some.db", 100) == [*range(30), 99, 100]


async def test_a_log_that_waits_to_be_recovered_is_not_replaced(path: Path, tmp_path: Path) -> None:
    await lived(path, 1)
    async with open_database(lambda: connect_spool(path, KEY)) as database:
        await database.transaction(partial(insert, 2))
        shutil.copyfile(path, tmp_path / "cut.db")
        shutil.copyfile(log(path), tmp_path / "cut.db-wal")
    shutil.copyfile(kept(path), tmp_path / "cut.db-log")
    assert await lived(tmp_path / "cut.db") == [1, 2]


async def test_a_log_that_was_set_aside_is_not_written_to(path: Path, tmp_path: Path) -> None:
    await lived(path, 1)
    aside = tmp_path / "some.damaged-1.db-wal"
    aside.hardlink_to(kept(path))
    before = aside.read_bytes()
    assert await lived(path, 2) == [1, 2]
    assert aside.read_bytes() == before
    assert not kept(path).samefile(aside)


async def test_a_log_that_grew_beyond_all_bounds_is_not_kept(path: Path) -> None:
    await lived(path, 1)
    os.truncate(kept(path), wal.MOST_BYTES + 1)
    assert await lived(path, 2) == [1, 2]
    assert kept(path).stat().st_size < wal.MOST_BYTES


async def test_a_second_name_that_cannot_be_given_costs_only_itself(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "hardlink_to", fail)  # as a FAT file system has it
    assert await lived(path, 1) == [1]
    assert await lived(path, 2) == [1, 2]
    assert not kept(path).exists()


async def test_the_zeros_end_with_a_block_and_are_written_block_by_block(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One folio a block: a commit is charged for what it changed."""
    written: list[tuple[int, int]] = []
    pwrite = os.pwrite

    def heard(fd: int, data: bytes, at: int) -> int:
        written.append((at, len(data)))
        return pwrite(fd, data, at)

    monkeypatch.setattr(os, "pwrite", heard)
    await lived(path, 1)
    assert sum(length for _, length in written) >= wal.STEP_BYTES
    assert all((at + length) % wal.BLOCK_BYTES == 0 and length <= wal.BLOCK_BYTES for at, length in written)
    written.clear()
    await lived(path, 2)
    assert [length for _, length in written] == [wal.HEADER_BYTES]
