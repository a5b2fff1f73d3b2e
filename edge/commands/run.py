"""`patrol-edge run`: the daemon in the foreground; JSON log lines on stdout; ends on SIGTERM within 3 s.

The configuration is validated first; then this process becomes the daemon, and leaves the validator's memory behind.
"""

import argparse

from edge import daemon
from edge.commands.configured import WRONG, add_config, keyed


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("run", help="run the daemon", description=__doc__)
    add_config(parser)
    parser.add_argument("--log-level", default="info", choices=("debug", "info", "warning", "error"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:  # noqa: RET503 - `become` does not come back
    """Comes back only when there is no daemon to become (2); its exit code is 0 on SIGTERM, 1 after a fault."""
    found = keyed(args)
    if found is None:
        return WRONG
    config, key = found
    daemon.become(daemon.Orders(config, key, args.log_level))
