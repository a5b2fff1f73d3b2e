"""How far the time is believed, whatever the wall clock and the receiver say."""

import gc
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from edge.clock import GNSS_HOLDS_MS, MOVED_MS, CarClock, kernel_is_synchronised, uptime_ms
from proto.events import Clock

if TYPE_CHECKING:
    from tests.edge.conftest import TimeSources

NOON_MS = 1_795_608_000_000
FLOOR_MS = NOON_MS - 86_400_000


def instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def test_a_clock_in_1970_was_never_set(times: "TimeSources") -> None:
    times.utc_ms = 12_345
    clock = CarClock(times.sources(), FLOOR_MS)
    assert (clock.now().clock, clock.now().utc_ms) == (Clock.UNSET, None)
    assert clock.check() is None


def test_a_clock_in_1970_is_not_believed_though_the_kernel_says_it_is_synchronised(times: "TimeSources") -> None:
    times.utc_ms, times.synchronised = 12_345, True
    assert CarClock(times.sources(), FLOOR_MS).now().clock is Clock.UNSET


def test_a_clock_past_the_floor_was_kept(times: "TimeSources", clock: CarClock) -> None:
    assert (clock.now().clock, clock.now().utc_ms) == (Clock.KEPT, NOON_MS)
    assert clock.now().uptime_ms == times.uptime_ms


def test_the_time_that_gnss_brings_dates_what_had_no_date(times: "TimeSources") -> None:
    times.utc_ms = 12_345
    clock = CarClock(times.sources(), FLOOR_MS)
    assert clock.heard_gnss(instant(NOON_MS))
    change = clock.check()
    assert change is not None
    assert (change.was, change.was_offset_ms, change.moment.clock) == (Clock.UNSET, None, Clock.GNSS)
    assert clock.now().utc_ms == NOON_MS
    times.pass_ms(5000)
    assert clock.now().utc_ms == NOON_MS + 5000


def test_gnss_confirms_a_clock_that_was_kept_and_corrects_a_wrong_one(clock: CarClock) -> None:
    clock.heard_gnss(instant(NOON_MS + 100))
    confirmed = clock.check()
    assert confirmed is not None
    assert (confirmed.was, confirmed.moment.clock, confirmed.moment.utc_ms) == (Clock.KEPT, Clock.GNSS, NOON_MS)
    clock.heard_gnss(instant(NOON_MS + 90_000))
    moved = clock.check()
    assert moved is not None
    assert moved.moment.utc_ms == NOON_MS + 90_000


def test_a_receiver_whose_weeks_have_rolled_over_is_not_believed(clock: CarClock) -> None:
    assert not clock.heard_gnss(instant(NOON_MS) - timedelta(weeks=1024))
    assert not clock.heard_gnss(instant(NOON_MS) + timedelta(weeks=1024))
    assert clock.check() is None
    assert clock.now().clock is Clock.KEPT


def test_ntp_wins_over_gnss(times: "TimeSources", clock: CarClock) -> None:
    clock.heard_gnss(instant(NOON_MS + 900))
    clock.check()
    times.synchronised = True
    change = clock.check()
    assert change is not None
    assert (change.moment.clock, change.moment.utc_ms) == (Clock.NTP, NOON_MS)


def test_gnss_is_forgotten_when_it_has_been_silent_for_long(times: "TimeSources", clock: CarClock) -> None:
    clock.heard_gnss(instant(NOON_MS))
    clock.check()
    times.pass_ms(GNSS_HOLDS_MS - 1)
    assert clock.check() is None
    times.pass_ms(1)
    change = clock.check()
    assert change is not None
    assert change.moment.clock is Clock.KEPT


def test_late_sentences_do_not_make_the_clock_wander(times: "TimeSources") -> None:
    times.utc_ms = 0
    clock = CarClock(times.sources(), FLOOR_MS)
    changes = 0
    for second, late_ms in enumerate((300, 40, 450, 200, 60, 480)):
        clock.heard_gnss(instant(NOON_MS + second * 1000))
        changes += clock.check() is not None
        assert abs((clock.now().utc_ms or 0) - (NOON_MS + second * 1000)) <= MOVED_MS
        times.pass_ms(1000 - late_ms % 7)
    assert changes == 1


def test_a_step_of_the_wall_clock_is_an_event_and_slewing_is_none(times: "TimeSources", clock: CarClock) -> None:
    times.utc_ms += MOVED_MS
    assert clock.check() is None
    times.utc_ms += 3_600_000
    change = clock.check()
    assert change is not None
    assert (change.was, change.was_offset_ms) == (Clock.KEPT, NOON_MS - times.uptime_ms)
    assert clock.now().utc_ms == NOON_MS + 3_600_000 + MOVED_MS
    assert clock.check() is None


def test_a_wall_clock_that_falls_below_the_floor_is_given_up(times: "TimeSources", clock: CarClock) -> None:
    clock.raise_floor(NOON_MS + 1)
    change = clock.check()
    assert change is not None
    assert (change.moment.clock, change.moment.utc_ms) == (Clock.UNSET, None)
    times.pass_ms(1)
    assert clock.check() is not None
    assert clock.now().clock is Clock.KEPT


def test_the_floor_never_sinks(clock: CarClock) -> None:
    clock.raise_floor(NOON_MS + 1)
    clock.raise_floor(0)
    clock.check()
    assert clock.now().clock is Clock.UNSET


def test_a_moment_once_given_does_not_change(times: "TimeSources", clock: CarClock) -> None:
    before = clock.now()
    assert clock.now() is before
    times.pass_ms(1)
    after = clock.now()
    assert (before.uptime_ms, after.uptime_ms) == (times.uptime_ms - 1, times.uptime_ms)


def test_the_machine_s_own_sources_can_be_read() -> None:
    assert uptime_ms() > 0
    assert kernel_is_synchronised() in (True, False)
    assert CarClock().now().uptime_ms > 0


def test_asking_the_kernel_every_second_leaves_nothing_to_collect() -> None:
    kernel_is_synchronised()
    gc.collect()
    gc.disable()
    try:
        for _ in range(100):
            kernel_is_synchronised()
        assert gc.collect() == 0
    finally:
        gc.enable()
