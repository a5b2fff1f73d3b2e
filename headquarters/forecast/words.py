"""The options of `patrol-hq forecast` and how their words are read."""

import argparse
import datetime as dt
import math
from pathlib import Path
from typing import Final

from forecast.wire import Anchor
from proto.manifest import is_name

VALID_HOURS: Final = 36.0  # a forecast is for one day; half a day of grace before cars say that it is overdue
MOST_M: Final = 100_000_000
SHIFT_CHOICES: Final = ("day", "evening", "night")
EPILOG: Final = (
    "Exit codes: 0 good, 1 switched off, or the key or the store is at fault, 2 wrong usage or unusable input."
)
ANCHOR: Final = (
    "ties the file's metres to WGS 84: the point X,Y of the events' frame lies at LAT,LON (degrees), and grid north"
    " there is turned clockwise by TURN degrees from true north (the frame's meridian convergence; 0 when left out)"
)


def add_make(parser: argparse.ArgumentParser) -> None:
    """`make`: one forecast for a day or shift."""
    _order(parser, required=True)
    parser.add_argument(
        "--out", required=True, action="append", type=Path, metavar="FILE",
        help="where to write; .geojson gives GeoJSON, .pf the compact wire form, anything else JSON; may be repeated",
    )  # fmt: skip
    _guards(parser)


def add_publish(parser: argparse.ArgumentParser) -> None:
    """`publish`: a forecast that was made, or one that is made now, to the cars."""
    parser.add_argument(
        "--from", dest="ready", type=Path, metavar="F.pf",
        help="a forecast that `make --out F.pf` wrote; without it one is made now, with make's options",
    )  # fmt: skip
    parser.add_argument("--name", type=set_name, metavar="NAME", help="the data set's name (default: F, or 'forecast')")
    _signed(parser)
    parser.add_argument(
        "--vehicle", action="append", metavar="V", help="only for this vehicle (may be given again); all without it"
    )
    parser.add_argument("--stick", type=Path, metavar="FOLDER", help="also NAME.pedata for `patrol-edge data load`")
    _order(parser, required=False)
    _guards(parser)


def add_withdraw(parser: argparse.ArgumentParser) -> None:
    """`withdraw`: the kill switch for what cars already carry."""
    parser.add_argument(
        "--name", action="append", type=set_name, metavar="NAME", help="this data set only (may be given again); all without it"
    )  # fmt: skip
    _signed(parser)


def add_evaluate(parser: argparse.ArgumentParser) -> None:
    """`evaluate`: every day of a period, each from the days before it."""
    _inputs(parser)
    parser.add_argument("--test-from", required=True, type=day, metavar="DAY", help="first day scored")
    parser.add_argument("--test-to", required=True, type=day, metavar="DAY", help="last day scored")
    parser.add_argument("--boxes-out", type=Path, metavar="FILE", help="one JSON line of boxes a day, to score again")
    parser.add_argument("--plots", type=Path, metavar="DIR", help="write three SVG plots here")
    parser.add_argument("--control", type=int, metavar="SEED", help="learn from shuffled places: must show no skill")
    parser.add_argument("--json", action="store_true", help="the result as JSON")


def add_report(parser: argparse.ArgumentParser) -> None:
    """`report`: what evaluations found, as a document has it."""
    parser.add_argument("results", nargs="+", type=Path, metavar="RESULT.json", help="what `evaluate --json` printed")
    parser.add_argument(
        "--into", type=Path, metavar="F.md", help="between the two marks of this document; stdout without it"
    )
    parser.add_argument("--plots", type=Path, metavar="DIR", help="draw the last period at its largest share here")


def day(text: str) -> int:
    """A date as ordinal day."""
    try:
        return dt.date.fromisoformat(text).toordinal()
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no date (YYYY-MM-DD)") from error


def share(text: str) -> float:
    """A share of the area, more than 0 and at most 0.5."""
    value = _number(text)
    if not 0 < value <= 0.5:
        raise argparse.ArgumentTypeError(f"'{text}' is no share of the area between 0 and 0.5")
    return value


