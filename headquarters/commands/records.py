"""`patrol-hq records import FILE.csv...`: persons, objects, locations, events, relationships -> the records beside a store."""

import argparse
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from headquarters import addresses
from headquarters.store.file import StoreError

if TYPE_CHECKING:
    from proto.voi import BadRow

MOST_REPORTED: Final = 1_000  # lines of a file; the rest are counted


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("records", help="what is known of persons, vehicles, places and events")
    commands = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    deed = commands.add_parser("import", help="CSV files, all of them or none", description=__doc__)
    deed.add_argument("files", nargs="+", type=Path, metavar="FILE", help="which kind it is, its columns say")
    deed.add_argument("--store", required=True, metavar="URL", help="sqlite:///PATH; the records are kept beside it")
    deed.add_argument("--replace", action="store_true", help="what was imported before goes; else it is added to")
    deed.add_argument(
        "--as-of", type=date.fromisoformat, metavar="DAY", help="the day the records are of (YYYY-MM-DD; today)"
    )


def run(args: argparse.Namespace) -> int:
    """0: imported, perhaps with broken lines, which are reported. 1: nothing was imported. 2: wrong usage."""
    from headquarters.records.file import open_writer, path_of
    from headquarters.records.importing import import_files

    try:
        store = addresses.store(args.store)
    except ValueError as error:
        print(f"patrol-hq records: {error}", file=sys.stderr)
        return 2
    as_of = args.as_of or datetime.now(UTC).date()
    told = Reported()
    try:
        with closing(open_writer(path_of(store))) as connection:
            imported = import_files(connection, args.files, as_of, told, replace=args.replace)
    except OSError as error:
        print(f"patrol-hq records: {error.filename}: {error.strerror}; nothing was imported", file=sys.stderr)
        return 1
    except (ValueError, StoreError, sqlite3.Error) as error:
        print(f"patrol-hq records: {error}; nothing was imported", file=sys.stderr)
        return 1
    told.rest()
    for name, good, broken in imported.files:
        print(f"{name}: {good:,} rows imported" + (f", {broken:,} broken" if broken else ""))
    if imported.left_out:
        print(f"{imported.left_out:,} relationships are with somebody or something that is not there", file=sys.stderr)
    return 0


class Reported:
    """Says of each broken line what is wrong, up to MOST_REPORTED a file."""

    def __init__(self, say: Callable[[str], None] = lambda text: print(text, file=sys.stderr)) -> None:
        self._say = say
        self._times: dict[str, int] = {}

    def __call__(self, path: Path, row: "BadRow") -> None:
        times = self._times[path.name] = self._times.get(path.name, 0) + 1
        if times <= MOST_REPORTED:
            self._say(f"{path.name}:{row.line}: {row.reason}")

    def rest(self) -> None:
        """What was not said one by one."""
        for name, times in self._times.items():
            if times > MOST_REPORTED:
                self._say(f"{name}: and {times - MOST_REPORTED:,} more")
