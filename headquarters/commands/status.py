"""`patrol-hq status`: from the store, what has come from whom, what is missing, and what a person must look at."""

import argparse
import json
import sqlite3
import sys
from contextlib import closing

from headquarters import addresses
from headquarters.store.figures import Figures, figures
from headquarters.store.file import StoreError, open_reader


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("status", help="vehicles, events per lane, gaps, conflicts, alarms")
    parser.add_argument("--store", required=True, metavar="URL", help="sqlite:///PATH")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """0: nothing to look at. 1: alarms, or the store cannot be read. 2: a URL is wrong."""
    try:
        with closing(open_reader(addresses.store(args.store))) as connection:
            found = figures(connection)
    except ValueError as error:
        print(f"patrol-hq status: {error}", file=sys.stderr)
        return 2
    except (StoreError, sqlite3.Error) as error:
        print(f"patrol-hq status: {error}", file=sys.stderr)
        return 1
    print(json.dumps(found) if args.json else _table(found))
    return 1 if found["alarms"] else 0


def _table(found: Figures) -> str:
    rows = [f"{'vehicle':<32} {'lane':<9} {'events':>10} {'dropped':>9} {'missing':>9} {'repeated':>9}"]
    for vehicle in found["vehicles"]:
        rows += [
            f"{vehicle['vehicle']:<32} {word:<9} {lane['events']:>10} {lane['dropped']:>9} {lane['missing']:>9}"
            f" {lane['repeated']:>9}"
            for word, lane in vehicle["lanes"].items()
        ]
    rows.append(
        f"conflicts {found['conflicts']}, unreadable messages {found['unreadable']} (kept aside {found['aside']},"
        f" thrown away {found['thrown_away']})"
    )
    rows += [f"ALARM {json.dumps(alarm)}" for alarm in found["alarms"]]
    return "\n".join(rows)
