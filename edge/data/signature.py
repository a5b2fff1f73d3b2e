"""A signed manifest and the keys that are trusted -> whether one of them signed it. Only a child process or a command comes here.

`cryptography` takes 10 MB of memory (m): the daemon never imports this file.
"""

from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from edge.data.keys import TrustedKey
from proto.manifest import Signed, to_sign


def is_genuine(signed: Signed, keys: Mapping[bytes, TrustedKey]) -> bool:
    """Whether the key that the manifest names is trusted, and its signature is of these bytes."""
    key = keys.get(signed.key_id)
    if key is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signed.signature, to_sign(signed.body))
    except (InvalidSignature, ValueError):  # ValueError: 32 bytes that are no point
        return False
    return True
