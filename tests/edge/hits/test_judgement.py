"""Listed vehicles -> which alerts are sounded, listed, folded, silent or none at all; and look-alikes, which never are alerts."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from drivers.readings import Fix, PlateSeen
from edge.clock import CarClock
from edge.config.alerts import Alerts
from edge.hits.clones import mismatch
from edge.hits.judgement import Judgement
from edge.intake.sighting import Alert, Sighting
from edge.intake.tracker import GAP_S, Tracker
from edge.intake.watch import Watch
from edge.intake.whereabouts import Whereabouts
from edge.matcher.entry import Entry
from edge.matcher.matcher import Matcher
from edge.spool.inbox import Inbox

if TYPE_CHECKING:
    from tests.edge.conftest import TimeSources

Carry = Callable[..., Path]
KEY = "5a" * 32


class Scene:
    """A watch over the lists of a folder, and what it has said."""

    def __init__(self, folder: Path, clock: CarClock, times: "TimeSources", alerts: Alerts) -> None:
        self.times = times
        self.alerts: list[Alert] = []
        self.advised: list[list[Entry]] = []
        self.order: list[str] = []
        self.whereabouts = Whereabouts()
        self.inbox: Inbox[Any] = Inbox(64, 3600)
        self.matcher = Matcher(folder, KEY, allow_unsigned=True, alarm=lambda *_: None)
        self.judgement = Judgement(self.matcher, alerts)
        self.watch = Watch(
            clock, self.whereabouts, self.matcher, self.inbox, self.warn, Tracker(), judgement=self.judgement,
            advise=self.advise,
        )  # fmt: skip

    def warn(self, _: Sighting, alert: Alert) -> None:
        self.alerts.append(alert)

    def advise(self, _: Sighting, entries: list[Entry]) -> None:
        assert len(self.inbox) > 0, "advice came before the record"
        self.advised.append(entries)

    def saw(self, vrm: str, camera: str = "front", at: Fix | None = None, **seen: str) -> Alert | None:
        if at is not None:
            self.whereabouts.moved(at, self.times.uptime_ms)
        before = len(self.alerts)
        self.watch.saw(camera, PlateSeen(vrm, **seen), 123)  # type: ignore[arg-type]
        return self.alerts[-1] if len(self.alerts) > before else None

    def later(self, s: float) -> None:
        self.times.pass_ms(int(s * 1000))


MakeScene = Callable[..., Scene]


@pytest.fixture
async def scene(tmp_path: Path, clock: CarClock, times: "TimeSources") -> MakeScene:
    return lambda **alerts: Scene(tmp_path / "lists", clock, times, Alerts(**alerts))


HERE = Fix(51.5007, -0.1246)
NEAR = Fix(51.5027, -0.1246)  # 220 m
FAR = Fix(51.5107, -0.1246)  # 1.1 km


async def test_the_same_vehicle_here_and_now_is_no_second_alert(scene: MakeScene, carry: Carry) -> None:
    carry(["ZZ99ABC"])
    car = scene()
    assert car.saw("ZZ99ABC", at=HERE)
    assert car.saw("ZZ99ABC", "rear", at=HERE) is None
    car.later(GAP_S + 1)
    assert car.saw("ZZ99ABC", at=NEAR) is None
    assert (car.judgement.repeats, len(car.inbox)) == (2, 3)


async def test_elsewhere_or_later_it_is_one(scene: MakeScene, carry: Carry) -> None:
    carry(["ZZ99ABC"])
    car = scene()
    assert car.saw("ZZ99ABC", at=HERE)
    car.later(GAP_S + 1)
    assert car.saw("ZZ99ABC", at=FAR)
    car.later(600)
    assert car.saw("ZZ99ABC", at=FAR) is None
    car.later(GAP_S + 1)
    assert car.saw("ZZ99ABC", at=FAR)


async def test_without_a_place_it_is_rather_said_twice(scene: MakeScene, carry: Carry) -> None:
    carry(["ZZ99ABC"])
    car = scene()
    assert car.saw("ZZ99ABC")
    assert car.saw("ZZ99ABC", "rear")


async def test_a_new_entry_of_a_vehicle_is_news_at_the_same_place(scene: MakeScene, carry: Carry) -> None:
    carry(["ZZ99ABC"])
    car = scene()
    assert car.saw("ZZ99ABC", at=HERE)
    carry(["ZZ99ABC"], "stolen", spare_1="90")
    car.matcher.reload()
    alert = car.saw("ZZ99ABC", "rear", at=HERE)
    assert alert
    assert [alert.entry.list, *(other.list for other in alert.others)] == ["stolen", "wanted"]


async def test_below_the_crew_s_threshold_an_alert_is_listed_and_not_sounded(scene: MakeScene, carry: Carry) -> None:
    carry(["ZZ99A40"], "low", spare_1="39")
    carry(["ZZ99A41"], "at", spare_1="40")
    carry(["ZZ99A42"], "none")
    car = scene(threshold=40)
    shown = [alert.shown for plate in ("ZZ99A40", "ZZ99A41", "ZZ99A42") if (alert := car.saw(plate))]
    assert shown == ["listed", None, None]
    car.judgement.budget.threshold = 51
    car.later(GAP_S + 1)
    again = car.saw("ZZ99A42")
    assert again
    assert again.shown == "listed"


async def test_a_pile_up_is_folded_and_high_priority_always_sounds(scene: MakeScene, carry: Carry) -> None:
    plates = [f"ZZ99B{n:02}" for n in range(10)]
    carry(plates)
    carry(["ZZ99HGH"], "high", spare_1="80")
    car = scene(pile_up=5, pile_up_s=10)
    shown = [alert.shown for plate in plates if (alert := car.saw(plate))]
    assert shown == [None] * 5 + ["pile-up"] * 5
    high = car.saw("ZZ99HGH")
    assert high
    assert high.shown is None
    car.later(GAP_S + 1)
    after = car.saw(plates[0])
    assert after
    assert after.shown is None


async def test_a_silent_entry_makes_no_sound_whatever_its_priority(scene: MakeScene, carry: Carry) -> None:
    carry(["ZZ99ABC"], action="SILENT", spare_1="100")
    alert = scene().saw("ZZ99ABC")
    assert alert
    assert (alert.shown, alert.entry.is_silent) == ("silent", True)


async def test_an_entry_beyond_its_weed_date_is_no_alert_and_counted(scene: MakeScene, carry: Carry) -> None:
    carry(["ZZ99OLD"], "old", weed_date="2026-11-24")  # the tests' clock reads 2026-11-25
    carry(["ZZ99NEW"], "new", weed_date="2026-11-25")
    car = scene()
    assert car.saw("ZZ99OLD") is None
    assert car.saw("ZZ99NEW")
    assert car.judgement.not_holding == 1


async def test_another_make_or_colour_is_shown_as_a_mismatch(scene: MakeScene, carry: Carry) -> None:
    carry(["ZZ99ABC"], make="FORD", colour="BLUE")
    alert = scene().saw("ZZ99ABC", make="Ford", colour="red")
    assert alert
    assert alert.mismatch == ("colour",)


@pytest.mark.parametrize(
    ("listed", "seen", "differ"),
    [
        (("VOLKSWAGEN", "GREY"), ("VW", "silver-gray"), ()),
        (("MERCEDES", "WHITE"), ("Mercedes-Benz", "white"), ()),
        (("FORD", "MULTICOLOUR"), ("Ford", "red"), ()),
        (("FORD", None), ("BMW", "red"), ("make",)),
        (("FORD", "BLACK"), (None, None), ()),
        (("FORD", "BLACK"), ("BMW", "white"), ("make", "colour")),
    ],
)
def test_makes_and_colours_are_compared_by_their_words(
    listed: tuple[str, str | None], seen: tuple[str | None, str | None], differ: tuple[str, ...]
) -> None:
    entry = Entry("wanted", "ZZ99ABC", make=listed[0], colour=listed[1])
    assert mismatch(entry, PlateSeen("ZZ99ABC", make=seen[0], colour=seen[1])) == differ


async def test_a_look_alike_is_advice_after_the_record_and_no_alert(scene: MakeScene, carry: Carry) -> None:
    carry(["ZZ99ABC"], reason="stolen")
    car = scene()
    assert car.saw("2Z99ABC") is None
    assert [[entry.vrm for entry in entries] for entries in car.advised] == [["ZZ99ABC"]]
    assert (car.watch.tally.alerts, car.watch.tally.advised) == (0, 1)
    assert car.inbox._items[0].alert is None


async def test_a_look_alike_does_not_take_the_place_of_the_alert_that_follows(scene: MakeScene, carry: Carry) -> None:
    carry(["ZZ99ABC"])
    car = scene()
    car.saw("2Z99ABC", at=HERE)
    assert car.saw("ZZ99ABC", at=HERE)
    car.saw("Z299ABC", at=HERE)
    assert len(car.advised) == 1, "what was alerted in this track needs no advice"


async def test_a_look_alike_is_said_once_a_track_and_not_of_weeded_entries(scene: MakeScene, carry: Carry) -> None:
    carry(["ZZ99ABC"])
    carry(["ZZ99CDE"], "old", weed_date="2026-11-24")
    car = scene()
    for _ in range(3):
        car.saw("2Z99ABC")
        car.saw("2Z99CDE")
    assert len(car.advised) == 1
