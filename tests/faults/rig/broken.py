"""A word -> a copy of this tree with one part put out of order. A torture that lets it pass is no torture.

Each is an exact replacement of text in the copy; when the text is not there any more, the copy is not made. There is no
switch in the product.
"""

import shutil
from pathlib import Path
from typing import Final

from tests.faults.rig.fault import Edit, Fault, apply
from tests.faults.rig.program import ROOT
from tests.virtual.rig.mutants import MUTANTS

PACKAGES: Final = ("drivers", "edge", "forecast", "headquarters", "proto", "records", "simulator", "tests")


NORMAL: Final = Fault(
    "commits that are not on the disk: SQLite's synchronous=NORMAL alone",
    (Edit("edge/spool/wal.py", "        os.fdatasync(self._fd)\n", ""),),
)
PUBACK: Final = Fault(
    "what the broker has acknowledged is receipted and deleted",  # not deleting it would be healed by held and again
    (
        Edit(
            "edge/uplink/uplink.py",
            "        await self._publish(connection, word, topics.up(self._vehicle, word), flight.message)\n",
            "        await connection._client.publish(topics.up(self._vehicle, word), flight.message, qos=1)\n"
            "        ranges = type(flight.ledger.done)([(flight.first, flight.last)])\n"
            "        held = control.Held(flight.ledger.epoch.id, flight.ledger.lane, ranges)\n"
            "        self._window.receipted(held, flight.ledger)\n"
            "        await self._spool.flush_receipts()\n"
            "        await self._spool.tidy(0)\n",
        ),
        Edit("edge/spool/spool.py", "if row.born_s is not None and row.born_s < before_s", "if True"),
        Edit(
            "edge/spool/spool.py",
            "self._is_done(lane, row) and not self._is_pinned(lane, row)]",
            "self._is_done(lane, row)]",
        ),
    ),
)
STORED_EARLY: Final = Fault(
    '"stored" is said before the commit',
    (
        Edit(
            "edge/spool/recorder.py",
            "            if group.runs and not await self._commit(group):\n"
            "                continue\n"
            "            for item in items:\n"
            "                if type(item) is Witnessed:\n"
            "                    item.settle()\n"
            "            for run in group.runs:\n"
            "                self._say(\n"
            '                    "stored", epoch=self._spool.identity.hex(), lane=run.lane.word, first=run.first, last=run.last\n'
            "                )\n",
            "            for run in group.runs:\n"
            "                self._say(\n"
            '                    "stored", epoch=self._spool.identity.hex(), lane=run.lane.word, first=run.first, last=run.last\n'
            "                )\n"
            "            for item in items:\n"
            "                if type(item) is Witnessed:\n"
            "                    item.settle()\n"
            "            if group.runs and not await self._commit(group):\n"
            "                continue\n",
        ),
    ),
)
RECEIPT_EARLY: Final = Fault(
    "headquarters gives its receipt a moment before it commits",
    (
        Edit(
            "headquarters/store/intake.py",
            "    with transaction(connection):\n        for arrival in arrivals:\n            intake.add(arrival)\n",
            '    connection.execute("BEGIN IMMEDIATE")\n    for arrival in arrivals:\n        intake.add(arrival)\n',
        ),
        Edit(
            "headquarters/receiver/keeper.py",
            "            for answer in said:\n                outbox.put(answer)\n",
            "            for answer in said:\n                outbox.put(answer)\n"
            "            await asyncio.sleep(0.2)\n"
            '            await self._store.run(lambda connection: connection.execute("COMMIT"))\n',
        ),
    ),
)
EPOCH_KEPT: Final = Fault(
    "the epoch stays the same over restarts, so numbers are given twice",
    (
        Edit(
            "edge/identity.py",
            "return chance(EPOCH_BYTES)",
            'return bytes.fromhex(_BOOT_ID.read_text("ascii").replace("-", ""))[-EPOCH_BYTES:]',
        ),
        Edit(
            "edge/spool/rows.py",
            "INSERT INTO epoch (id, boot) VALUES (?, ?) RETURNING n",
            "INSERT INTO epoch (id, boot) VALUES (?, ?) ON CONFLICT DO UPDATE SET boot = boot RETURNING n",
        ),
    ),
)
ERROR_IGNORED: Final = Fault(
    "a commit that failed counts as done",
    (
        Edit(
            "edge/spool/recorder.py",
            "                if not is_full(error):\n                    raise\n",
            "                if not is_full(error):\n                    return True\n",
        ),
    ),
)
LEAK: Final = Fault(
    "every batch that was ever sent is remembered",
    (
        Edit(
            "edge/uplink/window.py",
            "        self._flights.append(flight)\n",
            "        self._flights.append(flight)\n        self.__dict__.setdefault('kept', []).append(flight)\n",
        ),
    ),
)
AGAIN_IGNORED: Final = Fault(
    "what headquarters asks for again is not sent",
    (
        Edit(
            "edge/uplink/uplink.py",
            "                count = ledger.ask_again(held.ranges)\n",
            "                count = 0\n",
        ),
    ),
)
DENIAL_UNSAID: Final = Fault(
    "a broker that takes messages and throws them away is waited for in silence",
    (Edit("edge/uplink/permission.py", "NO_ANSWER_S: Final = 45.0", "NO_ANSWER_S: Final = 1e9"),),
)
WAITS_FOR_TIME: Final = Fault(
    "ports are opened once the time is known",
    (
        Edit(
            "edge/app.py",
            "                reading = [\n",
            "                while not car.clock.is_past_floor():\n"
            "                    await asyncio.sleep(0.05)\n"
            "                reading = [\n",
        ),
    ),
)
WATCHDOG_BLIND: Final = Fault(
    "the watchdog is fed by a thread that knows nothing of the event loop",
    (
        Edit(
            "edge/app.py",
            '                    notify("READY=1")\n',
            '                    notify("READY=1")\n'
            "                    import threading, time\n"
            '                    feed = lambda: [(time.sleep(0.5), notify("WATCHDOG=1")) for _ in range(10**6)]\n'
            "                    threading.Thread(target=feed, daemon=True).start()\n",
        ),
    ),
)
CLOCK_BELIEVED: Final = Fault(
    "a clock that is earlier than what is known to be past is believed",
    (
        Edit(
            "edge/clock.py",
            "        if system_ms >= self._floor_ms:\n            return Clock.KEPT",
            "        if system_ms:\n            return Clock.KEPT",
        ),
    ),
)
FULL_PROMISED: Final = Fault(
    "what finds no room counts as stored",
    (
        Edit(
            "edge/spool/recorder.py",
            '                self._disk.began("disk full")\n',
            '                self._disk.began("disk full")\n                return True\n',
        ),
    ),
)
UNGROUPED: Final = Fault(
    "every read is a commit of its own",
    (Edit("edge/spool/inbox.py", "if urgent or waiting + 1 >= self._group_events:", "if True:"),),
)

BROKEN: Final[dict[str, Fault]] = {
    "normal": NORMAL,
    "puback": PUBACK,
    "stored-early": STORED_EARLY,
    "receipt-early": RECEIPT_EARLY,
    "epoch-kept": EPOCH_KEPT,
    "error-ignored": ERROR_IGNORED,
    "leak": LEAK,
    "again-ignored": AGAIN_IGNORED,
    "denial-unsaid": DENIAL_UNSAID,
    "waits-for-time": WAITS_FOR_TIME,
    "watchdog-blind": WATCHDOG_BLIND,
    "clock-believed": CLOCK_BELIEVED,
    "ungrouped": UNGROUPED,
    "full-promised": FULL_PROMISED,
    **MUTANTS,
}


def broken_tree(name: str, folder: Path) -> Path:
    """The copy, made in `folder`; programs are started with it as their working directory. Raises StaleError."""
    tree = folder / f"broken-{name}"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__", "captures"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    for edit in BROKEN[name].edits:
        apply(edit, tree)
    return tree
