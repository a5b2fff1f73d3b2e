"""Positions once a second -> those that become events: by distance and turn, seldom parked; and what an hour of them costs."""

import math
import random
from collections.abc import Iterator
from itertools import groupby

import pytest

from edge.intake.news import AT_LEAST_MS, AT_MOST_MS, FAR_M, MOVED_M, SLOW_MS, is_news
from edge.uplink.lull import Lulls
from proto import batches
from proto.batches import Batch
from proto.events import Clock, Moment, Place, Position, encode
from proto.lanes import Lane
from proto.topics import up

M_E6 = 1 / 0.11132
NOON_MS = 1_795_608_000_000
HOUR_S = 3600
AROUND = 2 + 2 + len(up("car-1234", Lane.POSITION.word)) + 2 + 29 + 40
"""Bytes around a batch: MQTT's header, topic and packet number, a TLS 1.3 record with AES-GCM, TCP and IPv4."""


def position(at_ms: int, north_m: float = 0, speed: float | None = None, heading: float | None = None) -> Position:
    place = Place(51_550_000 + math.ceil(north_m * M_E6), -708_333, at_ms)
    speed_cmps, heading_cdeg = (
        None if speed is None else round(speed * 100),
        None if heading is None else round(heading * 100),
    )
    return Position(Moment(at_ms, NOON_MS, Clock.NTP), place, speed_cmps, heading_cdeg, NOON_MS + at_ms)


def test_the_first_position_is_news() -> None:
    assert is_news(None, position(0))


def test_never_more_than_one_a_second() -> None:
    assert not is_news(position(0), position(AT_MOST_MS - 1, 1000, 100, 0))
    assert is_news(position(0), position(AT_MOST_MS, 1000, 100, 0))


@pytest.mark.parametrize(
    ("at_ms", "north_m", "heading", "news"),
    [
        (5_000, FAR_M, 10, True),
        (5_000, FAR_M - 2, 10, False),
        (5_000, MOVED_M, 50, True),  # a turn
        (5_000, MOVED_M, 340, True),  # the other way, over north
        (5_000, MOVED_M - 2, 50, False),
        (5_000, MOVED_M, 35, False),
        (SLOW_MS, MOVED_M, 10, True),  # a queue
        (SLOW_MS, MOVED_M - 2, 10, False),
    ],
)
def test_a_moving_car_is_news_by_distance_and_by_turn(
    at_ms: int, north_m: float, heading: float, *, news: bool
) -> None:
    assert is_news(position(0, 0, 8, 10), position(at_ms, north_m, 8, heading)) is news


def test_where_a_car_stops_is_said_once() -> None:
    driving, stopped = position(0, 0, 8, 0), position(SLOW_MS, MOVED_M, 0.1)
    assert is_news(driving, stopped)
    assert not is_news(stopped, position(2 * SLOW_MS, 2 * MOVED_M, 0.1))


def test_a_parked_car_whose_receiver_wanders_says_so_every_five_minutes() -> None:
    chance = random.Random(1)
    said, count = None, 0
    for second in range(HOUR_S):
        new = position(second * 1000, chance.gauss(0, 5), abs(chance.gauss(0, 0.2)))
        if is_news(said, new):
            said, count = new, count + 1
    assert count == HOUR_S * 1000 // AT_LEAST_MS


def city(seed: int) -> Iterator[Position]:
    """An hour among blocks of 80 to 300 m: 20 to 50 km/h, every second corner a turn, four lights in ten red."""
    chance = random.Random(seed)
    lat_m = lon_m = speed = heading = left_m = 0.0
    red_s = target = 0
    for second in range(HOUR_S):
        if red_s:
            red_s, speed = red_s - 1, max(0.0, speed - 3)
        elif left_m <= 0:
            left_m, target = chance.uniform(80, 300), chance.choice([6, 9, 14])
            heading = (heading + chance.choice([0, 0, 90, -90])) % 360
            red_s = chance.randint(5, 45) if chance.random() < 0.4 else 0
        speed = speed if red_s else min(target, speed + 2)
        left_m -= speed
        lat_m += speed * math.cos(math.radians(heading)) + chance.gauss(0, 1)
        lon_m += speed * math.sin(math.radians(heading)) + chance.gauss(0, 1)
        at_ms = second * 1000 + chance.randrange(40)
        place = Place(51_550_000 + round(lat_m * M_E6), round(lon_m * M_E6), at_ms)
        said_heading = round((heading + chance.gauss(0, 2)) % 360 * 100) if speed > 0.5 else None
        yield Position(
            Moment(at_ms, NOON_MS, Clock.NTP), place, round(speed * 100), said_heading, NOON_MS + second * 1000
        )


def messages(positions: Iterator[Position], wait_s: float) -> tuple[int, list[int]]:
    """How many became events, and the lengths of their batches, each sent when its first has waited `wait_s`."""
    said: list[Position] = []
    for new in positions:
        if is_news(said[-1] if said else None, new):
            said.append(new)
    lengths, first = [], 1
    for _, together in groupby(said, lambda each: each.moment.uptime_ms // (wait_s * 1000)):
        bodies = [encode(each) for each in together]
        last = first + len(bodies) - 1
        lengths.append(len(batches.encode(Batch(b"epoch--1", b"boot---1", Lane.POSITION, first, last, bodies))))
        first = last + 1
    return len(said), lengths


@pytest.mark.parametrize("seed", range(5))
def test_an_hour_of_city_driving_is_less_than_20_kb_of_batches(seed: int) -> None:
    count, lengths = messages(city(seed), Lulls(5.0).linger_of(Lane.POSITION))
    assert 150 < count < 600
    assert sum(lengths) < 20_000


@pytest.mark.parametrize("seed", range(5))
def test_sent_once_a_minute_an_hour_is_less_than_20_kb_on_the_wire(seed: int) -> None:
    _, lengths = messages(city(seed), 60.0)
    assert sum(lengths) + len(lengths) * AROUND < 20_000
