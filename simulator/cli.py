"""A command line -> one command of `patrol-sim`, and its exit code: 0 good, 1 a fault, 2 wrong usage."""

import argparse
import signal
import sys
from collections.abc import Sequence
from importlib import metadata

from simulator.commands import capture, demo, patrol, records, replay, world


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; wrong usage ends in SystemExit(2) with a sentence on stderr, as argparse does it."""
    parser = argparse.ArgumentParser(
        prog="patrol-sim", description="A police car's world: cameras, a receiver, a town."
    )
    parser.add_argument("--version", action="version", version=f"patrol-sim {_version()}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (demo, world, replay, capture, patrol, records):
        command.add(commands)
    args = parser.parse_args(argv)
    if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return int(args.run(args))
    except KeyboardInterrupt:
        print("patrol-sim: stopped before its end", file=sys.stderr)
        return 1


def _version() -> str:
    try:
        return metadata.version("patrol-edge")
    except metadata.PackageNotFoundError:  # run from a tree that is not installed
        return "not installed"


if __name__ == "__main__":
    sys.exit(main())
