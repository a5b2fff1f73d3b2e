"""What is published <-> rows: a version put in with its chunks, old ones taken out; what a car should get next; one chunk."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from headquarters.store.file import transaction
from proto.manifest import Manifest, decode_signed, pieces

KEEP_WHOLE: Final = 4  # versions: a car on a slow link finishes the one it began
KEEP_DELTAS: Final = 32  # versions


@dataclass(frozen=True, slots=True)
class Published:
    """One published thing. `message`: its signed manifest."""

    id: int
    version: int
    base: int | None
    size: int
    message: bytes

    @property
    def manifest(self) -> Manifest:
        """What it is."""
        return decode_signed(self.message).manifest


_COLUMNS: Final = "id, version, base, size, message"


def put(connection: sqlite3.Connection, published: list[tuple[bytes, bytes]]) -> None:
    """(signed manifest, content) of one version, whole or a delta or both: all of it or nothing, and what is too old goes."""
    with transaction(connection):
        for message, content in published:
            signed = decode_signed(message)
            m = signed.manifest
            row = (m.name, m.kind, m.version, m.base, m.size, signed.digest, message)
            (number,) = connection.execute(
                "INSERT INTO data_set (name, kind, version, base, size, digest, message) VALUES (?, ?, ?, ?, ?, ?, ?)"
                " RETURNING id",
                row,
            ).fetchone()
            cut = ((number, n, piece) for n, piece in enumerate(pieces(content, m.chunk_bytes)))
            connection.executemany("INSERT INTO chunk (data_set, n, piece) VALUES (?, ?, ?)", cut)
            _prune(connection, m.name, "base IS NULL", KEEP_WHOLE)
            _prune(connection, m.name, "base IS NOT NULL", KEEP_DELTAS)


def newest(connection: sqlite3.Connection, name: str) -> Published | None:
    """The whole set of the newest version of a name."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM data_set WHERE name = ? AND base IS NULL ORDER BY version DESC LIMIT 1", (name,)
    ).fetchone()
    return None if row is None else Published(*row)


def names(connection: sqlite3.Connection) -> list[str]:
    """All names."""
    return [name for (name,) in connection.execute("SELECT DISTINCT name FROM data_set ORDER BY name")]


def next_for(connection: sqlite3.Connection, name: str, version: int, coming: int = 0) -> Published | None:
    """What a car that holds `version` (0: none) and is fetching `coming` should get now; None: nothing."""
    last = newest(connection, name)
    if last is None or version >= last.version:
        return None
    if (
        coming
        and connection.execute("SELECT 1 FROM data_set WHERE name = ? AND version = ?", (name, coming)).fetchone()
    ):
        return None
    return _first_step(connection, name, version, last) or last


def since(connection: sqlite3.Connection, number: int) -> list[Published]:
    """What was published after the thing of this id, oldest first; of a version the delta, when it has one."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM data_set AS one WHERE id > ? AND (base IS NOT NULL OR NOT EXISTS"
        " (SELECT 1 FROM data_set WHERE name = one.name AND version = one.version AND base IS NOT NULL)) ORDER BY id",
        (number,),
    )
    return [Published(*row) for row in rows]


def last_id(connection: sqlite3.Connection) -> int:
    """Of the newest thing published; 0: nothing is."""
    (number,) = connection.execute("SELECT ifnull(max(id), 0) FROM data_set").fetchone()
    return int(number)


def content(connection: sqlite3.Connection, number: int) -> bytes:
    """All chunks of a thing, joined."""
    rows = connection.execute("SELECT piece FROM chunk WHERE data_set = ? ORDER BY n", (number,))
    return b"".join(piece for (piece,) in rows)


def chunks_of(connection: sqlite3.Connection, number: int) -> Iterator[bytes]:
    """The chunks of a thing, one after the other."""
    for (piece,) in connection.execute("SELECT piece FROM chunk WHERE data_set = ? ORDER BY n", (number,)):
        yield piece


def wholes(connection: sqlite3.Connection, name: str) -> list[Published]:
    """The whole versions that are kept, newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM data_set WHERE name = ? AND base IS NULL ORDER BY version DESC", (name,)
    )
    return [Published(*row) for row in rows]


def chunk(connection: sqlite3.Connection, digest: bytes, n: int) -> bytes | None:
    """One chunk by its set's digest; None: it is not here (any more)."""
    row = connection.execute(
        "SELECT piece FROM chunk JOIN data_set ON data_set.id = chunk.data_set WHERE digest = ? AND n = ?", (digest, n)
    ).fetchone()
    return None if row is None else bytes(row[0])


def _first_step(connection: sqlite3.Connection, name: str, version: int, last: Published) -> Published | None:
    """The first delta of a way from `version` to the last one, when the whole way is shorter than the whole set."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM data_set WHERE name = ? AND base IS NOT NULL AND base >= ?", (name, version)
    )
    by_base = {one.base: one for one in (Published(*row) for row in rows)}
    at, size, first = version, 0, by_base.get(version)
    while at != last.version:
        step = by_base.get(at)
        if step is None:
            return None
        at, size = step.version, size + step.size
    return first if size < last.size else None


def _prune(connection: sqlite3.Connection, name: str, which: str, keep: int) -> None:
    old = f"SELECT id FROM data_set WHERE name = ? AND {which} ORDER BY version DESC LIMIT -1 OFFSET {keep}"
    connection.execute(f"DELETE FROM chunk WHERE data_set IN ({old})", (name,))
    connection.execute(f"DELETE FROM data_set WHERE id IN ({old})", (name,))
