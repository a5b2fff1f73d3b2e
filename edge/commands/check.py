"""`patrol-edge check`: is this configuration one that `run` would accept? 0 yes, 2 no, with file, line, key and cure."""

import argparse
import sys

from edge.commands.configured import WRONG, add_config, configured
from edge.config_file import ConfigError, key_of


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("check", help="check a configuration", description=__doc__)
    add_config(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Reads the configuration and the key; opens no port."""
    config = configured(args)
    if config is None:
        return WRONG
    try:
        key_of(config.storage)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return WRONG
    for port in config.ports:
        if not port.exists():
            print(f"note: {port} is not there now; run waits for it", file=sys.stderr)
    print(f"{args.config}: good: vehicle {config.vehicle}, {len(config.cameras)} cameras")
    return 0
