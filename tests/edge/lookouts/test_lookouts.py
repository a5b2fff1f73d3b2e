"""The crew's own list: kept before it is promised, over when its time is, told to headquarters, and secret on the disk."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from edge.clock import CarClock
from edge.config.alerts import Alerts
from edge.hits.budget import Budget
from edge.intake.whereabouts import Whereabouts
from edge.lookouts.kept import FILE, KeptFile, OwnEntry
from edge.lookouts.lookouts import MOST, LookOuts
from edge.lookouts.parts import Parts, parts_of
from edge.matcher.matcher import Matcher
from edge.terminal.stream import EventStream
from proto.events import Change, LookOut
from proto.plates import canonical

if TYPE_CHECKING:
    from tests.edge.conftest import TimeSources

KEY = "5a" * 32
HOUR_MS = 3_600_000


class Crew:
    """The crew's part of a car, and everything it said and recorded."""

    def __init__(self, folder: Path, clock: CarClock, key: str = KEY) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []
        self.events: list[Change | LookOut] = []
        self.alarms: list[str] = []
        self.stream = EventStream()
        self.stream.say = lambda kind, /, **fields: self.lines.append((kind, fields))  # type: ignore[method-assign]
        self.budget = Budget(Alerts(threshold=10))
        self.matcher = Matcher(folder / "lists", key, allow_unsigned=True, alarm=lambda *_: None)
        self.parts: Parts = parts_of(
            folder, key, self.stream, clock.now, Whereabouts(), self.budget, self.events.append,
            lambda name, _: self.alarms.append(name),
        )  # fmt: skip
        self.matcher.own = self.parts.own

    @property
    def own(self) -> LookOuts:
        return self.parts.own

    async def add(self, vrm: str = "ZZ99 ABC", **more: object) -> dict[str, Any]:
        told = {"vrm": vrm, "reason": "drove off", "hours": 2, "officer": "4711", **more}
        return await self.own.add(told)

    async def alerts(self, **request: object) -> dict[str, Any]:
        answer = self.stream._answers["alerts"](dict(request))
        assert not isinstance(answer, dict)
        return await answer

    def found(self, vrm: str) -> list[str]:
        return [entry.vrm for entry in self.matcher.match(canonical(vrm) or "") if entry.list == "crew"]


@pytest.fixture
async def crew(tmp_path: Path, clock: CarClock) -> Callable[[], Crew]:
    return lambda: Crew(tmp_path, clock)


MakeCrew = Callable[[], Crew]


