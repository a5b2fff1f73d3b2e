"""All contestants side by side -> what does not depend on who has the processor: losses, outages, unplugging, footprint."""

import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

from benchmarks.peers.programs import Contestant
from benchmarks.race.feeder import Feeder
from benchmarks.race.stand import Stand, stands

LOSS_PER_S: Final = 200.0
SETTLED_S: Final = 1.0  # before the end: whoever has a store has had time to use it
_QUIET_S: Final = 10.0
_MOST_S: Final = 150.0
_TRY_S: Final = 5.0  # no whole number: who tries every 5 s must not be in step with the end of an outage
_MOST_LINGER_S: Final = 12.0  # for whoever is there again and still sends what it held
Figures = dict[str, dict[str, Any]]


def killed(contestants: Sequence[Contestant], kit: Path) -> Figures:
    """Loss by kill -9, offline, at 200 reads/s: of the reads said a second or more before, and of those in the last second.

    Ready, then the link is cut; after 4 to 6 s of reads all processes get SIGKILL at once; the link is mended, they are
    started again, and the other end is counted when nothing more has come for 10 s.
    """
    return _ended(contestants, kit, by_kill=True)


def stopped(contestants: Sequence[Contestant], kit: Path) -> Figures:
    """Loss by a clean stop, offline, at 200 reads/s: the same, with the signal that its unit sends (SIGTERM; SIGINT for ThingsBoard)."""
    return _ended(contestants, kit, by_kill=False)


def _ended(contestants: Sequence[Contestant], kit: Path, *, by_kill: bool) -> Figures:
    chance, found = Random(), Figures()
    with stands(contestants, kit) as all_:
        _ready(all_)
        for stand in all_:
            stand.link.cut()
        feeders = [stand.say([(LOSS_PER_S, 30.0)]) for stand in all_]
        ends: dict[str, tuple[int, int, float]] = {}
        for stand, feeder in zip(all_, feeders, strict=True):
            due_s = chance.uniform(4.0, 6.0) if not ends else chance.uniform(0.1, 0.5)
            time.sleep(due_s)
            end_ns = time.monotonic_ns()
            (stand.kill if by_kill else stand.stop)()
            took_s = (time.monotonic_ns() - end_ns) / 1e9
            stand.stopped_saying(feeder)
            ends[stand.contestant.name] = (
                feeder.said_at(end_ns - int(SETTLED_S * 1e9)),
                feeder.said_at(end_ns),
                took_s,
            )
        for stand in all_:
            stand.link.mend()
            stand.start()
        wait_until_settled(all_, [ends[stand.contestant.name][1] for stand in all_], _QUIET_S, _MOST_S)
        for stand in all_:
            settled, said, took_s = ends[stand.contestant.name]
            gone = stand.missing(said)
            found[stand.contestant.name] = {
                "lost": sum(number < settled for number in gone),
                "lost_of_last_second": sum(number >= settled for number in gone),
                "said_offline": said,
                **({} if by_kill else {"stop_s": round(took_s, 2)}),
            }
    return found


def wait_until_settled(all_: Sequence[Stand], expected: Sequence[int], quiet_s: float, longest_s: float) -> None:
    """Until everybody has all that is expected of it, or nothing came to anybody for so long, or the time is over."""
    until_s = quiet_since_s = time.monotonic()
    before: list[int] = []
    while time.monotonic() < until_s + longest_s and time.monotonic() < quiet_since_s + quiet_s:
        now = [stand.seen.distinct for stand in all_]
        if all(count >= wanted for count, wanted in zip(now, expected, strict=True)):
            return
        if now != before:
            quiet_since_s, before = time.monotonic(), now
        time.sleep(0.02)


def outage(contestants: Sequence[Contestant], kit: Path, seconds: float) -> Figures:
    """Connections refused for that long and up to 5 s more, at 5 reads/s; then the seconds until the first read arrives and until all have;
    then the camera's plug pulled for 3 to 5 s, and the seconds from its return to the first read that is taken and arrives."""
    with stands(contestants, kit) as all_:
        _ready(all_)
        for stand in all_:
            stand.link.cut()
        feeders = [stand.say([(5.0, seconds + 300.0)]) for stand in all_]
        time.sleep(seconds + Random().uniform(0.0, _TRY_S))
        before = {stand.contestant.name: stand.seen.distinct for stand in all_}
        said = {stand.contestant.name: feeder.said for stand, feeder in zip(all_, feeders, strict=True)}
        for stand in all_:
            stand.link.mend()
        mended_s = time.monotonic()
        found: Figures = {
            stand.contestant.name: {"outage_s": seconds, "first_s": None, "all_s": None} for stand in all_
        }
        _watch(all_, before, said, found, mended_s, longest_s=130.0)
        for stand in all_:
            found[stand.contestant.name]["lost"] = len(stand.missing(said[stand.contestant.name]))
        for feeder in feeders:
            feeder.unplug()
        time.sleep(Random().uniform(3.0, 5.0))  # no whole number: who tries every second must not be in step with it
        said = {stand.contestant.name: feeder.said for stand, feeder in zip(all_, feeders, strict=True)}
        for feeder in feeders:
            feeder.plug()
        _replugged(all_, feeders, said, found, longest_s=45.0)
        for feeder in feeders:
            feeder.stop()
    return found


