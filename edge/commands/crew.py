"""`patrol-edge crew`: who is on board."""

import argparse
import json

from edge.commands.asked import asked
from edge.commands.configured import WRONG, add_config, configured


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("crew", help="who is on board", description=__doc__)
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="one JSON array")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: said. 1: nobody answers. 2: wrong usage."""
    config = configured(args)
    if config is None:
        return WRONG
    answer = asked(config, "crew")
    if answer is None:
        return 1
    crew = answer["crew"]
    if args.json:
        print(json.dumps(crew))
    else:
        print("\n".join(f"{one['seat']}: {one['officer']} {one['name']}" for one in crew) or "nobody is logged on")
    return 0
