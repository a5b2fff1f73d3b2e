"""THE TORTURES, one a file: each breaks a running world for as long as it is told and counts the promises. This is their table."""

from typing import Final

from tests.faults.rig.campaign import Torture
from tests.faults.tortures import (
    cards,
    clock_jumps,
    cold_start,
    crash_states,
    disk_bytes,
    disk_full,
    hang,
    hq_restored,
    io_errors,
    kill9,
    ledger,
    mqtt_loss,
    outage,
    power,
    soak,
    steps,
    virtual,
)

TORTURES: Final[dict[str, Torture]] = {
    "kill9": kill9.TORTURE,
    "ledger": ledger.TORTURE,
    "mqtt-loss": mqtt_loss.TORTURE,
    "cards": cards.TORTURE,
    "hq-restored": hq_restored.TORTURE,
    "hang": hang.TORTURE,
    "cold-start": cold_start.TORTURE,
    "clock-jumps": clock_jumps.TORTURE,
    "outage": outage.TORTURE,
    "power": power.TORTURE,
    "soak": soak.TORTURE,
    "crash-states": crash_states.TORTURE,
    "disk-full": disk_full.TORTURE,
    "io-errors": io_errors.TORTURE,
    "disk-bytes": disk_bytes.TORTURE,
    "steps": steps.TORTURE,
    "virtual": virtual.TORTURE,
}
