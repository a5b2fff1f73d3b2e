"""`patrol-edge`: words typed by an engineer or by systemd -> one command. Exit codes: 0 good, 1 a fault found, 2 wrong usage."""

import argparse
import sys
from collections.abc import Sequence

from edge import __version__
from edge.commands import check, data, decode, follow, run, spool, status

COMMANDS = (run, check, status, follow, spool, data, decode)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line."""
    parser = argparse.ArgumentParser(prog="patrol-edge", description="The computer in a police car.")
    parser.add_argument("--version", action="version", version=f"patrol-edge {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(subparsers)
    args = parser.parse_args(argv)
    try:
        code = args.run(args)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return int(code)
