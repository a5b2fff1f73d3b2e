"""The walk's figures, each with its method: what `benchmarks/run` measures of a whole car on this machine."""

import contextlib
import os
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

from benchmarks.rig import Rig, end, rig, unsent, wait_for

Figures = dict[str, Any]


def rate(reads_per_s: int = 20_000, reads: int = 200_000) -> Figures:
    """Reads/s from the pty to headquarters' receipt, mosquitto between: first byte said to last receipt; nothing dropped."""
    with rig() as bench:
        bench.broker()
        bench.headquarters()
        world = bench.world(
            seed=1, rate=reads_per_s, reads=reads, cameras="front:axxon", list=1000, hits=10, unique=True
        )
        bench.import_list()
        car = bench.car()
        follower = bench.follow()
        world.wait(300)
        wait_for(lambda: unsent(bench) == 0, "the last receipt", 300)
        last_ns = max(line["mono_ns"] for line in follower.of("receipt"))
        first_ns = bench.truth()[0]["last_byte_mono_ns"]
        said_ns = bench.truth()[-1]["last_byte_mono_ns"] - first_ns
        status = bench.status()
        return {
            "said_per_s": round(reads / said_ns * 1e9),
            "to_receipt_per_s": round(reads / (last_ns - first_ns) * 1e9),
            "dropped": sum(line["count"] for line in follower.of("dropped")) + reads - status["reads"],
            "cpu_us_per_read": round(cpu_used_s(car) / reads * 1e6, 1),
            "rss_mb": rss_mb(car),
        }


def drain(reads: int = 100_000) -> Figures:
    """Reads/s while 100,000 stored reads go to headquarters after an outage: first to last receipt."""
    with rig() as bench:
        world = bench.world(seed=1, rate=10_000, reads=reads, cameras="front:axxon", list=10, hits=1, unique=True)
        bench.car()
        world.wait(300)
        wait_for(lambda: bench.status()["lanes"]["read"]["last"] == reads, "the last commit")
        follower = bench.follow()
        bench.broker()
        bench.headquarters()
        wait_for(lambda: unsent(bench) == 0, "the last receipt", 300)
        receipts = [line for line in follower.of("receipt") if line["lane"] == "read"]
        first_ns = follower.of("link")[-1]["mono_ns"]
        seconds = (receipts[-1]["mono_ns"] - receipts[0]["mono_ns"]) / 1e9
        return {
            "drained_per_s": round(reads / seconds),
            "from_link_s": round((receipts[-1]["mono_ns"] - first_ns) / 1e9, 2),
        }


def alert(entries: int = 1_000_000, reads: int = 3_600) -> Figures:
    """Last byte of a plate (the world's clock) to the alert's line, at 60 reads/s, while a backlog of 100,000 drains."""
    with rig() as bench:
        backlog = bench.world(seed=1, rate=10_000, reads=100_000, cameras="front:axxon", list=10, hits=1, unique=True)
        car = bench.car()
        backlog.wait(300)
        end(car)
        bench.broker()
        bench.headquarters()
        world = bench.listed_world(seed=2, rate=60, reads=reads, cameras="front:axxon", list=entries, hits=0.25)
        bench.car()
        follower = bench.follow()
        world.wait(600)
        expected = [line for line in bench.truth() if line["hit_expected"]]
        said = {line["vrm_said"]: line["last_byte_mono_ns"] for line in reversed(expected)}
        late_ms = sorted(
            (line["mono_ns"] - said[line["vrm"]]) / 1e6 for line in follower.of("alert") if line["vrm"] in said
        )
        return {"alerts": len(late_ms), "expected": len(expected), **spread(late_ms), "unsent_at_end": unsent(bench)}


def memory(minutes: float = 10, entries: int = 1_000_000) -> Figures:
    """Resident memory of the daemon after so many minutes at 10 reads/s with the list carried and headquarters there."""
    with rig() as bench:
        bench.broker()
        bench.headquarters()
        world = bench.listed_world(
            seed=1, rate=10, reads=int(600 * minutes), cameras="front:axxon", list=entries, hits=20
        )
        car = bench.car()
        bench.follow()
        world.wait(60 * minutes + 120)
        return {"minutes": minutes, "entries": entries, "rss_mb": rss_mb(car)}


