"""`patrol-sim records`: what a town's police would know, as CSV files for `patrol-hq records import`. All of it invented."""

import argparse
import csv
import sys
from datetime import date
from pathlib import Path
from typing import Final

from simulator.records.fleet import Listed
from simulator.records.writing import Town, write
from simulator.saying import say

AS_OF: Final = date(2026, 11, 25)
MOST_SCALE: Final = 20.0
_MARKERS: Final = {
    "STOLEN": "stolen",
    "FIREARM": "firearms",
    "INSURANCE": "no insurance",
    "CLONE": "false plates",
    "MOT": "no MOT",
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "records", help="a town's vehicles, persons and incidents, as CSV files", description=__doc__
    )
    option = parser.add_argument
    option("--seed", type=int, default=1, metavar="N", help="the same seed gives the same town (%(default)s)")
    option(
        "--scale",
        type=float,
        default=0.01,
        metavar="S",
        help="1 is 1,000,000 vehicles, 500,000 persons, 2,000,000 incidents (%(default)s)",
    )
    option("--out", type=Path, required=True, metavar="FOLDER", help="where the five files go; made when absent")
    option("--as-of", type=date.fromisoformat, default=AS_OF, metavar="DAY", help="the last day (%(default)s)")
    option("--voi", type=Path, metavar="FILE", help="a world's voi.csv, whose vehicles shall be among these")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: written. 1: the folder cannot be written, or the list not read. 2: wrong options."""
    if not 0 < args.scale <= MOST_SCALE:
        print("patrol-sim records: --scale is a number above 0 and at most 20", file=sys.stderr)
        return 2
    try:
        listed = () if args.voi is None else _listed(args.voi)
        counts = write(Town(args.seed, args.scale, args.as_of, listed), args.out, _say)
    except (OSError, UnicodeDecodeError, KeyError) as error:
        print(f"patrol-sim records: {error}", file=sys.stderr)
        return 1
    say({"out": f"{args.out}", **counts})
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _listed(path: Path) -> tuple[Listed, ...]:
    """Each VRM once, with what its entry says of make, model, colour and reason. KeyError: a column is missing."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["vrm"]: row for row in csv.DictReader(file) if row["vrm"] and "*" not in row["vrm"]}
    return tuple(
        Listed(vrm, row.get("make"), row.get("model"), row.get("colour"), _marker(row.get("reason") or ""))
        for vrm, row in rows.items()
    )


def _marker(reason: str) -> str | None:
    """The warning marker that a reason speaks of."""
    return next((marker for word, marker in _MARKERS.items() if word in reason.upper()), None)