def share_or_none(text: str) -> float:
    """A share from 0 to 0.5."""
    return 0.0 if _number(text) == 0 else share(text)


def length(text: str) -> float:
    """A side in metres, 20 m to 5 km."""
    value = _number(text)
    if not 20 <= value <= 5000:
        raise argparse.ArgumentTypeError(f"'{text}' is no side between 20 and 5000 metres")
    return value


def hours(text: str) -> float:
    """Hours, more than 0 and at most ten years."""
    value = _number(text)
    if not 0 < value <= 87_600:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of hours above 0 and at most 87600")
    return value


def set_name(text: str) -> str:
    """A data set's name."""
    if not is_name(text):
        raise argparse.ArgumentTypeError(f"'{text}' is no name of 1 to 32 letters, digits, hyphens and underscores")
    return text


def anchor(text: str) -> Anchor:
    """LAT,LON,X,Y or LAT,LON,X,Y,TURN (degrees, whole metres)."""
    parts = [_number(part) for part in text.split(",")]
    if len(parts) not in {4, 5} or not abs(parts[0]) <= 85 or not abs(parts[1]) <= 180:
        raise argparse.ArgumentTypeError(
            f"'{text}' is no LAT,LON,X,Y[,TURN]: degrees of WGS 84, then whole metres of the events' frame at that very point"
        )
    if not all(map(math.isfinite, parts)) or max(map(abs, parts[2:4])) > MOST_M or abs(parts[-1]) > MOST_M:
        raise argparse.ArgumentTypeError(f"'{text}' holds a number that no frame in metres has")
    return Anchor(parts[0], parts[1], round(parts[2]), round(parts[3]), parts[4] if len(parts) == 5 else 0.0)


def _order(parser: argparse.ArgumentParser, *, required: bool) -> None:
    _inputs(parser, required=required)
    parser.add_argument(
        "--as-of", required=required, type=day, metavar="DAY", help="the day to forecast, from events before it"
    )
    parser.add_argument("--shift", choices=SHIFT_CHOICES, help="expected hits of a shift instead of the whole day")


def _signed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--store", required=True, metavar="URL", help="sqlite:///PATH; the sets are kept beside it")
    parser.add_argument(
        "--key", required=True, type=Path, metavar="K", help="who signs: PEM (openssl genpkey -algorithm ed25519)"
    )
    parser.add_argument(
        "--valid-hours", type=hours, default=VALID_HOURS, metavar="H", help="until it is overdue (%(default)g)"
    )


def _inputs(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    parser.add_argument("--events", required=required, type=Path, metavar="FILE", help="CSV or CSV.gz of events")
    parser.add_argument("--weather", type=Path, metavar="FILE", help="CSV of daily weather; moves expected hits only")
    parser.add_argument(
        "--area-share", type=share, default=0.01, metavar="S", help="share of the area to choose (0.01)"
    )
    parser.add_argument("--box-m", type=length, default=250.0, metavar="B", help="side of a box in metres (250)")


def _guards(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--study-before", type=day, metavar="DAY", help="study area from events before DAY (default: --as-of)"
    )
    parser.add_argument("--decisions", type=Path, metavar="FILE", help="analysts' decisions, one JSON object a line")
    parser.add_argument(
        "--audit-share", type=share_or_none, default=0.0, help="share of boxes left unpatrolled to measure (0.05-0.1)"
    )
    parser.add_argument("--cap", type=int, metavar="N", help="most boxes in one district (square of --cap-m)")
    parser.add_argument("--cap-m", type=length, default=2000.0, metavar="M", help="side of a district in metres (2000)")
    parser.add_argument("--anchor", type=anchor, metavar="LAT,LON,X,Y[,TURN]", help=ANCHOR)
    parser.add_argument(
        "--cards", type=Path, metavar="DIR", help="write the model card and the transparency record here"
    )
    parser.add_argument("--evaluation", type=Path, metavar="FILE", help="JSON of `evaluate --json`, for the cards")
    parser.add_argument(
        "--kill-switch",
        type=Path,
        default=Path("forecast.off"),
        metavar="FILE",
        help="no forecast while this file exists (forecast.off)",
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no number") from error
