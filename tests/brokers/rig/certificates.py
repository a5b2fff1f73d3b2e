"""A folder -> an authority of the test's own, and certificates that it signs: good, expired, not valid yet, for other hosts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """Writes NAME.pem and NAME.key; its own certificate is `ca`."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder
        self._name = name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = _named(name)
        self.ca = self._written(self._signed(self._subject, self._key, is_authority=True), self._key, name)

    def certify(self, name: str, host: str = "localhost", from_days: int = -1, to_days: int = 1) -> Path:
        """The certificate's file; the key lies beside it as .key. Days are from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(_named(name), key, host=host, from_days=from_days, to_days=to_days)
        return self._written(certificate, key, f"{self._name}-{name}-{host}-{to_days}")

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        *,
        is_authority: bool = False,
        host: str = "localhost",
        from_days: int = -1,
        to_days: int = 1,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=from_days))
            .not_valid_after(now + timedelta(days=to_days))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        )
        return builder.sign(self._key, hashes.SHA256())

    def _written(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, file: str) -> Path:
        path = self._folder / f"{file}.pem"
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.with_suffix(".key").write_bytes(private)
        return path


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
