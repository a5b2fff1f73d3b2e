"""`patrol-hq publish KIND FILE...`: each file becomes a new version of the set of its name, signed; `serve` hands it to the cars."""

import argparse
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from headquarters import addresses
from headquarters.store.file import StoreError
from proto.chunks import stick_head
from proto.topics import is_vehicle
from proto.voi import BadRow

if TYPE_CHECKING:
    from headquarters.datasets.publishing import Terms, Version
    from headquarters.datasets.signing import Signer

RECORDS: Final = "records"
KINDS: Final = ("voi", RECORDS, "officers", "forecast")
VALID_HOURS: Final = 168.0
MOST_HOURS: Final = 87_600.0  # ten years
STICK_SUFFIX: Final = ".pedata"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("publish", help="sign data sets and hand them to the cars", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="a set each, named by the file's stem; of records all are one set, without any what was imported",
    )
    parser.add_argument("--name", metavar="NAME", help="of a set of records (%(default)s)", default=RECORDS)
    parser.add_argument("--store", required=True, metavar="URL", help="sqlite:///PATH; the sets are kept beside it")
    parser.add_argument(
        "--key", required=True, type=Path, metavar="K", help="who signs: PEM (openssl genpkey -algorithm ed25519)"
    )
    parser.add_argument(
        "--valid-hours", type=float, default=VALID_HOURS, metavar="H", help="until it is overdue (%(default)s)"
    )
    parser.add_argument(
        "--vehicle", action="append", metavar="NAME", help="only for this vehicle (may be given again); all without it"
    )
    parser.add_argument("--stick", type=Path, metavar="FOLDER", help="also NAME.pedata for `patrol-edge data load`")


def run(args: argparse.Namespace) -> int:
    """0: all published. 1: a file, the key or the store is at fault; what was published before it stays. 2: wrong usage."""
    try:
        from headquarters.datasets import publishing, signing
        from headquarters.datasets.file import open_sets
    except ModuleNotFoundError as missing:
        print(f"patrol-hq publish needs {missing.name}", file=sys.stderr)
        return 2
    try:
        store = addresses.store(args.store)
        whom = audience(args.vehicle)
        _check(args)
    except ValueError as error:
        print(f"patrol-hq publish: {error}", file=sys.stderr)
        return 2
    now_ms = time.time_ns() // 1_000_000
    terms = publishing.Terms(args.kind, now_ms, int(args.valid_hours * 3_600_000), whom)
    try:
        signer = signing.load_signer(args.key)
        with closing(open_sets(store)) as connection:
            for version in _published(args, connection, terms, signer):
                print(_told(version))
                if args.stick is not None:
                    write_stick(args.stick, version)
    except OSError as error:
        print(f"patrol-hq publish: {error.filename or args.key}: {error.strerror}", file=sys.stderr)
        return 1
    except (ValueError, StoreError, sqlite3.Error) as error:
        print(f"patrol-hq publish: {error}", file=sys.stderr)
        return 1
    print(f"signed by {signer.public.hex()}")
    return 0


def _check(args: argparse.Namespace) -> None:
    if not 0 < args.valid_hours <= MOST_HOURS:
        raise ValueError("--valid-hours is a number above 0 and at most 87600")
    if not args.files and args.kind != RECORDS:
        raise ValueError("no FILE to publish")


def _published(
    args: argparse.Namespace, connection: sqlite3.Connection, terms: "Terms", signer: "Signer"
) -> "Iterator[Version]":
    from headquarters.datasets import publishing

    if terms.kind != RECORDS:
        for path in args.files:
            yield publishing.publish(connection, path, terms, signer, _reporter(path))
        return
    from headquarters.commands.records import Reported
    from headquarters.records import packing

    store, told = addresses.store(args.store), Reported()
    as_of = datetime.fromtimestamp(terms.made_ms / 1000, UTC).date()
    built = packing.pack_files(args.files, store, as_of, told) if args.files else packing.pack_store(store)
    told.rest()
    yield publishing.put(connection, args.name, built, terms, signer)


def audience(names: list[str] | None) -> tuple[str, ...] | None:
    """The vehicles a set is for, sorted; None: all. Raises ValueError for what no vehicle is called."""
    if names is None:
        return None
    for name in names:
        if not is_vehicle(name):
            raise ValueError("a vehicle's name is 1 to 32 of a-z, 0-9 and hyphen, and not 'all'")
    return tuple(sorted(set(names)))


def _reporter(path: Path) -> Callable[[BadRow], None]:
    def report(row: BadRow) -> None:
        print(f"{path.name}:{row.line}: {row.reason}", file=sys.stderr)

    return report


def _told(version: "Version") -> str:
    sizes = [f"{len(content):,} bytes" for _, content in version.things]
    change = f", as a delta {sizes[1]}" if len(sizes) > 1 else ""
    return f"{version.name}: version {version.version}, {version.entries} entries, {sizes[0]}{change}"


def write_stick(folder: Path, version: "Version") -> None:
    """NAME.pedata, whole or not at all. Raises OSError."""
    message, content = version.things[0]
    fresh = folder / f"{version.name}{STICK_SUFFIX}.new"
    fresh.write_bytes(stick_head(message) + content)
    fresh.replace(folder / f"{version.name}{STICK_SUFFIX}")
