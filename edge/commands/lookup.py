"""`patrol-edge lookup {vehicle|person|place} QUERY`: what is carried at once, what headquarters says within 5 s; JSON or lines to read.

The query of a place is an address, or `here`. A name or a plate on a command line is seen by every user of the machine
and stays in the shell's history: `-` reads the query from stdin.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any, Final

from edge.commands.configured import WRONG, add_config, configured
from edge.terminal.client import Client, NotRunningError, connected

PATIENCE_S: Final = 10.0
_PARTS: Final = ("born", "age", "make", "model", "colour", "metres", "days", "case")


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser(
        "lookup", help="what is known of a vehicle, a person or a place", description=__doc__
    )
    add_config(parser)
    parser.add_argument("what", choices=("vehicle", "person", "place"))
    parser.add_argument(
        "query", metavar="QUERY", help="a VRM or a part of it (AB1*), a name, an address or `here`; - is stdin"
    )
    parser.add_argument("--officer", metavar="ID", help="who asks: the collar number of an officer who is logged on")
    parser.add_argument("--reason", metavar="CODE", help="why: one of [lookups] reasons")
    parser.add_argument("--case", metavar="N", help="the case, where the force asks for it")
    parser.add_argument("--born", metavar="YYYY-MM-DD", help="of a person")
    parser.add_argument("--age", type=int, metavar="YEARS", help="of a person")
    for word in ("make", "model", "colour"):
        parser.add_argument(f"--{word}", help="of a vehicle")
    parser.add_argument("--metres", type=int, metavar="M", help="around `here`")
    parser.add_argument("--days", type=int, metavar="D", help="back from now, around `here`")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object a line: first what is carried, then headquarters'"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: answered, also with nothing found. 1: refused, or nobody answers. 2: wrong usage."""
    config = configured(args)
    if config is None:
        return WRONG
    query = sys.stdin.readline().strip() if args.query == "-" else args.query
    parts = {name: value for name in _PARTS if (value := getattr(args, name)) is not None}
    try:
        with connected(config.local.socket, PATIENCE_S) as client:
            said = client.ask("lookup", what=args.what, query=query, officer=args.officer, reason=args.reason, **parts)
            if "refused" in said or said["kind"] == "error":
                print(f"refused: {said.get('refused') or said.get('reason')}", file=sys.stderr)
                return 1
            return _answered(client, said, as_json=args.json)
    except NotRunningError as error:
        print(error, file=sys.stderr)
        return 1


def _answered(client: Client, said: dict[str, Any], *, as_json: bool) -> int:
    _print(said, as_json=as_json)
    if said["headquarters"] == "asked":
        more = client.ask("lookup-more", number=said["number"])
        if "refused" in more:
            print(f"headquarters: {more['refused']}", file=sys.stderr)
            return 1
        if as_json or more["answers"]:
            _print(more, as_json=as_json)
        else:
            print("headquarters: no answer")
    elif not as_json:
        print("headquarters: no link")
    return 0


def _print(said: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({name: value for name, value in said.items() if name not in ("kind", "mono_ns")}), flush=True)
    else:
        print("\n".join(_lines(said)), flush=True)


def _lines(said: dict[str, Any]) -> Iterator[str]:
    for entry in said.get("lists", ()):
        yield f"ON LIST {entry['list']}: {entry['action'] or ''} {entry['reason'] or ''}".rstrip()
    for seen in said.get("seen", ()):
        ago = "some time" if seen["ago_s"] is None else f"{seen['ago_s'] // 60} min"
        yield f"seen by {seen['camera']} {ago} ago"
    for answer in said["answers"]:
        age = "age not known" if answer["age_s"] is None else f"{answer['age_s'] / 3600:.0f} h old"
        found = answer.get("outcome") or f"{answer['found']} found"
        yield f"{answer['source']} ({age}): {found}"
        for one in (answer["result"] or {}).get("results", [answer["result"]] if answer["result"] else []):
            yield "  " + "; ".join(f"{name} {_short(value)}" for name, value in one.items())
    if not said["answers"]:
        yield "nothing is carried"


def _short(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_short, value))
    if isinstance(value, dict):
        return "(" + ", ".join(f"{name} {_short(inner)}" for name, inner in value.items()) + ")"
    return str(value)
