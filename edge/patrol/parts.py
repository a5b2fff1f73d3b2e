"""A car's clock, places, data sets and voice -> its patrol, ready to run."""

import random
import time
from collections.abc import Callable
from typing import Final

from edge.clock import CarClock
from edge.config.car import Config
from edge.data.orders import Place
from edge.data.sets import DataSets
from edge.intake.whereabouts import Whereabouts
from edge.patrol.carried import Today
from edge.patrol.patrol import Patrol
from edge.spool.inbox import Inbox
from edge.spool.numbering import Item
from edge.terminal.stream import EventStream

_DAY_S: Final = 86_400


def patrol_of(
    config: Config, key: str, boot: bytes, clock: CarClock, whereabouts: Whereabouts, sets: DataSets,
    inbox: Inbox[Item], stream: EventStream, alarm: Callable[[str, str], None],
) -> Patrol:  # fmt: skip
    """Opens nothing yet. Dwell takes a place in the inbox as anything does; lane urgent keeps it from being thinned."""
    return Patrol(
        Place(config.storage.folder, key), boot, clock, whereabouts,
        lambda: sets.held, lambda: today_of(clock), random.random, stream.say,
        lambda dwell: inbox.offer(dwell, "urgent"), alarm,
    )  # fmt: skip


def today_of(clock: CarClock) -> Today | None:
    """By the machine's time zone: shifts are local. None while the clock is not set."""
    utc_ms = clock.now().utc_ms
    if utc_ms is None:
        return None
    local = time.localtime(utc_ms / 1000)
    local_s = utc_ms // 1000 + local.tm_gmtoff
    return Today(local_s // _DAY_S, local.tm_hour * 60 + local.tm_min, utc_ms)
