"""What is held -> a sentence for each set: genuine and whole, or what is wrong with it."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from edge.config.car import Config
from edge.config.file import key_of
from edge.data.holdings import FOLDER, SUFFIX, place_of, read_manifest
from edge.data.keys import TrustedKey, trusted
from edge.data.kinds import read_blob
from edge.data.signature import is_genuine
from edge.matcher.listfile import CACHE_KB, PAGE_BYTES
from edge.spool.database import StoreError, connect
from proto.manifest import Manifest


def faults(config: Config, say: Callable[[str], None]) -> int:
    """How many sets are not as they must be. Raises ConfigError, TrustedKeyError."""
    key, keys = key_of(config.storage), trusted(config.lists.trusted_keys)
    found = 0
    for path in sorted((config.storage.folder / FOLDER).glob(f"*{SUFFIX}")):
        fault = _fault(config.storage.folder, path, key, keys)
        found += fault is not None
        say(f"{path.stem}: {fault or 'good'}")
    return found


def _fault(storage: Path, path: Path, key: str, keys: dict[bytes, TrustedKey]) -> str | None:
    signed = read_manifest(path)
    if signed is None:
        return "its manifest cannot be read: load it again"
    if not is_genuine(signed, keys):
        return "its manifest is not signed by a trusted key"
    place = place_of(storage, signed.manifest.kind, signed.manifest.name)
    if not place.exists():
        return "its file is gone: it is fetched again"
    try:
        return _list_fault(place, key, signed.manifest) if signed.manifest.kind == "voi" else _blob_fault(place, key)
    except StoreError:
        return "its file is damaged: load it again"


def _list_fault(place: Path, key: str, manifest: Manifest) -> str | None:
    with closing(connect(place, key, page_bytes=PAGE_BYTES, cache_kb=CACHE_KB, read_only=True)) as connection:
        version, signed = connection.execute("SELECT version, signed FROM about").fetchone()
        if not signed or version != manifest.version:
            return "its file is of another version: load it again"
        if connection.execute("PRAGMA cipher_integrity_check").fetchone() is not None:
            return "its file is damaged: load it again"
        (count,) = connection.execute("SELECT count(*) FROM entry").fetchone()
    return None if count == manifest.entries else "its entries do not add up: load it again"


def _blob_fault(place: Path, key: str) -> str | None:
    return None if sum(map(len, read_blob(place, key))) else "its file is empty: load it again"
