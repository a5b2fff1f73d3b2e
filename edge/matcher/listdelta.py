"""What changed since a list's version -> the list of the next version: a copy, one transaction on it, one rename.

On a copy, because the daemon reads the file meanwhile and an alert may not wait for a writer's lock.
"""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from edge.matcher.listfile import CACHE_KB, LAYOUT, PAGE_BYTES, SUFFIX, About, write_about
from edge.matcher.rows import Row, Writer
from edge.matcher.sieve import Growing
from edge.matcher.swap import swapped
from edge.spool.database import Connection, connect
from proto.voi_lines import Place


class BaseError(ValueError):
    """The list is not the one that the changes are of: nothing was changed, the whole list is needed."""


def change_list(folder: Path, key: str, about: About, base: int, changes: Iterable[Place | Row]) -> About:
    """Takes out every `Place`, puts in every `Row`. `about.entries` is how many there must be in the end.

    Raises BaseError; StoreError when the list cannot be read; and what `changes` raises.
    """
    from shutil import copyfile  # in a child process as a rule; it brings two compressors along (m: 0.3 MB)

    path = folder / (about.name + SUFFIX)
    with swapped(path) as fresh:
        try:
            copyfile(path, fresh)
        except FileNotFoundError:
            raise BaseError("the list is gone") from None
        with closing(connect(fresh, key, page_bytes=PAGE_BYTES, cache_kb=CACHE_KB)) as connection:
            connection.execute("PRAGMA journal_mode = OFF")  # what is killed here is only a copy
            connection.execute("PRAGMA synchronous = OFF")
            if connection.execute("PRAGMA user_version").fetchone() != (LAYOUT,):
                raise BaseError("the list's file is of another layout")
            connection.execute("BEGIN")
            _change(connection, about, base, changes)
            connection.execute("COMMIT")
    return about


def _change(connection: Connection, about: About, base: int, changes: Iterable[Place | Row]) -> None:
    version, entries, bits = connection.execute("SELECT version, entries, sieve FROM about").fetchone()
    if version != base:
        raise BaseError("the list is of another version")
    sieve = Growing(bytearray(bits))
    writer = Writer(connection, sieve)
    for change in changes:
        if not isinstance(change, Row):
            deleted = connection.execute("DELETE FROM entry WHERE key = ? AND n = ?", change).rowcount
            if deleted != 1:
                raise BaseError("an entry to take out is not there")
            entries -= 1
        else:
            if writer.put((change,)) != 1:
                raise BaseError("an entry to put in is there already")
            entries += 1
    if entries != about.entries:
        raise BaseError("the entries do not add up")
    write_about(connection, replace(about, entries=entries), bytes(sieve.bits))
