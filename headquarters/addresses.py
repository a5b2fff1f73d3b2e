"""`mqtt://HOST:PORT` and `sqlite:///PATH` -> a broker and a file. A ValueError says in words what is wrong with them."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
_SQLITE: Final = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Files:
    """What headquarters shows to the broker, and by whom it knows it; PEM but for the password. None: there is none."""

    password: Path | None = None
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker listens. The password is in no `repr`."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    files: Files = Files()

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"

    def tls_context(self) -> ssl.SSLContext | None:
        """None without TLS; the broker's name and chain are verified, TLS 1.2 is the least. Raises OSError."""
        if not self.tls:
            return None
        context = ssl.create_default_context(cafile=self.files.ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.files.certificate is not None:
            context.load_cert_chain(self.files.certificate, self.files.key, password=lambda: b"")
        return context


def broker(url: str, files: Files = Files()) -> Broker:
    """mqtt[s]://[USER@]HOST[:PORT]; the ports are 1883 and 8883 unless said. Raises ValueError, also for unusable files."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("a broker is written mqtt://HOST:PORT or mqtts://HOST:PORT")
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise ValueError("the broker's port is not a number from 1 to 65535") from None
    if parts.password is not None:
        raise ValueError(
            "a broker's password has no place in its URL, where every user of this machine sees it: use a file"
        )
    name = None if parts.username is None else unquote(parts.username)
    if files.password is not None and name is None:
        raise ValueError("a broker's password needs a name: mqtt://USER@HOST:PORT")
    made = Broker(parts.hostname, port, parts.scheme == "mqtts", name, _password(files.password), files)
    try:
        made.tls_context()
    except OSError as error:
        raise ValueError(f"the broker's certificate files: {error.strerror or error}") from error
    return made


def store(url: str) -> Path:
    """sqlite:///relative or sqlite:////absolute -> the path, taken as it stands. Raises ValueError."""
    if not url.startswith(_SQLITE) or len(url) == len(_SQLITE) or "\0" in url:
        raise ValueError("a store is written sqlite:///PATH (with an absolute PATH: four slashes)")
    return Path(url.removeprefix(_SQLITE))


def _password(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError("the broker's password file cannot be read") from error
