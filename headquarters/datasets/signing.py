"""A key file -> who signs. Ed25519 (RFC 8032); the file is PEM (`openssl genpkey -algorithm ed25519`) without a password."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from proto.manifest import Manifest, encode_body, encode_signed, key_id, to_sign


class Signer:
    """One who signs manifests."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes_raw()
        """32 bytes: what cars must trust."""

    def signed(self, manifest: Manifest) -> bytes:
        """The message `manifest` of a manifest."""
        body = encode_body(manifest)
        return encode_signed(key_id(self.public), self._key.sign(to_sign(body)), body)


def load_signer(path: Path) -> Signer:
    """Raises ValueError, which says what is wrong with the file, or OSError."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError) as error:  # TypeError: it has a password
        raise ValueError(f"{path}: not a PEM private key without a password") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path}: the key is not of Ed25519: make one with: openssl genpkey -algorithm ed25519")
    return Signer(key)
