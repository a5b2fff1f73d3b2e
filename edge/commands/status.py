"""`patrol-edge status`: what the running daemon says of itself. 0 all is well, 1 something is not (or it does not run)."""

import argparse
import json
import sys
from typing import Any

from edge.commands.configured import WRONG, add_config, configured
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
        print("\n".join(_sentences(status)))
    return 0 if _is_well(status) else 1


def _is_well(status: dict[str, Any]) -> bool:
    devices_up = all(device["up"] for device in status["devices"].values())
    return bool(status["link"]["up"] and devices_up and status["epoch"])


def _sentences(status: dict[str, Any]) -> list[str]:
    lines = [f"{status['vehicle']}  up {status['running_s']:.0f} s  clock {status['clock']['quality']}"]
    lines.append("link    " + ("up" if status["link"]["up"] else "DOWN: records wait on the card"))
    for name, device in status["devices"].items():
        junk = sum(device["junk"].values())
        lines.append(f"{name:7} {'up' if device['up'] else 'DOWN'}  {device['readings']} readings, {junk} junk")
    for carried in status["lists"]:
        stale = "  STALE" if carried["stale"] else ""
        lines.append(f"list    {carried['name']}: {carried['entries']} entries{stale}")
    lines.append(f"reads   {status['reads']}, alerts {status['alerts']}, waiting for the card {status['waiting']}")
    for name, lane in status["lanes"].items():
        if lane["last"] or lane["unsent"]:
            lines.append(f"lane    {name}: {lane['unsent']} unsent, {lane['dropped']} dropped, {lane['bytes']} bytes")
    return lines
