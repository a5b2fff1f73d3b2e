"""`patrol-edge logon`: an officer and a PIN -> on board, offline. The PIN comes from a file or is asked for, never from the line."""

import argparse
import getpass
import sys
from pathlib import Path

from edge.commands.asked import asked
from edge.commands.configured import WRONG, add_config, configured


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("logon", help="an officer comes on board", description=__doc__)
    add_config(parser)
    parser.add_argument("--officer", required=True, metavar="ID", help="the collar number")
    parser.add_argument("--seat", choices=("driver", "passenger"), help="the free one without it")
    parser.add_argument(
        "--pin-file", type=Path, metavar="F", help="a file that holds the PIN; without it, it is asked for"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: logged on. 1: refused, or nobody answers. 2: wrong usage."""
    config = configured(args)
    if config is None:
        return WRONG
    try:
        pin = args.pin_file.read_text("utf-8").strip() if args.pin_file else getpass.getpass("PIN: ")
    except (OSError, UnicodeDecodeError, EOFError) as error:
        print(f"no PIN: {error}", file=sys.stderr)
        return WRONG
    answer = asked(config, "logon", officer=args.officer, pin=pin, seat=args.seat)
    if answer is None:
        return 1
    print(f"{args.officer} is logged on")
    return 0
