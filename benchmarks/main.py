"""`benchmarks/run [NAME ...]`: figures of the product on this machine, with method and budget, printed; nothing is asserted."""

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Final

from benchmarks import lookups, walk, wire
from benchmarks.rig import ROOT

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
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all when none is given")
    parser.add_argument("--runs", type=int, default=1, help="runs of each")
    args = parser.parse_args()
    unknown = set(args.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; known: {', '.join(BENCHMARKS)}")
    print(json.dumps(_machine()))
    for name in args.names or BENCHMARKS:
        measure, budget = BENCHMARKS[name]
        print(f"# {name}: {(measure.__doc__ or '').strip()}\n# budget: {budget}", flush=True)
        for _ in range(args.runs):
            print(json.dumps({"name": name, **measure()}), flush=True)
    return 0


def _machine() -> dict[str, object]:
    commit = subprocess.run(
        ("git", "rev-parse", "--short", "HEAD"), cwd=ROOT, capture_output=True, text=True, check=False
    )
    return {"commit": commit.stdout.strip(), "python": platform.python_version(), "machine": platform.machine()}


if __name__ == "__main__":
    sys.exit(main())
