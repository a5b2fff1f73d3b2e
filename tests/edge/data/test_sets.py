"""What comes down, in the daemon's part: fetched, put in place by a child, resumed, refused once; what is said up. [proto-8.6]"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from edge.data.admission import Judge, Now
from edge.data.child import verdict
from edge.data.children import ask_child
from edge.data.coming import Shelf
from edge.data.holdings import FOLDER
from edge.data.keys import TrustedKeyError, of_text, trusted
from edge.data.orders import Orders, Place
from edge.data.refusals import Refusals
from edge.data.report import Report
from edge.data.sets import DataSets
from edge.data.time_known import TimeKnown
from headquarters.datasets.signing import Signer
from proto.chunks import Chunk, Having, Want, decode_have, decode_want, encode_chunk
from proto.errors import FrameError
from proto.events import Clock, Moment
from proto.manifest import decode_signed, pieces

if TYPE_CHECKING:
    from tests.edge.data.conftest import Made, MakeList

NOON_MS: Final = 1_795_608_000_000
HOUR_MS: Final = 3_600_000
PLATES: Final = [f"ZZ99A{n:02}" for n in range(40)]
PATIENCE_S: Final = 20.0


async def here(orders: Orders) -> dict[str, object]:
    """What a child does, without one."""
    return verdict(orders)


class Car:
    """The data sets of a car, and what was said of them."""

    def __init__(
        self, place: Place, judge: Judge, ask: Callable[[Orders], Any], eventually: Callable[..., Any]
    ) -> None:
        self.eventually = eventually
        self.alarms: list[str] = []
        self.said: list[dict[str, Any]] = []
        self.utc_ms: int | None = NOON_MS
        self.time = TimeKnown(self._moment)
        refusals = Refusals(lambda _, detail: self.alarms.append(detail))
        self.orders: list[Orders] = []

        async def noted(orders: Orders) -> dict[str, object]:
            self.orders.append(orders)
            answer: dict[str, object] = await ask(orders)
            return answer

        def say(kind: str, **said: object) -> None:
            self.said.append({"kind": kind, **said})

        self.weighed: list[bool] = []
        """Of each question whether the link may carry a set: whether the car needs it."""

        def may_fetch(size: int, is_needed: bool) -> bool:
            assert size > 0
            self.weighed.append(is_needed)
            return True

        self.sets = DataSets(place, judge, self.time, noted, say, refusals, may_fetch)
        self.knocks = asyncio.Event()
        self.swaps = 0

    def _moment(self) -> Moment:
        return Moment(0, self.utc_ms, Clock.UNSET if self.utc_ms is None else Clock.NTP)

    def swapped(self) -> None:
        self.swaps += 1

    def offer(self, made: "Made") -> None:
        self.sets.take("manifest", made[0], now())

    def having(self) -> list[Having]:
        self.sets.connected()
        (have,) = [message for word, message in self.sets.sayings(now()) if word == "have"]
        return decode_have(have)

    async def wants(self) -> Want:
        """The next that it asks for."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                self.knocks.clear()
                for word, message in self.sets.sayings(now()):
                    if word == "want":
                        return decode_want(message)
                await self.knocks.wait()

    async def fetch(self, made: "Made", most: int | None = None) -> None:
        """Headquarters answers until the set is in place, or so many chunks were given."""
        signed = decode_signed(made[0])
        cut = list(pieces(made[1], signed.manifest.chunk_bytes))
        given = 0
        before, alarms = len(self.said), len(self.alarms)
        while most is None or given < most:
            wanted = [n for digest, asked in (await self.wants()).chunks if digest == signed.digest for n in asked]
            for n in wanted:
                self.sets.take("chunk", encode_chunk(Chunk(signed.digest, n, cut[n])), now())
                given += 1
            if self.sets.fetch.coming(signed.manifest.name) is None or self._is_whole(signed.manifest.name):
                break
        if most is None:
            await self.eventually(
                lambda: any(said.get("state") == "in place" for said in self.said[before:]) or len(self.alarms) > alarms
            )

    def _is_whole(self, name: str) -> bool:
        coming = self.sets.fetch.coming(name)
        return coming is None or coming.is_whole


def now() -> float:
    return asyncio.get_running_loop().time()


OpenCar = Callable[..., AbstractAsyncContextManager[Car]]


@pytest.fixture
def open_car(place: Place, judge: Judge, eventually: Callable[..., Any]) -> OpenCar:
    """`async with open_car(judge=, ask=) as car`: its task runs."""

    @asynccontextmanager
    async def opened(by: Judge = judge, ask: Callable[[Orders], Any] = here) -> AsyncIterator[Car]:
        car = Car(place, by, ask, eventually)
        task = asyncio.ensure_future(car.sets.run(car.knocks.set, car.swapped))
        try:
            yield car
        finally:
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                task.result()

    return opened