def first_hit(entries: int = 1_000_000, runs: int = 5) -> Figures:
    """Process start to the first local alert, without network, time from GPS or a fix; the camera speaks all the time."""
    with rig() as bench:
        end(bench.world(seed=1, rate=1, reads=1, cameras="front:axxon", list=entries, hits=1))  # for its files
        bench.import_list()
        seconds = [first_hit_s(bench) for _ in range(runs)]
    return {
        "entries": entries,
        "runs": runs,
        "median_s": round(statistics.median(seconds), 2),
        "worst_s": round(max(seconds), 2),
    }


def idle(seconds: int = 60) -> Figures:
    """CPU share of a core and wake-ups a second of a connected daemon that hears nothing."""
    with rig() as bench:
        bench.broker()
        bench.headquarters()
        bench.world(seed=1, rate=1, reads=1, cameras="front:axxon", list=1000, hits=1)
        car = bench.car()
        bench.follow()
        time.sleep(10)
        cpu_s, woken = cpu_used_s(car), switches(car)
        time.sleep(seconds)
        return {
            "cpu_percent": round((cpu_used_s(car) - cpu_s) / seconds * 100, 2),
            "wake_ups_per_s": round((switches(car) - woken) / seconds, 1),
            "rss_mb": rss_mb(car),
        }


def disk(reads_per_s: int = 5, seconds: int = 120) -> Figures:
    """Bytes that the daemon hands to the block layer a read (write_bytes of /proc/PID/io), offline, spool only."""
    with rig() as bench:
        world = bench.world(
            seed=1, rate=reads_per_s, reads=reads_per_s * seconds, cameras="front:axxon", list=10, hits=1
        )
        car = bench.car()
        bench.follow()
        time.sleep(5)
        before = written(car)
        world.wait(seconds + 120)
        return {
            "reads_per_s": reads_per_s,
            "bytes_per_read": round((written(car) - before) / (reads_per_s * (seconds - 4))),
        }


def first_hit_s(bench: Rig) -> float:
    port = bench.folder / "ports" / "front"
    vrm = (bench.folder / "voi.csv").read_text().splitlines()[1].split(",")[0]
    master, slave = os.openpty()
    subprocess.run(("stty", "raw", "-echo"), stdin=slave, check=True)
    port.unlink(missing_ok=True)
    port.symlink_to(os.ttyname(slave))
    os.set_blocking(master, False)
    log = bench.folder / "car.log"
    start_s = time.monotonic()
    car = bench.car()
    try:
        # The log tells it to 5 ms; a reader of the socket might come too late to see it.
        while b'"alert ' not in log.read_bytes():
            with contextlib.suppress(BlockingIOError):  # not opened yet: the port is full of what nobody has read
                os.write(master, b"\x022026112512000001" + vrm.encode() + b"\x03")
            if time.monotonic() - start_s > 30:
                raise TimeoutError("no alert within 30 s")
            time.sleep(0.005)
        return time.monotonic() - start_s
    finally:
        end(car)
        os.close(master)
        os.close(slave)


def spread(late_ms: list[float]) -> Figures:
    def at(share: float) -> float | None:
        return round(late_ms[min(len(late_ms) - 1, int(len(late_ms) * share))], 2) if late_ms else None

    return {"p50_ms": at(0.5), "p99_ms": at(0.99), "p999_ms": at(0.999), "worst_ms": at(1.0)}


def cpu_used_s(process: subprocess.Popen[bytes]) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(process: subprocess.Popen[bytes]) -> float:
    return round(int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * 4096 / 1e6, 1)


def switches(process: subprocess.Popen[bytes]) -> int:
    woken = 0
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        for line in (task / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                woken += int(line.split()[1])
    return woken


def written(process: subprocess.Popen[bytes]) -> int:
    for line in Path(f"/proc/{process.pid}/io").read_text().splitlines():
        if line.startswith("write_bytes"):
            return int(line.split()[1])
    return 0
