"""What RMC, GGA and GSA say about one instant -> one `Fix`, in whatever order a receiver sends them, none lost.

A round is what a receiver says about one instant. RMC has the last word, for it alone has date, status and speed:
- an RMC is given out at once, with altitude, HDOP and satellites of the GGA (at most 2 s older), or the HDOP of the
  GSA, that came since the RMC before it;
- a GGA about the instant of the RMC before it is kept for the RMC after it;
- a GGA about a new instant waits for its RMC, and is given out alone when another instant begins first (its RMC was
  lost). From a receiver that sends no RMC, no GGA waits.
Only at the very beginning, when a GGA comes first, may an instant be given out twice.
"""

from dataclasses import replace
from datetime import datetime, time

from drivers.gps.dates import apart_s
from drivers.readings import Fix, Reason

SAME_FACTS_S = 2  # a receiver that sends RMC before GGA says both once a second; altitude and HDOP change slowly
_NO_RMC = 4  # instants with GGA alone after which a receiver is taken to send no RMC; fewer may be noise


class Rounds:
    """The state between two sentences; each method takes one sentence and gives what is to be given out."""

    def __init__(self) -> None:
        self.dated: datetime | None = None
        """The latest date and time of an RMC with a fix: dates GGA."""
        self._rmc_at: time | None = None
        self._without_rmc = _NO_RMC
        self._gga: Fix | None = None
        self._gga_at: time | None = None
        self._waiting = False
        self._hdop: float | None = None

    def rmc(self, at: time | None, said: Fix | Reason) -> list[Fix | Reason]:
        late = self._late(at)
        if isinstance(said, Fix):
            self.dated = said.at or self.dated
            said = self._joined(at, said)
        self._rmc_at, self._without_rmc = at, 0
        self._gga, self._gga_at, self._hdop = None, None, None
        return [*late, said]

    def gga(self, at: time | None, said: Fix | Reason) -> list[Fix | Reason]:
        late = self._late(at)
        if at is None or at != self._gga_at:
            self._without_rmc += 1
        self._gga, self._gga_at = (None if isinstance(said, str) else said), at
        if self._without_rmc >= _NO_RMC:
            return [*late, said]
        self._waiting = self._gga is not None and at != self._rmc_at
        return late

    def gsa(self, hdop: float | None) -> None:
        self._hdop = hdop

    def end(self) -> list[Fix | Reason]:
        """What still waits, when no more sentence will come."""
        waits, self._waiting = self._waiting, False
        return [self._gga] if waits and self._gga is not None else []

    def _late(self, at: time | None) -> list[Fix | Reason]:
        """The GGA that waited for its RMC in vain, now that a sentence about another instant has come."""
        return self.end() if at is None or at != self._gga_at else []

    def _joined(self, at: time | None, fix: Fix) -> Fix:
        more = self._gga
        if more is not None and (at == self._gga_at or _near(at, self._gga_at)):
            return replace(fix, altitude_m=more.altitude_m, hdop=more.hdop, satellites=more.satellites)
        return fix if self._hdop is None else replace(fix, hdop=self._hdop)


def _near(one: time | None, other: time | None) -> bool:
    return one is not None and other is not None and apart_s(one, other) <= SAME_FACTS_S
