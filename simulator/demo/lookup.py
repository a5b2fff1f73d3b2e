"""A hit -> a look-up by the crew's own command, and what headquarters knows of the vehicle, in the scene."""

import json
import time
from typing import Any, Final

from simulator.demo import words
from simulator.demo.drive import Drive
from simulator.demo.evidence import said_by
from simulator.demo.follow import Follower
from simulator.demo.programs import ProgramError, Programs
from simulator.demo.scene import Scene
from simulator.folder import LIST

_SCALE: Final = "0.001"
_FILES: Final = ("persons", "objects", "locations", "events", "relationships")
_OPEN: Final = "\n[lookups]\nopen_vehicles = true\n"  # nobody is logged on in a demo


async def records_known(drive: Drive, started: Programs) -> None:
    """Headquarters knows a small town, the listed vehicles and their keepers. ProgramError: a command failed."""
    with drive.config.open("a", encoding="utf-8") as file:
        file.write(_OPEN)
    folder = drive.folder / "records"
    town = ("--seed", drive.seed, "--scale", _SCALE, "--voi", drive.folder / LIST, "--out", folder)
    await said_by(started, "records", "simulator", "records", *town)
    files = [folder / f"{name}.csv" for name in _FILES]
    await said_by(started, "records-import", "headquarters", "records", "import", "--store", drive.store, *files)


async def asked_after_a_hit(drive: Drive, started: Programs, follower: Follower, scene: Scene) -> None:
    """Tells once what headquarters answers; asks again with the next line while it is not there, or the daemon is not."""
    while True:
        await follower.hears()
        if drive.witness.alerts and drive.witness.link_up:
            vrm = drive.witness.alerts[0]["vrm"]
            if (known := await _known(drive, started, vrm)) is not None:
                scene.tell(words.ASKED.format(vrm, words.known(known)), time.monotonic_ns(), is_good=True)
                return


async def _known(drive: Drive, started: Programs, vrm: str) -> dict[str, Any] | None:
    command = ("lookup", "vehicle", vrm, "--config", drive.config, "--json")
    try:
        said = await said_by(started, "lookup", "edge", *command)
    except ProgramError:  # the daemon is being killed: that is what a demo is for
        return None
    answers = [answer for line in said.splitlines() for answer in json.loads(line)["answers"]]
    found: list[dict[str, Any]] = [one for answer in answers if answer["result"] for one in answer["result"]["results"]]
    return found[0] if found else None
