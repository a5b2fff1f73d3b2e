"""`patrol-sim capture`: a real port -> its bytes with their times in a file that `replay` says again."""

import argparse
import asyncio
import signal
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeAlias

from drivers.anpr import DIALECTS as CAMERAS
from drivers.anpr import dialect as camera_dialect
from drivers.dialect import Dialect, LineSettings
from drivers.gps import DIALECTS as RECEIVERS
from drivers.ports import Port, parse_port
from drivers.readings import Junk
from drivers.streams import open_port
from simulator.capture import CaptureFile
from simulator.faults import nearest, seconds
from simulator.saying import say

Speaker: TypeAlias = Dialect[Any] | None
_EPILOG: Final = "What is captured from a real camera are the plates of real people: keep it as you keep those."


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("capture", help="what a real port says, into a file that can be replayed", epilog=_EPILOG)  # fmt: skip
    option = parser.add_argument
    option("port", metavar="PORT", help="a serial device, tcp://HOST:PORT, or tcp-listen://ADDRESS:PORT")
    option("--out", type=Path, required=True, metavar="FILE", help="a new file; .bin: the bytes alone")
    option("--dialect", metavar="D", help="sets the line, greets the device, and counts what is understood")
    option("--template", metavar="TEXT", help="how the camera's settings lay its line out")
    option("--baud", type=int, metavar="N", help="another line speed than the dialect's (9600 without one)")
    option("--lasting", default="24h", metavar="TIME", help="ends by itself then, such as 30s or 5m; else by Ctrl-C")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: ended as asked. 1: the port cannot be opened, or is gone; what was heard is kept. 2: wrong options."""
    try:
        port, speaker = parse_port(args.port), _speaker(args.dialect, args.template)
        lasting_s = 86_400.0 if args.lasting == "24h" else seconds(args.lasting)
        file = args.out.open("xb")
    except (ValueError, OSError) as error:
        return _complain(str(error), 2)
    heard: Counter[str] = Counter(bytes=0)
    code = 0
    with file:
        try:
            asyncio.run(_record(args, port, speaker, CaptureFile(file, args.dialect, args.port), heard, lasting_s))
        except OSError as error:
            code = _complain(f"{args.port}: {error.strerror} (kept: {heard['bytes']} bytes)", 1)
        if heard["bytes"] == 0:
            args.out.unlink()
    say({"out": f"{args.out}" if heard["bytes"] else None, **heard})
    return code


async def _record(
    args: argparse.Namespace, port: Port, speaker: Speaker, file: CaptureFile, heard: Counter[str], lasting_s: float
) -> None:
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    line = LineSettings() if speaker is None else speaker.line
    if args.baud:
        line = LineSettings(args.baud, line.bytesize, line.parity, line.stopbits)
    with suppress(TimeoutError, asyncio.CancelledError):
        async with asyncio.timeout(lasting_s), open_port(port, line, speaker.greeting if speaker else b"") as stream:
            say({"ready": True, "port": args.port})
            while True:
                data = await stream.read()
                if data:
                    file.heard(data, stream.read_ns)
                heard["bytes"] += len(data)
                if speaker is not None:
                    said = speaker.feed(data) if data else speaker.close()
                    heard.update("junk" if isinstance(each, Junk) else "readings" for each in said)


def _speaker(name: str | None, template: str | None) -> Speaker:
    """ValueError, a sentence: no such dialect, or a template that is none of its own."""
    if name is None:
        return None
    if name not in {**CAMERAS, **RECEIVERS}:
        raise ValueError(f'unknown dialect "{name}": {nearest(name, {**CAMERAS, **RECEIVERS})}')
    return camera_dialect(name, template) if name in CAMERAS else RECEIVERS[name]()


def _complain(text: str, code: int) -> int:
    print(f"patrol-sim capture: {text}", file=sys.stderr)
    return code
