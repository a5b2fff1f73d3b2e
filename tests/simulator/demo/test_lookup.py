"""The demo's look-up after a hit: what headquarters is given to know, and how an answer reads."""

import json
from io import StringIO
from pathlib import Path

from headquarters.lookups.pole import PoleRecords
from records.plain import plain
from simulator.demo import words
from simulator.demo.drive import Drive
from simulator.demo.lookup import records_known
from simulator.demo.plain import Plain
from simulator.demo.programs import programs
from simulator.demo.timeline import SHORTEST_S, timeline


async def test_headquarters_knows_a_listed_vehicle_and_its_keeper(tmp_path: Path) -> None:
    (tmp_path / "voi.csv").write_text("vrm,make,model,colour,reason\nAB12CDE,FORD,TRANSIT,BLACK,STOLEN\n", "utf-8")
    (tmp_path / "logs").mkdir()
    drive = Drive(timeline(SHORTEST_S), 3, tmp_path, Plain(StringIO()))
    drive.config.write_text("", "utf-8")
    async with programs(tmp_path / "logs") as started:
        await records_known(drive, started)
    source = PoleRecords(tmp_path / "headquarters.db")
    (vehicle,) = plain(source.vehicle("AB12CDE"))["results"]
    source.close()
    said = words.known(json.loads(json.dumps(vehicle)))
    assert said.startswith("black FORD TRANSIT, stolen, kept by ")
    assert "open_vehicles = true" in drive.config.read_text("utf-8")


def test_what_is_not_known_is_not_said() -> None:
    assert words.known({"vrm": "AB12CDE"}) == ""
    assert words.known({"make": "KIA", "incidents": [{}], "persons": [{"name": "A B", "role": "driver"}]}) == (
        "KIA, in 1 incident"
    )
