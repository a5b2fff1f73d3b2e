"""`python -m tests.virtual.rig.main`: so many virtual hours from a seed -> one JSON line, `scripts/torture virtual` without its frame.

Each history has a process of its own, whose strings hash as in every other: the same seed and commit give the same steps.
"""

import argparse
import json
import logging
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.virtual.rig.history import Told

SEEDS_APART: Final = 1_000_000  # histories have seeds of their own
SHIFT_H: Final = 6.0
TELL_S: Final = 60.0
LISTED, ONE_IN = 40_000, 20


def main() -> int:
    """Exit codes: 0 as promised, 1 not, 2 wrong usage."""
    args = _parsed()
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.virtual.rig.main", *sys.argv[1:]])
    logging.disable(logging.CRITICAL)
    figures = (
        run(args.hours, args.seed, args.jobs, args.shift, args.minutes)
        if args.history is None
        else replay(args.history, args.shift, args.log)
    )
    print(json.dumps(figures))
    return 0 if figures["good"] else 1


def run(hours: float, seed: int, jobs: int = 1, shift_h: float = SHIFT_H, minutes: float = 1e6) -> dict[str, Any]:
    """Histories until so many virtual hours are over, or a promise is broken. The figures of all of them."""
    began_s, began_cpu_s, sums, lasted_h = time.monotonic(), _cpu_s(), Counter[str](), 0.0
    seeds = range(seed * SEEDS_APART, seed * SEEDS_APART + int(hours / shift_h) + 1)
    broken: list[dict[str, Any]] = []
    tell_s = began_s + TELL_S
    for told in _histories(seeds, jobs, shift_h):
        lasted_h += told.hours
        if time.monotonic() >= tell_s:
            tell_s += TELL_S
            print(f"virtual: {lasted_h:,.0f} of {hours:,.0f} hours", file=sys.stderr, flush=True)
        table = told.table()
        sums.update({name: value for name, value in table.items() if type(value) is int and name != "seed"})
        sums["histories"] += 1
        sums.update({f"ended_{how}": count for how, count in told.ends.items()})
        if told.broken is not None:
            once_more = f"python -m tests.virtual.rig.main --history {told.seed} --shift {shift_h:g}"
            broken.append({"seed": told.seed, "broken": told.broken, "trace": told.trace, "once_more": once_more})
        if broken or lasted_h >= hours or time.monotonic() - began_s >= minutes * 60:
            break
    taken_s = time.monotonic() - began_s
    return {
        "good": not broken,
        "hours": round(lasted_h, 1),
        "seconds_taken": round(taken_s, 1),
        "hours_a_second": round(lasted_h / taken_s, 2),
        "hours_a_cpu_second": round(lasted_h / (_cpu_s() - began_cpu_s), 2),
        **sums,
        "found": broken,
    }


def _cpu_s() -> float:
    """Of this process and of those it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def replay(seed: int, shift_h: float, log: Path | None = None) -> dict[str, Any]:
    """One history once more. `log`: where every step of it is written, one a line."""
    (told,) = _histories(range(seed, seed + 1), 1, shift_h, log)
    return {"good": told.broken is None, **told.table()}


def _histories(seeds: range, jobs: int, shift_h: float, log: Path | None = None) -> "Iterator[Told]":
    """Each in a process forked from this one, where everything is imported and the list is made."""
    from tests.virtual.rig.history import history

    memory = Path("/dev/shm")
    root = Path(tempfile.mkdtemp(prefix="virtual-", dir=memory if memory.is_dir() else None))
    try:
        (root / "lists").mkdir()
        _make_list(root / "lists")
        one = partial(history, hours=shift_h, root=root, log=log)
        with multiprocessing.get_context("fork").Pool(jobs, maxtasksperchild=1) as pool:
            yield from pool.imap(one, seeds, chunksize=1)
    finally:
        shutil.rmtree(root, ignore_errors=True)  # a history that nobody waits for any more may still write


def _make_list(folder: Path) -> None:
    from edge.matcher.importer import import_csv
    from proto.voi import COLUMNS
    from simulator.numbered import plate
    from tests.virtual.rig.witness import KEY

    source = folder / "wanted.csv"
    rows = [plate(n) + "," * (len(COLUMNS) - 1) for n in range(0, LISTED, ONE_IN)]
    assert COLUMNS[0] == "vrm"
    source.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")
    import_csv(source, folder, KEY, report=lambda _: None, progress=lambda _: None)


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=100.0, help="virtual hours")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--history", type=int, metavar="SEED", help="this one only: a replay")
    parser.add_argument("--log", type=Path, metavar="FILE", help="with --history: write every step of it there")
    parser.add_argument("--shift", type=float, default=SHIFT_H, help="virtual hours of one history")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1e6, help="and no longer than this by a real clock")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
