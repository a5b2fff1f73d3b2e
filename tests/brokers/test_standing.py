"""What is said of a link, and how often: the daemon's own parts, without a broker; times are numbers."""

from edge.clock import CarClock, Sources
from edge.supervision import MOST_REASONS, Outage
from edge.uplink.permission import NO_ANSWER_S
from edge.uplink.standing import Standing


class Told:
    """Everything that a link's standing says, in order."""

    def __init__(self) -> None:
        self.lines: list[tuple[bool, str]] = []
        self.alarms: list[str] = []
        self.outage = Outage("link", lambda _, up, reason: self.lines.append((up, reason)))
        self.standing = Standing("car-1", self.outage.began, lambda _, detail: self.alarms.append(detail))

    def connected(self, now_s: float) -> None:
        self.standing.connected(now_s, self.outage.over)

    def lost(self, now_s: float, reason: str = "the connection was lost") -> None:
        self.standing.lost(now_s)
        self.outage.began(reason)


def test_a_refusal_is_one_line_and_one_alarm_though_it_comes_and_goes() -> None:
    told = Told()
    told.connected(0)
    told.standing.permission.acknowledged(0x87)
    for now_s in range(10):
        told.standing.judge(now_s, in_flight=True)
    assert told.lines == [(True, "ok"), (False, "the broker's permissions refuse pe/1/car-1/up/#")]
    assert len(told.alarms) == 1
    told.standing.permission.answered()
    told.standing.judge(11, in_flight=False)
    assert told.lines[2:] == [(True, "ok")]
    told.standing.permission.acknowledged(0x87)
    told.standing.judge(12, in_flight=True)
    assert told.lines[3:] == told.lines[1:2]
    assert len(told.alarms) == 1


def test_an_alarm_is_repeated_after_an_hour_or_for_another_reason() -> None:
    told = Told()
    for now_s, reason in ((0.0, "a"), (10.0, "a"), (3599.0, "a"), (3600.0, "a"), (3601.0, "b"), (3602.0, "b")):
        told.standing.refused(reason, now_s)
    assert told.alarms == ["a", "a", "b"]


def test_a_new_connection_is_not_up_while_nothing_arrives() -> None:
    told = Told()
    told.connected(0)
    told.standing.judge(0, in_flight=True)
    told.standing.judge(NO_ANSWER_S, in_flight=True)
    assert told.outage.is_up is False
    told.lost(50)
    told.connected(60)
    assert told.outage.is_up is False
    assert told.outage.reason.startswith("no receipts")
    told.standing.permission.answered()
    told.standing.judge(61, in_flight=False)
    assert told.outage.is_up is True


def test_what_is_mended_while_the_link_is_away_is_not_up_before_it_is_back() -> None:
    told = Told()
    told.connected(0)
    told.standing.permission.acknowledged(0x87)
    told.standing.judge(1, in_flight=True)
    told.standing.permission.answered()
    told.lost(2)
    told.standing.judge(2, in_flight=False)
    assert told.outage.is_up is False
    told.connected(3)
    assert told.outage.is_up is True


def test_headquarters_being_away_is_no_alarm() -> None:
    told = Told()
    told.connected(0)
    told.standing.permission.acknowledged(0x10)
    told.standing.judge(0, in_flight=True)
    told.standing.judge(NO_ANSWER_S, in_flight=True)
    assert told.outage.is_up is False
    assert told.alarms == []


def test_every_reason_of_an_outage_is_said_once_and_the_latest_is_kept() -> None:
    told = Told()
    for reason in ("timed out", "expired", "timed out", "expired", "timed out"):
        told.outage.began(reason)
    assert told.lines == [(False, "timed out"), (False, "expired")]
    assert told.outage.reason == "timed out"
    told.outage.over()
    told.outage.began("expired")
    assert told.lines[2:] == [(True, "ok"), (False, "expired")]


def test_an_outage_with_ever_new_reasons_does_not_fill_the_log() -> None:
    told = Told()
    for number in range(10 * MOST_REASONS):
        told.outage.began(f"reason {number}")
    assert len(told.lines) == MOST_REASONS


def test_a_clock_before_the_floor_is_not_good_enough_for_certificates() -> None:
    clock = CarClock(Sources(uptime_ms=lambda: 0, utc_ms=lambda: 1_000, synchronised=lambda: False), floor_ms=1_000)
    assert clock.is_past_floor()
    clock.raise_floor(1_001)
    assert not clock.is_past_floor()
