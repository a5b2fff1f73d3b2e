"""`patrol-edge status`: what the running daemon says of itself. 0 all is well, 1 something is not (or it does not run)."""

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

from edge.commands.configured import WRONG, add_config, configured
from edge.commands.plain import patrolled
from edge.config.upkeep import MB
from edge.terminal.client import NotRunningError, connected


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("status", help="what the running daemon says of itself", description=__doc__)
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="the whole status as one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Asks the daemon's socket."""
    config = configured(args)
    if config is None:
        return WRONG
    try:
        with connected(config.local.socket) as client:
            status = next(client.lines())
    except (NotRunningError, StopIteration) as error:
        print(error or "the daemon ended before it answered", file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps(status))
    else:
        print("\n".join(sentences(status)))
    return 0 if _is_well(status) else 1


def _is_well(status: dict[str, Any]) -> bool:
    devices_up = all(device["up"] for device in status["devices"].values())
    devices_well = not any(device["ailment"] for device in status["health"].values())
    return bool(status["link"]["up"] and devices_up and devices_well and status["epoch"])


def sentences(status: dict[str, Any]) -> list[str]:
    """The status, as an engineer reads it: a head, then a line a part."""
    head = f"{status['vehicle']}  up {status['running_s']:.0f} s  clock {status['clock']['quality']}"
    return [head, *(f"{label:12} {said}" for label, said in _told(status))]


def _told(status: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(what, how it is), part by part."""
    link = status["link"]
    yield "link", "up" if link["up"] else f"DOWN, records wait on the card: {link['reason']}"
    for name, device in status["devices"].items():
        yield name, _device(device, status["health"][name])
    for carried in status["lists"]:
        yield "list", f"{carried['name']}: {carried['entries']} entries{'  STALE' if carried['stale'] else ''}"
    for name, held in status["data"].items():
        if coming := held.get("coming"):
            yield "coming", _coming(name, coming)
    yield "reads", f"{status['reads']}, alerts {status['alerts']}, waiting for the card {status['waiting']}"
    for name, lane in status["lanes"].items():
        if lane["last"] or lane["unsent"]:
            yield "lane", _lane(name, lane)
    yield "traffic", _traffic(status["traffic"])
    yield "patrol", patrolled(status["patrol"])
    if status.get("ignition", {}).get("off"):
        yield "key", f"OFF: the car stops in {status['ignition']['left_s']} s"


def _device(device: dict[str, Any], health: dict[str, Any]) -> str:
    junk = sum(device["junk"].values())
    clock = f", {device['clock']}" if device.get("clock") else ""
    ailing = f"  SICK for {health['since_s']} s: {health['reason']}" if health["ailment"] else ""
    return f"{'up' if device['up'] else 'DOWN'}  {device['readings']} readings, {junk} junk{clock}{ailing}"


def _coming(name: str, coming: dict[str, Any]) -> str:
    waits = ", WAITS for the depot or for bytes of the month" if coming["waits"] else ""
    return f"{name}: version {coming['version']}, {coming['missing_bytes'] / MB:.1f} MB missing{waits}"


def _lane(name: str, lane: dict[str, Any]) -> str:
    hours = f", {lane['hours_left']} h left" if lane["hours_left"] is not None else ""
    return f"{name}: {lane['unsent']} unsent, {lane['dropped']} dropped, {lane['bytes']} bytes{hours}"


def _traffic(traffic: dict[str, Any]) -> str:
    """What went over the radio link this month."""
    budget = f" of {traffic['budget_bytes'] / MB:.0f}" if traffic["budget_bytes"] else ""
    words = f"{traffic['used_bytes'] / MB:.1f}{budget} MB in {traffic['month'] or 'a month not known yet'}"
    where = ", at the depot" if traffic["at_depot"] else ""
    held = f", HELD BACK: {', '.join(traffic['held_back'])}" if traffic["held_back"] else ""
    return words + where + held