async def test_what_the_crew_adds_is_matched_told_and_survives_a_restart(crew: MakeCrew) -> None:  # [proto-9.4]
    car = crew()
    assert car.found("zz99abc") == []
    (listed,) = (await car.add())["look_outs"]
    assert (listed["vrm"], listed["officer"], listed["reason"], listed["priority"]) == (
        "ZZ99 ABC",
        "4711",
        "drove off",
        60,
    )
    assert car.found("zz99abc") == ["ZZ99 ABC"]
    (event,) = car.events
    assert isinstance(event, LookOut)
    assert (event.deed, event.vrm, event.until_s) == ("add", "ZZ99 ABC", listed["until_ms"] // 1000)
    assert [kind for kind, _ in car.lines] == ["look-out"]
    again = crew()
    assert again.found("ZZ99ABC") == ["ZZ99 ABC"]
    (entry,) = again.matcher.match("ZZ99ABC")
    assert (entry.list, entry.reason, entry.signed) == ("crew", "drove off", True)


async def test_a_part_of_a_vrm_can_be_looked_out_for(crew: MakeCrew) -> None:
    car = crew()
    await car.add("ZZ99*")
    assert car.found("ZZ99XYZ") == ["ZZ99*"]
    assert car.found("AB12CDE") == []


async def test_it_ends_with_its_time_and_headquarters_is_told(crew: MakeCrew, times: "TimeSources") -> None:
    car = crew()
    await car.add(hours=2)
    times.pass_ms(2 * HOUR_MS - 1)
    await car.own.look()
    assert car.found("ZZ99ABC") == ["ZZ99 ABC"]
    times.pass_ms(1)
    assert car.found("ZZ99ABC") == []
    await car.own.look()
    assert car.own.told({}) == {"look_outs": []}
    last = car.events[-1]
    assert isinstance(last, LookOut)
    assert (last.deed, last.officer) == ("remove", None)
    assert crew().own.told({}) == {"look_outs": []}


async def test_it_is_removed_by_whoever_says_so(crew: MakeCrew) -> None:
    car = crew()
    await car.add()
    assert "officer" in (await car.own.remove({"vrm": "ZZ99ABC"}))["error"]
    assert "not look out" in (await car.own.remove({"vrm": "AB12CDE", "officer": "1"}))["error"]
    assert await car.own.remove({"vrm": "zz99abc", "officer": "0815"}) == {"look_outs": []}
    assert car.found("ZZ99ABC") == []
    assert crew().found("ZZ99ABC") == []


async def test_without_a_clock_its_hours_begin_when_the_time_is_known(tmp_path: Path, times: "TimeSources") -> None:
    noon_ms = times.utc_ms
    times.utc_ms = 0
    clock = CarClock(times.sources(), floor_ms=noon_ms - 86_400_000)
    car = Crew(tmp_path, clock)
    (listed,) = (await car.add(hours=2))["look_outs"]
    assert listed["until_ms"] is None
    await car.own.look()
    assert car.found("ZZ99ABC")
    times.utc_ms = noon_ms
    clock.check()
    await car.own.look()
    (listed,) = car.own.told({})["look_outs"]
    assert listed["until_ms"] == noon_ms + 2 * HOUR_MS


@pytest.mark.parametrize(
    "wrong",
    [
        *({"vrm": ""}, {"vrm": "*"}, {"vrm": "A*"}, {"vrm": None}, {"vrm": "АВ12"}, {"vrm": "A" * 13}),
        *({"reason": ""}, {"reason": None}, {"reason": "x" * 201}, {"officer": None}, {"officer": "x" * 33}),
        *({"hours": 0}, {"hours": 169}, {"hours": "2"}, {"hours": True}, {"priority": 101}, {"priority": "high"}),
    ],
)
async def test_what_cannot_be_looked_out_for_is_refused_in_words(crew: MakeCrew, wrong: dict[str, object]) -> None:
    car = crew()
    answer = await car.own.add({"vrm": "ZZ99ABC", "reason": "r", "hours": 1, "officer": "1", **wrong})
    assert answer["error"]
    assert (car.events, car.lines) == ([], [])


async def test_there_are_at_most_so_many(tmp_path: Path, clock: CarClock) -> None:
    KeptFile(tmp_path, KEY).put([OwnEntry(f"AB{n:04}", f"AB{n:04}", "r", "1", 50, 1, None) for n in range(MOST)])
    car = Crew(tmp_path, clock)
    assert "remove one" in (await car.add())["error"]
    assert len((await car.add("AB0001"))["look_outs"]) == MOST


async def test_what_cannot_be_kept_is_not_promised(tmp_path: Path, crew: MakeCrew) -> None:
    car = crew()
    (tmp_path / FILE).mkdir()
    assert "cannot be kept" in (await car.add())["error"]
    assert (car.found("ZZ99ABC"), car.events) == ([], [])


async def test_a_file_that_is_damaged_is_set_aside_and_reported(tmp_path: Path, crew: MakeCrew) -> None:
    await crew().add()
    (tmp_path / FILE).write_bytes(Random(1).randbytes(4096))
    car = crew()
    assert (car.alarms, car.found("ZZ99ABC")) == (["look-outs"], [])
    assert len(list(tmp_path.glob(f"{FILE}.aside-*"))) == 1
    await car.add()
    assert crew().found("ZZ99ABC") == ["ZZ99 ABC"]


async def test_a_wrong_key_leaves_the_file_as_it_is_under_another_name(tmp_path: Path, clock: CarClock) -> None:
    await Crew(tmp_path, clock).add()
    assert Crew(tmp_path, clock, "a5" * 32).alarms == ["look-outs"]
    (aside,) = tmp_path.glob(f"{FILE}.aside-*")
    aside.rename(tmp_path / FILE)
    assert Crew(tmp_path, clock).found("ZZ99ABC") == ["ZZ99 ABC"]


async def test_nothing_of_it_stands_in_clear_on_the_disk(tmp_path: Path, crew: MakeCrew) -> None:
    car = crew()
    for n in range(50):
        await car.add(f"ZZ99A{n:02}", reason="zz99reason", officer="zz99officer")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if b"zz99" in path.read_bytes().lower()] == []


async def test_the_crew_s_threshold_is_kept_audited_and_used(crew: MakeCrew) -> None:  # [proto-9.5]
    car = crew()
    assert await car.alerts() == {"threshold": 10}
    assert "officer" in (await car.alerts(threshold=40))["error"]
    assert "0 to 100" in (await car.alerts(threshold=101, officer="1"))["error"]
    assert "0 to 100" in (await car.alerts(threshold=True, officer="1"))["error"]
    assert await car.alerts(threshold=40, officer="4711") == {"threshold": 40}
    (event,) = car.events
    assert isinstance(event, Change)
    assert (event.officer, event.what, event.was, event.now) == ("4711", "threshold", "10", "40")
    assert car.budget.threshold == 40
    assert crew().budget.threshold == 40
