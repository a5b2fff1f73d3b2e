"""The `--config` option of the commands that need one -> a configuration, or a sentence on stderr and exit code 2."""

import argparse
import sys
from pathlib import Path
from typing import Final

from edge.config.car import Config
from edge.config.file import ConfigError, key_of, load

WRONG: Final = 2
DEFAULT: Final = Path("/etc/patrol-edge/patrol-edge.toml")


def add_config(parser: argparse.ArgumentParser) -> None:
    """`--config F`, with the installed car's file as default."""
    parser.add_argument("--config", type=Path, default=DEFAULT, metavar="F", help=f"the configuration file ({DEFAULT})")


def configured(args: argparse.Namespace) -> Config | None:
    """The configuration, or None after saying why there is none."""
    try:
        return load(args.config)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return None


def keyed(args: argparse.Namespace) -> tuple[Config, str] | None:
    """The configuration and the store's key, or None after saying why there is none."""
    config = configured(args)
    if config is None:
        return None
    try:
        return config, key_of(config.storage)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return None
