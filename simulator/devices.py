"""A world and a folder -> the ports of its car, by name: pseudo-terminals, or servers of this machine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

from simulator.port import Port
from simulator.tcp_server import HOST, TcpServer
from simulator.words import GPS_PORT
from simulator.world import World

PORTS: Final = "ports"
_VERSION: Final = b'{"class":"VERSION","release":"3.22","rev":"patrol-sim","proto_major":3,"proto_minor":14}\r\n'
_WATCHING: Final = (  # gpsd_json(5): the answer to ?WATCH is a list of devices, then the policy
    b'{"class":"DEVICES","devices":[{"class":"DEVICE","path":"/dev/sim","activated":"2026-01-01T00:00:00Z"}]}\r\n'
    b'{"class":"WATCH","enable":true,"json":true}\r\n'
)

Device: TypeAlias = Port | TcpServer


def devices(world: World, folder: Path) -> dict[str, Device]:
    """Name -> port, none plugged in yet; terminals lie in `folder`/ports."""
    return {name: _device(name, tcp_port, folder) for name, tcp_port in _named(world)}


def addresses(world: World) -> dict[str, str]:
    """Name -> what the car's configuration calls the port; paths are relative to the world's folder."""
    return {name: f"{PORTS}/{name}" if tcp is None else f"tcp://{HOST}:{tcp}" for name, tcp in _named(world)}


def _named(world: World) -> Iterator[tuple[str, int | None]]:
    yield from ((camera.name, camera.tcp_port) for camera in world.cameras)
    yield GPS_PORT, world.gpsd_port


def _device(name: str, tcp_port: int | None, folder: Path) -> Device:
    if tcp_port is None:
        return Port(folder / PORTS / name)
    return TcpServer(tcp_port, _VERSION, b"?WATCH=", _WATCHING) if name == GPS_PORT else TcpServer(tcp_port)
