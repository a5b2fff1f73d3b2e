"""Records beside a store, or CSV files -> the content of a data set of kind `records`, packed piece by piece."""

import sqlite3
import tempfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Final

from headquarters.datasets.building import Built, UnusableError
from headquarters.records.file import open_reader, open_writer, path_of
from headquarters.records.importing import import_files
from proto.voi import BadRow
from records.pack import dumped
from records.search import NoRecordsError, Search

_LEVEL: Final = 6


def pack_store(store: Path) -> Built:
    """What `patrol-hq records import` put there. Raises StoreError, UnusableError or sqlite3.Error."""
    with closing(open_reader(path_of(store))) as connection:
        return packed(connection)


def pack_files(paths: Sequence[Path], beside: Path, as_of: date, report: Callable[[Path, BadRow], None]) -> Built:
    """What these files hold and nothing else; built in a folder beside the store. Raises also ImportingError and OSError."""
    with (
        tempfile.TemporaryDirectory(dir=beside.parent) as folder,
        closing(open_writer(Path(folder) / "records.db")) as connection,
    ):
        connection.execute("PRAGMA synchronous = OFF")  # it is gone in a minute
        import_files(connection, paths, as_of, report)
        return packed(connection)


def packed(connection: sqlite3.Connection) -> Built:
    """One snapshot of the file. Raises UnusableError when there is nothing in it."""
    connection.execute("BEGIN")
    try:
        about = Search(connection).about()
        packer = zlib.compressobj(_LEVEL)
        pieces = [packer.compress(line.encode() + b"\n") for line in dumped(connection)]
    except NoRecordsError as error:
        raise UnusableError("there are no records: patrol-hq records import FILE.csv...") from error
    finally:
        connection.execute("ROLLBACK")
    entries = about.persons + about.objects + about.locations + about.events
    return Built(b"".join([*pieces, packer.flush()]), entries)
