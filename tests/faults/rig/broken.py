"""`python -m tests.faults.rig.broken NAME --config F`: the daemon with one part put out of order. A test that lets it pass is no test."""

import asyncio
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from edge import app
from edge.config_file import key_of, load
from edge.spool import rows
from edge.spool.quota import Cut
from edge.spool.spool import AGED_AT_ONCE, Spool
from edge.uplink.flight import Flight
from edge.uplink.link import Connection
from edge.uplink.uplink import Uplink
from proto import topics
from proto.control import Held
from proto.lanes import Lane
from proto.ranges import Ranges


def delete_on_puback() -> None:
    """What the broker has acknowledged is receipted and deleted. (Not deleting it would be healed by `held` and `again`.)"""

    async def launch(self: Uplink, connection: Connection, flight: Flight, now_s: float) -> None:
        ledger = flight.ledger
        flight.was_sent(now_s, self._window.answers)
        await connection._client.publish(topics.up(self._vehicle, ledger.lane.word), flight.message, qos=1)
        self._window.receipted(Held(ledger.epoch.id, ledger.lane, Ranges([(flight.first, flight.last)])), ledger)
        await self._spool.flush_receipts()
        await self._spool.tidy(0)

    async def aged(self: Spool, lane: Lane, _: int) -> Cut:
        found = await self._database.read(partial(rows.oldest, lane=lane, limit=AGED_AT_ONCE))
        return Cut(lane, [row for row in found if self._is_done(lane, row)], [])

    Uplink._launch = launch  # type: ignore[method-assign]
    Spool._aged = aged  # type: ignore[method-assign, assignment]


BROKEN: Final[dict[str, Callable[[], None]]] = {"puback": delete_on_puback}


def words(name: str, config: Path) -> list[str]:
    """The command line of a broken daemon."""
    return [sys.executable, "-m", __name__, name, "--config", str(config)]


def main(name: str, path: Path) -> None:
    """Breaks what the name says, then is the daemon."""
    BROKEN[name]()
    config = load(path)
    os._exit(asyncio.run(app.run(config, key_of(config.storage))))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[3]))
