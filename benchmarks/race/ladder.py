"""A camera whose rate climbs -> the rate at which a contestant's reads arrive at the other end when it can do no more."""

import time
from pathlib import Path
from typing import Any, Final

from benchmarks.peers.programs import Contestant
from benchmarks.race.feeder import Feeder
from benchmarks.race.stand import Stand, stands

STEP_S: Final = 1.5
GROWTH: Final = 1.2
STEPS: Final = 14
LATE_S: Final = 1.0  # a read that is not there a second after it was due belongs to a rate that is too high
DRAIN_S: Final = 30.0


def rate(contestant: Contestant, kit: Path) -> dict[str, Any]:
    """Maximum rate without loss, reads/s from the pty to the sink (of ours: to headquarters' receipt).

    The camera climbs in steps of 1.5 s, each 1.2 times as fast as the one before, until reads are late by a second; the
    figure is the most that arrived in the time of one step, and `kept_up_per_s` the last rate that was kept up with. The
    line has flow control: the camera waits up to a second for room.
    """
    with stands([contestant], kit, direct=True) as (stand,):
        stand.start()
        stand.greet()
        rates = [int(contestant.first_per_s * GROWTH**step) for step in range(STEPS)]
        begun = stand.next
        feeder = stand.say([(rate_per_s, STEP_S) for rate_per_s in rates])
        arrived = _climb(stand, feeder, begun)
        stand.stopped_saying(feeder)
        stand.wait_until_settled(5.0, DRAIN_S, stand.next)
        lost = len([number for number in stand.missing(stand.next) if number >= begun])
        return {
            "reads_per_s": round(max(arrived) / STEP_S),
            "kept_up_per_s": rates[len(arrived) - 3] if len(arrived) > 2 else None,
            "lost": lost,
            "said": stand.next - begun,
            "rss_mb": stand.figures().rss_mb,
        }


def _climb(stand: Stand, feeder: Feeder, begun: int) -> list[int]:
    """How many reads arrived in the time of each step, up to the first that was not kept up with."""
    arrived, before = [], stand.seen.distinct
    for step in range(STEPS):
        _sleep_until(feeder, (step + 1) * STEP_S)
        arrived.append(stand.seen.distinct - before)
        before += arrived[-1]
        expected = begun + feeder.due(step * STEP_S)  # of the step before
        _sleep_until(feeder, step * STEP_S + LATE_S)
        if step and stand.seen.distinct < expected:
            break
    return arrived


def _sleep_until(feeder: Feeder, after_s: float) -> None:
    time.sleep(max(0.0, feeder.start_ns / 1e9 + after_s - time.monotonic()))
