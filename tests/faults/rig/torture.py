"""`scripts/torture`: a word and its size -> real processes under that torture, and one JSON line about what was lost.

    scripts/torture --list
    scripts/torture kill9 --cycles 300 --seed 1
    scripts/torture kill9 --broken puback    the negative control, a few cycles long: this command must then fail
    scripts/torture kill9 --broken           the same with the first of those that it must catch
    scripts/torture soak --minutes 30 --json-to soak.json

Exit codes: 0 every promise kept, 1 one broken, 2 wrong usage, or something that the torture needs is not there.
"""

import argparse
import math
import shutil
import signal
import sys
import tempfile
import threading
import time
from itertools import count
from pathlib import Path
from typing import Final

from tests.faults.rig import campaign
from tests.faults.rig.broken import BROKEN, broken_tree
from tests.faults.rig.broker import mosquitto_path
from tests.faults.rig.campaign import TOOLS, NotPossibleError, Order, Torture
from tests.faults.rig.program import ROOT
from tests.faults.tortures import TORTURES

FIRST: Final = "first"


def main() -> int:
    """One torture, in a folder that is kept when something was not as promised."""
    args = _parsed()
    if args.list:
        print("\n".join(_listed(name, torture) for name, torture in TORTURES.items()))
        return 0
    if mosquitto_path() is None:
        print("mosquitto is not installed (Debian: apt install mosquitto)", file=sys.stderr)
        return 2
    folder, began_s = Path(tempfile.mkdtemp(prefix="torture-")), time.monotonic()
    tree = broken_tree(args.broken, folder) if args.broken else ROOT
    until_s = began_s + 60 * args.at_most
    order = Order(folder, args.cycles, args.seed, tree, args.tools, until_s)
    for word in (signal.SIGTERM, signal.SIGINT):
        signal.signal(word, lambda *_: _told_to_end(order))
    threading.Thread(target=_tell, args=(args.torture, order), daemon=True).start()
    try:
        found = TORTURES[args.torture].run(order)
    except NotPossibleError as reason:
        print(f"{args.torture}: not possible here: {reason}", file=sys.stderr)
        shutil.rmtree(folder)
        return 2
    line = campaign.line(args.torture, order, args.broken, found, time.monotonic() - began_s)
    print(line)
    if args.json_to is not None:
        args.json_to.write_text(line + "\n", "utf-8")
    if found.is_good or args.broken:
        shutil.rmtree(folder)
    else:
        print(f"{folder} is kept", file=sys.stderr)
    return 0 if found.is_good else 1


def _tell(name: str, order: Order) -> None:
    """Once a minute, to whoever waits; some tortures only know their end, or tell themselves."""
    unit = TORTURES[name].unit
    for minutes in count(1):
        time.sleep(60)
        if not order.progress.done:
            continue
        print(f"{name}: {order.progress.done:,} of {order.cycles:,} {unit}, {minutes} min", file=sys.stderr, flush=True)


def _told_to_end(order: Order) -> None:
    if order.told_to_end.is_set():
        sys.exit(1)
    order.told_to_end.set()
    print("nothing new is begun; once more ends it at once", file=sys.stderr, flush=True)


def _listed(name: str, torture: Torture) -> str:
    length = f"{torture.full:,} {torture.unit}"
    catches = f"; must catch {', '.join(torture.catches)}" if torture.catches else ""
    return f"{name:<14} {length:>17} {torture.minutes:>5g} min  {torture.about}{catches}"


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/torture", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true", help="name, full length, minutes it takes, what it does")
    subparsers = parser.add_subparsers(dest="torture", metavar="TORTURE")
    for name, torture in TORTURES.items():
        _options(subparsers.add_parser(name, help=torture.about), torture)
    args = parser.parse_args()
    if args.list:
        return args
    if args.torture is None:
        parser.error("name a torture, or --list")
    torture = TORTURES[args.torture]
    if args.broken == FIRST:
        if not torture.catches:
            parser.error(f"{args.torture} has no broken build of its own: say which one")
        args.broken = torture.catches[0]
    if args.cycles is None:
        args.cycles = torture.control if args.broken in torture.catches else torture.full
    return args


def _options(parser: argparse.ArgumentParser, torture: Torture) -> None:
    names = ["--cycles"] if torture.unit == "cycles" else ["--cycles", f"--{torture.unit}"]
    length = f"how many ({torture.full:,}; with --broken {torture.control:,})"
    parser.add_argument(*names, dest="cycles", type=int, metavar="N", help=length)
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    broken = f"{', '.join(torture.catches)}, which must fail; or another of {', '.join(BROKEN)}"
    choices = (FIRST, *BROKEN)
    parser.add_argument("--broken", nargs="?", const=FIRST, choices=choices, metavar="WHICH", help=broken)
    parser.add_argument("--tools", type=Path, default=TOOLS, metavar="DIR", help="for what is fetched (%(default)s)")
    parser.add_argument(
        "--at-most", type=float, default=math.inf, metavar="MINUTES", help="begin nothing new after them"
    )
    parser.add_argument("--json-to", type=Path, metavar="FILE", help="write the line there, too")


if __name__ == "__main__":
    sys.exit(main())
