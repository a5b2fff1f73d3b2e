"""docs/figures/performance/*.json -> docs/performance.md and its plots, and the table of figures in the README."""

from collections.abc import Iterator
from typing import Any, Final

from benchmarks import plots, standing
from benchmarks.peers.programs import CONTESTANTS
from benchmarks.results import FOLDER, median, read, values, variation
from benchmarks.rig import ROOT
from benchmarks.standing import OURS, number

PAGE: Final = ROOT / "docs" / "performance.md"
FIGURES: Final = FOLDER.parent
Columns = tuple[tuple[str, str, bool], ...]
"""Figure's name in the file, heading, whether less is better."""

RACE: Final[tuple[tuple[str, str, Columns], ...]] = (
    ("rate", "Maximum rate without loss", (("reads_per_s", "reads/s", False), ("lost", "lost", True), ("rss_mb", "RSS then, MB", True))),
    ("drain", "Drain of a backlog of 100,000", (("reads_per_s", "reads/s", False), ("arrived", "arrived", False), ("from_start_s", "from start, s", True))),
    ("kill", "kill -9 at 200 reads/s, offline", (("lost", "lost", True), ("lost_of_last_second", "of the last second", True))),
    ("stop", "Clean stop at 200 reads/s, offline", (("lost", "lost", True), ("lost_of_last_second", "of the last second", True), ("stop_s", "stop, s", True))),
    ("outage-30", "Outage of 30 s, then a plug pulled", (("first_s", "first read, s", True), ("lost", "lost", True), ("replug_s", "replug, s", True))),
    ("outage-180", "Outage of 180 s, then a plug pulled", (("first_s", "first read, s", True), ("lost", "lost", True), ("replug_s", "replug, s", True))),
    ("footprint", "Idle", (("idle_rss_mb", "RSS, MB", True), ("idle_pss_mb", "PSS, MB", True), ("idle_woken_per_s", "wake-ups/s", True), ("idle_cpu_percent", "CPU, % of a core", True))),
    ("footprint", "At 5 and at 200 reads/s", (("wire_bytes_per_read_5", "wire B/read at 5", True), ("disk_bytes_per_read_5", "disk B/read at 5", True), ("wire_bytes_per_read_200", "wire at 200", True), ("disk_bytes_per_read_200", "disk at 200", True), ("cpu_ms_per_1000_at_200", "CPU ms per 1,000 at 200", True), ("loaded_rss_mb", "RSS, MB", True))),
)  # fmt: skip
GROWTH: Final[tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...]] = (
    ("by-entries", "entries", "entries of the list", (("p99_ms", "Alert p99, ms, at 60 reads/s"), ("first_hit_s", "Start to the first hit, s"), ("rss_mb", "Resident memory, MB"))),
    ("by-rate", "reads_per_s", "reads a second", (("core_percent", "Daemon, % of a core"), ("cpu_us_per_read", "CPU of a read, us"), ("rss_mb", "Resident memory, MB"))),
    ("by-backlog", "backlog", "reads waiting in the spool", (("drained_per_s", "Drain, reads/s"), ("first_hit_s", "Start to the first hit, s"), ("rss_mb", "Resident memory, MB"))),
    ("by-cameras", "cameras", "cameras at 60 reads/s each", (("core_percent", "Daemon, % of a core"), ("rss_mb", "Resident memory, MB"))),
)  # fmt: skip
_INTRODUCTION: Final = """# Performance

Written by `benchmarks/run --page` from the runs' own files in [figures/performance/](figures/performance/), each with date,
commit, versions and kind of machine. `benchmarks/run --peers` makes the race, `benchmarks/run --save` our own figures.

Everything runs on one machine: {cores} {architecture} cores and {memory} GB that feeder, contestant, broker, headquarters and sink
share, a virtual disk, no TLS unless said. A Raspberry Pi 4 core is some 4 to 6 times slower; none was at hand. The races of a row
are interleaved: one run of everybody, then the next. Figures are medians; *worst* is the worst of all runs; CV is the
coefficient of variation, the standard deviation over the mean. *load* is the machine's 1-minute load average after each run:
above 2, somebody else was there too, or all contestants ran side by side.

The feeder is one thread that writes numbered reads of 25 bytes to a pseudo-terminal with flow control. Before anything is measured,
each contestant must deliver a first read end to end, and all of them 100 of 100 (the smoke gate). The sink is one subscriber that
counts distinct numbers. **Ours has a longer way to go than the rest**: a read of ours counts when headquarters has committed it and
its receipt is under way; a peer's when it has left the broker.
"""
_WHY: Final = """The script, the bridges and Node-RED encrypt nothing. The script and Node-RED keep nothing: they write nothing, and lose what
they hold. The bridge that saves at every change loses nothing as long as it keeps up, and it keeps up with a small part of our rate. A
read of ours is promised when its group is committed, 10 events or 500 ms; what came after the last commit is the last second's loss,
and it is not promised."""
_README: Final = """`benchmarks/run --peers` on {day}, commit {commit}: medians ({runs} of `rate`) on {cores} {architecture} cores that also run feeder, broker, headquarters and
sink; no TLS unless said. Ours counts at headquarters' receipt, a peer's read when the broker has it. Method, runs, spread and growth:
[docs/performance.md](docs/performance.md). A Raspberry Pi 4 core is some 4 to 6 times slower; none was at hand."""


