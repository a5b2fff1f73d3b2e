"""A forecast in wire form -> a signed data set on headquarters' shelf; or the same set without a box, which ends its patrols."""

import sqlite3
import tempfile
import time
import zlib
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from forecast.wire import Patrol, decode, encode
from headquarters import addresses
from headquarters.commands.publish import audience, write_stick
from headquarters.datasets import publishing, shelf, signing
from headquarters.datasets.file import open_sets
from headquarters.datasets.publishing import Terms, Version
from headquarters.forecast.reading import InputError

KIND: Final = "forecast"
NAME: Final = "forecast"  # the data set of whoever has only one


def published(args: Namespace, packed: bytes, name: str) -> str:
    """What was published, in a sentence. Raises ValueError, StoreError, OSError or sqlite3.Error: nothing was."""
    terms = _terms(args, audience(args.vehicle))
    signer = signing.load_signer(args.key)
    with closing(open_sets(addresses.store(args.store))) as connection:
        version = _put(connection, name, packed, terms, signer)
    if args.stick is not None:
        write_stick(args.stick, version)
    patrol = decode(packed)
    whom = "all cars" if terms.audience is None else ", ".join(terms.audience)
    return (
        f"{version.name}: version {version.version}, {len(patrol.boxes)} boxes in {len(packed)} bytes, model"
        f" {patrol.model.hex()}, for {whom}; signed by {signer.public.hex()}"
    )


def withdrawn(args: Namespace) -> list[str]:
    """A sentence for each set that has no boxes from now on. Raises InputError when there is no such set, and as `published`."""
    signer = signing.load_signer(args.key)
    with closing(open_sets(addresses.store(args.store))) as connection:
        names = args.name or _forecasts(connection)
        if not names:
            raise InputError("no forecast was ever published from this store")
        return [_emptied(connection, name, args, signer) for name in names]


def _emptied(connection: sqlite3.Connection, name: str, args: Namespace, signer: signing.Signer) -> str:
    last = shelf.newest(connection, name)
    if last is None or last.manifest.kind != KIND:
        raise InputError(f"no forecast named {name} was ever published from this store")
    patrol = decode(zlib.decompress(shelf.content(connection, last.id)))
    none: Patrol = replace(patrol, boxes=())
    version = _put(connection, name, encode(none), _terms(args, last.manifest.audience), signer)
    return f"{name}: version {version.version}, withdrawn: no boxes from now on"


def _forecasts(connection: sqlite3.Connection) -> Sequence[str]:
    newest = ((name, shelf.newest(connection, name)) for name in shelf.names(connection))
    return [name for name, last in newest if last is not None and last.manifest.kind == KIND]


def _put(connection: sqlite3.Connection, name: str, packed: bytes, terms: Terms, signer: signing.Signer) -> Version:
    """The file's stem is the set's name, so it goes through a file of that name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.pf"
        path.write_bytes(packed)
        return publishing.publish(connection, path, terms, signer, lambda _: None)


def _terms(args: Namespace, whom: tuple[str, ...] | None) -> Terms:
    return Terms(KIND, time.time_ns() // 1_000_000, int(args.valid_hours * 3_600_000), whom)
