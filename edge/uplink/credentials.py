"""The broker's section of the configuration -> what this car shows at a connection, read anew when its files have changed."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from edge.config.car import Broker

if TYPE_CHECKING:
    import ssl

LONGEST_PASSWORD_BYTES: Final = 65_535  # MQTT 5.0, section 1.5.6


class PasswordFileError(OSError):
    """There is no password to be had; the text shows nothing of it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Neither is in any `repr`."""

    password: str | None = field(repr=False)
    context: "ssl.SSLContext | None" = field(repr=False)


class Credentials:
    """A certificate that was renewed, or a password that was changed, is used from the next connection on."""

    def __init__(self, broker: Broker, vehicle: str) -> None:
        self._broker = broker
        self._vehicle = vehicle
        self._files = [broker.ca_file, broker.cert_file, broker.cert_key_file]
        self._context: ssl.SSLContext | None = None
        self._stamps: list[tuple[int, int] | None] = []

    def read(self) -> Shown:
        """Reads files: not for the event loop. Raises PasswordFileError or CertificateFileError."""
        return Shown(_password(self._broker.password_file), self._tls() if self._broker.is_tls else None)

    def _tls(self) -> "ssl.SSLContext":
        """Kept while the files are the same: the operating system's authorities cost 20 ms of a processor."""
        from edge.uplink.tls import context_of  # a car without TLS does not load it

        stamps = [_stamp(path) for path in self._files]
        if self._context is None or stamps != self._stamps:
            self._context, self._stamps = context_of(self._broker, self._vehicle), stamps
        return self._context


def _password(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        password = path.read_bytes().rstrip(b"\r\n").decode()
    except OSError as error:
        raise PasswordFileError(f"password_file: {error.strerror}") from error
    except UnicodeDecodeError:
        raise PasswordFileError("password_file: not UTF-8") from None
    if not 0 < len(password.encode()) <= LONGEST_PASSWORD_BYTES:
        raise PasswordFileError("password_file: empty, or too long for MQTT")
    return password


def _stamp(path: Path | None) -> tuple[int, int] | None:
    if path is None or not path.exists():
        return None
    about = path.stat()
    return about.st_mtime_ns, about.st_size
