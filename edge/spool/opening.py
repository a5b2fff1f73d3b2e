"""A folder and a key -> an open spool, whatever lies in the folder: another key's file is left alone, a damaged one is
set aside and salvaged as far as it goes. Never a reason to stay down. [design 7]
"""

import asyncio
import errno
import logging
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from edge.spool import rows, salvage
from edge.spool.database import (
    OpenDatabase,
    StoreError,
    connect_spool,
    is_damage,
    is_full,
    is_io,
    key_id,
    open_database,
)
from edge.spool.spool import Spool

log = logging.getLogger(__name__)

NAME: Final = "spool.db"
KEY_NAME: Final = "spool.keyid"
SLACK: Final = 1.5  # the file over its bodies: rows, receipts, free pages
SLACK_BYTES: Final = 16 << 20
LEAST_FREE_BYTES: Final = 128 << 10  # the index of a WAL grows by 32 kB
_BESIDE: Final = ("", "-wal", "-shm")
_KEY_ID: Final = re.compile(r"[0-9a-f]{16}\n?")


@dataclass(frozen=True, slots=True)
class Opened:
    """The spool and what had to be done to open it: (name, detail) of each alarm; the newest second known to be past."""

    spool: Spool
    alarms: list[tuple[str, str]]
    floor_s: int | None
    salvaged: bool


@asynccontextmanager
async def open_spool(
    folder: Path,
    key: str,
    identity: bytes,
    boot: bytes,
    quota_bytes: int,
    wait_for_room: Callable[[], Awaitable[None]] | None = None,
    open_: OpenDatabase = open_database,
) -> AsyncIterator[Opened]:
    """The spool of a folder. Raises StoreError or OSError only when a fresh file cannot be made either.

    On a full disk it is tried again after each `wait_for_room()`.
    """
    async with AsyncExitStack() as stack:
        while True:
            try:
                opened = await _open(stack, folder, key, identity, boot, quota_bytes, open_)
                break
            except (StoreError, OSError) as error:
                if wait_for_room is None or not _is_for_want_of_room(error, folder):
                    raise
            await wait_for_room()
        try:
            yield opened
        finally:
            await _flushed(opened.spool)


async def _open(
    stack: AsyncExitStack,
    folder: Path,
    key: str,
    identity: bytes,
    boot: bytes,
    quota_bytes: int,
    open_: OpenDatabase,
) -> Opened:
    folder.mkdir(parents=True, exist_ok=True)
    path, alarms = _path_for(folder, key)
    loaded, salvaged = await asyncio.to_thread(_load, path, key, alarms)
    most = int(quota_bytes * SLACK) + SLACK_BYTES
    database = await stack.enter_async_context(open_(partial(connect_spool, path, key, most)))
    spool = Spool(database, identity, boot, quota_bytes, loaded)
    return Opened(spool, alarms, loaded.newest_born_s, salvaged)


def _is_for_want_of_room(error: Exception, folder: Path) -> bool:
    """SQLite says "I/O error" when the WAL's index finds no room."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOSPC
    status = os.statvfs(folder)
    return is_full(error) or (is_io(error) and status.f_bavail * status.f_frsize < LEAST_FREE_BYTES)


def path_of(folder: Path, key: str) -> Path:
    """Where the spool of this key lies, without making anything."""
    mine = key_id(key)
    return folder / (NAME if _held_id(folder) in (mine, None) else f"spool-{mine}.db")


def _held_id(folder: Path) -> str | None:
    """Whose key wrote NAME; None when nobody has said, or when a power cut has made the note unreadable."""
    try:
        text = (folder / KEY_NAME).read_text("latin-1")
    except FileNotFoundError:
        return None
    return text.strip() if _KEY_ID.fullmatch(text) else None


def _path_for(folder: Path, key: str) -> tuple[Path, list[tuple[str, str]]]:
    path = path_of(folder, key)
    if _held_id(folder) is None:
        fresh = folder / f"{KEY_NAME}.new"
        fresh.write_text(key_id(key) + "\n", "ascii")
        fresh.replace(folder / KEY_NAME)
    if path.name == NAME:
        return path, []
    return path, [("key-changed", "the spool on the card has another key: it is left untouched until that key returns")]


def _load(path: Path, key: str, alarms: list[tuple[str, str]]) -> tuple[rows.Loaded, bool]:
    """What the file holds; True when it was damaged: it was set aside and what could be read stands in a fresh one."""
    saved = path.with_name(f"{path.stem}.saved.db")
    if not path.exists() and saved.exists():  # killed between the two renames below
        saved.rename(path)
    loaded = _looked_into(path, key)
    is_damaged = loaded is None
    if loaded is None:
        for suffix in _BESIDE:  # killed while it was being saved to: begin anew
            saved.with_name(saved.name + suffix).unlink(missing_ok=True)
        count = salvage.salvage(path, saved, key)
        aside = _set_aside(path)
        saved.rename(path)
        alarms.append(
            ("spool-damaged", f"the spool was damaged and set aside as {aside.name}; {count} events were saved from it")
        )
        log.error("the spool was damaged: set aside as %s, %d events saved", aside.name, count)
        with closing(connect_spool(path, key)) as connection:
            loaded = rows.load(connection)
    _suspect(path).unlink(missing_ok=True)
    return loaded, is_damaged


def _looked_into(path: Path, key: str) -> rows.Loaded | None:
    """What the file holds, None when it is damaged. Raises StoreError when it cannot be looked into (a full disk)."""
    try:
        with closing(connect_spool(path, key)) as connection:
            rows.create(connection)
            if _suspect(path).exists() and connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                return None
            loaded = rows.load(connection)
    except (StoreError, ValueError) as error:
        if isinstance(error, StoreError) and not is_damage(error):
            raise
        return None
    named = {stretch.epoch for stretch in loaded.stretches} | {n for n, *_ in loaded.receipts}
    return loaded if named <= {epoch.n for epoch in loaded.epochs} else None


def mark_suspect(folder: Path, key: str) -> None:
    """The store failed while it was in use: the next start looks at every page before it promises anything."""
    _suspect(path_of(folder, key)).touch()


def _suspect(path: Path) -> Path:
    return path.with_name(path.name + ".suspect")


def _set_aside(path: Path) -> Path:
    n = 1
    while (aside := path.with_name(f"{path.stem}.damaged-{n}.db")).exists():
        n += 1
    for suffix in _BESIDE:
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    return aside


async def _flushed(spool: Spool) -> None:
    try:
        await spool.flush_receipts()
    except StoreError as error:
        log.warning("receipts not written: %s; headquarters will be asked again", error)
