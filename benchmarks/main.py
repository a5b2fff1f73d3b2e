"""`benchmarks/run [NAME ...]`: figures of the product on this machine, with method and budget, printed; with --peers, the race."""

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any, Final

from benchmarks import growth, loaded, lookups, page, walk, wire
from benchmarks.race import course
from benchmarks.results import Results, surroundings

BENCHMARKS: Final[dict[str, tuple[Callable[[], dict[str, Any]], str]]] = {
    "rate": (walk.rate, ">= 5,000 reads/s to the receipt, 0 dropped"),
    "drain": (walk.drain, ">= 35,000 reads/s"),
    "alert": (walk.alert, "p50 < 2 ms, p99 < 10 ms"),
    "memory": (walk.memory, "<= 55 MB"),
    "first-hit": (walk.first_hit, "<= 2 s, aim 1 s"),
    "bytes": (wire.per_read, "<= 25 bytes a read at 100 a batch"),
    "idle": (walk.idle, "< 1 % of a core, <= 10 wake-ups/s"),
    "disk": (walk.disk, "<= 4,000 bytes a read at 5/s"),
    "records": (lookups.lookups, "p50 < 5 ms, p99 < 20 ms; recall >= 0.95 for one typing error"),
    "all-in": (loaded.all_in, "<= 90 bytes a read at 1/s: TLS, IP, receipt"),
    "alert-60": (loaded.at_60, "p50 < 2 ms, p99 < 10 ms"),
    "alert-600": (loaded.at_600, "p50 < 2 ms, p99 < 10 ms"),
    "first-hit-cold": (loaded.cold_first_hit, "<= 2 s, aim 1 s"),
    "limits": (loaded.limits, "none: what the machine can do"),
    "by-entries": (growth.by_entries, "none: how cost grows"),
    "by-rate": (growth.by_rate, "none: how cost grows"),
    "by-backlog": (growth.by_backlog, "none: how cost grows"),
    "by-cameras": (growth.by_cameras, "none: how cost grows"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    known = f"of {', '.join(BENCHMARKS)}; with --peers of {', '.join(course.ROWS)}; all when none is given"
    parser.add_argument("names", nargs="*", metavar="NAME", help=known)
    parser.add_argument("--runs", type=int, default=1, help="runs of each")
    parser.add_argument("--peers", action="store_true", help="ours against its peers, which are installed first")
    parser.add_argument("--save", action="store_true", help="keep the figures of ours in docs/figures/performance, too")
    parser.add_argument("--page", action="store_true", help="write docs/performance.md and its plots from what is kept")
    args = parser.parse_args()
    table = course.ROWS if args.peers else BENCHMARKS
    if unknown := set(args.names) - set(table):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; known: {', '.join(table)}")
    if args.page:
        page.write()
        return 0
    if args.peers:
        return course.race(args.names or course.SHORT, args.runs)
    _measure(args.names or list(BENCHMARKS), args.runs, keep=args.save)
    return 0


def _measure(names: list[str], runs: int, *, keep: bool) -> None:
    print(json.dumps(surroundings()))
    for name in names:
        measure, budget = BENCHMARKS[name]
        method = (measure.__doc__ or "").strip()
        print(f"# {name}: {method}\n# budget: {budget}", flush=True)
        results = Results(f"own-{name}", method)
        for _ in range(runs):
            figures = measure()
            print(json.dumps({"name": name, **figures}), flush=True)
            if keep:
                results.add({"patrol-edge": figures})


if __name__ == "__main__":
    sys.exit(main())