def _watch(
    all_: list[Stand], before: dict[str, int], said: dict[str, int], found: Figures, since_s: float, longest_s: float
) -> None:
    while time.monotonic() - since_s < longest_s:
        after_s = round(time.monotonic() - since_s, 2)
        for stand in all_:
            figures, name = found[stand.contestant.name], stand.contestant.name
            if figures["first_s"] is None and stand.seen.distinct > before[name]:
                figures["first_s"] = after_s
            if figures["all_s"] is None and stand.seen.distinct >= said[name]:
                figures["all_s"] = after_s
        late = [stand for stand in all_ if found[stand.contestant.name]["first_s"] is None]
        if not late and after_s > _last_first_s(found) + _MOST_LINGER_S:
            return
        time.sleep(0.01)


def _last_first_s(found: Figures) -> float:
    """When the last of those that came had come."""
    return max((figures["first_s"] or 0.0 for figures in found.values()), default=0.0)


def _replugged(
    all_: list[Stand], feeders: list[Feeder], said: dict[str, int], found: Figures, longest_s: float
) -> None:
    """Seconds from the plug to the first read that is taken, provided that it arrives; None: nothing of after it does."""
    since_s = time.monotonic()
    waiting = {stand.contestant.name: (stand, feeder) for stand, feeder in zip(all_, feeders, strict=True)}
    for stand in all_:
        found[stand.contestant.name]["replug_s"] = None
    while waiting and time.monotonic() - since_s < longest_s:
        for name, (stand, feeder) in list(waiting.items()):
            if feeder.taken_ns is not None and _arrived_after(stand, feeder, said[name]):
                found[name]["replug_s"] = round(feeder.taken_ns / 1e9 - since_s, 2)
                del waiting[name]
        time.sleep(0.01)


def _arrived_after(stand: Stand, feeder: Feeder, first: int) -> bool:
    if stand.contestant.is_ours:  # whose sink counts receipts
        return stand.seen.distinct > first - sum(number < first for number in feeder.unsaid)
    return any(stand.seen.has(number) for number in range(first, feeder.said))


def footprint(contestants: Sequence[Contestant], kit: Path) -> Figures:
    """Idle for 20 s (wake-ups, CPU, memory), then 5 reads/s for 40 s (bytes on the wire and to the disk), then 200 reads/s for 15 s (CPU, memory).

    Memory is resident, of all processes of a contestant; wake-ups are voluntary context switches of all threads; disk bytes
    are write_bytes of /proc/PID/io; wire bytes are those of IPv4 packets in both directions.
    """
    found: Figures = {}
    with stands(contestants, kit) as all_:
        _ready(all_)
        idle = _measured(all_, 0.0, 20.0)
        slow = _measured(all_, 5.0, 40.0)
        fast = _measured(all_, 200.0, 15.0)
        for stand in all_:
            name = stand.contestant.name
            found[name] = {
                "idle_rss_mb": idle[name]["rss_mb"],
                "idle_pss_mb": idle[name]["pss_mb"],
                "idle_woken_per_s": round(idle[name]["woken"] / 20.0, 1),
                "idle_cpu_percent": round(idle[name]["cpu_s"] / 20.0 * 100, 2),
                "wire_bytes_per_read_5": round(slow[name]["ip_bytes"] / 200),
                "disk_bytes_per_read_5": round(slow[name]["written_bytes"] / 200),
                "wire_bytes_per_read_200": round(fast[name]["ip_bytes"] / 3000),
                "disk_bytes_per_read_200": round(fast[name]["written_bytes"] / 3000),
                "cpu_ms_per_1000_at_200": round(fast[name]["cpu_s"] / 3000 * 1e6),
                "loaded_rss_mb": fast[name]["rss_mb"],
                "loaded_pss_mb": fast[name]["pss_mb"],
            }
    return found


def _measured(all_: list[Stand], per_s: float, seconds: float) -> dict[str, dict[str, float]]:
    before = [(stand.figures(), stand.link.carried()) for stand in all_]
    feeders = [stand.say([(per_s, seconds)]) for stand in all_] if per_s else []
    time.sleep(seconds)
    for feeder in feeders:
        feeder.wait(10.0)
    if per_s:
        time.sleep(6.0)  # what lingers is a part of it
    found = {}
    for stand, (then, carried) in zip(all_, before, strict=True):
        now, moved = stand.figures(), stand.link.carried() - carried
        found[stand.contestant.name] = {
            "rss_mb": now.rss_mb,
            "pss_mb": now.pss_mb,
            "cpu_s": now.cpu_s - then.cpu_s,
            "woken": now.woken - then.woken,
            "written_bytes": now.written_bytes - then.written_bytes,
            "ip_bytes": moved.ip_bytes,
        }
    return found


def _ready(all_: list[Stand]) -> None:
    for stand in all_:
        stand.start()
    for stand in all_:
        stand.greet()