async def test_a_set_comes_piece_by_piece_and_is_in_place(
    open_car: OpenCar, make_list: "MakeList", place: Place
) -> None:
    made = make_list(PLATES, 3)
    async with open_car() as car:
        assert car.having() == []
        car.offer(made)
        await car.fetch(made)
        assert car.alarms == []
        assert car.swaps == 1
        assert car.having() == [Having("wanted", 3)]
    left = sorted(path.name for path in (place.storage / FOLDER).iterdir())
    assert left == ["wanted.held"]


async def test_the_link_is_asked_for_each_set_and_told_whether_the_car_is_without_a_good_one(
    open_car: OpenCar, make_list: "MakeList"
) -> None:
    first, second = make_list(PLATES, 3), make_list(PLATES, 4)
    async with open_car() as car:
        car.offer(first)
        await car.fetch(first)
        assert set(car.weighed) == {True}
        car.weighed.clear()
        car.offer(second)
        await car.wants()
        assert set(car.weighed) == {False}
        car.weighed.clear()
        car.utc_ms = decode_signed(first[0]).manifest.expires_ms + 1
        car.sets.connected()
        await car.wants()
        assert set(car.weighed) == {True}


async def test_after_a_restart_it_goes_on_at_the_chunk_where_it_stopped(
    open_car: OpenCar, make_list: "MakeList", place: Place
) -> None:
    made = make_list(PLATES, 3, chunk_bytes=16)
    async with open_car() as car:
        car.offer(made)
        await car.fetch(made, most=4)
        await car.wants()
        assert car.having() == [Having("wanted", 0, 3)]
        shelf = Shelf(place.storage, place.key)
        await car.eventually(lambda: len(shelf.numbers("wanted")) == car.sets.fetch.chunks)
    stored = shelf.numbers("wanted")
    assert len(stored) >= 4
    async with open_car() as car:
        assert (await car.wants()).chunks[0][1][0] == len(stored)
        car.sets.connected()
        await car.fetch(made)
        assert car.having() == [Having("wanted", 3)]


async def test_a_refusal_is_one_alarm_however_often_it_comes(
    open_car: OpenCar, make_list: "MakeList", stranger: Signer
) -> None:
    bad = make_list(PLATES, 3, by=stranger)
    async with open_car() as car:
        for _ in range(3):
            car.offer(bad)
        assert car.alarms == ["data set wanted: signed by a key that is not trusted: refused, what is held stays"]
        assert car.sets.refusals.count == 3
        assert len(car.sets.fetch) == 0


async def test_a_forged_signature_starts_no_fetch(open_car: OpenCar, make_list: "MakeList") -> None:
    message, content = make_list(PLATES, 3)
    signature = decode_signed(message).signature
    forged = message.replace(signature, bytes([signature[0] ^ 1]) + signature[1:])
    async with open_car() as car:
        car.offer((forged, content))
        await car.eventually(lambda: car.alarms)
        assert car.alarms == ["data set wanted: signature wrong: refused, what is held stays"]
        assert len(car.sets.fetch) == 0
        asked = len(car.orders)
        car.offer((forged, content))
        good = make_list(PLATES, 4)
        car.offer(good)
        await car.fetch(good)
        assert [decode_signed(orders.message).manifest.version for orders in car.orders[asked:]] == [4, 4]


async def test_bytes_that_are_no_manifest_are_an_alarm(open_car: OpenCar) -> None:
    async with open_car() as car:
        with pytest.raises(FrameError):
            car.offer((b"\xc1", b""))
        assert car.alarms == ["a data set: manifest damaged: not msgpack: refused, what is held stays"]


async def test_a_repeat_is_no_alarm_and_an_older_version_is_one(
    open_car: OpenCar, make_list: "MakeList"
) -> None:  # [proto-8.10]
    made = make_list(PLATES, 3)
    async with open_car() as car:
        car.offer(made)
        await car.fetch(made)
        car.offer(made)
        assert car.alarms == []
        car.offer(make_list(PLATES, 2))
        assert car.alarms == ["data set wanted: older than what is held: refused, what is held stays"]


async def test_a_delta_whose_base_is_not_held_makes_the_car_say_what_it_holds(
    open_car: OpenCar, make_list: "MakeList"
) -> None:  # [proto-8.10]
    async with open_car() as car:
        car.having()
        assert car.sets.sayings(now()) == []
        car.offer(make_list(PLATES, 3, before=PLATES[1:], base=2))
        assert [word for word, _ in car.sets.sayings(now())] == ["have"]
        assert car.alarms == []


async def test_a_delta_that_does_not_fit_is_followed_by_a_wish_for_the_whole(
    open_car: OpenCar, make_list: "MakeList"
) -> None:
    whole = make_list(PLATES, 1)
    wrong = make_list(PLATES, 2, before=["ZZ99B01", *PLATES[1:]], base=1)
    async with open_car() as car:
        car.offer(whole)
        await car.fetch(whole)
        car.offer(wrong)
        signed = decode_signed(wrong[0])
        cut = list(pieces(wrong[1], 64))
        while (want := await car.wants()).chunks:
            for n in want.chunks[0][1]:
                car.sets.take("chunk", encode_chunk(Chunk(signed.digest, n, cut[n])), now())
        assert want.names == ("wanted",)
        assert car.having() == [Having("wanted", 1)]


