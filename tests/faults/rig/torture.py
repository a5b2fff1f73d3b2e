"""`scripts/torture`: a word and its size -> real processes under that torture, and one JSON line about what was lost.

    scripts/torture --list
    scripts/torture kill9 --cycles 300 --seed 1
    scripts/torture kill9 --cycles 20 --broken     the negative control: 0 when the loss was noticed
    scripts/torture outage --seconds 60

Exit codes: 0 as promised, 1 not, 2 wrong usage.
"""

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tests.faults.rig import broken
from tests.faults.rig.broker import mosquitto_path
from tests.faults.rig.kill9 import kill9
from tests.faults.rig.outage import RECONNECT_S, outage
from tests.faults.rig.rig import Rig, built

BACKLOG: Final = 20_000


@dataclass(frozen=True, slots=True)
class Torture:
    """`run(rig, args)` -> whether all was as promised, and the figures to print."""

    about: str
    options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[Rig, argparse.Namespace], tuple[bool, dict[str, Any]]]


def _kill9_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cycles", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--broken", action="store_true", help="a daemon that deletes on a PUBACK: this command must then fail"
    )


def _kill9(rig: Rig, args: argparse.Namespace) -> tuple[bool, dict[str, Any]]:
    if args.broken:
        rig.car.daemon.words = broken.words("puback", rig.car.config)
    rig.start()
    verdict = kill9(rig, args.cycles, args.seed)
    return verdict.is_good, asdict(verdict)


def _outage_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=60.0)


def _outage(rig: Rig, args: argparse.Namespace) -> tuple[bool, dict[str, Any]]:
    found = outage(rig, args.seconds, BACKLOG)
    good = found.verdict.is_good and found.is_backlog_marked and found.overtaken > 0
    return good and found.reconnected_s <= RECONNECT_S, asdict(found)


TORTURES: Final = {
    "kill9": Torture("daemon, broker and headquarters killed at random moments under load", _kill9_options, _kill9),
    "outage": Torture("the broker away, a backlog, live reads that overtake it", _outage_options, _outage),
}


def main() -> int:
    """One torture, in a folder that is kept when something was not as promised."""
    args = _parsed()
    if args.list:
        print("\n".join(f"{name:<8} {torture.about}" for name, torture in TORTURES.items()))
        return 0
    if mosquitto_path() is None:
        print("mosquitto is not installed (Debian: apt install mosquitto)", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder, began_s = Path(tempfile.mkdtemp(prefix="torture-")), time.monotonic()
    with built(folder) as rig:
        good, figures = TORTURES[args.torture].run(rig, args)
    told = {name: value for name, value in vars(args).items() if name != "list"}
    print(json.dumps({**told, "good": good, "seconds_taken": round(time.monotonic() - began_s, 1), **figures}))
    if good:
        shutil.rmtree(folder)
    else:
        print(f"{folder} is kept", file=sys.stderr)
    return 0 if good else 1


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/torture", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true", help="the tortures there are")
    subparsers = parser.add_subparsers(dest="torture", metavar="TORTURE")
    for name, torture in TORTURES.items():
        torture.options(subparsers.add_parser(name, help=torture.about))
    args = parser.parse_args()
    if not args.list and args.torture is None:
        parser.error("name a torture, or --list")
    return args


if __name__ == "__main__":
    sys.exit(main())
