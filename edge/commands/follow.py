"""`patrol-edge follow`: the daemon's event stream, line by line, until the daemon or the reader ends."""

import argparse
import json
import sys

from edge.commands.configured import WRONG, add_config, configured
from edge.commands.plain import plain
from edge.terminal.client import NotRunningError, connected


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("follow", help="print the daemon's event stream", description=__doc__)
    add_config(parser)
    parser.add_argument("--plain", action="store_true", help="hits and what becomes of them as sentences")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Lines on stdout, flushed one by one: JSON, or with --plain sentences."""
    config = configured(args)
    if config is None:
        return WRONG
    try:
        with connected(config.local.socket, timeout_s=None) as client:
            for line in client.lines():
                print(plain(line) if args.plain else json.dumps(line), flush=True)
    except NotRunningError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
