"""A TCP port of this machine for a server that starts in a moment."""

import random
import socket
from itertools import chain
from typing import Final

HOST: Final = "127.0.0.1"
FIRST: Final = 20_000
END: Final = 32_000
"""Below what the kernel gives to connections (net.ipv4.ip_local_port_range, from 32,768 on): a client that calls a port in
vain, again and again, may be given that very port for its own end, and meets itself."""


def free_port() -> int:
    """One that nobody has at this moment: the first from one drawn at random on. Raises OSError when there is none."""
    start = random.SystemRandom().randrange(FIRST, END)
    for port in chain(range(start, END), range(FIRST, start)):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise OSError(f"no TCP port is free between {FIRST} and {END}")
