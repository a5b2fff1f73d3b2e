"""`patrol-hq status`: from the store, what has come from whom, what is missing, and what a person must look at."""

import argparse
import json
import sqlite3
import sys
from contextlib import closing

from headquarters import addresses
from headquarters.datasets.behind import SetFigures, sets
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
        store = addresses.store(args.store)
        with closing(open_reader(store)) as connection:
            found = figures(connection)
        published = sets(store)
    except ValueError as error:
        print(f"patrol-hq status: {error}", file=sys.stderr)
        return 2
    except (StoreError, sqlite3.Error) as error:
        print(f"patrol-hq status: {error}", file=sys.stderr)
        return 1
    print(json.dumps({**found, "data_sets": published}) if args.json else _table(found, published))
    return 1 if found["alarms"] else 0


def _table(found: Figures, published: list[SetFigures]) -> str:
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
    rows += [_set_row(one) for one in published]
    rows += [f"ALARM {json.dumps(alarm)}" for alarm in found["alarms"]]
    return "\n".join(rows)


def _set_row(one: SetFigures) -> str:
    behind = [car["vehicle"] for car in one["cars"] if car["behind"]]
    late = f", BEHIND: {', '.join(behind)}" if behind else ""
    return f"data set {one['name']} version {one['version']}: {one['entries']} entries, {len(one['cars'])} cars{late}"
