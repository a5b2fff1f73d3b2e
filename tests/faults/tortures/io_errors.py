"""A shim under the store -> every write, sync and truncation of a life of the spool fails once, and for good; what was promised.

Lives of the store with its recorder are forks of one process (tests/faults/rig/io_sweep.py). Beside them the real daemon has a
sync fail under load: it must end with 1, start again, and hand over everything that it had promised.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.faults.rig import shim
from tests.faults.rig.campaign import Found, NotPossibleError, Order, Torture
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig, built

SOURCE: Final = Path(shim.__file__).with_name("shim_io.c")
SYNC, EIO = 1, 5
LATER: Final = (25, 60, 95)  # syncs of a daemon, its opening included: under load, seconds after its start
ENDED: Final = 1


def compiled(folder: Path) -> Path:
    """The shim. Raises NotPossibleError."""
    if not shim.IS_POSSIBLE:
        raise NotPossibleError(shim.REASON)
    library = folder / "shim_io.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
    return library


def sweep(order: Order, library: Path) -> Found:
    """At most so many lives, evenly over all calls and ways to fail."""
    lives = order.folder / "lives"
    lives.mkdir()
    words = [sys.executable, "-m", "tests.faults.rig.io_sweep", str(lives), str(library), str(order.cycles)]
    asked = subprocess.run(
        words, cwd=order.tree, env={"LD_PRELOAD": str(library)}, capture_output=True, text=True, check=True
    )
    counts = json.loads(asked.stdout)
    more = {
        "cycles": counts["runs"],
        **{name: counts.get(name, 0) for name in ("possible", "calls", "ended", "gave_up", "torn")},
    }
    wrong = counts["wrong"][:10]
    return Found(promised=counts["promised"], lost=counts["lost"], corrupt=counts["corrupt"], more=more, broken=wrong)


def failed_sync(rig: Rig, library: Path, at: int) -> Found:
    """The daemon's `at`-th sync fails while it stores. Raises TimeoutError when it does not end."""
    fault = {"IO_KIND": SYNC, "IO_AT": at, "IO_ERROR": EIO, "IO_STICKY": 0}
    rig.car.daemon.environment |= {"LD_PRELOAD": str(library), **{name: str(value) for name, value in fault.items()}}
    rig.car.plug()
    rig.car.start()
    rig.feeder.start()
    until(lambda: not rig.car.daemon.is_running(), "a sync that failed ends the daemon")
    code = rig.car.daemon.wait()
    rig.car.follower.join()
    is_marked = (rig.car.state / "spool.db.suspect").exists()
    for name in ("LD_PRELOAD", *fault):
        del rig.car.daemon.environment[name]
    rig.broker.start()
    rig.headquarters.start()
    found = rig.settle().found()
    if code != ENDED or not is_marked:
        found.broken.append(f"a failed sync ended the daemon with {code}, the spool marked as suspect: {is_marked}")
    return found


def run(order: Order) -> Found:
    """A cycle is one life with one fault."""
    library = compiled(order.folder)
    total = sweep(order, library)
    for at in LATER if order.cycles > TORTURE.short else LATER[:1]:
        folder = order.folder / f"daemon-{at}"
        folder.mkdir()
        with built(folder, tree=order.tree) as rig:
            try:
                found = failed_sync(rig, library, at)
            except TimeoutError as error:
                total.broken.append(str(error))
                continue
        for name in ("promised", "at_hq", "lost", "invented", "repeated"):
            setattr(total, name, getattr(total, name) + getattr(found, name))
        total.broken += found.broken
    return total


TORTURE: Final = Torture(
    "every write, sync and truncation of a store's life fails, once and for good; a daemon's sync under load",
    run,
    full=10_000,
    short=40,
    control=48,
    minutes=4,
    catches=("error-ignored",),
    unit="lives",
    row=4,
)
