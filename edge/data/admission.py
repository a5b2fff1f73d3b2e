"""A manifest, what is held, the time -> why it may not come in, or None. Pure; the signature and the chunks are looked at elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from edge.data.holdings import Holding
from edge.data.keys import TrustedKey
from proto.manifest import Manifest, Signed

AHEAD_MS: Final = 3_600_000  # headquarters' clock may be this far ahead of a clock that is trusted

NEWS: Final = "not newer"
"""What a broadcast that comes twice is; it needs no alarm."""
BASE: Final = "delta of a version that is not held"
"""The whole version is asked for then; no alarm either."""
QUIET: Final = frozenset({NEWS, BASE})

AUDIENCE: Final = "meant for another vehicle"
KEY: Final = "signed by a key that is not trusted"
SIGNATURE: Final = "signature wrong"
KEY_EXPIRED: Final = "signed by a key whose time is over"
EXPIRED: Final = "expired"
AHEAD: Final = "made in the future"
OLDER: Final = "older than what is held"
KIND: Final = "of a kind that this car does not know"


@dataclass(frozen=True, slots=True)
class Now:
    """The best time known, UTC milliseconds: the later of the clock and of the newest signed time; None: neither.

    `trusted_ms`: the clock's alone, when NTP or GNSS set it.
    """

    best_ms: int | None = None
    trusted_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Judge:
    """What this car is: its name, whom it trusts, which kinds of sets it can put in place."""

    vehicle: str
    keys: Mapping[bytes, TrustedKey]
    kinds: frozenset[str]

    def refusal(self, signed: Signed, held: Holding | None, now: Now) -> str | None:
        """The first reason why not."""
        manifest = signed.manifest
        checks = (
            (AUDIENCE, not manifest.is_for(self.vehicle)),
            (KEY, signed.key_id not in self.keys),
            (KEY_EXPIRED, self._is_over(signed, now)),
            (AHEAD, now.trusted_ms is not None and manifest.made_ms > now.trusted_ms + AHEAD_MS),
            (EXPIRED, now.best_ms is not None and manifest.expires_ms < now.best_ms),
            (KIND, manifest.kind not in self.kinds),
            (OLDER, held is not None and manifest.version < held.version),
            (NEWS, held is not None and held.is_there and manifest.version == held.version),
            (BASE, manifest.base is not None and not _stands_on(manifest, held)),
        )
        return next((reason for reason, holds in checks if holds), None)

    def _is_over(self, signed: Signed, now: Now) -> bool:
        key = self.keys.get(signed.key_id)
        if key is None or key.until_ms is None:
            return False
        return max(signed.manifest.made_ms, now.best_ms or 0) >= key.until_ms


def _stands_on(delta: Manifest, held: Holding | None) -> bool:
    return held is not None and held.is_there and held.kind == delta.kind and held.version == delta.base
