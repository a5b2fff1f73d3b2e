"""`mqtt://HOST:PORT` and `sqlite:///PATH` -> a broker and a file. A ValueError says in words what is wrong with them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
_SQLITE: Final = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker listens. The password is in no `repr`."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"


def broker(url: str) -> Broker:
    """mqtt[s]://[USER[:PASSWORD]@]HOST[:PORT]; the ports are 1883 and 8883 unless said. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("a broker is written mqtt://HOST:PORT or mqtts://HOST:PORT")
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise ValueError("the broker's port is not a number from 1 to 65535") from None
    name = None if parts.username is None else unquote(parts.username)
    secret = None if parts.password is None else unquote(parts.password)
    return Broker(parts.hostname, port, parts.scheme == "mqtts", name, secret)


def store(url: str) -> Path:
    """sqlite:///relative or sqlite:////absolute -> the path, taken as it stands. Raises ValueError."""
    if not url.startswith(_SQLITE) or len(url) == len(_SQLITE) or "\0" in url:
        raise ValueError("a store is written sqlite:///PATH (with an absolute PATH: four slashes)")
    return Path(url.removeprefix(_SQLITE))
