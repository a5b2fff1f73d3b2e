"""Where the car is, the forecasts held, headquarters' dosage -> guidance on the socket, and dwell events. It reads the intake's places and makes nobody wait."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from edge import small_file
from edge.clock import CarClock
from edge.data.holdings import Holding
from edge.data.orders import Place
from edge.intake.whereabouts import Whereabouts
from edge.patrol.carried import KIND, Carried, Today, chosen, load
from edge.patrol.doses import Doses
from edge.patrol.guide import Guide, Stay
from edge.patrol.view import boxes, idle, view
from edge.ticks import tick
from forecast.guidance import Spot
from proto.dosage import Dosage, decode_dosage
from proto.events import Dwell

log = logging.getLogger(__name__)

TICK_S: Final = 1.0  # of guidance: two fixes make a visit; and no screen needs more than a line a second
NAME: Final = "patrol.json"  # boxes by number and seconds: no position

MOST_EARLY: Final = (
    16  # dosage of a forecast that is not taken up yet: headquarters speaks as soon as the set is in place
)

Held = Callable[[], Mapping[str, Holding]]


class Patrol:
    """`run` is its task; `take` is the downlink's call. `today()`: the local day, None while the clock is not set."""

    words: Final = frozenset({"dosage"})

    def __init__(
        self,
        place: Place,
        boot: bytes,
        clock: CarClock,
        whereabouts: Whereabouts,
        held: Held,
        today: Callable[[], Today | None],
        chance: Callable[[], float],
        say: Callable[..., None],
        offer: Callable[[Dwell], object],
        alarm: Callable[[str, str], None],
    ) -> None:
        self._place, self._boot = place, boot
        self._clock, self._whereabouts = clock, whereabouts
        self._held, self._today, self._chance = held, today, chance
        self._say, self._offer, self._alarm = say, offer, alarm
        self._guide: Guide | None = None
        self._carried: list[Carried] = []
        self._known: frozenset[tuple[str, int]] = frozenset()
        """What `_carried` was loaded from."""
        self._placed_ms = -1
        self._said: tuple[dict[str, Any], list[dict[str, Any]]] = ({}, [])
        self._early: deque[tuple[Dosage, float]] = deque(maxlen=MOST_EARLY)
        self._is_unsaved = False
        self.dwell_s = 0.0
        """In boxes, of visits that are over, since the start."""

    async def run(self) -> None:
        """For ever; a visit under way ends with it."""
        try:
            while True:
                await self.reload()
                self.look()
                await self.save()
                await tick(TICK_S)
        finally:
            self.close()

    async def reload(self) -> None:
        """Looks for a forecast that has come or gone, and takes it up."""
        held = [one for one in self._held().values() if one.kind == KIND and one.is_there]
        known = frozenset((one.name, one.version) for one in held)
        if known == self._known:
            return
        self._known = known
        self._carried, damaged = await asyncio.to_thread(load, self._place, held)
        for name in damaged:
            self._alarm("forecast-damaged", f"forecast {name} cannot be read: nobody is guided by it")
        if self._guide is None:
            await self._begin()

    def look(self) -> None:
        """One tick: at the place, at the time, at what there is to say."""
        moment, today = self._clock.now(), self._today()
        now_s = moment.uptime_ms / 1000
        self._follow(chosen(self._carried, today))
        guide = self._guide
        if guide is not None and idle(guide.carried, today) is None:
            if (spot := self._spot(guide, moment.uptime_ms)) is not None:
                self._report(guide, guide.moved(spot))
            self._report(guide, guide.looked(now_s))
        self._tell(now_s, today)

    def close(self) -> None:
        """The daemon ends, or the forecast does: so does the visit."""
        if self._guide is not None:
            self._report(self._guide, self._guide.closed())

    def take(self, word: str, payload: bytes, now_s: float) -> None:  # noqa: ARG002 - a downlink's words
        """What the boxes have had from all cars. Raises FrameError: it is none."""
        dosage, uptime_s = decode_dosage(payload), self._clock.now().uptime_ms / 1000
        if self._guide is not None and self._guide.carried.name == dosage.set:
            self._guide.doses.told(dosage.doses, uptime_s)
        else:
            self._early.append((dosage, uptime_s))

    def connected(self) -> None:
        """Headquarters says the dosage of its own accord."""

    def sayings(self, now_s: float) -> list[tuple[str, bytes]]:  # noqa: ARG002 - a downlink's words
        """Nothing is asked for."""
        return []

    def next_due_s(self) -> float | None:
        """Never."""
        return None

    def table(self) -> dict[str, Any]:
        """For the status, JSON-ready."""
        return {**view(self._guide, self._today()), "boxes": boxes(self._guide, self._clock.now().uptime_ms / 1000)}

    def figures(self) -> dict[str, int]:
        """For headquarters."""
        count = len(self._guide.carried.orders.boxes) if self._guide is not None else 0
        return {"patrol_boxes": count, "patrol_dwell_s": round(self.dwell_s)}

    async def _begin(self) -> None:
        """The first forecast of this process: what this boot's visits gave its boxes is known from the file."""
        self._follow(chosen(self._carried, self._today()))
        guide = self._guide
        if guide is None:
            return
        try:
            table = await asyncio.to_thread(small_file.read, self._place.storage / NAME)
            if isinstance(table, dict) and table.get("of") == self._of(guide):
                guide.doses.load(table.get("doses"))
        except (OSError, ValueError) as error:
            log.warning("what the boxes had from this car is lost (%s)", type(error).__name__)

    async def save(self) -> None:
        """After each visit. A card that takes no write costs that, not the service."""
        if not self._is_unsaved or self._guide is None:
            return
        self._is_unsaved = False
        path: Path = self._place.storage / NAME
        try:
            table = {"of": self._of(self._guide), "doses": self._guide.doses.table()}
            await asyncio.to_thread(small_file.write, path, table)
        except OSError as error:
            log.warning("what the boxes had from this car is not written: %s", error.strerror)

    def _of(self, guide: Guide) -> list[object]:
        return [self._boot.hex(), guide.carried.name, guide.carried.version]

    def _follow(self, carried: Carried | None) -> None:
        """Another forecast, or a newer version: visits end, doses are carried over."""
        before = self._guide
        if _key(carried) == _key(before.carried if before is not None else None):
            return
        self.close()
        self._guide = None if carried is None else Guide(carried, Doses(carried.orders), self._chance)
        if self._guide is not None:
            self._know(self._guide.doses, self._guide.carried, before)
        what = "none" if carried is None else f"{carried.name} version {carried.version}"
        log.info("forecast: %s", what)

    def _know(self, doses: Doses, carried: Carried, before: Guide | None) -> None:
        """What was known of the ground, and what was said of this forecast before it was taken up."""
        if carried.orders.anchor is None:
            return
        if before is not None:
            doses.carry_over(before.doses)
        for dosage, uptime_s in self._early:
            if dosage.set == carried.name:
                doses.told(dosage.doses, uptime_s)
        self._early.clear()

    def _spot(self, guide: Guide, uptime_ms: int) -> Spot | None:
        """A fix that was not seen before, on the forecast's ground."""
        place = self._whereabouts.at(uptime_ms)
        if place is None or place.placed_ms == self._placed_ms:
            return None
        self._placed_ms = place.placed_ms
        lat_deg, lon_deg = place.lat_e6 / 1e6, place.lon_e6 / 1e6
        return guide.carried.orders.spot(place.placed_ms / 1000, lat_deg, lon_deg, self._whereabouts.accuracy_m)

    def _report(self, guide: Guide, stays: Iterable[Stay]) -> None:
        for stay in stays:
            if stay.is_over:
                self.dwell_s += stay.visit.dwell_s
                self._is_unsaved = True
            self._offer(self._dwell(guide.carried, stay))

    def _dwell(self, carried: Carried, stay: Stay) -> Dwell:
        visit = stay.visit
        lat_deg, lon_deg = carried.orders.middle(visit.box)
        return Dwell(
            self._clock.now(),
            carried.name,
            carried.version,
            visit.box,
            arrived_ms=round(visit.from_s * 1000),
            dwell_s=round(visit.dwell_s),
            credit_s=round(visit.credit_s),
            lat_e6=round(lat_deg * 1e6),
            lon_e6=round(lon_deg * 1e6),
            model=carried.orders.model,
            left_ms=round((visit.from_s + visit.dwell_s) * 1000) if stay.is_over else None,
        )

    def _tell(self, now_s: float, today: Today | None) -> None:
        """On the socket, when it has changed; the boxes only when they have."""
        now, all_boxes = view(self._guide, today), boxes(self._guide, now_s)
        said, said_boxes = self._said
        if now == said and all_boxes == said_boxes:
            return
        self._said = now, all_boxes
        self._say("patrol", **now, **({} if all_boxes == said_boxes else {"boxes": all_boxes}))


def _key(carried: Carried | None) -> tuple[str, int] | None:
    return None if carried is None else (carried.name, carried.version)