def write() -> None:
    """All of it, from what is there; a row that has not run is left out."""
    first = next((row for name, _, _ in RACE if (row := read(name)) is not None), None)
    machine = first["machine"] if first else {"cores": "?", "architecture": "?", "memory_gb": "?"}
    parts = [
        _INTRODUCTION.format(cores=machine["cores"], architecture=machine["architecture"], memory=machine["memory_gb"]),
        "## Where we stand\n",
        *standing.table(),
        "",
        *_behind(),
        *_contestants(),
        *(part for name, title, columns in RACE for part in _row(name, title, columns)),
        *_own(),
        *_limits(),
        *_growth(),
    ]
    PAGE.write_text("\n".join(parts).rstrip() + "\n", "utf-8")
    if first:
        standing.write_readme(
            _README.format(day=first["date"][:10], commit=first["commit"], runs=_runs(first), **machine)
        )


def _behind() -> Iterator[str]:
    lines = list(standing.behind())
    if lines:
        yield "A peer is ahead of us here:\n"
        yield from (f"- {line}" for line in lines)
        yield f"\n{_WHY}\n"


def _contestants() -> Iterator[str]:
    yield "## Who runs\n"
    for each in CONTESTANTS.values():
        yield f"- **{each.name}**: {each.about}"
    yield "\nVersions of the peers: `benchmarks/peers/install`; their settings: `benchmarks/peers/flows.py` and `programs.py`.\n"


def _notes(row: dict[str, Any]) -> Iterator[str]:
    yield from (f"Note: {run['note']}.\n" for run in row["runs"] if "note" in run)


