"""The whole way with real things: `patrol-hq publish`, a broker, the daemon, its child; lists arrive, change and are reported."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from headquarters.datasets.signing import load_signer

if TYPE_CHECKING:
    from tests.conftest import Mosquitto, OpenRelay, StartHeadquarters
    from tests.edge.conftest import MakeDaemon
    from tests.edge.rig.daemon import Daemon
    from tests.edge.rig.device import Device

ROOT: Final = Path(__file__).parents[3]

Publish = Callable[..., str]


@pytest.fixture
def signing_key(tmp_path: Path) -> Path:
    path = tmp_path / "signing.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(path)], check=True, capture_output=True)
    return path


@pytest.fixture
def publish(tmp_path: Path, signing_key: Path) -> Publish:
    """`publish(kind, file, *words)`: what the command printed."""

    def run(kind: str, path: Path, *words: str) -> str:
        line = [sys.executable, "-m", "headquarters", "publish", kind, str(path), "--key", str(signing_key)]
        line += ["--store", f"sqlite:///{tmp_path}/hq.db", *words]
        return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    return run


@pytest.fixture
def trusting(make_daemon: "MakeDaemon", signing_key: Path) -> Callable[..., "Daemon"]:
    """A car that trusts the key and takes no unsigned list."""

    def make(broker: str = "mqtt://127.0.0.1:1", extra: str = "") -> "Daemon":
        daemon = make_daemon(broker, extra)
        public = load_signer(signing_key).public.hex()
        text = daemon.config.read_text().replace("allow_unsigned = true", f'trusted_keys = ["{public}"]')
        daemon.config.write_text(text)
        return daemon

    return make


def status(tmp_path: Path) -> dict[str, Any]:
    line = [sys.executable, "-m", "headquarters", "status", "--store", f"sqlite:///{tmp_path}/hq.db", "--json"]
    printed = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    found: dict[str, Any] = json.loads(printed)
    return found


def car_of(tmp_path: Path) -> dict[str, Any] | None:
    cars = status(tmp_path)["data_sets"][0]["cars"]
    return cars[0] if cars else None


async def test_a_list_is_published_arrives_changes_and_is_reported(
    tmp_path: Path,
    mosquitto: "Mosquitto",
    start_headquarters: "StartHeadquarters",
    publish: Publish,
    trusting: Callable[..., "Daemon"],
    plug: Callable[[str], "Device"],
    write_voi: Callable[..., Path],
    eventually: Callable[..., Any],
) -> None:
    camera = plug("front")
    extra = f'[[cameras]]\nname = "front"\ndialect = "axxon"\nport = "{camera.path}"\n'
    start_headquarters(mosquitto.url, tmp_path / "hq.db")
    daemon = trusting(mosquitto.url, extra)
    reader = daemon.start()
    plates = [f"ZZ99ZA{n:03}" for n in range(600)]
    publish("voi", write_voi(plates))
    reader.until("data", name="wanted", state="in place", entries=600)
    camera.read_plate("ZZ99ZA007")
    alert = reader.until("alert")
    assert (alert["listed_vrm"], alert["signed"], alert["list"]) == ("ZZ99ZA007", True, "wanted")
    assert "as a delta" in publish("voi", write_voi([*plates[1:], "ZZ99NEW"]))
    coming = reader.until("data", state="coming")
    reader.until("data", name="wanted", state="in place", entries=600)
    assert coming["bytes"] < 300  # a delta's: the whole list has some 2 kB
    camera.read_plate("ZZ99NEW")
    assert reader.until("alert")["listed_vrm"] == "ZZ99NEW"
    listed = json.loads(daemon.command("lists", "--json").stdout)
    assert [(one["name"], one["entries"], one["stale"], one["signed"]) for one in listed] == [
        ("wanted", 600, False, True)
    ]
    assert daemon.command("data", "verify").stdout == "wanted: good\n"
    await eventually(lambda: (car_of(tmp_path) or {"behind": True})["behind"] is False)
    car = car_of(tmp_path)
    assert car is not None
    assert (car["vehicle"], car["version"]) == ("k-0417", listed[0]["version"])


async def test_a_car_that_was_away_is_given_what_it_lacks_when_it_comes(
    tmp_path: Path,
    mosquitto: "Mosquitto",
    start_headquarters: "StartHeadquarters",
    publish: Publish,
    trusting: Callable[..., "Daemon"],
    write_voi: Callable[..., Path],
) -> None:
    publish("voi", write_voi(["ZZ99AAA"]))
    objects = tmp_path / "objects.csv"
    objects.write_text("object_id,vrm\nv1,ZZ99AAA\n", "ascii")
    publish("records", objects)
    start_headquarters(mosquitto.url, tmp_path / "hq.db")
    reader = trusting(mosquitto.url).start()
    places = [reader.until("data", state="in place")["name"] for _ in range(2)]
    assert sorted(places) == ["records", "wanted"]


async def test_a_headquarters_that_comes_later_is_told_what_is_held(
    tmp_path: Path,
    mosquitto: "Mosquitto",
    start_headquarters: "StartHeadquarters",
    publish: Publish,
    trusting: Callable[..., "Daemon"],
    write_voi: Callable[..., Path],
) -> None:
    publish("voi", write_voi(["ZZ99AAA"]))
    reader = trusting(mosquitto.url).start()
    reader.until("link", up=True)
    start_headquarters(mosquitto.url, tmp_path / "hq.db")
    reader.until("data", state="in place")


async def test_a_link_that_is_cut_again_and_again_brings_the_list_all_the_same(
    tmp_path: Path,
    mosquitto: "Mosquitto",
    open_relay: "OpenRelay",
    start_headquarters: "StartHeadquarters",
    publish: Publish,
    trusting: Callable[..., "Daemon"],
    write_voi: Callable[..., Path],
) -> None:
    plates = [f"ZZ{n * 7919 % 100:02}{chr(65 + n % 26)}{n:05}" for n in range(40_000)]
    publish("voi", write_voi(plates))
    start_headquarters(mosquitto.url, tmp_path / "hq.db")
    async with open_relay(mosquitto.port) as relay:
        reader = trusting(relay.url).start()
        await asyncio.to_thread(reader.until, "data", state="coming")
        for _ in range(3):
            relay.cut()
            await asyncio.to_thread(reader.until, "link", up=True)
        await asyncio.to_thread(reader.until, "data", state="in place", entries=40_000)


def test_a_stick_does_the_same(
    tmp_path: Path, publish: Publish, trusting: Callable[..., "Daemon"], write_voi: Callable[..., Path]
) -> None:
    publish("voi", write_voi(["ZZ99AAA", "ZZ99AAB"]), "--stick", str(tmp_path))
    daemon = trusting()
    assert "2 entries in place" in daemon.command("data", "load", str(tmp_path / "wanted.pedata")).stdout
    assert daemon.command("data", "verify").stdout == "wanted: good\n"
    again = daemon.command("data", "load", str(tmp_path / "wanted.pedata"), check=False)
    assert (again.returncode, again.stderr) == (1, "wanted.pedata: refused: not newer; what is held stays\n")


def test_a_bad_stick_is_an_alarm_of_the_daemon_too(
    tmp_path: Path, publish: Publish, trusting: Callable[..., "Daemon"], write_voi: Callable[..., Path]
) -> None:
    publish("voi", write_voi(["ZZ99AAA"]), "--stick", str(tmp_path))
    stick = tmp_path / "wanted.pedata"
    stick.write_bytes(stick.read_bytes()[:-1] + b"\0")
    daemon = trusting()
    reader = daemon.start()
    refused = daemon.command("data", "load", str(stick), check=False)
    assert (refused.returncode, "refused" in refused.stderr) == (1, True)
    assert "refused" in reader.until("alarm", name="data-refused")["detail"]


def test_none_of_the_files_shows_a_plate(
    tmp_path: Path,
    publish: Publish,
    trusting: Callable[..., "Daemon"],
    write_voi: Callable[..., Path],
) -> None:
    plates = [f"ZZ99Z{n:04}" for n in range(1000)]
    publish("voi", write_voi(plates, reason="zz99reason"), "--stick", str(tmp_path))
    daemon = trusting()
    daemon.command("data", "load", str(tmp_path / "wanted.pedata"))
    files = [path for path in daemon.folder.rglob("*") if path.is_file()]
    assert len(files) >= 4
    assert [path for path in files if b"ZZ99" in path.read_bytes() or b"zz99" in path.read_bytes()] == []
