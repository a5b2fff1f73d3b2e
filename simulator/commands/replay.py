"""`patrol-sim replay`: captures -> a pseudo-terminal, or a TCP port, that says them again, N times as fast."""

import argparse
import math
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from simulator.capture import CaptureError, Piece, captures, pieces
from simulator.devices import Device
from simulator.port import SETTLE_NS, Port
from simulator.saying import say
from simulator.stage import drain, wait_for_readers
from simulator.tcp_server import TcpServer

READER_S: Final = 30.0
_ROOM_S: Final = 30.0  # a reader that leaves no room for longer is stuck
_LOOK_S: Final = 0.05
_TCP: Final = "tcp:"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("replay", help="captures, said again at a port, N times as fast")
    option = parser.add_argument
    option("captures", type=Path, metavar="DIR|FILE", help="of `patrol-sim capture`, or .bin; of a folder all, by name")
    option("--port", required=True, metavar="NAME", help="the name at which a pseudo-terminal appears, or tcp:PORT")
    option("--speed", type=float, default=1.0, metavar="N", help="times the speed of the capture (default 1)")
    option("--baud", type=int, default=9600, metavar="N", help="at which a .bin is said (default 9600)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: all was said to a reader. 1: nobody opened the port, or stayed. 2: wrong options, or no capture."""
    try:
        if not (0 < args.speed < math.inf and args.baud > 0):
            raise ValueError("a speed, and a baud, is more than 0")
        files = captures(args.captures)
        port = _port(args.port)
        port.plug()
    except (ValueError, OSError) as error:
        return _complain(str(error), 2)
    try:
        say({"ready": True, "port": port.address, "captures": [f"{file}" for file in files]})
        if wait_for_readers({args.port: port}, READER_S):
            return _complain(f"nobody opened {args.port} within {READER_S:g} s", 1)
        time.sleep(SETTLE_NS / 1e9)
        began = time.monotonic()
        said, lost = replay((pieces(file, args.baud) for file in files), port, args.speed)
        drain({args.port: port})
    except CaptureError as error:
        return _complain(str(error), 2)
    finally:
        port.unplug()
    say({"bytes": said, "lost": lost, "played_s": round(time.monotonic() - began, 3)})
    return 1 if lost else 0


def replay(files: Iterable[Iterable[Piece]], port: Device, speed: float) -> tuple[int, int]:
    """Bytes that were said to a reader, and bytes that nobody heard. One file after the other."""
    said = lost = 0
    for file in files:
        start = time.monotonic()
        for piece in file:
            _wait(port, start + piece.at_s / speed)
            if port.opened() and port.say([piece.data], _ROOM_S):
                said += len(piece.data)
            else:
                lost += len(piece.data)
    return said, lost


def _wait(port: Device, until: float) -> None:
    while (left_s := until - time.monotonic()) > 0:
        time.sleep(min(left_s, _LOOK_S))
        port.opened()


def _port(name: str) -> Device:
    """ValueError: a TCP port that is none."""
    if not name.startswith(_TCP):
        return Port(Path(name).absolute())
    number = name.removeprefix(_TCP)
    if not (number.isascii() and number.isdigit() and 0 < int(number) < 65536):
        raise ValueError(f'"{name}" is no port: write a path, or tcp:9100')
    return TcpServer(int(number))


def _complain(text: str, code: int) -> int:
    print(f"patrol-sim replay: {text}", file=sys.stderr)
    return code
