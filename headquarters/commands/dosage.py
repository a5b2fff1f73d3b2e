"""`patrol-hq dosage`: what each box of each forecast has had from all cars: visits, minutes, minutes that count."""

import argparse
import datetime as dt
import json
import sqlite3
import sys
from contextlib import closing

from headquarters import addresses
from headquarters.dosage.report import figures, table
from headquarters.store.file import StoreError, open_reader


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser(
        "dosage", help="minutes of patrol in the boxes of the forecasts", description=__doc__
    )
    parser.add_argument("--store", required=True, metavar="URL", help="sqlite:///PATH")
    parser.add_argument("--name", metavar="NAME", help="of this data set only")
    parser.add_argument("--since", type=_day, metavar="DAY", help="visits that ended on this day (UTC) or later")
    parser.add_argument("--json", action="store_true", help="one JSON array, a forecast each")


def run(args: argparse.Namespace) -> int:
    """0: printed. 1: the store cannot be read. 2: a URL or a day is wrong."""
    try:
        store = addresses.store(args.store)
        with closing(open_reader(store)) as connection:
            found = figures(connection, args.name, args.since or 0)
    except ValueError as error:
        print(f"patrol-hq dosage: {error}", file=sys.stderr)
        return 2
    except (StoreError, sqlite3.Error) as error:
        print(f"patrol-hq dosage: {error}", file=sys.stderr)
        return 1
    print(json.dumps(found) if args.json else table(found))
    return 0


def _day(text: str) -> int:
    try:
        return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp() * 1000)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no date (YYYY-MM-DD)") from error