def _row(name: str, title: str, columns: Columns) -> Iterator[str]:
    row = read(name)
    if row is None:
        return
    yield f"## {title}\n\n{row['method']}\n"
    yield f"{_runs(row)}, {row['date']}, commit {row['commit']}, load {_loads(row)}.\n"
    yield from _notes(row)
    yield "| | " + " | ".join(heading for _, heading, _ in columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for contestant in CONTESTANTS:
        if any(contestant in run["figures"] for run in row["runs"]):
            cells = [_cell(values(row, contestant, figure), is_less) for figure, _, is_less in columns]
            yield f"| {'**' + contestant + '**' if contestant == OURS else contestant} | " + " | ".join(cells) + " |"
    yield ""


def _cell(found: list[Any], less_is_better: bool) -> str:
    there = [value for value in found if value is not None]
    if not there:
        return "never" if found else "-"
    middle = median(there)
    assert middle is not None
    said = number(middle)
    worst = max(there) if less_is_better else min(there)
    if worst != middle:
        said += f" (worst {number(worst)})"
    if len(there) < len(found):
        said += f", {len(found) - len(there)} of {len(found)} never"
    spread = variation(there)
    return said + (f", CV {spread:.0f} %" if spread is not None and spread >= 0.5 else "")


def _runs(row: dict[str, Any]) -> str:
    count = len(row["runs"])
    return "one run" if count == 1 else f"{count} runs"


def _loads(row: dict[str, Any]) -> str:
    return ", ".join(str(run["load_1min"]) for run in row["runs"])


def _own() -> Iterator[str]:
    rows = [(name, row) for name in OWN if (row := read(f"own-{name}")) is not None]
    if rows:
        yield "## Ours alone\n"
    for name, row in rows:
        yield f"### {OWN[name]}\n\n{row['method']}\n\n{_runs(row)}, {row['date']}, commit {row['commit']}, load {_loads(row)}.\n"
        yield "| figure | median | worst and CV |\n|---|---|---|"
        for figure in row["runs"][-1]["figures"][OURS]:
            found = [value for value in values(row, OURS, figure) if isinstance(value, int | float)]
            if found and (middle := median(found)) is not None:
                rest = (
                    _cell(found, less_is_better=not figure.endswith("_per_s")).removeprefix(number(middle)).strip(" ,")
                )
                yield f"| {figure.replace('_', ' ')} | {number(middle)} | {rest} |"
        yield ""


OWN: Final = {
    "alert-60": "How late an alert is: 60 reads/s, a million entries",
    "alert-600": "How late an alert is: 600 reads/s, a million entries",
    "first-hit-cold": "Start to the first hit, cold page cache",
    "first-hit": "Start to the first hit, warm",
    "rate": "From the port to the receipt, 20,000 reads/s offered",
    "drain": "Drain of 100,000 in the running daemon",
    "all-in": "All bytes on the wire at 1 read/s, TLS",
    "bytes": "Payload of a full batch",
    "disk": "Bytes to the disk at 5 reads/s",
    "idle": "Idle",
    "memory": "Memory",
}


def _limits() -> Iterator[str]:
    row = read("own-limits")
    if row is None:
        return
    limits = row["runs"][-1]["figures"][OURS]
    yield f"## How far from the limit\n\n{row['method']} {row['date']}, commit {row['commit']}, load {_loads(row)}.\n"
    yield "| limit | this machine | ours | ratio |\n|---|---|---|---|"
    for figure, what, ours in _against(limits):
        if ours is not None:
            yield f"| {what} | {number(limits[figure])} | {number(ours)} | {ours / limits[figure]:.3g} |"
    yield ""


def _against(limits: dict[str, Any]) -> Iterator[tuple[str, str, float | None]]:
    """What of ours stands against each limit."""
    rate, drain = _of("rate", "reads_per_s"), _of("drain", "reads_per_s")
    yield "commits_per_s", "commits/s of one row, FULL; reads/s of ours (a commit holds many)", rate
    yield "fsync_per_s", "fsyncs/s of 4 kB; reads/s of ours", rate
    yield "line_115200_reads_per_s", "reads/s that a line at 115,200 baud carries; reads/s of ours", rate
    if rate:
        limits["pty_reads_per_s"] = limits["pty_mb_per_s"] * 2**20 / 25
        yield "pty_reads_per_s", "reads/s that a pty carries to a Python reader; reads/s of ours", rate
        limits["loops_per_read"] = limits["python_loops_per_s"]
        yield "loops_per_read", "turns/s of an empty Python loop on one core; reads/s of ours", rate
    if drain:
        limits["loopback_reads_per_s"] = limits["loopback_mb_per_s"] * 2**20 / 15
        yield "loopback_reads_per_s", "reads/s of 15 bytes through loopback TCP; reads/s of our drain", drain


def _of(name: str, figure: str) -> float | None:
    row = read(name)
    return median(values(row, OURS, figure)) if row else None


def _growth() -> Iterator[str]:
    yield "## How cost grows\n"
    if missing := [x_name for name, _, x_name, _ in GROWTH if read(f"own-{name}") is None]:
        yield f"Not run yet: {', '.join(missing)}.\n"
    for name, x, x_name, pictures in GROWTH:
        row = read(f"own-{name}")
        if row is None:
            continue
        yield f"### By {x_name}\n\n{row['method']} {row['date']}, commit {row['commit']}, load {_loads(row)}.\n"
        yield from _notes(row)
        points = row["runs"][-1]["figures"][OURS]["points"]
        for figure, title in pictures:
            line = [(float(point[x]), float(point[figure])) for point in points if point.get(figure) is not None]
            if line:
                file = FIGURES / f"{name}-{figure.replace('_', '-')}.svg"
                file.write_text(plots.curve(title, x_name, line), "utf-8")
                yield f"![{title}](figures/{file.name})"
        yield ""
        figures = [figure for figure in points[0] if figure != x]
        yield f"| {x_name} | " + " | ".join(figure.replace("_", " ") for figure in figures) + " |"
        yield "|---" * (len(figures) + 1) + "|"
        for point in points:
            cells = ["-" if point.get(figure) is None else number(point[figure]) for figure in figures]
            yield f"| {number(point[x])} | " + " | ".join(cells) + " |"
        yield ""
