"""A kind of data set -> how its content is put in place: whole by a rename, a delta on a copy. Adding a kind is one line below."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from edge.data.content import ContentError, lines
from edge.data.holdings import place_of
from edge.matcher.listdelta import BaseError, change_list
from edge.matcher.listfile import CACHE_KB, PAGE_BYTES, About, write_sorted
from edge.matcher.rows import Row, row_of
from edge.matcher.swap import swapped
from edge.spool.database import Connection, connect
from forecast.guidance import received
from proto.errors import FrameError
from proto.manifest import Manifest
from proto.voi import BadRow, HeaderError, parse
from proto.voi_lines import DELTA_HEADER, HEADER, IN, OUT, Place, id_of, place_taken_out
from records.pack import PackError, loaded

MAX_FORECAST_BYTES: Final = 64 * 1024  # 4,096 boxes of at most 11 bytes

Put: TypeAlias = Callable[[Path, str, Manifest, Iterable[bytes]], None]
"""(storage, key, manifest, content) -> it is in place. Raises ContentError, BaseError, StoreError or OSError: it is not."""


def put_list(storage: Path, key: str, manifest: Manifest, content: Iterable[bytes]) -> None:
    """A list of vehicles of interest, whole or as a delta."""
    m = manifest
    about = About(m.name, m.version, m.made_ms, m.entries, signed=True)
    if m.base is not None:
        change_list(storage / "lists", key, about, m.base, _changes(lines(content)))
        return
    write_sorted(storage / "lists", key, about, _counted(_rows(lines(content)), m.entries))


def put_records(storage: Path, key: str, manifest: Manifest, content: Iterable[bytes]) -> None:
    """A search file of records, whole; its rows come in their order, so that nothing is sorted here but a few indexes."""
    with _whole(storage, key, manifest) as connection:
        try:
            entries = loaded(connection, lines(content))
        except PackError as error:
            raise ContentError(str(error)) from error
        if entries != manifest.entries:
            raise ContentError("entries miscounted")


def put_blob(storage: Path, key: str, manifest: Manifest, content: Iterable[bytes]) -> None:
    """The content as it is, in one encrypted file of pieces."""
    with _whole(storage, key, manifest) as connection:
        connection.execute("CREATE TABLE piece (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")
        connection.executemany("INSERT INTO piece (bytes) VALUES (?)", ((block,) for block in content))


@contextmanager
def _whole(storage: Path, key: str, manifest: Manifest) -> Iterator[Connection]:
    """A fresh encrypted file, which takes the old one's place once the block has ended well. BaseError: a delta, of which there are none."""
    if manifest.base is not None:
        raise BaseError("this kind has no deltas")
    with (
        swapped(place_of(storage, manifest.kind, manifest.name)) as fresh,
        closing(connect(fresh, key, page_bytes=PAGE_BYTES, cache_kb=CACHE_KB)) as connection,
    ):
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")


def put_forecast(storage: Path, key: str, manifest: Manifest, content: Iterable[bytes]) -> None:
    """A forecast in its compact wire form, read once before it is put there. [proto-12.6]"""
    whole = bytearray()
    for block in content:
        whole += block
        if len(whole) > MAX_FORECAST_BYTES:
            raise ContentError("not a forecast")
    try:
        received(bytes(whole))
    except ValueError as error:
        raise ContentError("not a forecast") from error
    put_blob(storage, key, manifest, [bytes(whole)])


def read_blob(path: Path, key: str) -> Iterator[bytes]:
    """What `put_blob` put there, piece by piece. Raises StoreError."""
    with closing(connect(path, key, page_bytes=PAGE_BYTES, cache_kb=CACHE_KB, read_only=True)) as connection:
        for (piece,) in connection.execute("SELECT bytes FROM piece ORDER BY n"):
            yield piece


KINDS: Final[dict[str, Put]] = {
    "voi": put_list,
    "records": put_records,
    "officers": put_blob,
    "forecast": put_forecast,
}


def _rows(written: Iterator[str]) -> Iterator[Row]:
    """The rows of a whole list, in order. Headquarters has left nothing in it that is none."""
    if next(written, None) != HEADER:
        raise ContentError("not a list")
    latest = (0, -1)
    for row in _parsed(written):
        if row[:2] <= latest:
            raise ContentError("lines out of order")
        latest = row[:2]
        yield row


def _parsed(written: Iterator[str]) -> Iterator[Row]:
    """Each line is one entry: their ids are counted off beside the parser, which reads ahead of nothing."""
    ids: list[int] = []

    def noted() -> Iterator[str]:
        yield HEADER
        for line in written:
            ids.append(id_of(line))
            yield line

    try:
        for entry in parse(noted()):
            if isinstance(entry, BadRow) or len(ids) != 1:
                raise ContentError("a line is no entry")
            yield row_of(entry, ids.pop())
    except HeaderError as error:
        raise ContentError("not a list") from error


def _counted(rows: Iterator[Row], count: int) -> Iterator[Row]:
    found = 0
    for row in rows:
        found += 1
        yield row
    if found != count:
        raise ContentError("entries miscounted")


def _changes(written: Iterator[str]) -> Iterator[Place | Row]:
    """What a delta takes out, then what it puts in, in the order in which it says it."""
    if next(written, None) != DELTA_HEADER:
        raise ContentError("not a delta")
    for line in written:
        if line.startswith(OUT):
            try:
                yield place_taken_out(line)
            except FrameError as error:
                raise ContentError("delta line invalid") from error
        elif line.startswith(IN):
            yield from _parsed(iter([line.removeprefix(IN)]))
        else:
            raise ContentError("delta line invalid")
