"""Certificate files and a car's name -> a TLS context, or what is wrong with them; an error of TLS -> words for an engineer.

The server's name and chain are always verified, TLS 1.2 is the least, 1.3 is taken where the broker has it.
"""

import ssl
from _ssl import _test_decode_cert  # type: ignore[attr-defined]
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from edge.config.car import Broker

T = TypeVar("T")

_CLOCK: Final = "or this machine's clock is wrong"
_VERIFIED: Final = {  # X509_V_ERR_* of openssl/x509_vfy.h: what this car found wrong with the broker's certificate
    9: f"the broker's certificate is not valid yet, {_CLOCK}",
    10: f"the broker's certificate has expired, {_CLOCK}",
    18: "the broker's certificate is signed by itself: ca_file does not know it",
    19: "the broker's certificate comes from an authority that ca_file does not know",
    20: "the broker's certificate comes from an authority that ca_file does not know",
    21: "the broker's certificate comes from an authority that ca_file does not know",
    23: "the broker's certificate is revoked",
    62: "the broker's certificate is for another host name",
    64: "the broker's certificate is for another address",
}
_ALERTS: Final = {  # RFC 8446 section 6.2, in OpenSSL's spelling: what the broker found wrong with this car
    "TLSV1_ALERT_UNKNOWN_CA": "the broker does not know the authority of this car's certificate",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "the broker says that this car's certificate has expired",
    "SSLV3_ALERT_CERTIFICATE_REVOKED": "the broker says that this car's certificate is revoked",
    "SSLV3_ALERT_BAD_CERTIFICATE": "the broker does not accept this car's certificate",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "the broker does not accept this car's certificate",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": "the broker does not accept this car's certificate",
    "TLSV1_ALERT_ACCESS_DENIED": "the broker does not accept this car's certificate",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "the broker wants a certificate of this car: give cert_file and cert_key_file",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "the broker ends the TLS handshake: perhaps it wants a certificate of this car",
    "TLSV1_ALERT_PROTOCOL_VERSION": "the broker speaks no TLS from version 1.2 on",
    "UNSUPPORTED_PROTOCOL": "the broker speaks no TLS from version 1.2 on",
    "WRONG_VERSION_NUMBER": "the broker's port does not speak TLS: url may be mqtt:// or name another port",
}

_FILES: Final = {
    "KEY_VALUES_MISMATCH": "it does not belong to cert_file",
    "NO_CERTIFICATE_OR_CRL_FOUND": "there is no certificate in it",
}


class CertificateFileError(OSError):
    """A file of the configuration cannot be used for TLS; the text names its key, not its path, and says why."""


def context_of(broker: Broker, vehicle: str) -> ssl.SSLContext:
    """For connections to this broker. Reads files: not for the event loop. Raises CertificateFileError."""
    context = _read("ca_file", lambda: ssl.create_default_context(cafile=broker.ca_file))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = _Socket
    if broker.cert_file is None or broker.cert_key_file is None:
        return context
    name = common_name(broker.cert_file)
    if name != vehicle:
        raise CertificateFileError(f"cert_file: its common name is {name!r}, but this car is {vehicle!r}")
    certificate, key = broker.cert_file, broker.cert_key_file
    # Without `password` OpenSSL would ask for one on the terminal.
    _read("cert_key_file", lambda: context.load_cert_chain(certificate, key, password=lambda: b""))
    return context


def common_name(certificate: Path) -> str | None:
    """Of the first certificate of a PEM file; None when it has none. Raises CertificateFileError.

    Python's ssl has no public way to read a certificate without a connection; this one serves CPython's own tests since
    2.6, and `cryptography` would cost 13 MB for it.
    """
    _read("cert_file", lambda: certificate.open("rb").close())  # the decoder has no words for a file that is not there
    subject = _read("cert_file", lambda: _test_decode_cert(str(certificate)))["subject"]
    return next((str(value) for part in subject for name, value in part if name == "commonName"), None)


def words_of(error: OSError) -> str:
    """What went wrong between this car and the broker, in TLS or below it."""
    if not isinstance(error, ssl.SSLError):
        return error.strerror or str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return _VERIFIED.get(error.verify_code, f"the broker's certificate is not accepted: {error.verify_message}")
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return "the connection was lost"
    return _ALERTS.get(error.reason or "", f"TLS: {error.reason or error}")


def is_alert(said: object) -> bool:
    """Whether this is an error of TLS, and not only the connection's end."""
    return isinstance(said, ssl.SSLError) and not isinstance(said, ssl.SSLEOFError)


class _Socket(ssl.SSLSocket):
    """Closed when its handshake fails: paho 2.2 would leave that to the garbage collector."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def _read(key: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except ssl.SSLError as error:
        reason = getattr(error, "reason", None)  # the decoder's own have none
        words = _FILES.get(reason or "", "not PEM, damaged, or locked with a passphrase")
        raise CertificateFileError(f"{key}: {words}") from error
    except OSError as error:
        raise CertificateFileError(f"{key}: {error.strerror}") from error
