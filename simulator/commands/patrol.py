"""`patrol-sim patrol`: shifts driven over a forecast, with calls that interrupt: guided, at random, always to the nearest box."""

import argparse
import json
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Final

from simulator.patrol.account import Figures, figures, summary, table
from simulator.patrol.ground import Ground, GroundError, ground
from simulator.patrol.shift import calls_of, drive
from simulator.patrol.ways import WAYS, Way

MOST_SHIFTS: Final = 10_000
APART: Final = "guided, each alone"
_EPILOG: Final = """covered hits: the expected hits of a box count while a car is in it, and for two hours after in proportion to its dose (15
minutes is all of it). Same seed, same calls for every way. Exit codes: 0 good, 1 a file is at fault, 2 wrong usage."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "patrol", help="what guidance is worth: shifts driven over a forecast", description=__doc__, epilog=_EPILOG
    )
    option = parser.add_argument
    option(
        "--forecast", required=True, type=Path, metavar="F", help="as `patrol-hq forecast make` writes it, JSON or .pf"
    )
    option(
        "--events", required=True, type=Path, metavar="F", help="events before that day: calls come from their places"
    )
    option("--seed", type=int, default=1, metavar="S", help="the same seed gives the same shifts (%(default)s)")
    option("--hours", type=_hours, default=8.0, metavar="H", help="of a shift (%(default)g)")
    option("--calls-per-hour", type=_calls, default=1.0, metavar="C", help="for service, a car (%(default)g)")
    option("--shifts", type=_count(MOST_SHIFTS), default=100, metavar="N", help="how many (%(default)s)")
    option(
        "--cars", type=_count(50), default=1, metavar="K", help="with more than one, sharing of dosage is compared too"
    )
    option("--json", action="store_true", help="the figures as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: driven. 1: a file is at fault. 2: wrong options, or something is not installed."""
    if find_spec("numpy") is None:
        return _complain("needs numpy: pip install 'patrol-edge[headquarters]'", 2)
    try:
        town = ground(args.forecast, args.events)
    except GroundError as error:
        return _complain(str(error), 1)
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}", 1)
    result = {"hours": args.hours, "calls_per_hour": args.calls_per_hour, "cars": args.cars, "boxes": len(town.boxes)}
    result |= summary(_driven(town, args), args.seed)
    print(json.dumps(result) if args.json else table(result))
    return 0


def _driven(town: Ground, args: argparse.Namespace) -> dict[str, list[Figures]]:
    ways: dict[str, tuple[Way, bool]] = {name: (way, True) for name, way in WAYS.items()}
    if args.cars > 1:
        ways[APART] = WAYS["guided"], False
    found: dict[str, list[Figures]] = {name: [] for name in ways}
    for n in range(args.shifts):
        chance = Random(f"{args.seed}/{n}/calls")
        calls = [calls_of(town, chance, args.hours, args.calls_per_hour) for _ in range(args.cars)]
        for name, (way, shared) in ways.items():
            logs = drive(town, way, calls, args.hours, Random(f"{args.seed}/{n}/drive"), shared=shared)
            found[name].append(figures(town.boxes, logs, args.hours))
    return found


def _hours(text: str) -> float:
    return _number(text, 0.5, 24.0)


def _calls(text: str) -> float:
    return _number(text, 0.0, 60.0)


def _number(text: str, least: float, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = most + 1
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"'{text}' is no number from {least:g} to {most:g}")
    return value


def _count(most: int) -> Callable[[str], int]:
    def count(text: str) -> int:
        return int(_number(text, 1, most))

    return count


def _complain(text: str, code: int) -> int:
    print(f"patrol-sim patrol: {text}", file=sys.stderr)
    return code
