"""Headquarters dies after its commit and before its receipt: what comes again is there once."""

import asyncio
from typing import TYPE_CHECKING

from tests.faults.rig.headquarters import Headquarters
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig

if TYPE_CHECKING:
    from tests.conftest import OpenRelay

READS = 300


async def test_killed_between_commit_and_receipt_headquarters_has_nothing_twice(
    rig: Rig, open_relay: "OpenRelay"
) -> None:
    """[proto-4.4]"""
    rig.broker.start()
    async with open_relay(rig.broker.port) as relay:
        rig.headquarters = headquarters = Headquarters(rig.car.folder, relay.url)
        headquarters.start()
        await asyncio.to_thread(headquarters.until_ready)
        relay.hold_answers()
        rig.car.plug()
        rig.car.start()
        await asyncio.to_thread(rig.car.until_heard)
        await asyncio.to_thread(rig.feeder.say, READS)
        await asyncio.to_thread(until, lambda: headquarters.count() >= READS, "headquarters has committed")
        assert rig.car.follower.count("read", "receipt") == 0
        headquarters.kill()
        relay.cut()
        relay.flow()
        headquarters.start()
        verdict = await asyncio.to_thread(rig.settle)
        assert verdict.is_good, verdict
        (vehicle,) = headquarters.status()["vehicles"]
        assert vehicle["lanes"]["read"]["repeated"] >= READS
        await asyncio.to_thread(rig.end)
