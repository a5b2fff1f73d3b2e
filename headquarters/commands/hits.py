"""`patrol-hq hits`: what the cars were shown, what their crews made of it, and what base said; live with `--follow`."""

import argparse
import json
import sqlite3
import sys
import time
from contextlib import closing
from typing import Final

from headquarters import addresses
from headquarters.hits import states
from headquarters.hits.states import State
from headquarters.store.file import StoreError, open_reader

LOOK_S: Final = 0.5
OVERLAP_MS: Final = 10_000  # a transaction may be committed some seconds after the time that stands in its rows


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("hits", help="the state of every hit, live with --follow", description=__doc__)
    parser.add_argument("--store", required=True, metavar="URL", help="sqlite:///PATH")
    parser.add_argument("--vehicle", metavar="NAME", help="only this vehicle's")
    parser.add_argument("--json", action="store_true", help="one JSON array; with --follow one object a line")
    parser.add_argument("--follow", action="store_true", help="then each hit again whenever it changes")


def run(args: argparse.Namespace) -> int:
    """0, also when the reader of the pipe had enough. 1: the store cannot be read. 2: a URL is wrong."""
    try:
        with closing(open_reader(addresses.store(args.store))) as connection:
            return _follow(connection, args) if args.follow else _print_all(connection, args)
    except ValueError as error:
        print(f"patrol-hq hits: {error}", file=sys.stderr)
        return 2
    except (StoreError, sqlite3.Error) as error:
        print(f"patrol-hq hits: {error}", file=sys.stderr)
        return 1
    except (BrokenPipeError, KeyboardInterrupt):
        sys.stderr.close()
        return 0


def _print_all(connection: sqlite3.Connection, args: argparse.Namespace) -> int:
    found = states.hits(connection, args.vehicle)
    print(json.dumps(found) if args.json else "\n".join(map(_sentence, found)) or "no hit yet")
    return 0


def _follow(connection: sqlite3.Connection, args: argparse.Namespace) -> int:
    seen: dict[str, State] = {}
    since_ms = 0
    while True:
        now_ms = time.time_ns() // 1_000_000
        for state in states.changed_since(connection, since_ms, seen):
            if args.vehicle in (None, state["vehicle"]):
                print(json.dumps(state) if args.json else _sentence(state), flush=True)
        since_ms = now_ms - OVERLAP_MS
        time.sleep(LOOK_S)


def _sentence(state: State) -> str:
    priority = "" if state["priority"] is None else f" priority {state['priority']}"
    why = f" ({state['why']})" if state["why"] else ""
    by = f" by {state['officer']}" if state["officer"] else ""
    base = f", base: {state['base']}" if state["base"] else ""
    clone = f", MISMATCH: {state['mismatch']}" if state["mismatch"] else ""
    notes = f", {len(state['notes'])} notes" if state["notes"] else ""
    return (
        f"{state['at'] or state['received']} {state['vehicle']} {state['id']} {state['vrm']} on {state['list']}{priority}:"
        f" {state['state'].upper()}{why}{by}{base}{clone}{notes}"
    )
