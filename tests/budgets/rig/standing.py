"""`python -m tests.budgets.rig.standing [CHANGE]`: a car to which only what is scripted happens, for 45 virtual minutes -> what it costs.

`CHANGE` makes it worse, to show that the count sees it: "restless", "wordy" or "unpacked".
"""

import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

from drivers.anpr.line import Line
from drivers.readings import PlateSeen
from edge.health import rounds
from edge.uplink import lull
from simulator.numbered import plate
from tests.budgets.rig.counting import records
from tests.virtual.rig.history import History
from tests.virtual.rig.plan import ROOMY, drawn
from tests.virtual.rig.ports import Device

HOUR_S: Final = 3600.0
MESSAGE_BYTES: Final = 2 * 52 + 22 + 12
"""Of each message beside topic and payload: TCP and IP with time stamps there and the acknowledgement back, a record of TLS 1.3,
MQTT's PUBLISH and PUBACK."""

Script = Callable[[History], None]
_KEPT: Final[list[History]] = []  # were one let go, its tasks would end in the middle of the next one's life


def main(change: str | None) -> None:
    """One JSON object."""
    if change == "restless":
        rounds.LOOK_S = 0.05  # type: ignore[misc]
    if change == "unpacked":
        lull.FULL_BATCH = 1  # type: ignore[misc]
    folder = Path(tempfile.mkdtemp(prefix="standing-"))
    told = idle(folder)
    if change != "restless":  # which takes long enough
        told |= _others(folder, change)
    print(json.dumps(told), flush=True)
    os._exit(0)  # the cars are still there, and must not say good-bye


def _others(folder: Path, change: str | None) -> dict[str, float]:
    with records(logging.INFO) as said:
        troubled = stood(folder, _wordy if change == "wordy" else _interrupted)
        lines = said() / troubled.loop.now_s * HOUR_S
    sent: list[int] = []
    busy = stood(folder, lambda standing: _reading(standing, sent))
    return {"log_lines_per_hour": lines, "wire_bytes_per_read_all_in": sum(sent) / len(busy.plates)}


def idle(folder: Path) -> dict[str, float]:
    """No plate, the link up."""
    standing = stood(folder, lambda _: None)
    return {"wakeups_per_second": standing.life.process.steps / standing.loop.now_s}


def stood(folder: Path, script: Script) -> History:
    """The car, afterwards."""
    home = Path(tempfile.mkdtemp(dir=folder))
    plain = replace(
        drawn(Random(1)), cameras=0, quota_bytes=ROOMY, poison=None, refusing=False, restored=False, troubles=0
    )
    standing = History(1, 0, folder, home, plain)
    _KEPT.append(standing)
    standing.receiver.say = lambda data: None  # type: ignore[method-assign]  # noqa: ARG005 - it has no fix
    script(standing)
    told = standing.told()
    assert told.broken is None, told.broken
    return standing


def _interrupted(standing: History) -> None:
    """The link is lost ten times, a camera five times."""
    device = standing.cameras["front"] = Device(standing.loop)
    for n in range(1, 11):
        standing.loop.call_later(n * 200, standing.net.lose, True)
    for n in range(1, 6):
        standing.loop.call_later(n * 400, device.unplug)
        standing.loop.call_later(n * 400 + 30, setattr, device, "is_plugged", True)


def _wordy(standing: History) -> None:
    """And somebody says every half minute that all is well."""

    def say() -> None:
        logging.getLogger("edge.wordy").info("all is well")
        standing.loop.call_later(30, say)

    _interrupted(standing)
    say()


def _reading(standing: History, sent: list[int]) -> None:
    """One plate a second; `sent` gets the bytes of every message, both ways."""
    device, net = standing.cameras.setdefault("front", Device(standing.loop)), standing.net
    dialect, up, down = Line(), net.up, net.down

    def say() -> None:
        standing.plates.append(len(standing.plates))
        device.say(dialect.encode(PlateSeen(plate(standing.plates[-1]))))
        standing.loop.call_later(1.0, say)

    def count_up(connection: object, topic: str, payload: bytes) -> None:
        sent.append(len(topic) + len(payload) + MESSAGE_BYTES)
        up(connection, topic, payload)  # type: ignore[arg-type]

    def count_down(topic: str, payload: bytes) -> None:
        sent.append(len(topic) + len(payload) + MESSAGE_BYTES)
        down(topic, payload)

    net.up, net.down = count_up, count_down  # type: ignore[method-assign]
    standing.loop.call_later(10.0, say)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
