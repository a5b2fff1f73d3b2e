"""Chunks of a set under way -> one encrypted file beside its manifest; and back, after a cut or a restart. [proto-8]

Encrypted as everything of the car: a chunk is plates, compressed. The manifest beside it is what the chunks are chunks of.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from edge.data.holdings import FOLDER, keep_manifest, read_manifest
from edge.spool.database import Connection, StoreError, connect
from proto.manifest import Signed

CHUNKS: Final = ".chunks"
COMING: Final = ".coming"
PAGE_BYTES: Final = 4096
CACHE_KB: Final = 256  # each page is written once and read once

_SCHEMA: Final = "CREATE TABLE IF NOT EXISTS chunk (n INTEGER PRIMARY KEY, piece BLOB NOT NULL)"


class Shelf:
    """Where chunks wait until their set is whole."""

    def __init__(self, storage: Path, key: str) -> None:
        self._storage = storage
        self._folder = storage / FOLDER
        self._key = key

    def begin(self, name: str, message: bytes) -> None:
        """A set begins to come; what had come under its name is gone. `message`: its signed manifest."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self.clear(name)
        keep_manifest(self._storage, name, message, COMING)

    def keep(self, name: str, n: int, piece: bytes) -> None:
        """One chunk more. Raises StoreError: the disk is full, or the file is damaged."""
        with self._opened(name) as connection:
            connection.execute(_SCHEMA)
            connection.execute("INSERT OR REPLACE INTO chunk VALUES (?, ?)", (n, piece))

    def numbers(self, name: str) -> list[int]:
        """The chunks that are here. A file that cannot be read has none."""
        try:
            with self._opened(name) as connection:
                connection.execute(_SCHEMA)
                return [n for (n,) in connection.execute("SELECT n FROM chunk")]
        except StoreError:
            self._path(name).unlink(missing_ok=True)
            return []

    def pieces(self, name: str) -> Iterator[bytes]:
        """All chunks in order. Raises StoreError."""
        with self._opened(name) as connection:
            for (piece,) in connection.execute("SELECT piece FROM chunk ORDER BY n"):
                yield piece

    def manifests(self) -> Iterator[Signed]:
        """The sets that were under way when the car stopped."""
        for path in sorted(self._folder.glob(f"*{COMING}")):
            signed = read_manifest(path)
            if signed is not None and signed.manifest.name == path.stem:
                yield signed

    def manifest(self, name: str) -> Signed | None:
        """The manifest of what is under way of this name."""
        return read_manifest(self._folder / f"{name}{COMING}")

    def clear(self, name: str) -> None:
        """It is in place, refused, or left for another."""
        (self._folder / f"{name}{COMING}").unlink(missing_ok=True)
        for end in ("", "-journal"):
            Path(f"{self._path(name)}{end}").unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{CHUNKS}"

    @contextmanager
    def _opened(self, name: str) -> Iterator[Connection]:
        with closing(connect(self._path(name), self._key, page_bytes=PAGE_BYTES, cache_kb=CACHE_KB)) as connection:
            connection.execute("PRAGMA synchronous = OFF")  # a chunk's hash is looked at again before it is used
            yield connection
