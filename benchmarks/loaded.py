"""A whole car under load -> how late its alerts are, its first hit from a cold disk, all its bytes on the wire; and what the
machine itself can do, to which the figures are a ratio."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from benchmarks import walk
from benchmarks.certificates import write_certificates
from benchmarks.race.counted_link import CountedLink
from benchmarks.rig import ROOT, Rig, end, rig, unsent, wait_for
from simulator.free_port import free_port

Figures = dict[str, Any]
HITS: Final = 1000
_SEED: Final = 3
BACKLOG: Final = 100_000


def at_60(entries: int = 1_000_000, seconds: int = 75) -> Figures:
    """Last byte of a plate (the world's clock, before its write) to the alert's line, 60 reads/s, a million entries, while a
    backlog of 100,000 drains to headquarters and one follower reads the socket."""
    return late_alerts(entries, 60, 60 * seconds)


def at_600(entries: int = 1_000_000, seconds: int = 30) -> Figures:
    """The same at 600 reads/s."""
    return late_alerts(entries, 600, 600 * seconds)


def late_alerts(entries: int, reads_per_s: int, reads: int, *, backlog: int = BACKLOG) -> Figures:
    """One drive: the list is carried before it begins, the backlog is made, then everything is there at once."""
    with rig() as bench:
        carry(bench, entries)
        if backlog:
            fill(bench, backlog)
        bench.broker()
        bench.headquarters()
        world = bench.world(
            seed=_SEED, rate=reads_per_s, reads=reads, cameras="front:axxon", list=HITS, hits=_hits(reads), clear="0s"
        )
        car = bench.car()
        follower = bench.follow()
        world.wait(reads / reads_per_s + 120)
        wait_for(lambda: unsent(bench) == 0, "the last receipt", 120)
        expected = [line for line in bench.truth() if line["hit_expected"]]
        said = {line["vrm_said"]: line["last_byte_mono_ns"] for line in reversed(expected)}
        heard: dict[str, int] = {}
        for line in follower.of("alert"):
            heard.setdefault(line["vrm"], line["mono_ns"])  # one that nobody answers is said once more
        late_ms = sorted((at_ns - said[vrm]) / 1e6 for vrm, at_ns in heard.items() if vrm in said)
        return {
            "entries": entries,
            "reads_per_s": reads_per_s,
            "alerts": len(late_ms),
            "expected": len(expected),
            **walk.spread(late_ms),
            "cpu_us_per_read": round(walk.cpu_used_s(car) / (reads + backlog) * 1e6, 1),
            "rss_mb": walk.rss_mb(car),
        }


def _hits(reads: int) -> int:
    return min(HITS, reads // 6)


def carry(bench: Rig, entries: int) -> None:
    """The car carries a list of so many entries, in which the world's vehicles stand. A list that was made once is kept."""
    kept = _kept_lists() / f"{entries}"
    if not kept.is_dir():
        with rig() as maker:
            world = maker.world(
                entries / 2_000,
                seed=_SEED,
                rate=60,
                reads=6 * HITS,
                cameras="front:axxon",
                list=max(entries, HITS),
                hits=HITS,
            )
            end(world)
            maker.import_list()
            kept.parent.mkdir(parents=True, exist_ok=True)
            fresh = kept.with_name(f"{kept.name}.new")
            shutil.rmtree(fresh, ignore_errors=True)
            shutil.copytree(maker.folder / "state", fresh)
            shutil.copy(maker.folder / "key", fresh / "key")
            fresh.rename(kept)
    shutil.copytree(kept, bench.folder / "state")
    (bench.folder / "state" / "key").replace(bench.folder / "key")


def fill(bench: Rig, reads: int) -> None:
    """The car's spool holds so many reads that nobody has receipted, and the car has ended."""
    world = bench.world(seed=1, rate=10_000, reads=reads, cameras="front:axxon", list=10, hits=1, unique=True)
    car = bench.car()
    world.wait(60 + reads / 2_000)
    end(car)
    end(world)


def _kept_lists() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return cache / "patrol-edge-peers" / "lists"


def cold_first_hit(entries: int = 1_000_000, runs: int = 5) -> Figures:
    """Process start to the first local alert with nothing of it in memory: each file of interpreter, libraries, program and
    list is dropped from the page cache first (POSIX_FADV_DONTNEED)."""
    with rig() as bench:
        end(bench.world(seed=_SEED, rate=60, reads=6 * HITS, cameras="front:axxon", list=HITS, hits=HITS))
        carry(bench, entries)
        seconds = []
        for _ in range(runs):
            chill([Path(sys.prefix), Path(sys.base_prefix) / "lib", bench.folder, *(ROOT / part for part in _PARTS)])
            seconds.append(walk.first_hit_s(bench))
    return {
        "entries": entries,
        "runs": runs,
        "median_s": round(sorted(seconds)[runs // 2], 2),
        "worst_s": round(max(seconds), 2),
    }


_PARTS: Final = ("edge", "drivers", "proto")


def chill(folders: list[Path]) -> None:
    """Files below are no longer in the page cache, as far as nobody maps them."""
    os.sync()  # what is not on the disk yet stays
    for folder in folders:
        for place, _, names in os.walk(folder):
            for name in names:
                path = Path(place, name)
                if path.is_file() and not path.is_symlink():
                    _drop(path)


def _drop(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(file)


def all_in(seconds: int = 200) -> Figures:
    """Bytes of IP packets a read at 1 read/s with a position fix, TLS 1.3 to the broker and receipts back: payload and
    segments as the kernel counted them on the car's connection (TCP_INFO), 52 bytes of IPv4 and TCP for each segment.
    Five times as long as positions wait for company: a minute holds one or two of their batches."""
    with rig() as bench:
        write_certificates(bench.folder)
        bench.broker_with_tls()
        bench.headquarters()
        link = CountedLink(bench.tls_port)
        try:
            world = bench.world(seed=1, rate=1, reads=seconds + 30, cameras="front:axxon", list=10, hits=1, stay="60s")
            bench.use_tls(link.port)
            car = bench.car()
            bench.follow()
            wait_for(lambda: bench.status()["reads"] >= 20, "the first reads", 60)
            before, read_before = link.carried(), bench.status()["reads"]
            time.sleep(seconds)
            moved, reads = link.carried() - before, bench.status()["reads"] - read_before
            lanes = {word: lane["last"] for word, lane in bench.status()["lanes"].items()}
            end(car)
            end(world)
        finally:
            link.close()
        return {
            "reads": reads,
            "ip_bytes_per_read": round(moved.ip_bytes / reads, 1),
            "tls_bytes_per_read": round(moved.payload_bytes / reads, 1),
            "segments_per_read": round(moved.segments / reads, 2),
            "events_by_lane": lanes,
        }


def limits() -> Figures:
    """What the machine can do: fsyncs/s of 4 kB appends, commits/s of one row with synchronous=FULL, loops/s of an empty
    Python `for`, MB/s through a TCP connection of loopback, MB/s through a pty; and what a line at 115,200 baud carries."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return {
            "fsync_per_s": _fsyncs(folder / "file"),
            "commits_per_s": _commits(folder / "db"),
            "python_loops_per_s": _loops(),
            "loopback_mb_per_s": _loopback(),
            "pty_mb_per_s": _pty(),
            "line_115200_reads_per_s": round(115_200 / 10 / 25),
        }


def _fsyncs(path: Path, seconds: float = 2.0) -> int:
    file = os.open(path, os.O_WRONLY | os.O_CREAT)
    count, until_s = 0, time.monotonic() + seconds
    while time.monotonic() < until_s:
        os.write(file, bytes(4096))
        os.fdatasync(file)
        count += 1
    os.close(file)
    return round(count / seconds)


def _commits(path: Path, seconds: float = 2.0) -> int:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (x)")
        count, until_s = 0, time.monotonic() + seconds
        while time.monotonic() < until_s:
            with connection:
                connection.execute("INSERT INTO t VALUES (1)")
            count += 1
    return round(count / seconds)


def _loops(count: int = 20_000_000) -> int:
    start_s = time.perf_counter()
    for _ in range(count):
        pass
    return round(count / (time.perf_counter() - start_s))


def _loopback(mega: int = 512) -> int:
    port = free_port()
    code = f"import socket\ns = socket.create_server(('127.0.0.1', {port}))\nc, _ = s.accept()\nwhile c.recv(1 << 20): pass"
    reader = subprocess.Popen((sys.executable, "-c", code))
    channel = socket.socket()
    wait_for(lambda: channel.connect_ex(("127.0.0.1", port)) == 0, "the reader")
    start_s, piece = time.perf_counter(), bytes(1 << 20)
    for _ in range(mega):
        channel.sendall(piece)
    channel.close()
    reader.wait(30)
    return round(mega / (time.perf_counter() - start_s))


def _pty(mega: int = 16) -> float:
    master, slave = os.openpty()
    subprocess.run(("stty", "raw", "-echo"), stdin=slave, check=True)
    code = f"import os\nn = 0\nwhile n < {mega << 20}: n += len(os.read(0, 65536))"
    reader = subprocess.Popen((sys.executable, "-c", code), stdin=slave)
    start_s, piece, done = time.perf_counter(), bytes(b"x" * 4096), 0
    while done < mega << 20:
        done += os.write(master, piece[: (mega << 20) - done])
    reader.wait(60)
    seconds = time.perf_counter() - start_s
    os.close(master)
    os.close(slave)
    return round(mega / seconds, 1)
