"""A rig after a campaign -> what headquarters and the car complain of, added to what was found."""

from typing import Final

from tests.faults.rig.campaign import Found
from tests.faults.rig.rig import Rig

EXPECTED_ALARMS: Final = {"link"}  # a broker that dies thrice right after what it was sent looks like one that refuses


def look(rig: Rig, found: Found) -> None:
    """Kills and cuts are no reason for a damaged row, a conflict, an alarm, or a read that is lost before it is numbered."""
    status = rig.headquarters.status()
    found.corrupt = status["conflicts"] + status["unreadable"]
    found.broken += sorted({f"alarm at headquarters: {alarm['alarm']}" for alarm in status["alarms"]})
    alarms = {line["name"] for line in rig.car.follower.of("alarm")}
    found.broken += sorted(f"alarm of the car: {name}" for name in alarms - EXPECTED_ALARMS)
    found.more["dropped"] = sum(line["count"] for line in rig.car.follower.of("dropped"))
    if rig.unfounded:
        found.broken.append(f"{rig.unfounded} receipts for what was not stored")
    if found.more["skipped"] > found.more["dropped"]:
        found.broken.append("reads were lost before they were numbered")
