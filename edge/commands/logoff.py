"""`patrol-edge logoff`: an officer leaves the car."""

import argparse

from edge.commands.asked import asked
from edge.commands.configured import WRONG, add_config, configured


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("logoff", help="an officer leaves", description=__doc__)
    add_config(parser)
    parser.add_argument("--officer", required=True, metavar="ID", help="the collar number")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: logged off. 1: refused, or nobody answers. 2: wrong usage."""
    config = configured(args)
    if config is None:
        return WRONG
    if asked(config, "logoff", officer=args.officer) is None:
        return 1
    print(f"{args.officer} is logged off")
    return 0
