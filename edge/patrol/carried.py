"""The forecasts that are held -> what is carried of them, and the one that counts now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from edge.data.holdings import Holding, place_of
from edge.data.kinds import read_blob
from edge.data.orders import Place
from edge.spool.database import StoreError
from forecast.guidance import Orders, received

KIND: Final = "forecast"
TOO_OLD_DAYS: Final = (
    14  # boxes kept for two weeks catch nearly all that fresh ones do; older ones send nobody anywhere
)


@dataclass(frozen=True, slots=True)
class Today:
    """The local day, since 1970-01-01, and the minute of it; and UTC in milliseconds."""

    day: int
    minute: int
    utc_ms: int


@dataclass(frozen=True, slots=True)
class Carried:
    """One forecast on board."""

    name: str
    version: int
    expires_ms: int
    orders: Orders

    @property
    def is_withdrawn(self) -> bool:
        """Without boxes it sends nobody anywhere."""
        return not self.orders.boxes

    def is_too_old(self, today: Today | None) -> bool:
        """So old that it guides no more; a car that does not know the day goes by it."""
        return today is not None and today.day - self.orders.day > TOO_OLD_DAYS

    def is_stale(self, today: Today | None) -> bool:
        """Not made for this day and shift."""
        return today is not None and not self.orders.is_for(today.day, today.minute)

    def is_overdue(self, today: Today | None) -> bool:
        """Headquarters should have sent a newer one."""
        return today is not None and self.expires_ms < today.utc_ms


def load(place: Place, held: Iterable[Holding]) -> tuple[list[Carried], list[str]]:
    """Those that can be read, and the names of those that cannot: they are as good as withdrawn. May wait for the card."""
    carried, damaged = [], []
    for one in held:
        try:
            packed = b"".join(read_blob(place_of(place.storage, KIND, one.name), place.key))
            carried.append(Carried(one.name, one.version, one.expires_ms, received(packed)))
        except (StoreError, ValueError):
            damaged.append(one.name)
    return carried, damaged


def chosen(carried: Sequence[Carried], today: Today | None) -> Carried | None:
    """With boxes before withdrawn, for now before for another time, for a shift before for a day; then the newest."""

    def worth(one: Carried) -> tuple[bool, bool, bool, int, int]:
        fits = not one.is_stale(today)
        return not one.is_withdrawn, fits, fits and one.orders.shift != "all", one.orders.day, one.version

    return max(carried, key=worth, default=None)
