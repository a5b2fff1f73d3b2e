"""One thing that grows, all else the same -> points of a curve: what a longer list, a faster camera, a longer backlog or more
cameras cost the car."""

import statistics
import time
from typing import Any, Final

from benchmarks import loaded, walk
from benchmarks.rig import Follower, end, rig, wait_for

Figures = dict[str, Any]
ENTRIES: Final = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
RATES: Final = (1, 10, 100, 1_000, 10_000)
BACKLOGS: Final = (0, 1_000, 10_000, 100_000, 1_000_000)
CAMERAS: Final = (1, 2, 4, 8)
_SECONDS: Final = 10


def by_entries() -> Figures:
    """Entries of the list: start to the first hit (median of 3), resident memory, and how late alerts are at 60 reads/s
    for 10 s with no backlog."""
    points = []
    for entries in ENTRIES:
        late = loaded.late_alerts(entries, 60, 600, backlog=0)
        with rig() as bench:
            end(
                bench.world(
                    seed=3, rate=60, reads=6 * loaded.HITS, cameras="front:axxon", list=loaded.HITS, hits=loaded.HITS
                )
            )
            loaded.carry(bench, entries)
            first_s = [walk.first_hit_s(bench) for _ in range(3)]
        points.append(
            {
                "entries": entries,
                "first_hit_s": round(statistics.median(first_s), 2),
                **{figure: late[figure] for figure in ("p50_ms", "p99_ms", "worst_ms", "alerts", "rss_mb")},
            }
        )
    return {"points": points}


def by_rate() -> Figures:
    """Reads a second from one camera for 10 s: the daemon's share of a core, resident memory, reads dropped."""
    return {"points": [{"reads_per_s": rate, **_driven(rate, "front:axxon")} for rate in RATES]}


def by_cameras() -> Figures:
    """Cameras at 60 reads/s each for 10 s: the daemon's share of a core, resident memory, reads dropped."""
    points = []
    for count in CAMERAS:
        cameras = ",".join(f"camera-{number}:axxon" for number in range(count))
        points.append({"cameras": count, **_driven(60 * count, cameras)})
    return {"points": points}


def by_backlog() -> Figures:
    """Reads in the spool that nobody has receipted: start to the first hit (median of 3) without a link, the file's size,
    then reads/s of its drain and resident memory at its end."""
    return {"points": [{"backlog": backlog, **_drained(backlog)} for backlog in BACKLOGS]}


def _driven(rate: int, cameras: str) -> Figures:
    with rig() as bench:
        bench.broker()
        bench.headquarters()
        reads = rate * (_SECONDS + 2)
        world = bench.world(seed=1, rate=rate, reads=reads, cameras=cameras, list=1000, hits=1, unique=True)
        bench.import_list()
        car = bench.car()
        follower = bench.follow()
        wait_for(lambda: bench.status()["reads"] > 0, "the first read", 60)
        before_s, read_before, since_s = walk.cpu_used_s(car), bench.status()["reads"], time.monotonic()
        time.sleep(_SECONDS)
        used_s, seconds = walk.cpu_used_s(car) - before_s, time.monotonic() - since_s
        read = bench.status()["reads"] - read_before
        rss_mb = walk.rss_mb(car)
        world.wait(120)
        return {
            "core_percent": round(used_s / seconds * 100, 2),
            "cpu_us_per_read": round(used_s / read * 1e6, 1) if read else None,
            "read_per_s": round(read / seconds, 1),
            "dropped": sum(line["count"] for line in follower.of("dropped")),
            "rss_mb": rss_mb,
        }


def _drained(backlog: int) -> Figures:
    with rig() as bench:
        if backlog:
            loaded.fill(bench, backlog)
        spool_mb = round(sum(path.stat().st_size for path in bench.folder.glob("state/spool.db*")) / 1e6, 1)
        end(bench.world(seed=2, rate=1, reads=1, cameras="front:axxon", list=1000, hits=1))
        bench.import_list()
        first_s = statistics.median(walk.first_hit_s(bench) for _ in range(3))
        bench.broker()
        bench.headquarters()
        bench.world(seed=2, rate=1, reads=1, cameras="front:axxon", list=1000, hits=1)
        car = bench.car()
        follower = bench.follow()
        receipts = _receipts(follower, backlog) if backlog else []
        seconds = (receipts[-1][0] - receipts[0][0]) / 1e9 if len(receipts) > 1 else 0.0
        drained = sum(count for _, count in receipts[1:])
        return {
            "first_hit_s": round(first_s, 2),
            "spool_mb": spool_mb,
            "drained_per_s": round(drained / seconds) if seconds else None,
            "rss_mb": walk.rss_mb(car),
        }


def _receipts(follower: Follower, backlog: int) -> list[tuple[int, int]]:
    """When, and how many reads, until nearly all of an earlier epoch's are receipted or none was for 10 s."""
    found: list[tuple[int, int]] = []
    quiet_since_s, most_s = time.monotonic(), time.monotonic() + 300.0
    while time.monotonic() < most_s and time.monotonic() - quiet_since_s < 10.0:
        lines = [line for line in follower.of("receipt") if line["lane"] == "read"]
        if len(lines) > len(found):
            quiet_since_s = time.monotonic()
            found = [(line["mono_ns"], sum(last - first + 1 for first, last in line["ranges"])) for line in lines]
            if sum(count for _, count in found) >= backlog - 1:
                break
        time.sleep(0.02)
    return found
