"""A car's configuration, clock and voice -> its data sets, ready to run. A key file that cannot be read is an alarm, no reason to stay down."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from edge.clock import CarClock
from edge.config.car import Config
from edge.data import holdings
from edge.data.admission import Judge
from edge.data.children import ask_child
from edge.data.coming import Shelf
from edge.data.keys import TrustedKeyError, trusted
from edge.data.kinds import KINDS
from edge.data.orders import Place
from edge.data.refusals import Refusals
from edge.data.report import Report
from edge.data.sets import DataSets, MayFetch
from edge.data.time_known import TimeKnown
from edge.terminal.stream import EventStream
from proto.manifest import is_name

MOST_REASON: Final = 64  # characters, of what another process says


@dataclass(frozen=True, slots=True)
class Parts:
    """What the wiring needs of this folder."""

    sets: DataSets
    report: Report


def parts_of(
    config: Config,
    key: str,
    clock: CarClock,
    stream: EventStream,
    alarm: Callable[[str, str], None],
    may_fetch: MayFetch,
) -> Parts:
    """Reads the manifests of what is held and under way; opens no list."""
    place = Place(config.storage.folder, key)
    try:
        judge = judge_of(config)
    except TrustedKeyError as error:
        judge = Judge(config.vehicle, {}, frozenset(KINDS))
        alarm("trusted-keys", f"no data set is accepted: {error}")
    time = time_of(place, clock)
    refusals = Refusals(alarm)
    sets = DataSets(place, judge, time, ask_child, stream.say, refusals, may_fetch)
    if time.newest_signed_ms is not None:
        clock.raise_floor(time.newest_signed_ms)
    stream.on_ask("data-refused", partial(_noted, refusals))
    return Parts(sets, Report(sets, time, alarm))


def judge_of(config: Config) -> Judge:
    """What this car is. Raises TrustedKeyError."""
    return Judge(config.vehicle, trusted(config.lists.trusted_keys), frozenset(KINDS))


def time_of(place: Place, clock: CarClock) -> TimeKnown:
    """The best time known, by the clock and by what is held and under way."""
    time = TimeKnown(clock.now)
    for held in holdings.held(place.storage).values():
        time.saw(held.made_ms)
    for signed in Shelf(place.storage, place.key).manifests():
        time.saw(signed.manifest.made_ms)
    return time


def _noted(refusals: Refusals, request: dict[str, Any]) -> dict[str, Any]:
    """`patrol-edge data load` has refused a stick."""
    name, reason = request.get("name"), request.get("reason")
    what = name if isinstance(name, str) and is_name(name) else None
    why = reason[:MOST_REASON] if isinstance(reason, str) else "refused"
    refusals.note(b"stick", what, why)
    return {}
