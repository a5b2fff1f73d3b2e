"""A folder, a camera's port and a broker's port -> the settings and command lines of ours and of each peer: CONTESTANTS."""

import json
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.peers import flows

HERE: Final = Path(__file__).parent
VEHICLE: Final = "race"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a contestant runs."""

    folder: Path
    """Its own; what it keeps over a stop is in it."""
    kit: Path
    """What benchmarks/peers/install made."""
    broker_port: int
    """Of the broker that it is to deliver to, on this machine."""
    spare_port: int
    """A port of its own, for programs that need one."""
    name: str
    """The contestant's: its topics and client names must be no other's."""

    @property
    def camera(self) -> Path:
        """The serial port's name."""
        return self.folder / "front"

    @property
    def topic(self) -> str:
        """Where reads go, of those who may choose."""
        return f"race/{self.name}/reads"


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to bring reads from a serial port to a broker."""

    name: str
    about: str
    topics: str
    """What the sink subscribes to."""
    commands: Callable[[Place], list[list[str]]]
    """Writes the settings, returns the programs to start, in order."""
    first_per_s: int
    """Where its ladder of rates begins: it is known to keep up with that."""
    stop_signal: int = signal.SIGTERM
    is_ours: bool = False
    keeps: bool = True
    """Whether it has a store that a stop does not empty."""
    needs: str = "script"
    """Of the kit."""


def _ours(place: Place) -> list[list[str]]:
    config = place.folder / "patrol-edge.toml"
    key = place.folder / "key"
    if not key.exists():
        key.write_text("5a" * 32 + "\n", "ascii")
        key.chmod(0o600)
    config.write_text(
        f'vehicle = "{VEHICLE}"\n[broker]\nurl = "mqtt://127.0.0.1:{place.broker_port}"\n'
        f'[storage]\nfolder = "state"\nkey_file = "key"\n[local]\nsocket = "edge.sock"\n'
        f'[lists]\nallow_unsigned = true\n[[cameras]]\nname = "front"\ndialect = "axxon"\nport = "front"\n',
        "utf-8",
    )
    return [[sys.executable, "-m", "edge", "run", "--config", str(config)]]


def _obvious(place: Place) -> list[list[str]]:
    return [_script(place, place.broker_port)]


def _bridge(place: Place) -> list[list[str]]:
    """A mosquitto with persistence as Debian ships it (saved at its end and every 30 minutes), and the script before it."""
    return _bridged(place, "")


def _durable_bridge(place: Place) -> list[list[str]]:
    """The same, saved at every change."""
    return _bridged(place, "autosave_on_changes true\nautosave_interval 1\n")


def _bridged(place: Place, saving: str) -> list[list[str]]:
    settings = place.folder / "bridge.conf"
    settings.write_text(
        f"listener {place.spare_port} 127.0.0.1\nallow_anonymous true\nuser root\nlog_type error\n"
        f"persistence true\npersistence_location {place.folder}/\nmax_queued_messages 0\n{saving}"
        f"connection up\naddress 127.0.0.1:{place.broker_port}\ntopic race/{place.name}/# out 1\n"
        f"cleansession false\nnotifications false\nclientid {place.name}\n",
        "ascii",
    )
    return [["mosquitto", "-c", str(settings)], _script(place, place.spare_port)]


def _script(place: Place, broker_port: int) -> list[str]:
    python = place.kit / "script" / "bin" / "python"
    return [str(python), str(HERE / "obvious.py"), str(place.camera), str(broker_port), place.topic]


def _thingsboard(place: Place) -> list[list[str]]:
    folder = place.folder / "config"
    folder.mkdir(exist_ok=True)
    (place.folder / "data").mkdir(exist_ok=True)
    (place.folder / "logs").mkdir(exist_ok=True)
    for name, settings in flows.thingsboard(place.camera, place.folder, place.broker_port).items():
        (folder / name).write_text(json.dumps(settings, indent=1), "utf-8")
    python = place.kit / "thingsboard" / "bin" / "python"
    # The program takes its folder from the environment, and its logs go below the current one.
    words = ["env", f"--chdir={place.folder}", f"TB_GW_CONFIG_DIR={folder}/", str(python)]
    return [[*words, "-c", "from thingsboard_gateway.tb_gateway import daemon; daemon()"]]


def _node_red(place: Place) -> list[list[str]]:
    home = place.folder / "node-red"
    home.mkdir(exist_ok=True)
    (home / "flows.json").write_text(json.dumps(flows.node_red(place.camera, place.broker_port, place.topic)), "utf-8")
    (home / "settings.js").write_text(f"module.exports = {json.dumps(flows.node_red_settings(place.spare_port))};\n")
    modules = place.kit / "node-red" / "node_modules"
    (home / "node_modules").unlink(missing_ok=True)
    (home / "node_modules").symlink_to(modules)
    return [["node", str(modules / "node-red" / "red.js"), "--userDir", str(home), "flows.json"]]


CONTESTANTS: Final = {
    contestant.name: contestant
    for contestant in (
        Contestant("patrol-edge", "ours, to headquarters' receipt", f"pe/1/{VEHICLE}/down/receipt", _ours, 6000, is_ours=True),
        Contestant("thingsboard", "ThingsBoard IoT Gateway, serial connector, SQLite storage", "v1/#", _thingsboard, 400, signal.SIGINT, needs="thingsboard"),
        Contestant("bridge", "the script, and mosquitto as a bridge behind it", "race/bridge/#", _bridge, 800),
        Contestant("bridge-durable", "the same, mosquitto saving at every change", "race/bridge-durable/#", _durable_bridge, 150),
        Contestant("script", "pyserial and paho, what most people would write", "race/script/#", _obvious, 1000, keeps=False),
        Contestant("node-red", "Node-RED with its serial and MQTT nodes", "race/node-red/#", _node_red, 5000, keeps=False, needs="node-red"),
    )
}  # fmt: skip
