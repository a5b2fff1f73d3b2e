"""The whole way with real things: `patrol-hq forecast publish`, a broker, the daemon with a receiver, dwell at headquarters, the kill switch."""

import asyncio
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from forecast.wire import Anchor, Box, Patrol, encode
from headquarters.datasets.signing import load_signer

if TYPE_CHECKING:
    from tests.conftest import Mosquitto, StartHeadquarters
    from tests.edge.conftest import MakeDaemon
    from tests.edge.rig.daemon import Reader
    from tests.edge.rig.device import Device

ROOT: Final = Path(__file__).parents[3]
ANCHOR: Final = Anchor(51.55, -(42.5 / 60), 0, 0, 0.0)  # 51 33.0 N, 0 42.5 W: what the test's receiver says
FORECAST: Final = Patrol(
    20_782, "all", 250.0, 25.0, bytes(range(8)), ANCHOR, (Box(-125, -125, 0.1), Box(1000, 0, 0.05))
)
MINUTES_A_METRE: Final = 0.000_866_75  # of longitude, there


def headquarters(tmp_path: Path, *words: str) -> str:
    line = [sys.executable, "-m", "headquarters", *words, "--store", f"sqlite:///{tmp_path}/hq.db"]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def signing_key(tmp_path: Path) -> Path:
    key = tmp_path / "signing.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(key)], check=True, capture_output=True)
    return key


class Receiver:
    """Says once every half second where the car is: so many metres west of the middle of the first box."""

    def __init__(self, device: "Device") -> None:
        self._device = device
        self.west_m = 0.0

    async def run(self) -> None:
        while True:
            now = dt.datetime.now(
                dt.UTC
            )  # a receiver sets the car's clock, and what is published now is not from the future
            lon = f"{42.5 + self.west_m * MINUTES_A_METRE:08.5f}"
            self._device.has_place(
                "5133.00000", f"000{lon}", f"{now:%H%M%S}.{now.microsecond // 1000:03d}", f"{now:%d%m%y}"
            )
            await asyncio.sleep(0.5)


async def test_a_forecast_travels_guides_and_its_dwell_comes_home_until_it_is_withdrawn(
    tmp_path: Path,
    mosquitto: "Mosquitto",
    start_headquarters: "StartHeadquarters",
    make_daemon: "MakeDaemon",
    plug: Callable[[str], "Device"],
    eventually: Callable[..., Any],
) -> None:
    key = signing_key(tmp_path)
    (tmp_path / "central.pf").write_bytes(encode(FORECAST))
    gps = plug("gps")
    daemon = make_daemon(mosquitto.url, f'[gps]\nport = "{gps.path}"\n')
    text = daemon.config.read_text()
    daemon.config.write_text(
        text.replace("allow_unsigned = true", f'trusted_keys = ["{load_signer(key).public.hex()}"]')
    )
    start_headquarters(mosquitto.url, tmp_path / "hq.db")
    receiver = Receiver(gps)
    running = asyncio.get_running_loop().create_task(receiver.run())
    reader = daemon.start()
    headquarters(tmp_path, "forecast", "publish", "--from", str(tmp_path / "central.pf"), "--key", str(key))
    line = await heard(reader, state="dwell", box=0)
    assert (line["forecast"]["set"], line["next"]["box"]) == ("central", 1)
    assert line["next"]["odds"] == "1 in 20 shifts"
    receiver.west_m = 100
    await asyncio.sleep(1.5)
    receiver.west_m = 170
    line = await heard(reader, state="outside")
    assert "A box gives no ground for a stop." in daemon.command("status", check=False).stdout
    assert "next box" in daemon.command("status", check=False).stdout
    daemon.stop()  # and started again: the forecast is on board, and what its boxes had
    reader = daemon.start()
    line = await heard(reader, state="outside")
    events: list[dict[str, Any]] = []

    def came_home() -> bool:
        lines = headquarters(tmp_path, "export", "--lane", "urgent").splitlines()
        events[:] = [event for event in map(json.loads, lines) if event["kind"] == "dwell"]
        return bool(events) and events[-1]["left_ms"] is not None

    await eventually(came_home)
    assert len({event["arrived_ms"] for event in events}) == 1
    assert events[-1]["left_ms"] - events[-1]["arrived_ms"] >= 1000 * (events[-1]["dwell_s"] - 1) >= 0
    (one,) = json.loads(headquarters(tmp_path, "dosage", "--json"))
    assert (one["set"], one["visits"], one["boxes"][0]["box"], one["model"]) == ("central", 1, 0, bytes(range(8)).hex())
    assert (one["boxes"][0]["lat"], one["boxes"][0]["lon"]) == (51.55, -0.708333)
    headquarters(tmp_path, "forecast", "withdraw", "--key", str(key))
    line = await heard(reader, state="withdrawn")
    assert (line["next"], line["boxes"]) == (None, [])
    running.cancel()


async def heard(reader: "Reader", **fields: object) -> dict[str, Any]:
    return await asyncio.to_thread(reader.until, "patrol", **fields)
