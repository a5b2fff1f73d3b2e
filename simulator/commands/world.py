"""`patrol-sim world`: options -> a folder with a car's configuration, list and key; then its devices play until the last read."""

import argparse
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from simulator import settings
from simulator.devices import PORTS, Device, devices
from simulator.faults import seconds
from simulator.folder import CONFIGURATION, TRUTH, write_configuration, write_key, write_list
from simulator.picture import draw, sights
from simulator.port import SETTLE_NS
from simulator.relay import Relay
from simulator.route import Route
from simulator.saying import say
from simulator.script import PowerCut, script
from simulator.stage import drain, play, wait_for_readers
from simulator.town import build
from simulator.truth import Truth
from simulator.words import WORDS
from simulator.world import Cast, World, cast

READERS_S: Final = 30.0  # a daemon with a million entries to load starts well within it
_ROOM_S: Final = 30.0  # --when-full wait: a reader that leaves no room for longer is stuck
_EPILOG: Final = (
    "faults, one a line of --faults FILE, such as `at 4s unplug front 2s`; times: 500ms, 4s, 2m:\n"
    + "".join(f"  {f'{name} {word.form}':22}  {word.about}\n" for name, word in WORDS.items())
)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "world",
        help="a car's devices on pseudo-terminals, with the truth about what they said",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = parser.add_argument
    option("--out", type=Path, required=True, metavar="DIR", help="folder for everything; made when it is not there")
    option("--seed", type=int, default=1, metavar="N", help="the same seed gives the same world (default 1)")
    option("--rate", type=float, default=10.0, metavar="R", help="reads a second, over all cameras (default 10)")
    option("--reads", type=int, default=600, metavar="K", help="reads in all (default 600)")
    option("--cameras", default="front:axxon", metavar="NAME:DIALECT[:tcp[:PORT]],...", help="in any dialect of `patrol-edge decode --list`, on a pseudo-terminal or as a TCP server of this machine (default front:axxon)")  # fmt: skip
    option("--template", action="append", default=[], metavar="NAME=TEXT", help="how that camera lays its line out (line, nedap, tattile-csv)")  # fmt: skip
    option("--gps", choices=("nmea", "gpsd"), default="nmea", help="a receiver on a pseudo-terminal, or a gpsd at a TCP port (default nmea)")  # fmt: skip
    option("--list", type=int, default=1000, metavar="N", dest="entries", help="entries of the list (default 1000)")
    option("--hits", type=float, default=5, metavar="P", help="listed vehicles that pass, each once; below 1: their share of all passages (default 5)")  # fmt: skip
    option(
        "--broker", default="mqtt://127.0.0.1:1883", metavar="URL", help="for the configuration (default %(default)s)"
    )
    option("--vehicle", default="sim-1", metavar="NAME", help="for the configuration (default sim-1)")
    option("--unique", action="store_true", help="every read has a VRM of its own that encodes its number (simulator/numbered.py); no misreads")  # fmt: skip
    option("--faults", type=Path, metavar="FILE", help="what goes wrong, see below")
    option(
        "--clear",
        default="",
        metavar="TIME,...",
        help="more times, such as 9s,15s, of which listed vehicles keep 1 s away",
    )
    option("--stay", default="0s", metavar="TIME", help="ports and link stay that long after the last read, or until a signal (default 0s)")  # fmt: skip
    option(
        "--live", action="store_true", help="a view on stderr: each port, what it said last, what is wrong now and next"
    )
    option("--picture", type=Path, metavar="FILE", help="at the end, a map of the drive as an SVG")
    option("--start", metavar="ISO", help="what the devices' clocks say at the start (default: now)")
    option("--when-full", choices=("lose", "wait"), help="a reader too slow for a camera: lose reads as a real line does, or wait (default with --unique)")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: every read was said. 1: nobody opened the ports. 2: wrong options, said on stderr."""
    try:
        world = settings.world(args)
        vehicle, broker = settings.vehicle(args.vehicle), settings.broker(args.broker)
        is_relayed = settings.relayed(broker, world.faults)
        args.stay_s = seconds(args.stay)
        if args.picture and not args.picture.parent.is_dir():
            raise ValueError(f"there is no folder {args.picture.parent} for the picture")
        who = cast(world)
        args.out = args.out.absolute()
        (args.out / PORTS).mkdir(parents=True, exist_ok=True)
    except (ValueError, OSError) as error:
        return _complain(str(error), 2)
    with ExitStack() as cleanup:
        relay = cleanup.enter_context(Relay(broker, world.faults, world.seed).opened()) if is_relayed else None
        write_configuration(args.out, world, vehicle, relay.url if relay else broker)
        write_key(args.out, world.seed)
        write_list(args.out, world, who, world.start.date(), _progress)
        return _perform(args, world, who, relay)


def _perform(args: argparse.Namespace, world: World, who: Cast, relay: Relay | None) -> int:
    ports = devices(world, args.out)
    with ExitStack() as cleanup, (args.out / TRUTH).open("w", encoding="ascii") as file:  # there before anybody looks
        for port in ports.values():
            cleanup.callback(port.unplug)
            try:
                port.plug()
            except OSError as error:
                return _complain(f"{port.address}: {error.strerror}", 2)
        addresses = {name: port.address for name, port in ports.items()}
        say({"ready": True, "config": f"{args.out / CONFIGURATION}", "ports": addresses})
        if missing := wait_for_readers(ports, READERS_S):
            return _complain(f"nobody opened {', '.join(missing)} within {READERS_S:g} s", 1)
        _play(args, world, who, ports, Truth(file), relay)
    return 0


def _play(
    args: argparse.Namespace, world: World, who: Cast, ports: dict[str, Device], truth: Truth, relay: Relay | None
) -> None:
    """From the curtain to the sums, and as long as the ports are to stay."""
    patience_s = _ROOM_S if (args.when_full or ("wait" if world.unique else "lose")) == "wait" else 0.0
    start_ns, start = _curtain()
    say({"playing": True, "start_mono_ns": start_ns})
    if relay is not None:
        relay.begin(start_ns)
    moments = script(world if args.start else replace(world, start=start), who)
    if args.live:
        from simulator.live import watched  # rich, which only this needs, is of the extra `simulator`

        moments = watched(moments, truth, world.faults, world.reads, sys.stderr)
    late_s = play(moments, ports, truth, start_ns, patience_s, _power_cut)
    played_s = (time.monotonic_ns() - start_ns) / 1e9
    drain(ports)
    if args.picture:
        _draw(args, world, start_ns, played_s)
    with suppress(KeyboardInterrupt):
        say({"reads": truth.reads, "whole": truth.reads - sum(truth.faults.values()),
              "hits_expected": truth.hits_expected, "faults": truth.faults, "played_s": round(played_s, 3),
              "late_s": round(late_s, 3)})  # fmt: skip
        time.sleep(args.stay_s)


def _draw(args: argparse.Namespace, world: World, start_ns: int, played_s: float) -> None:
    with (args.out / TRUTH).open(encoding="ascii") as lines:
        picture = draw(Route(build(world.seed), world.seed), sights(lines, start_ns), played_s)
    args.picture.write_text(picture, encoding="utf-8")


def _power_cut(cut: PowerCut) -> None:
    say({"power_cut": True, "at_s": cut.due_s, "mono_ns": time.monotonic_ns()})


def _curtain() -> tuple[int, datetime]:
    """CLOCK_MONOTONIC and UTC of the next whole second, for a receiver speaks at whole seconds; readers settle first."""
    now = datetime.now(UTC)
    start = (now + timedelta(seconds=1, microseconds=SETTLE_NS // 1000)).replace(microsecond=0)
    return time.monotonic_ns() + (start - now) // timedelta(microseconds=1) * 1000, start


def _progress(text: str) -> None:
    print(f"patrol-sim world: {text}", file=sys.stderr, flush=True)


def _complain(text: str, code: int) -> int:
    print(f"patrol-sim world: {text}", file=sys.stderr)
    return code
