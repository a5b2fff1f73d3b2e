"""`patrol-edge check`: is this configuration one that `run` would accept? 0 yes, 2 no, with file, line, key and cure."""

import argparse
import sys
from pathlib import Path

from edge.commands.configured import WRONG, add_config, configured
from edge.config.file import ConfigError, key_of
from edge.data.keys import TrustedKeyError, trusted
from edge.uplink.credentials import Credentials, PasswordFileError
from edge.uplink.tls import CertificateFileError


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("check", help="check a configuration", description=__doc__)
    add_config(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Reads the configuration, the key, password and certificates; opens no port. `run` starts without the last two."""
    config = configured(args)
    if config is None:
        return WRONG
    try:
        key_of(config.storage)
        trusted(config.lists.trusted_keys)
        Credentials(config.broker, config.vehicle).read()
    except (ConfigError, TrustedKeyError) as error:
        print(error, file=sys.stderr)
        return WRONG
    except (CertificateFileError, PasswordFileError) as error:
        print(f"{args.config}: broker.{error}", file=sys.stderr)
        return WRONG
    for port in config.ports:
        if isinstance(port, Path) and not port.exists():
            print(f"note: {port} is not there now; run waits for it", file=sys.stderr)
    print(f"{args.config}: good: vehicle {config.vehicle}, {len(config.cameras)} cameras")
    return 0
