"""`patrol-edge alerts`: the priority below which alerts are listed, not sounded; a change is audited."""

import argparse
import sys

from edge.commands.answered import asked
from edge.commands.configured import WRONG, add_config


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("alerts", help="the crew's threshold", description=__doc__)
    parser.add_argument(
        "--threshold", type=int, metavar="N", help="0 to 100; 0 sounds all; without it, it is only told"
    )
    parser.add_argument("--officer", metavar="ID", help="who says so")
    add_config(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: told, or set. 1: not, or nobody runs. 2: wrong usage."""
    if args.threshold is not None and args.officer is None:
        print("an officer says so: give --officer", file=sys.stderr)
        return WRONG
    return asked(args, "alerts", threshold=args.threshold, officer=args.officer)
