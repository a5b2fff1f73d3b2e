"""`patrol-edge run`: the daemon in the foreground; JSON log lines on stdout; ends on SIGTERM within 3 s."""

import argparse
import asyncio
import ctypes
import gc
import logging
import os
import sys
from typing import Any, Final

from edge.commands.configured import WRONG, add_config, configured
from edge.config import ConfigError, key_of
from edge.logs import log_to_stdout

_M_ARENA_MAX: Final = -8  # mallopt(3)
SWITCH_S: Final = 0.001  # the store's thread gives the interpreter back to the intake within a millisecond


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("run", help="run the daemon", description=__doc__)
    add_config(parser)
    parser.add_argument("--log-level", default="info", choices=("debug", "info", "warning", "error"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Until SIGTERM (0), or a fault that only a fresh start can mend (1)."""
    # One heap for both threads: 6 MB less resident memory.
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
    config = configured(args)
    if config is None:
        return WRONG
    try:
        key = key_of(config.storage)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return WRONG
    from edge import app  # here, so that a wrong configuration is told at once

    log_to_stdout(args.log_level)
    sys.setswitchinterval(SWITCH_S)
    gc.freeze()
    try:
        code = asyncio.run(app.run(config, key))
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    except BaseExceptionGroup as group:
        logging.getLogger("edge").critical("ended by a fault: %s", _names(group), exc_info=group)
        code = 1
    # A connect that hangs in a thread must not hold up a clean stop; everything promised is on the disk.
    sys.stdout.flush()
    os._exit(code)


def _names(group: BaseExceptionGroup[Any]) -> str:
    return ", ".join(type(error).__name__ for error in group.exceptions)
