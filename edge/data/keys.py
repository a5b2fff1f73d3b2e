"""What the configuration says of trusted keys -> Ed25519 public keys by their id, each with the last day it may sign for."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from proto.manifest import PUBLIC_KEY_BYTES, key_id

WRITTEN: Final = re.compile(r"([0-9a-fA-F]{64})(?::(\d{4}-\d\d-\d\d))?")
_PEM: Final = re.compile(r"-----BEGIN PUBLIC KEY-----(.*?)-----END PUBLIC KEY-----", re.DOTALL)
_SPKI: Final = bytes.fromhex("302a300506032b6570032100")  # RFC 8410, section 4: what stands before the 32 bytes


class TrustedKeyError(ValueError):
    """A trusted key that is none; the text says which and what to give."""


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """One who may sign. `until_ms`: UTC milliseconds from which on nothing of this key is accepted; None: for ever."""

    public: bytes
    until_ms: int | None = None

    @property
    def id(self) -> bytes:
        """As a signed manifest names it."""
        return key_id(self.public)


def trusted(written: Iterable[str | Path]) -> dict[bytes, TrustedKey]:
    """The keys by id. A key is `HEX` or `HEX:YYYY-MM-DD` (its last day, UTC), or a file of that or of PEM. Raises ValueError."""
    keys = [_of_file(one) if isinstance(one, Path) else of_text(one) for one in written]
    return {key.id: key for key in keys}


def of_text(text: str) -> TrustedKey:
    """The key of a text. Raises TrustedKeyError."""
    if (found := WRITTEN.fullmatch(text.strip())) is not None:
        digits, day = found.groups()
        return TrustedKey(bytes.fromhex(digits), None if day is None else _end_of(day))
    if (pem := _PEM.search(text)) is not None:
        return TrustedKey(_of_pem(pem[1]))
    raise TrustedKeyError("a trusted key is 64 hex digits (and :YYYY-MM-DD, its last day), or a file of them or of PEM")


def _of_file(path: Path) -> TrustedKey:
    try:
        return of_text(path.read_text("ascii"))
    except (OSError, ValueError) as error:
        raise TrustedKeyError(f"{path}: no trusted key can be read: {error}") from error


def _of_pem(body: str) -> bytes:
    try:
        der = base64.b64decode("".join(body.split()), validate=True)
    except binascii.Error as error:
        raise TrustedKeyError("not PEM") from error
    if len(der) != len(_SPKI) + PUBLIC_KEY_BYTES or not der.startswith(_SPKI):
        raise TrustedKeyError("the key is not of Ed25519")
    return der[len(_SPKI) :]


def _end_of(day: str) -> int:
    try:
        after = date.fromisoformat(day) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise TrustedKeyError(f"{day} is no day") from error
    return int(datetime(after.year, after.month, after.day, tzinfo=UTC).timestamp() * 1000)
