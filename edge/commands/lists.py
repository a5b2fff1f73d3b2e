"""`patrol-edge lists`: the lists this car carries and how old they are; works while the daemon runs and while it does not."""

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import Any

from edge.clock import CarClock
from edge.commands.configured import WRONG, add_config, keyed
from edge.config.car import Config
from edge.data import holdings
from edge.matcher.listfile import SUFFIX, open_list
from edge.spool.database import StoreError


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("lists", help="the lists this car carries", description=__doc__)
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="one JSON array")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: all can be used and none is stale. 1: one is stale or cannot be read. 2: wrong usage."""
    found = keyed(args)
    if found is None:
        return WRONG
    config, key = found
    carried, damaged = _carried(config, key)
    if args.json:
        print(json.dumps(carried))
    else:
        print("\n".join(map(_sentence, carried)) or "no list is carried")
    for name in damaged:
        print(f"{name}: cannot be read", file=sys.stderr)
    return 1 if damaged or any(one["stale"] for one in carried) else 0


def _carried(config: Config, key: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The lists, `age` in seconds; and the names of those that cannot be read."""
    held = holdings.held(config.storage.folder)
    now_ms = CarClock().now().utc_ms
    carried: list[dict[str, Any]] = []
    damaged = []
    for path in sorted((config.storage.folder / "lists").glob(f"*{SUFFIX}")):
        try:
            opened = open_list(path, key)
        except StoreError:
            damaged.append(path.stem)
            continue
        opened.close()
        about = opened.about
        age_s = None if about.made_ms is None or now_ms is None else max(0, (now_ms - about.made_ms) // 1000)
        set_ = held.get(about.name) if about.signed else None
        overdue = set_ is not None and now_ms is not None and set_.expires_ms < now_ms
        carried.append(
            {
                "name": about.name,
                "version": about.version,
                "entries": about.entries,
                "made": None if about.made_ms is None else _iso(about.made_ms),
                "age": age_s,
                "stale": overdue or (age_s is not None and age_s > config.lists.stale_after_hours * 3600),
                "signed": about.signed,
            }
        )
    return carried, damaged


def _sentence(one: dict[str, Any]) -> str:
    age = "age not known" if one["age"] is None else f"{one['age'] / 3600:.1f} h old"
    signed = "" if one["signed"] else ", unsigned"
    return f"{one['name']}: {one['entries']} entries, {age}{signed}{', STALE' if one['stale'] else ''}"


def _iso(utc_ms: int) -> str:
    return datetime.fromtimestamp(utc_ms / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