async def test_a_child_that_fails_is_asked_again_and_nothing_is_fetched_twice(
    open_car: OpenCar, make_list: "MakeList", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.data.sets.AGAIN_S", 0.01)
    fails = 2

    async def ask(orders: Orders) -> dict[str, object]:
        nonlocal fails
        if orders.name is not None and fails:
            fails -= 1
            return {"failed": "disk full"}
        return verdict(orders)

    made = make_list(PLATES, 3)
    async with open_car(ask=ask) as car:
        car.offer(made)
        await car.fetch(made)
        assert (fails, car.alarms, car.having()) == (0, [], [Having("wanted", 3)])
        assert car.sets.fetch.chunks == decode_signed(made[0]).manifest.chunks


async def test_a_card_that_takes_nothing_costs_the_set_for_now_and_not_the_service(
    open_car: OpenCar, make_list: "MakeList", place: Place
) -> None:
    made = make_list(PLATES, 3)
    in_the_way = place.storage / FOLDER / "wanted.coming.new"
    in_the_way.mkdir(parents=True)
    async with open_car() as car:
        await car.eventually(car.knocks.is_set)
        car.knocks.clear()
        car.offer(made)
        await car.eventually(car.knocks.is_set)
        assert len(car.orders) == 1
        assert len(car.sets.fetch) == 0
        in_the_way.rmdir()
        car.offer(made)
        await car.fetch(made)
        assert car.having() == [Having("wanted", 3)]


async def test_a_real_child_says_the_same(place: Place, judge: Judge, make_list: "MakeList") -> None:
    good = make_list(PLATES, 3)[0]
    orders = Orders(good, judge, Now(NOON_MS, NOON_MS), place)
    assert await ask_child(orders) == {"good": True}
    assert await ask_child(replace(orders, message=good[:-1])) == {"refused": "manifest damaged: not msgpack"}


async def test_an_overdue_set_is_kept_and_said_once(open_car: OpenCar, make_list: "MakeList") -> None:
    made = make_list(PLATES, 3)
    async with open_car() as car:
        car.offer(made)
        await car.fetch(made)
        stale: list[str] = []
        report = Report(car.sets, car.time, lambda name, _: stale.append(name))
        report.look(0.0)
        assert (stale, report.table()["wanted"]["overdue"], report.figures()["data_overdue"]) == ([], False, 0)
        car.utc_ms = NOON_MS + 2 * HOUR_MS
        report.look(0.0)
        report.look(1.0)
        assert (stale, report.table()["wanted"]["overdue"], report.figures()["data_overdue"]) == (
            ["list-stale"],
            True,
            1,
        )
        assert (report.is_name_overdue("wanted"), report.is_name_overdue("another")) == (True, False)
        assert car.having() == [Having("wanted", 3)]


def test_the_best_time_is_the_later_one_and_a_set_clock_beats_a_future() -> None:
    moment = Moment(0, None, Clock.UNSET)
    time = TimeKnown(lambda: moment)
    assert time.now() == Now(None, None)
    time.saw(NOON_MS)
    time.saw(NOON_MS - 1)
    assert time.now() == Now(NOON_MS, None)
    moment = Moment(0, NOON_MS - HOUR_MS // 2, Clock.NTP)
    assert time.now() == Now(NOON_MS, NOON_MS - HOUR_MS // 2)
    moment = Moment(0, NOON_MS - 2 * HOUR_MS, Clock.NTP)
    assert time.now() == Now(NOON_MS - 2 * HOUR_MS, NOON_MS - 2 * HOUR_MS)


def test_keys_are_digits_digits_with_a_day_or_files(tmp_path: Path) -> None:
    digits = "ab" * 32
    pem = tmp_path / "key.pem"
    pem.write_text(
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n-----END PUBLIC KEY-----\n"
    )
    (tmp_path / "key.txt").write_text(f"{digits}:2026-11-25\n")
    assert of_text(digits).public == bytes.fromhex(digits)
    (key,) = trusted([tmp_path / "key.txt"]).values()
    assert key.until_ms == NOON_MS + 12 * HOUR_MS
    assert list(trusted([pem])) == [of_text(digits).id]


@pytest.mark.parametrize(
    "text",
    ["", "ab", "zz" * 32, f"{'ab' * 32}:2026-13-01", "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----"],
)
def test_what_is_no_key_is_said_so(text: str, tmp_path: Path) -> None:
    with pytest.raises(TrustedKeyError):
        of_text(text)
    (tmp_path / "key").write_text(text)
    with pytest.raises(TrustedKeyError, match="key"):
        trusted([tmp_path / "key"])
