"""A hit with real programs: shown, asked of base, answered, noted, and headquarters sees it all; over MQTT 5 and 3.1.1."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Mosquitto, StartHeadquarters
    from tests.edge.rig.daemon import Daemon
    from tests.edge.rig.device import Device


@pytest.mark.parametrize("mqtt", ["5", "3.1.1"])
async def test_a_hit_lives_from_its_showing_to_a_note_from_base(
    tmp_path: Path,
    mosquitto: "Mosquitto",
    start_headquarters: "StartHeadquarters",
    hq: Callable[..., Any],
    publish: Callable[[Path], None],
    trusting_car: "Callable[..., tuple[Daemon, Device]]",
    write_voi: Callable[..., Path],
    eventually: Callable[..., Any],
    mqtt: str,
) -> None:
    publish(write_voi(["ZZ99 ABC", "ZZ99 ABD"], reason="stolen", spare_1="80"))
    start_headquarters(mosquitto.url, tmp_path / "hq.db")
    daemon, camera = trusting_car(mosquitto.url)
    daemon.config.write_text(daemon.config.read_text().replace("[broker]", f'[broker]\nmqtt = "{mqtt}"'))
    reader = daemon.start()
    reader.until("data", state="in place")
    camera.read_plate("ZZ99ABC")
    alert = reader.until("alert")
    assert (alert["found"], alert["sounded"], alert["others"]) == ("exact", True, [])
    told = json.loads(daemon.command("confirm", alert["id"]).stdout)
    assert (told["state"], told["late"]) == ("stands", False)
    assert reader.until("base")["id"] == alert["id"]
    publish(write_voi(["ZZ99 ABD", "ZZ99 ABE"], reason="stolen"))
    assert json.loads(daemon.command("confirm", alert["id"]).stdout)["state"] == "weeded"
    refused = daemon.command("answer", alert["id"], "rejected", check=False)
    assert (refused.returncode, "reason" in refused.stderr) == (1, True)
    daemon.command("answer", alert["id"], "rejected", "--reason", "dealt-with", "--officer", "4711")
    assert reader.until("step")["step"] == "rejected"
    assert "queued" in hq("note", "--vehicle", "k-0417", "--hit", alert["id"], "zz99 keeper known").stdout
    note = reader.until("note")
    assert (note["id"], note["text"]) == (alert["id"], "zz99 keeper known")

    def state() -> dict[str, Any]:
        (found,) = json.loads(hq("hits", "--json").stdout)
        assert isinstance(found, dict)
        return found

    await eventually(lambda: state()["state"] == "rejected" and state()["notes"][0]["shown"])
    found = state()
    assert (found["why"], found["officer"], found["base"]) == ("dealt-with", "4711", "weeded")
    assert [step["step"] for step in found["steps"]] == ["told", "told", "rejected"]
    assert "zz99" not in daemon.output.lower(), "a log line shows a plate or a note"


async def test_without_base_the_crew_is_told_within_5_s_and_later_all_of_it_arrives(
    tmp_path: Path,
    mosquitto: "Mosquitto",
    start_headquarters: "StartHeadquarters",
    hq: Callable[..., Any],
    publish: Callable[[Path], None],
    trusting_car: "Callable[..., tuple[Daemon, Device]]",
    write_voi: Callable[..., Path],
    eventually: Callable[..., Any],
) -> None:
    publish(write_voi(["ZZ99 ABC"]))
    headquarters = start_headquarters(mosquitto.url, tmp_path / "hq.db")
    daemon, camera = trusting_car(mosquitto.url, "[alerts]\nanswer_s = 1\n")
    reader = daemon.start()
    reader.until("data", state="in place")
    headquarters.kill()
    camera.read_plate("ZZ99ABC")
    alert = reader.until("alert")
    said = daemon.command("confirm", alert["id"], check=False)
    assert (said.returncode, json.loads(said.stdout)["state"]) == (1, "no answer")
    again = reader.until("unanswered")
    assert (again["id"], again["vrm"]) == (alert["id"], "ZZ99ABC")
    start_headquarters(mosquitto.url, tmp_path / "hq.db")

    def states() -> list[str]:
        return [one["state"] for one in json.loads(hq("hits", "--json").stdout)]

    await eventually(lambda: states() == ["unanswered"])
