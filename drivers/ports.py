"""What a configuration calls a port -> a serial device's path, an address to connect to, or one to listen at."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final, TypeAlias

FORMS: Final = (
    "give the path of a serial device, such as /dev/anpr-front, or tcp://HOST:PORT, or tcp-listen://ADDRESS:PORT"
)

_URL: Final = re.compile(r"(tcp|tcp-listen)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class TcpPort:
    """A device that listens at an address or a name."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"tcp://{_written(self.host)}:{self.port}"


@dataclass(frozen=True, slots=True)
class TcpListener:
    """An address of ours at which we listen for a device, or for one that connects anew for each message."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"tcp-listen://{_written(self.host)}:{self.port}"


Port: TypeAlias = Path | TcpPort | TcpListener
"""A `Path` is that of a serial device."""


def parse_port(text: str) -> Port:
    """The port of a path or a URL (an IPv6 address stands in brackets). ValueError, a sentence, for anything else."""
    if text and "://" not in text:
        return Path(text)
    url = _URL.fullmatch(text)
    if url is None or not 0 < int(url[3]) < 65536:
        raise ValueError(FORMS)
    host, port = url[2].strip("[]"), int(url[3])
    if url[1] == "tcp":
        return TcpPort(host, port)
    if not _is_address(host):  # a name server must not be waited for, and may not be there yet
        raise ValueError(f"a listener needs an address of this machine, such as tcp-listen://0.0.0.0:{port}")
    return TcpListener(host, port)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host
