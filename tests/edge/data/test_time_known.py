"""The car's clock and the newest signed time -> the time by which data sets are judged."""

from edge.data.admission import Now
from edge.data.time_known import TimeKnown
from proto.events import Clock, Moment
from tests.edge.rig.sets import HOUR_MS, NOON_MS


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
