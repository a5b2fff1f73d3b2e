"""`patrol-edge`: words typed by an engineer or by systemd -> one command. Exit codes: 0 good, 1 a fault found, 2 wrong usage."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from edge import __version__

COMMANDS: Final = {
    "run": "run the daemon",
    "check": "check a configuration",
    "status": "what the running daemon says of itself",
    "follow": "print the daemon's event stream",
    "spool": "what is stored and not yet receipted",
    "data": "lists and other data sets",
    "lists": "the lists this car carries",
    "logon": "an officer comes on board",
    "logoff": "an officer leaves",
    "crew": "who is on board",
    "lookup": "what is known of a vehicle, a person or a place",
    "answer": "accept, reject or acknowledge an alert",
    "lookout": "the crew's own list",
    "alerts": "the crew's threshold",
    "confirm": "ask base whether an alert's entry still stands",
    "decode": "bytes of a device as JSON lines",
}
"""Each is a module of edge.commands; only the one that is asked for is loaded."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line."""
    words = sys.argv[1:] if argv is None else list(argv)
    parser = argparse.ArgumentParser(prog="patrol-edge", description="The computer in a police car.")
    parser.add_argument("--version", action="version", version=f"patrol-edge {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, about in COMMANDS.items():
        if name in words[:1]:
            import_module(f"edge.commands.{name}").add(subparsers)
        else:
            subparsers.add_parser(name, help=about)
    args = parser.parse_args(words)
    try:
        return int(args.run(args))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
