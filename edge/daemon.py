"""Validated orders -> the running daemon, in the same process and without what validated them.

`become` replaces this process by `python -m edge.daemon FD`: the process id stays, and with it systemd's watch; what the
validator took (m: 13 MB of 50) does not.
"""

import ctypes
import gc
import os
import pickle
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from edge import lean

if TYPE_CHECKING:
    from edge.config.car import Config

SWITCH_S: Final = 0.001  # the store's thread gives the interpreter back to the intake within a millisecond
_M_ARENA_MAX: Final = -8  # mallopt(3)


@dataclass(frozen=True, slots=True)
class Orders:
    """What the daemon needs to know before its first step."""

    config: "Config"
    key: str
    log_level: str

    def packed(self) -> bytes:
        """What `main` reads: whether there is TLS, then all of it, for reading it loads a part of the program."""
        return pickle.dumps(self.config.broker.is_tls) + pickle.dumps(self)


def become(orders: Orders) -> NoReturn:
    """Hands the orders on in memory (memfd_create(2)): the key touches no disk and no command line."""
    fd = os.memfd_create("orders")
    os.write(fd, orders.packed())
    os.lseek(fd, 0, os.SEEK_SET)
    os.set_inheritable(fd, True)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "edge.daemon", str(fd)])


def main(fd: int) -> NoReturn:
    """Runs the daemon of the orders behind a file descriptor of our own making; ends the process."""
    # One heap for both threads: 6 MB less resident memory.
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
    with open(fd, "rb") as file:
        gc.disable()  # there is nothing to find in what stays
        with lean.spared(is_tls=pickle.load(file)):
            from edge import app
        orders = pickle.load(file)
    import asyncio
    import logging

    from edge.logs import log_to_stdout

    log_to_stdout(orders.log_level)
    sys.setswitchinterval(SWITCH_S)
    gc.freeze()
    gc.enable()
    code = 1
    try:
        # Not asyncio.run, whose end waits for threads: a connect that hangs in one must not hold up a clean stop.
        code = asyncio.Runner().run(app.run(orders.config, orders.key))
    except OSError as error:
        print(error, file=sys.stderr)
    except BaseExceptionGroup as group:
        names = ", ".join(type(error).__name__ for error in group.exceptions)
        logging.getLogger("edge").critical("ended by a fault: %s", names, exc_info=group)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    # Pickled as edge.daemon.Orders: the module must be there under its own name, too.
    from edge.daemon import main as run

    run(int(sys.argv[1]))
