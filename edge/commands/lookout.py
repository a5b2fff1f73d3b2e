"""`patrol-edge lookout {add|remove|list}`: the crew's own list; what is added is searched in what this car has read lately, too."""

import argparse
import sys
from typing import Any, Final

from edge.commands.answered import asked, printed
from edge.commands.configured import WRONG, add_config, configured
from edge.terminal.client import NotRunningError, connected

HOURS: Final = 12.0
SEARCH_S: Final = 30.0  # of a full spool on a slow card; the entry is in use before it begins


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The words of this command."""
    parser = subparsers.add_parser("lookout", help="the crew's own list", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    adding = verbs.add_parser("add", help="look out for a vehicle, or for a part of a VRM with * and ?")
    adding.add_argument("vrm", metavar="VRM")
    adding.add_argument("--reason", required=True, metavar="TEXT")
    adding.add_argument("--hours", type=float, default=HOURS, metavar="H", help="then it is over (%(default)s)")
    adding.add_argument("--priority", type=int, metavar="N", help="0 to 100 (60)")
    adding.set_defaults(run=run_add)
    removing = verbs.add_parser("remove", help="look out for it no longer")
    removing.add_argument("vrm", metavar="VRM")
    removing.set_defaults(run=run_remove)
    listing = verbs.add_parser("list", help="what the crew looks out for")
    listing.set_defaults(run=run_list)
    for verb in (adding, removing):
        verb.add_argument("--officer", required=True, metavar="ID", help="who says so")
    for verb in (adding, removing, listing):
        add_config(verb)


def run_add(args: argparse.Namespace) -> int:
    """0: kept and in use. 1: not, or nobody runs. 2: wrong usage."""
    config = configured(args)
    if config is None:
        return WRONG
    told = {"vrm": args.vrm, "reason": args.reason, "hours": args.hours, "officer": args.officer}
    if args.priority is not None:
        told["priority"] = args.priority
    try:
        with connected(config.local.socket, timeout_s=SEARCH_S) as client:
            code = printed(client.ask("look-out-add", **told))
            for line in client.lines() if code == 0 else ():
                if line["kind"] == "seen-before" and line["list"] == "crew":
                    print(_sentence(line))
                elif line["kind"] == "searched" and line["vrm"] == args.vrm:
                    break
    except NotRunningError as error:
        print(error, file=sys.stderr)
        return 1
    return code


def run_remove(args: argparse.Namespace) -> int:
    """0: done. 1: not, or nobody runs. 2: wrong usage."""
    return asked(args, "look-out-remove", vrm=args.vrm, officer=args.officer)


def run_list(args: argparse.Namespace) -> int:
    """0: told. 1: nobody runs. 2: wrong usage."""
    return asked(args, "look-outs")


def _sentence(line: dict[str, Any]) -> str:
    """`AB12 CDE: seen 14 minutes ago, 2.1 km from here, by front`."""
    ago = "at a time not known" if line["ago_s"] is None else f"{_ago(line['ago_s'])} ago"
    where = "" if line["metres"] is None else f", {line['metres'] / 1000:.1f} km from here"
    return f"{line['vrm']}: seen {ago}{where}, by {line['camera']}"


def _ago(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{round(seconds / 60)} minutes"
