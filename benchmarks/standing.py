"""Figures of the race and of ours -> one table: ours beside the best peer and the budget. It opens the page and stands in the README."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from benchmarks.results import median, read, values
from benchmarks.rig import ROOT

OURS: Final = "patrol-edge"
README: Final = ROOT / "README.md"
DEVICE: Final = ROOT / "docs" / "figures" / "torture" / "disk-bytes.json"  # of `scripts/torture disk-bytes`
_BLOCK: Final = re.compile(r"(<!-- figures: begin[^>]*-->\n).*(<!-- figures: end -->)", re.DOTALL)


class Line(NamedTuple):
    """One line of the table: a figure of a row, and which way is ahead."""

    what: str
    row: str
    figure: str
    budget: str
    is_more_better: bool = False
    unit: str = ""


LINES: Final = (
    Line("maximum rate without loss, port to the other end", "rate", "reads_per_s", ">= 12,000", True, " reads/s"),
    Line("drain of a backlog of 100,000", "drain", "reads_per_s", ">= 35,000", True, " reads/s"),
    Line("lost by kill -9 at 200/s offline, said a second or more before", "kill", "lost", "0"),
    Line("the same, of the last second", "kill", "lost_of_last_second", "none"),
    Line("lost by a clean stop, all", "stop", "lost_all", "0"),
    Line("first read at the other end after an outage of 180 s", "outage-180", "first_s", "<= 10 s", unit=" s"),
    Line("the same, 30 s", "outage-30", "first_s", "<= 10 s", unit=" s"),
    Line("a camera's plug out and in: until it is read again", "outage-180", "replug_s", "<= 5 s", unit=" s"),
    Line("bytes on the wire a read at 5/s, IP and receipts in it", "footprint", "wire_bytes_per_read_5", "none"),
    Line("bytes charged for the disk a read at 5/s (write_bytes)", "footprint", "disk_bytes_per_read_5", "none"),
    Line("CPU of 1,000 reads at 200/s", "footprint", "cpu_ms_per_1000_at_200", "none", unit=" ms"),
    Line("resident memory, idle", "footprint", "idle_rss_mb", "none", unit=" MB"),
    Line("wake-ups a second, idle", "footprint", "idle_woken_per_s", "<= 10"),
)
ALONE: Final = (
    ("alert at 60 reads/s, a million listed, while a backlog drains", "alert-60", ("p50_ms", "p99_ms", "p999_ms", "worst_ms"), "p50 2 ms, p99 10 ms"),
    ("the same at 600 reads/s", "alert-600", ("p50_ms", "p99_ms", "p999_ms", "worst_ms"), "the same"),
    ("resident memory then", "alert-60", ("rss_mb",), "55 MB"),
    ("start to the first hit, a million listed, cold page cache", "first-hit-cold", ("median_s", "worst_s"), "2 s"),
    ("all bytes on the wire a read at 1/s, with TLS", "all-in", ("ip_bytes_per_read",), "90"),
    ("payload a read, 100 in a batch", "bytes", ("bytes_per_read",), "25"),
)  # fmt: skip


def table() -> list[str]:
    """Ours beside the best peer, then ours alone; what has not run is left out."""
    lines = ["| what | ours | best peer | budget |", "|---|---|---|---|"]
    rows = [(line, row) for line in LINES if (row := read(line.row)) is not None]
    lines += [f"| {line.what} | {_ours(row, line)} | {_best(row, line)} | {line.budget} |" for line, row in rows]
    for what, name, figures, budget in ALONE:
        if (row := read(f"own-{name}")) is not None:
            said = [f"{figure.rpartition('_')[0].replace('p999', 'p99.9')} {number(found)}" if len(figures) > 1 else number(found)
                    for figure in figures if (found := median(values(row, OURS, figure))) is not None]  # fmt: skip
            unit = {"ms": " ms", "s": " s", "mb": " MB"}.get(figures[0].rpartition("_")[2], "")
            lines.append(f"| {what} | {', '.join(said)}{unit} | - | {budget} |")
    if DEVICE.exists():
        lines.append(_at_the_device(json.loads(DEVICE.read_text("utf-8"))))
    return lines


def _at_the_device(told: dict[str, Any]) -> str:
    """What the whole car writes to a used card; the peers were not measured there."""
    at_5, at_20 = number(told["bytes_per_read_at_5"]), number(told["bytes_per_read_at_20"])
    return f"| bytes at the block device a read, every promise on the disk | {at_5} at 5/s, {at_20} at 20/s | - | 4,000 and 2,000 |"


def behind() -> Iterator[str]:
    """Each line in which a peer is ahead of us, by name."""
    for line in LINES:
        if (row := read(line.row)) is None or (ours := _middle(row, OURS, line)) is None:
            continue
        for name, theirs in _peers(row, line):
            if theirs > ours if line.is_more_better else theirs < ours:
                yield f"{line.what}: {name} {number(theirs)}{line.unit}, ours {number(ours)}{line.unit}"


def write_readme(introduction: str) -> None:
    """The block between the README's marks."""
    text = README.read_text("utf-8")
    block = "\n".join([introduction, "", *table()])
    README.write_text(_BLOCK.sub(lambda found: f"{found[1]}{block}\n{found[2]}", text), "utf-8")


def number(value: float) -> str:
    """As short as it may be: 12,345 or 0.71."""
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:,.2f}".rstrip("0").rstrip(".")


def _ours(row: dict[str, Any], line: Line) -> str:
    middle = _middle(row, OURS, line)
    return "-" if middle is None else f"**{number(middle)}**{line.unit}"


def _best(row: dict[str, Any], line: Line) -> str:
    peers = sorted(_peers(row, line), key=lambda each: each[1], reverse=line.is_more_better)
    if not peers:
        return "none"
    best = peers[0][1]
    names = ", ".join(name for name, value in peers if value == best)
    gateway = next((value for name, value in peers if name == "thingsboard"), None)
    beside = "" if gateway is None or gateway == best else f"; thingsboard {number(gateway)}{line.unit}"
    return f"{number(best)}{line.unit} ({names}){beside}"


def _peers(row: dict[str, Any], line: Line) -> list[tuple[str, float]]:
    names = {name for run in row["runs"] for name in run["figures"]} - {OURS}
    return [(name, middle) for name in sorted(names) if (middle := _middle(row, name, line)) is not None]


def _middle(row: dict[str, Any], contestant: str, line: Line) -> float | None:
    if line.figure == "lost_all":
        both = zip(values(row, contestant, "lost"), values(row, contestant, "lost_of_last_second"), strict=True)
        return median(sum(pair) for pair in both)
    return median(values(row, contestant, line.figure))
