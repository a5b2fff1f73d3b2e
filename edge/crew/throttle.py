"""Wrong PINs -> how long the next try must wait: of an officer, and of the car as a whole. Counted before a PIN is looked at."""

from dataclasses import dataclass
from typing import Final

FREE: Final = 3  # wrong ones of an officer in a row that cost nothing but the time of the hash
FREE_OF_CAR: Final = 10  # of all officers together, since the last right one
FIRST_S: Final = 15
MOST_S: Final = 900  # four tries an hour: 1,000,000 PINs take 28 years

CAR: Final = ""
"""In place of a collar number: the car as a whole."""


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong PINs in a row, and until when the next one waits: milliseconds since the boot of this id."""

    count: int = 0
    boot: bytes = b""
    until_ms: int = 0

    def wait_ms(self, who: str, boot: bytes, started_ms: int, uptime_ms: int) -> int:
        """How long still. After a restart of the machine, whose clock cannot be trusted, the whole wait begins anew."""
        until_ms = self.until_ms if boot == self.boot else started_ms + wait_s(who, self.count) * 1000
        return max(0, until_ms - uptime_ms)

    def one_more(self, who: str, boot: bytes, uptime_ms: int) -> "Tries":
        """A PIN is going to be looked at; should it be right, all this is forgotten."""
        count = self.count + 1
        return Tries(count, boot, uptime_ms + wait_s(who, count) * 1000)


def wait_s(who: str, count: int) -> int:
    """After so many wrong ones in a row."""
    over = count - (FREE_OF_CAR if who == CAR else FREE)
    return 0 if over < 0 else min(MOST_S, FIRST_S << min(over, 10))
